"""A session's life as calendar apps see it: created, moved, cancelled; two readers must agree."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import recurring_ical_events
from icalendar import Calendar

from ce_bases.core.clock import moment_at
from ce_bases.plans import amendments, service
from ce_bases.plans.details import SessionDetails, details_of
from ce_bases.plans.models import Plan
from ce_bases.web.extensions import make_write_session
from tests.conftest import FrozenClock
from tests.factories.world import World
from tests.unit.calendar.strict_ics import parse
from tests.web.calendar.conftest import File
from tests.web.client import PageClient

FACTS = ("UID", "SEQUENCE", "STATUS", "DTSTAMP", "DTSTART", "SUMMARY")


def read(body: bytes) -> dict[str, tuple[str, ...]]:
    """The facts of each event by its session, as both readers have them."""
    strict = {
        child.value("UID"): tuple(child.value(name) for name in FACTS)
        for child in parse(body).children
        if child.name == "VEVENT"
    }
    lenient = {
        str(event["UID"]): tuple(
            event[name].to_ical().decode() if name.startswith("DT") else str(event[name])
            for name in FACTS
        )
        for event in Calendar.from_ical(body).walk("VEVENT")
    }
    assert strict == lenient
    return strict


def days_in_an_app(body: bytes, first: date, last: date) -> list[date]:
    """The days on which a third reader, which unfolds recurrences, puts the events."""
    found = recurring_ical_events.of(Calendar.from_ical(body)).between(first, last)
    return sorted(event["DTSTART"].dt.date() for event in found)


def move(world: World, *, days: int, now: datetime) -> None:
    """The one plan's last session is held later: a change of which the bureau is only told."""

    def later(rows: list[SessionDetails]) -> list[SessionDetails]:
        return [*rows[:-1], replace(rows[-1], held_on=rows[-1].held_on + timedelta(days=days))]

    change(world, later, now=now)


def change(
    world: World,
    rewrite: Callable[[list[SessionDetails]], list[SessionDetails]],
    *,
    now: datetime,
) -> None:
    """The one plan's timetable as `rewrite` has it: in force at once, the bureau is told."""
    with make_write_session() as session:
        plan = session.query(Plan).one()
        revision = amendments.open_change(session, plan, actor=world["clerk"], now=now)
        rows = rewrite(list(details_of(revision).sessions))
        details = replace(details_of(revision), sessions=tuple(rows))
        version = plan.version
        service.save_draft(
            session, plan, details, expected_version=version, actor=world["clerk"], now=now
        )
        kind = amendments.send_change(
            session, plan, expected_version=plan.version, actor=world["clerk"], now=now
        )
        session.commit()
        assert kind == "notice"


def cancel(world: World, *, now: datetime) -> None:
    with make_write_session() as session:
        plan = session.query(Plan).one()
        service.cancel_plan(session, plan, "讲师生病", actor=world["clerk"], now=now)
        session.commit()


def test_created_moved_cancelled(
    client: PageClient, file: File, world: World, clock: FrozenClock
) -> None:
    file(date(2022, 6, 20), date(2022, 6, 21))
    feeds = ("/calendar.ics", "/calendar.ics?county=370811", f"/bases/{world.base_id}.ics")
    lives: list[list[bytes]] = [[client.get(feed).data for feed in feeds]]
    for act in (move, cancel):
        clock.forward(hours=1)
        same = [client.get(feed).data for feed in feeds]
        assert same == lives[-1], "equal state, equal bytes"
        act(world, now=clock(), **({"days": 3} if act is move else {}))
        lives.append([client.get(feed).data for feed in feeds])

    told = [read(bodies[0]) for bodies in lives]
    assert [[read(body) for body in bodies] for bodies in lives] == [[facts] * 3 for facts in told]
    first, last = sorted(told[0], key=lambda uid: told[0][uid][4])
    assert [set(facts) for facts in told] == [{first, last}] * 3, "no session changes its UID"
    assert [facts[last][1] for facts in told] == ["0", "1", "2"]
    assert [facts[last][2] for facts in told] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert [facts[last][4][:8] for facts in told] == ["20220621", "20220624", "20220624"]
    stamps = [facts[last][3] for facts in told]
    assert stamps == sorted(set(stamps))
    assert told[2][last][5].startswith("【取消】")
    days = [days_in_an_app(bodies[0], date(2022, 6, 1), date(2022, 7, 1)) for bodies in lives]
    monday = date(2022, 6, 20)
    assert days == [[monday, date(2022, 6, 21)], *[[monday, date(2022, 6, 24)]] * 2]


def test_a_dropped_session_stays_as_cancelled_and_the_others_go_on(
    client: PageClient, file: File, world: World, clock: FrozenClock
) -> None:
    file(date(2022, 6, 20), date(2022, 6, 21))
    told = [read(client.get("/calendar.ics").data)]
    first, last = sorted(told[0], key=lambda uid: told[0][uid][4])
    clock.forward(hours=1)
    change(world, lambda rows: rows[:-1], now=clock())
    told.append(read(client.get("/calendar.ics").data))
    clock.forward(hours=1)
    move(world, days=1, now=clock())
    told.append(read(client.get("/calendar.ics").data))

    assert [set(facts) for facts in told] == [{first, last}] * 3
    assert [facts[last][1:3] for facts in told] == [
        ("0", "CONFIRMED"),
        ("1", "CANCELLED"),
        ("1", "CANCELLED"),
    ]
    assert told[1][last] == told[2][last], "told once"
    assert [facts[first][1:3] for facts in told] == [
        ("0", "CONFIRMED"),
        ("1", "CONFIRMED"),
        ("2", "CONFIRMED"),
    ]
    assert told[1][last][4] == told[0][last][4]


def test_created_cancelled(
    client: PageClient, file: File, world: World, clock: FrozenClock
) -> None:
    file(date(2022, 6, 20), date(2022, 6, 21))
    told = [read(client.get("/calendar.ics").data)]
    clock.forward(hours=1)
    cancel(world, now=clock())
    told.append(read(client.get("/calendar.ics").data))

    assert set(told[0]) == set(told[1])
    for uid, before in told[0].items():
        after = told[1][uid]
        assert (before[1:3], after[1:3]) == (("0", "CONFIRMED"), ("1", "CANCELLED"))
        assert after[3] > before[3]
        assert after[4] == before[4]


def test_what_was_cancelled_stays_ninety_days(
    client: PageClient, file: File, world: World, clock: FrozenClock
) -> None:
    file(date(2022, 6, 20))
    cancel(world, now=clock())
    clock.set(moment_at(date(2022, 9, 18), time(23, 59)))
    [facts] = read(client.get("/calendar.ics").data).values()
    assert facts[2] == "CANCELLED"

    clock.forward(minutes=1)
    assert read(client.get("/calendar.ics").data) == {}
