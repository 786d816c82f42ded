"""From the public page to a seat of one's own, and back; and a unit for its people."""

from dataclasses import replace
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy.orm import Session

from ce_bases.enrolment import choosing
from ce_bases.organisers.models import Venue
from ce_bases.plans.models import Plan, Reach
from ce_bases.plans.service import cancel_plan, file_plan, submit_plan
from ce_bases.web.extensions import make_write_session
from tests.conftest import NOON_1_JUNE as NOW
from tests.conftest import FrozenClock
from tests.factories.joining import make_learners, places_of
from tests.factories.plans import drafted_plan, filed_plan, make_session_details
from tests.factories.rosters import at
from tests.factories.world import World
from tests.web.client import PageClient
from tests.web.enrolment.test_roster import key_of
from tests.web.reading import main

NUMBER = "2022-370811-0001"
OWN = f"/me/plans/{NUMBER}"
STAFF = f"/unit/plans/{NUMBER}"


@pytest.fixture
def plan(session: Session, world: World) -> Plan:
    """A class of two seats for the people of one county; committed."""
    plan = filed_plan(session, world, now=NOW, planned_number=2)
    session.commit()
    return plan


def places(plan: Plan) -> dict[str, list[int]]:
    with make_write_session() as session:
        return places_of(session, plan)


def fill(plan: Plan, world: World, count: int) -> None:
    """So many others have enrolled."""
    with make_write_session() as session:
        found = session.get_one(Plan, plan.id)
        for actor in make_learners(session, world, count, now=NOW):
            choosing.enrol_oneself(session, found, actor=actor, now=NOW)
        session.commit()


def test_the_public_page_leads_through_the_login_to_the_enrolment_page(
    client: PageClient, plan: Plan
) -> None:
    page = BeautifulSoup(client.get(f"/plans/{NUMBER}").text, "html.parser")
    links = [a for a in page.select(".actions a") if a.get_text(strip=True) == "报名"]
    assert [a["href"] for a in links] == [OWN]
    assert page.find("main").find("form") is None
    answer = client.get(OWN)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/login?next={OWN}")


def test_enrolling_twice_by_one_form_is_one_seat(
    client: PageClient, plan: Plan, world: World
) -> None:
    client.log_in("learner")
    page = client.get(OWN)
    assert all(said in main(page.text) for said in ("共 2 个，还有 2 个", "请确认您属于培训对象"))
    fields = key_of(page.text, f"{OWN}/enrol")
    for _ in range(2):
        assert client.post(f"{OWN}/enrol", data=fields).headers["Location"] == OWN
    assert places(plan) == {"seats": [world["learner"].person_id], "waiting": []}
    shown = main(client.get(OWN).text)
    assert "您已有名额" in shown
    assert "确认报名" not in shown
    inbox = main(client.get("/inbox").text)
    assert "报名成功：装配式建筑专题培训班" in inbox
    assert "开班：6月20日 周一 09:00，第一教室。" in inbox


def test_a_full_class_offers_its_waiting_list_and_says_the_place(
    client: PageClient, plan: Plan, world: World
) -> None:
    fill(plan, world, 3)
    assert "加入候补" in main(client.get(f"/plans/{NUMBER}").text)
    client.log_in("learner")
    page = client.get(OWN)
    assert "共 2 个，已满，1 人候补" in main(page.text).replace(" ，", "，")
    assert "加入候补排第 2 位" in main(page.text)
    client.post(f"{OWN}/enrol", data=key_of(page.text, f"{OWN}/enrol"))
    assert "您是候补第 2 位" in main(client.get(OWN).text)
    assert "候补第 2 位" in main(client.get("/me/classes").text)


def test_cancelling_gives_the_seat_to_the_next(
    client: PageClient, plan: Plan, world: World
) -> None:
    client.log_in("learner")
    client.post(f"{OWN}/enrol", data=key_of(client.get(OWN).text, f"{OWN}/enrol"))
    fill(plan, world, 2)
    fields = key_of(client.get(OWN).text, f"{OWN}/cancel")
    for _ in range(2):
        assert client.post(f"{OWN}/cancel", data=fields).status_code == 302
    now = places(plan)
    assert (len(now["seats"]), now["waiting"]) == (2, [])
    assert world["learner"].person_id not in now["seats"]
    assert "确认报名" not in main(client.get(OWN).text)  # full: the waiting list is offered
    assert "加入候补" in main(client.get(OWN).text)


