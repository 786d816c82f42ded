"""The week of rooms and lecturers, and free slots: of one's own base, and nobody else's."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup
from sqlalchemy.orm import Session

from ce_bases.bureaus.holidays import Stretch, note_holidays
from ce_bases.organisers.models import Lecturer, Venue
from tests.conftest import NOON_1_JUNE as NOW
from tests.conftest import FrozenClock
from tests.factories.hours import held_plan_elsewhere
from tests.factories.plans import drafted_plan, filed_plan, make_session_details
from tests.factories.world import World
from tests.web.client import PageClient
from tests.web.plans.forms import typed

WEEK = "/filing/week?week=2022-W25"
SLOTS = "/filing/slots"


def lines(html: str) -> dict[str, list[list[str]]]:
    """Row head → what stands in each of the seven days."""
    table = BeautifulSoup(html, "html.parser").select_one(".week-table tbody")
    assert table is not None
    return {
        row.th.get_text(strip=True): [
            [" ".join(item.get_text(" ", strip=True).split()) for item in cell.select("li")]
            for cell in row.select("td")
        ]
        for row in table.select("tr")
        if row.th
    }


def test_an_empty_week_shows_every_room_and_lecturer(client: PageClient, world: World) -> None:
    client.log_in("clerk")

    assert lines(client.get(WEEK).text) == {"第一教室": [[]] * 7}
    assert lines(client.get(f"{WEEK}&by=lecturer").text) == {"用户lecturer": [[]] * 7}


def test_who_is_where_and_what_clashes(client: PageClient, session: Session, world: World) -> None:
    filed = filed_plan(session, world, now=NOW, title="已备案的班")
    late = make_session_details(world, starts=time(11), ends=time(13), halves=4)
    online = replace(make_session_details(world, on=date(2022, 6, 26)), venue_id=None)
    drafted_plan(session, world, late, online, now=NOW, title="草拟的班")
    session.commit()
    client.log_in("clerk")

    page = client.get(WEEK).text

    monday = [
        "09:00–12:00 已备案的班 用户lecturer 冲突",
        "11:00–13:00 草拟的班 用户lecturer 草稿 冲突",
    ]
    assert lines(page) == {
        "第一教室": [monday, *[[]] * 6],
        "线上或地点未定": [*[[]] * 6, ["09:00–12:00 草拟的班 用户lecturer 草稿"]],
    }
    assert "有 2 个课次互相冲突" in page
    assert f'href="/filing/plans/{filed.id}"' in page
    by_lecturer = lines(client.get(f"{WEEK}&by=lecturer").text)
    assert by_lecturer["用户lecturer"][0][0] == "09:00–12:00 已备案的班 第一教室 冲突"


def test_another_base_is_only_busy(client: PageClient, session: Session, world: World) -> None:
    for lecturer_id in (world.lecturer_id, world.other_lecturer_id):
        session.get_one(Lecturer, lecturer_id).identity_index = "f" * 64
    held_plan_elsewhere(session, world, people=[], now=NOW)
    session.commit()
    client.log_in("clerk")

    page = client.get(f"{WEEK}&by=lecturer").text

    assert lines(page)["用户lecturer"][0] == ["09:00–12:00 另有安排（不在本单位）"]
    for word in ("装配式", "报告厅", "曲阜", "孔讲师"):
        assert word not in page
    assert lines(client.get(WEEK).text) == {"第一教室": [[]] * 7}
    client.log_in("officer")
    assert client.get(WEEK).status_code == 403


@pytest.mark.parametrize(
    ("query", "monday"),
    [
        ("week=2022-W25", "6月20日"),
        ("week=2022-W53", "5月30日"),
        ("week=2020-W53", "2020年12月28日"),
        ("week=1900-W01", "5月30日"),
        ("week=x", "5月30日"),
        ("day=2022-06-26", "6月20日"),
        ("day=2022-06-27", "6月27日"),
        ("day=nonsense&by=nonsense", "5月30日"),
        ("", "5月30日"),
    ],
)
def test_any_week_can_be_asked_for(
    client: PageClient, world: World, query: str, monday: str
) -> None:
    client.log_in("clerk")

    page = client.get(f"/filing/week?{query}")

    assert page.status_code == 200
    heads = BeautifulSoup(page.text, "html.parser").select(".week-table thead th")
    assert heads[1].get_text().startswith(monday)


def found(html: str) -> list[tuple[str, ...]]:
    rows = BeautifulSoup(html, "html.parser").select("tbody tr")
    return [tuple(cell.get_text(strip=True) for cell in row.select("th, td")[:3]) for row in rows]


def links(html: str) -> list[str]:
    return [str(a["href"]) for a in BeautifulSoup(html, "html.parser").select("tbody a")]


def test_the_soonest_slots_that_can_still_be_filed(
    client: PageClient, session: Session, world: World
) -> None:
    busy = make_session_details(world, on=date(2022, 6, 13), starts=time(8), ends=time(19))
    filed_plan(session, world, busy, now=NOW, enrol_closes_at=None)
    session.commit()
    client.log_in("clerk")

    page = client.get(f"{SLOTS}?hours=4&number=60&days=workdays&lecturer={world.lecturer_id}").text

    # 1 June: 11 June is the first day, a Saturday; the evening of the 13th is too short
    assert found(page)[:3] == [
        ("6月14日 周二", "08:00–11:00", "第一教室（60 座）"),
        ("6月15日 周三", "08:00–11:00", "第一教室（60 座）"),
        ("6月16日 周四", "08:00–11:00", "第一教室（60 座）"),
    ]
    assert len(found(page)) == 10
    assert found(client.get(f"{SLOTS}?hours=4&number=61").text) == []
    assert found(client.get(f"{SLOTS}?hours=4&area=370881").text) == []
    sooner = client.get(f"{SLOTS}?hours=2&first=2022-06-01").text
    assert found(sooner)[0] == ("6月11日 周六", "08:00–09:30", "第一教室（60 座）")


def test_slots_of_a_year_not_published_mind_the_days_noted_and_say_so(
    client: PageClient, session: Session, world: World, clock: FrozenClock
) -> None:
    clock.set(datetime(2060, 9, 18, tzinfo=UTC))
    week = Stretch(date(2060, 10, 1), date(2060, 10, 7), "国庆节")
    note_holidays(session, week, actor=None, now=NOW)
    session.commit()
    client.log_in("clerk")

    page = client.get(f"{SLOTS}?hours=4&number=60").text

    days = [day for day, _time, _room in found(page)]
    assert days[:4] == [
        "9月28日 周二",
        "9月29日 周三",
        "9月30日 周四",
        "10月8日 周五",
    ]
    assert "2060 年的法定节假日还没有公布，只避开了本站记下的 7 天" in page
    clock.set(NOW)
    assert "还没有公布" not in client.get(f"{SLOTS}?hours=4&number=60").text


def test_a_slot_leads_into_a_new_plan(client: PageClient, world: World) -> None:
    client.log_in("clerk")
    page = client.get(f"{SLOTS}?hours=3.5&rest=10&lecturer={world.lecturer_id}").text

    form = typed(client.get(links(page)[0]).text)

    row = {k.split("-", 2)[2]: v for k, v in form.items() if k.startswith("sessions-0-")}
    assert {name: value for name, value in row.items() if value} == {
        "held_on": "2022-06-11",
        "starts_at": "08:00",
        "ends_at": "10:48",
        "break_minutes": "10",
        "halves": "3.5",
        "lecturer_id": str(world.lecturer_id),
        "venue_id": str(world.venue_id),
    }
    assert "sessions-1-held_on" not in form


def test_a_slot_is_added_to_a_draft_and_minds_what_is_in_it(
    client: PageClient, session: Session, world: World
) -> None:
    full = make_session_details(
        world, on=date(2022, 6, 11), starts=time(14), ends=time(20), halves=16
    )
    half = make_session_details(world, on=date(2022, 6, 12), starts=time(8), ends=time(11))
    plan = drafted_plan(session, world, full, half, now=NOW)
    session.commit()
    client.log_in("clerk")

    page = client.get(f"{SLOTS}?hours=4&plan={plan.id}").text

    assert found(page)[0][:2] == ("6月12日 周日", "11:00–14:00")
    address = links(page)[0]
    assert urlsplit(address).path == f"/filing/plans/{plan.id}/edit"
    form = typed(client.get(address).text)
    assert form["sessions-2-held_on"] == "2022-06-12"
    assert form["sessions-2-uid"] == ""
    assert form["sessions-0-uid"] != ""


def test_drafts_and_busy_elsewhere_are_not_offered(
    client: PageClient, session: Session, world: World
) -> None:
    for lecturer_id in (world.lecturer_id, world.other_lecturer_id):
        session.get_one(Lecturer, lecturer_id).identity_index = "f" * 64
    elsewhere = make_session_details(
        world, on=date(2022, 6, 20), starts=time(8), ends=time(20), halves=16
    )
    held_plan_elsewhere(session, world, elsewhere, people=[], now=NOW)
    session.get_one(Venue, world.venue_id).is_shared = True
    draft = make_session_details(world, on=date(2022, 6, 21), starts=time(9), ends=time(12))
    drafted_plan(session, world, draft, now=NOW)
    session.commit()
    client.log_in("clerk")

    page = client.get(f"{SLOTS}?hours=4&first=2022-06-20&lecturer={world.lecturer_id}").text

    assert found(page)[0][:2] == ("6月21日 周二", "12:00–15:00")
    # without the lecturer the shared room is free at once
    assert found(client.get(f"{SLOTS}?hours=4&first=2022-06-20").text)[0][:2] == (
        "6月20日 周一",
        "08:00–11:00",
    )


@pytest.mark.parametrize(
    "query",
    ["hours=", "hours=9", "hours=0", "hours=-1", "hours=x", "hours=4&first=2022-13-01",
     "hours=4&number=0", "hours=4&rest=999", "hours=4&lecturer=x"],
)  # fmt: skip
def test_what_cannot_be_looked_for_is_said(client: PageClient, world: World, query: str) -> None:
    client.log_in("clerk")

    page = client.get(f"{SLOTS}?{query}")

    assert page.status_code in {400, 422}
    assert found(page.text) == []


@pytest.mark.parametrize(
    "query", ["hours=4&venue=999&lecturer=999", "hours=4&area=zz", f"hours=4&venue={2**40}"]
)
def test_strange_choices_are_no_error(client: PageClient, world: World, query: str) -> None:
    client.log_in("clerk")

    assert client.get(f"{SLOTS}?{query}").status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "slot_day=2022-06-20",
        "slot_day=x&slot_from=09:00&slot_to=10:00",
        "slot_day=2022-06-20&slot_from=09:00&slot_to=10:00&slot_halves=x&slot_rest=-1&slot_venue=9",
    ],
)
def test_a_strange_slot_in_the_address_is_no_error(
    client: PageClient, world: World, query: str
) -> None:
    client.log_in("clerk")

    assert client.get(f"/filing/plans/new?{query}").status_code == 200


def test_strangers_find_nothing(client: PageClient, session: Session, world: World) -> None:
    plan = drafted_plan(session, world, now=NOW)
    filed = filed_plan(session, world, now=NOW)
    session.commit()
    client.log_in("clerk")
    assert client.get(f"{SLOTS}?plan={filed.id}").status_code == 404
    client.log_in("stranger")
    for plan_id in (plan.id, 987654, 2**40):
        assert client.get(f"{SLOTS}?hours=4&plan={plan_id}").status_code == 404
    assert found(client.get(f"{SLOTS}?hours=4").text)[0][2] == "报告厅（200 座）"
    client.log_in("officer")
    assert client.get(SLOTS).status_code == 403


def test_the_search_stands_in_the_address_of_its_links(client: PageClient, world: World) -> None:
    client.log_in("clerk")

    address = links(client.get(f"{SLOTS}?hours=4").text)[0]

    assert parse_qs(urlsplit(address).query)["slot_halves"] == ["8"]
