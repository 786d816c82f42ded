"""Feeds: valid, complete, stable; equal state gives equal bytes and a 304."""

from datetime import date, datetime, timedelta

import pytest
from icalendar import Calendar

from ce_bases.organisers.models import Organiser
from ce_bases.plans import service
from ce_bases.plans.models import Plan
from ce_bases.web.extensions import make_write_session
from tests.conftest import NOON_1_JUNE as NOW
from tests.conftest import FrozenClock
from tests.factories.world import World
from tests.unit.calendar.strict_ics import Component, parse
from tests.web.calendar.conftest import File
from tests.web.client import PageClient


def events(body: bytes) -> list[Component]:
    """The events as both readers have them; they must agree."""
    strict = [child for child in parse(body).children if child.name == "VEVENT"]
    lenient = Calendar.from_ical(body).walk("VEVENT")
    assert [e.value("UID") for e in strict] == [str(e["UID"]) for e in lenient]
    assert [e.value("SUMMARY") for e in strict] == [str(e["SUMMARY"]) for e in lenient]
    assert [e.moment("DTSTART") for e in strict] == [
        e["DTSTART"].dt.replace(tzinfo=None) for e in lenient
    ]
    return strict


def test_a_session_becomes_an_event(client: PageClient, file: File) -> None:
    number = file(date(2022, 6, 20), title="防汛,抗旱;班\\甲")

    answer = client.get("/calendar.ics")

    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    [event] = events(answer.data)
    assert event.moment("DTSTART") == datetime(2022, 6, 20, 9, 0)  # noqa: DTZ001
    assert event.moment("DTEND") == datetime(2022, 6, 20, 12, 0)  # noqa: DTZ001
    assert event.moment("DTSTAMP") == event.moment("LAST-MODIFIED") == NOW.replace(tzinfo=None)
    assert event.value("SUMMARY") == "防汛,抗旱;班\\甲：装配式建筑施工技术"
    assert event.value("LOCATION") == "第一教室，任城区建设路 8 号"
    assert event.value("CONTACT") == "王老师 0537-2200000"
    assert event.value("CATEGORIES") == "专业科目"
    assert event.value("STATUS") == "CONFIRMED"
    assert event.value("SEQUENCE") == "0"
    assert event.value("URL") == f"http://localhost/plans/{number}"
    assert event.value("UID").endswith("@ce-bases.jining.gov.cn")


def test_the_head_says_how_to_keep_it(client: PageClient, world: World) -> None:
    head = parse(client.get("/calendar.ics?county=370811").data)

    assert head.value("REFRESH-INTERVAL") == head.value("X-PUBLISHED-TTL") == "PT1H"
    assert head.value("NAME") == head.value("X-WR-CALNAME") == "济宁继续教育培训日历 · 任城区"
    assert head.value("SOURCE") == "http://localhost/calendar.ics?county=370811"
    assert [child.name for child in head.children] == ["VTIMEZONE"]


def test_equal_state_gives_equal_bytes_and_nothing_is_sent_twice(
    client: PageClient, file: File, clock: FrozenClock
) -> None:
    file(date(2022, 6, 20))
    first = client.get("/calendar.ics")
    clock.forward(hours=11, minutes=30)
    client.log_in("clerk")

    again = client.get("/calendar.ics", headers={"Accept-Language": "en"})
    known = client.get("/calendar.ics", headers={"If-None-Match": first.headers["ETag"]})
    other = client.get("/calendar.ics", headers={"If-None-Match": '"old"'})

    assert again.data == first.data == other.data
    assert again.headers["ETag"] == first.headers["ETag"]
    assert (known.status_code, known.data, other.status_code) == (304, b"", 200)
    assert first.headers["Cache-Control"] == "public, max-age=600"
    assert "Set-Cookie" not in first.headers


def test_a_change_gives_other_bytes(client: PageClient, file: File, world: World) -> None:
    file(date(2022, 6, 20))
    before = client.get("/calendar.ics")
    with make_write_session() as session:
        plan = session.query(Plan).one()
        later = NOW + timedelta(hours=1)
        service.cancel_plan(session, plan, "停办", actor=world["clerk"], now=later)
        session.commit()

    after = client.get("/calendar.ics", headers={"If-None-Match": before.headers["ETag"]})

    assert after.status_code == 200
    [old], [new] = events(before.data), events(after.data)
    assert old.value("UID") == new.value("UID")
    assert (old.value("SEQUENCE"), new.value("SEQUENCE")) == ("0", "1")
    assert new.moment("DTSTAMP") == later.replace(tzinfo=None)
    assert new.value("STATUS") == "CANCELLED"


@pytest.mark.parametrize(("days", "kept"), [(19, 1), (19 + 90, 1), (19 + 91, 0)])
def test_a_session_stays_ninety_days(
    client: PageClient, file: File, clock: FrozenClock, days: int, kept: int
) -> None:
    number = file(date(2022, 6, 20))
    clock.forward(days=days)

    assert len(events(client.get("/calendar.ics").data)) == kept
    assert len(events(client.get(f"/plans/{number}.ics").data)) == 1


def test_plan_and_base_have_feeds_of_their_own(
    client: PageClient, file: File, world: World
) -> None:
    number = file(date(2022, 6, 20), date(2022, 6, 21))
    file(date(2022, 6, 22))

    assert len(events(client.get(f"/plans/{number}.ics").data)) == 2
    assert len(events(client.get(f"/bases/{world.base_id}.ics").data)) == 3
    assert len(events(client.get(f"/bases/{world.other_base_id}.ics").data)) == 0


@pytest.mark.parametrize(
    "hostile",
    [
        "END:VEVENT\r\nBEGIN:VEVENT",
        "x" * 51 + "END:VEVENT",
        "a\x00b\x0bc\x1b[31m",
        "\u2028\u202e右",
        "名" * 120,
        "\\n\\,\\;",
        '";TZID=x:',
        "💡" * 60,
    ],
)
def test_no_words_break_a_feed(client: PageClient, file: File, hostile: str) -> None:
    title = "".join(c for c in hostile if c not in "\x00\r\n")[:120]
    number = file(date(2022, 6, 20), title=title, enrol_how=title, contact_name=title[:60])

    for address in ("/calendar.ics", f"/plans/{number}.ics"):
        [event] = events(client.get(address).data)
        assert event.value("URL") == f"http://localhost/plans/{number}"


def test_a_base_with_a_hostile_name(client: PageClient, world: World) -> None:
    with make_write_session() as session:
        session.get_one(Organiser, world.base_id).name = "a;b,c\\:d" + "名" * 60
        session.commit()

    assert (
        parse(client.get(f"/bases/{world.base_id}.ics").data)
        .value("NAME")
        .endswith("a;b,c\\:d" + "名" * 60)
    )


def test_a_feed_can_be_read_by_calendars_that_unfold_recurrence(
    client: PageClient, file: File
) -> None:
    import recurring_ical_events

    file(date(2022, 6, 20), date(2022, 6, 21))
    calendar = Calendar.from_ical(client.get("/calendar.ics").data)

    found = recurring_ical_events.of(calendar).between(date(2022, 6, 20), date(2022, 6, 21))
    assert len(found) == 1