def test_overlaps_are_said_before_confirming_and_do_not_block(
    client: PageClient, plan: Plan, session: Session, world: World
) -> None:
    other = filed_plan(session, world, now=NOW, title="同一天的另一个班")
    choosing.enrol_oneself(session, other, actor=world["learner"], now=NOW)
    session.commit()
    client.log_in("learner")
    page = client.get(OWN)
    assert "6月20日 周一 09:00–12:00 · 同一天的另一个班 · 第一教室" in main(page.text)
    client.post(f"{OWN}/enrol", data=key_of(page.text, f"{OWN}/enrol"))
    assert places(plan)["seats"] == [world["learner"].person_id]


def test_a_class_for_the_whole_city_asks_nothing(
    client: PageClient, session: Session, world: World
) -> None:
    venue = Venue(
        organiser_id=world.city_base_id,
        name="阶梯教室",
        address="济宁市太白湖路",
        area_code="370800",
        capacity=80,
    )
    session.add(venue)
    session.flush()
    row = replace(
        make_session_details(world),
        lecturer_id=None,
        lecturer_name="王教授",
        lecturer_unit="济宁医学院",
        lecturer_title="教授",
        venue_id=venue.id,
    )
    clerk, officer = world["city_clerk"], world["city_officer"]
    plan = drafted_plan(session, world, row, actor=clerk, now=NOW, reach=Reach.CITY)
    submit_plan(session, plan, actor=clerk, now=NOW)
    file_plan(session, plan, expected_version=plan.version, actor=officer, now=NOW)
    session.commit()
    client.log_in("learner")
    shown = main(client.get(f"/me/plans/{plan.filing_number}").text)
    assert "确认报名" in shown
    assert "请确认您属于培训对象" not in shown


@pytest.mark.parametrize("verb", ["enrol", "cancel"])
def test_after_the_closing_time_it_is_refused_with_whom_to_call(
    client: PageClient, plan: Plan, world: World, clock: FrozenClock, verb: str
) -> None:
    client.log_in("learner")
    page = client.get(OWN)
    if verb == "cancel":
        client.post(f"{OWN}/enrol", data=key_of(page.text, f"{OWN}/enrol"))
        page = client.get(OWN)
    before = places(plan)
    fields = key_of(page.text, f"{OWN}/{verb}")
    clock.set(at(17, day=at(0).date().replace(day=18)))
    client.log_in("learner")
    answer = client.post(f"{OWN}/{verb}", data=fields)
    assert answer.status_code == 409
    assert "网上报名已于 6月18日 周六 17:00 截止。" in main(answer.text)
    assert "王老师，0537-2200000" in main(answer.text)
    assert places(plan) == before
    assert f'action="{OWN}' not in client.get(OWN).text
    public = main(client.get(f"/plans/{NUMBER}").text)
    assert "加入候补" not in public


def test_a_cancelled_class_says_so(
    client: PageClient, plan: Plan, session: Session, world: World
) -> None:
    cancel_plan(session, session.get_one(Plan, plan.id), "停电", actor=world["clerk"], now=NOW)
    session.commit()
    client.log_in("learner")
    page = client.get(OWN)
    assert "这个培训班已取消" in main(page.text)
    assert "原因：停电" in main(page.text)
    assert client.post(f"{OWN}/enrol").status_code == 409


@pytest.mark.parametrize("who", ["clerk", "officer", "lecturer", "admin"])
def test_others_are_refused(client: PageClient, plan: Plan, who: str) -> None:
    client.log_in(who)
    for address in (OWN, STAFF):
        assert client.get(address).status_code == 403
    for address in (f"{OWN}/enrol", f"{OWN}/cancel", STAFF, f"{STAFF}/1/cancel"):
        assert client.post(address).status_code == 403


