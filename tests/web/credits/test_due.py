"""What waits to be confirmed, with its last day, and confirming several classes at once."""

from datetime import date, time

import pytest
from bs4 import BeautifulSoup

from ce_bases.core.clock import moment_at
from ce_bases.credits.models import Confirmation, LedgerLine
from ce_bases.organisers.models import Lecturer
from ce_bases.web.extensions import make_write_session
from tests.conftest import NOON_1_JUNE as NOW
from tests.conftest import FrozenClock
from tests.factories.hours import attend, enrol
from tests.factories.plans import filed_plan, make_session_details
from tests.factories.world import World
from tests.rows import count_stored as count
from tests.web.client import PageClient
from tests.web.credits.reading import words

LAST_DAY = date(2022, 7, 4)


@pytest.fixture
def plan_ids(world: World, clock: FrozenClock) -> list[int]:
    """Two classes that are over on 20 and 21 June, and one that is still to come."""
    ids = []
    with make_write_session() as session:
        for day, title in ((21, "乙班"), (20, "甲班"), (30, "丙班")):
            details = make_session_details(world, on=date(2022, 6, day))
            plan = filed_plan(session, world, details, now=NOW, title=title)
            enrol(session, plan, world.person_ids, now=NOW)
            if day < 30:
                attend(session, plan, world.person_ids[:3], now=NOW)
            ids.append(plan.id)
        session.commit()
    clock.set(moment_at(date(2022, 6, 22), time(9)))
    return ids


def summary(client: PageClient, plan_ids: list[int]) -> tuple[str, dict[str, object]]:
    query = "&".join(f"plan={plan_id}" for plan_id in plan_ids)
    page = client.get(f"/filing/confirm/summary?{query}").text
    form = BeautifulSoup(page, "html.parser").find("form", action="/filing/confirm")
    fields: dict[str, object] = {"plan": []}
    for field in form.find_all("input") if form else []:
        if field["name"] == "plan":
            fields["plan"].append(field["value"])
        else:
            fields[field["name"]] = field["value"]
    return page, fields


def test_the_most_urgent_class_comes_first_with_its_last_day(
    client: PageClient, plan_ids: list[int]
) -> None:
    client.log_in("clerk")

    answer = client.get("/filing/confirm")

    titles = [th.label.text.strip() for th in BeautifulSoup(answer.text, "html.parser")("th")[5:]]
    assert titles == ["甲班", "乙班"]
    assert "7月4日周一还有12天" in words(answer)
    assert "7月5日周二还有13天" in words(answer)
    assert "/filing/confirm" in client.get("/filing").text


@pytest.mark.parametrize(("moment", "overdue"), [(time(23, 59, 59), False), (time(0), True)])
def test_the_tenth_working_day_to_the_second(
    client: PageClient, plan_ids: list[int], clock: FrozenClock, moment: time, overdue: bool
) -> None:
    day = date(2022, 7, 5) if overdue else LAST_DAY
    clock.set(moment_at(day, moment))
    client.log_in("clerk")
    assert ("逾期仍可确认" in client.get("/filing/confirm").text) is overdue


def test_both_are_confirmed_together_and_once(client: PageClient, plan_ids: list[int]) -> None:
    client.log_in("clerk")
    page, fields = summary(client, plan_ids)
    assert fields["plan"] == [str(plan_ids[1]), str(plan_ids[0])]
    assert page.count("学员4") == 2
    assert "6 条" in page

    for _ in range(2):
        assert client.post("/filing/confirm", data=fields).status_code == 302

    assert (count(Confirmation), count(LedgerLine)) == (2, 6)
    assert "没有要确认的班" in client.get("/filing/confirm").text


def test_one_that_cannot_be_confirmed_keeps_all_from_it(
    client: PageClient, plan_ids: list[int]
) -> None:
    client.log_in("clerk")
    answer = client.post("/filing/confirm", data={"plan": plan_ids})
    assert answer.status_code == 409
    assert (count(Confirmation), count(LedgerLine)) == (0, 0)


def test_nothing_chosen_changes_nothing(client: PageClient, plan_ids: list[int]) -> None:
    client.log_in("clerk")
    assert client.get("/filing/confirm/summary").status_code == 302
    assert client.get("/filing/confirm/summary?plan=x&plan=99999").status_code == 302
    assert client.post("/filing/confirm", data={"plan": ["x"]}).status_code == 422
    assert client.post("/filing/confirm", data={"plan": list(range(1, 22))}).status_code == 422
    assert count(Confirmation) == 0


def test_a_lecturer_of_the_class_is_told_why_not(
    client: PageClient, world: World, plan_ids: list[int]
) -> None:
    with make_write_session() as session:
        lecturer = session.get_one(Lecturer, world.lecturer_id)
        lecturer.account_id = world["clerk"].account_id
        session.commit()
    client.log_in("clerk")
    page = client.get("/filing/confirm").text
    assert page.count("您是本班的授课人") == 2
    assert summary(client, plan_ids)[1] == {"plan": []}
    assert client.post("/filing/confirm", data={"plan": plan_ids[:1]}).status_code == 403


@pytest.mark.parametrize(
    ("username", "read", "write"),
    [
        ("stranger", 200, 404),
        ("officer", 200, 404),
        ("lecturer", 403, 403),
        ("learner", 403, 403),
    ],
)
def test_strangers_see_and_confirm_nothing(
    client: PageClient, plan_ids: list[int], username: str, read: int, write: int
) -> None:
    client.log_in(username)
    answer = client.get("/filing/confirm")
    assert answer.status_code == read
    assert "甲班" not in answer.text
    chosen = f"/filing/confirm/summary?plan={plan_ids[0]}"
    assert client.get(chosen).status_code == (302 if read == 200 else 403)
    data = {"plan": plan_ids[:2]}
    assert client.post("/filing/confirm", data=data).status_code == write
    assert count(Confirmation) == 0