@pytest.mark.parametrize("number", ["2022-370811-0002", "x", "1", "2022-370811-0001%20"])
def test_any_other_number_is_not_found(client: PageClient, plan: Plan, number: str) -> None:
    client.log_in("learner")
    assert client.get(f"/me/plans/{number}").status_code == 404
    assert client.post(f"/me/plans/{number}/enrol").status_code == 404


def test_my_classes_lists_what_is_to_come_and_drops_what_is_over(
    client: PageClient, plan: Plan, clock: FrozenClock
) -> None:
    client.log_in("learner")
    client.post(f"{OWN}/enrol", data=key_of(client.get(OWN).text, f"{OWN}/enrol"))
    page = client.get("/me/classes")
    assert f'href="/plans/{NUMBER}.ics"' in page.text
    assert "接下来的培训" in main(page.text)
    assert "已有名额" in main(page.text)
    clock.set(at(0) + timedelta(days=1))
    client.log_in("learner")
    assert "接下来的培训" not in main(client.get("/me/classes").text)


def test_a_unit_is_led_to_its_own_page_and_enrols_whom_it_ticks(
    client: PageClient, plan: Plan, world: World
) -> None:
    client.log_in("unit_hr")
    assert client.get(OWN).headers["Location"] == STAFF
    page = client.get(STAFF)
    assert page.text.count('name="person"') == 4
    chosen = world.person_ids[:3]
    fields = {**key_of(page.text, STAFF), "person": chosen}
    assert client.post(STAFF, data=fields).headers["Location"] == STAFF
    assert places(plan) == {"seats": chosen[:2], "waiting": chosen[2:]}
    shown = main(client.get(STAFF).text)
    assert all(
        said in shown
        for said in (
            "2 人有名额，1 人候补。",
            "本单位已报名的 3 人",
            "候补第 1 位",
            "已满，1 人候补",
        )
    )
    listed = main(client.get("/unit/classes").text)
    assert "装配式建筑专题培训班 6月20日 周一 任城建筑继续教育基地 2 1" in listed
    cancel = f"{STAFF}/{chosen[0]}/cancel"
    answer = client.post(cancel, data=key_of(client.get(STAFF).text, cancel))
    assert answer.status_code == 302
    assert places(plan) == {"seats": chosen[1:], "waiting": []}


def test_a_unit_finds_its_people_and_sees_only_four_digits(
    client: PageClient, plan: Plan, world: World
) -> None:
    client.log_in("unit_hr")
    found = client.get(f"{STAFF}?q=学员3").text
    assert found.count('name="person"') == 1
    assert "没有符合“无此人”的人。" in client.get(f"{STAFF}?q=无此人").text


@pytest.mark.parametrize("chosen", [["x"], ["-1"], ["99999999999999999999"], [], ["0"]])
def test_hostile_choices_are_refused(
    client: PageClient, plan: Plan, world: World, chosen: list[str]
) -> None:
    client.log_in("unit_hr")
    fields = {**key_of(client.get(STAFF).text, STAFF), "person": chosen}
    assert client.post(STAFF, data=fields).status_code == 422
    assert places(plan) == {"seats": [], "waiting": []}


def test_a_unit_cannot_name_the_people_of_another(
    client: PageClient, plan: Plan, session: Session, world: World
) -> None:
    stranger = make_learners(session, world, 1, now=NOW)[0].person_id
    session.commit()
    client.log_in("unit_hr")
    fields = {**key_of(client.get(STAFF).text, STAFF), "person": [stranger]}
    assert client.post(STAFF, data=fields).status_code == 404
    assert client.post(f"{STAFF}/{stranger}/cancel", data=fields).status_code == 404
    assert places(plan) == {"seats": [], "waiting": []}


def test_a_professional_has_no_unit_page(client: PageClient, plan: Plan) -> None:
    client.log_in("learner")
    assert client.get(STAFF).status_code == 404
    assert client.post(STAFF, data={"person": "1"}).status_code == 404
