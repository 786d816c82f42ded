"""The public site against a bare Flask page: first made, kept, kept under writing; a bigger city.

Each page's share is measured in turns with the bare page. "Kept" is what a visitor meets while
nothing that the page shows changes; "private writing" the same while a row that no page shows is
written every 50 ms, "enrolling" while a seat changes hands every 50 ms.
"""

import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from icalendar import Calendar, Event
from sqlalchemy import Engine, func, select, text

from tests.bench.growth import as_archive, as_crowd, grow
from tests.bench.harness import (
    Backend,
    Target,
    get,
    gunicorn,
    ratio_of_rates,
    say,
    seconds_of,
)

BARE = Target("bare", "/")
FEED_EVENTS = 5000
SMALL, BIG = 1_000, 100_000
PAUSE = 0.05


def run(backend: Backend) -> None:
    """Print the ratios of the public pages on `backend`, which holds the demo city."""
    with backend.twin() as small, backend.twin() as crowded:
        count = _grown(backend, BIG)
        print(f"\n{backend.name}, {count:,} published sessions: share of a bare Flask page")
        _pages(backend)
        _growth(backend, small, crowded)
    _cold_feed(backend)


def _app(backend: Backend, **changes: str) -> Flask:
    from ce_bases.config import load_settings
    from ce_bases.factory import create_app

    return create_app(load_settings({**backend.env, **changes}))


def _grown(backend: Backend, sessions: int, lay: Callable[[int], timedelta] = as_archive) -> int:
    with _engine(backend) as engine:
        return grow(engine, sessions=sessions, lay=lay)


@contextmanager
def _engine(backend: Backend) -> Iterator[Engine]:
    from ce_bases.web.extensions import db

    with _app(backend).app_context():
        yield db.engine
        db.engine.dispose()


def _pages(backend: Backend) -> None:
    """Print each page's share: kept in three weathers, and made each time."""
    calm: Any = nullcontext
    weathers = (
        ("", {}, calm, True),
        (", private writing", {}, _private_writing, True),
        (", enrolling", {}, _enrolling, False),
        (", made each time", UNKEPT, calm, False),
    )
    with gunicorn("tests.bench.bare:app", backend.env) as bare:
        for label, changes, weather, has_goals in weathers:
            env = {**backend.env, **changes}
            with gunicorn("wsgi:app", env) as site, weather(backend):
                for target in _targets(site):
                    share = ratio_of_rates(site, target, bare, _base_of(site, target))
                    say(target.name + label, share, target.goal if has_goals else None)


UNKEPT = {"CE_BASES_PAGE_CACHE_SECONDS": "0"}


@contextmanager
def _private_writing(backend: Backend) -> Iterator[None]:
    """Meanwhile, a row of the record that stands on no public page, every 50 ms."""
    insert = (
        "INSERT INTO audit_entry (at, actor_role, actor_name, organisation, action, subject_kind,"
        " subject_id, before, after, reason) VALUES ('2022-06-01 04:00:00', 'system', '', '',"
        " 'bench', 'bench', '0', '{}', '{}', '')"
    )
    with _engine(backend) as engine, _every_50_ms(engine, lambda _number: insert):
        yield


@contextmanager
def _enrolling(backend: Backend) -> Iterator[None]:
    """Meanwhile, something happens on some class's roster, every 50 ms."""
    from ce_bases.enrolment.models import Enrolment

    with _engine(backend) as engine:
        with engine.connect() as connection:
            ids = connection.scalars(select(Enrolment.id)).all()
        update = "UPDATE enrolment SET plan_id = plan_id WHERE id = {}"
        with _every_50_ms(engine, lambda number: update.format(ids[number * 37 % len(ids)])):
            yield


@contextmanager
def _every_50_ms(engine: Engine, statement_of: Callable[[int], str]) -> Iterator[None]:
    ended = threading.Event()
    written = 0

    def write() -> None:
        nonlocal written
        while not ended.wait(PAUSE):
            with engine.begin() as connection:
                connection.execute(text(statement_of(written)))
            written += 1

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
    assert written > 10, "nothing was written meanwhile"


def _growth(big: Backend, small: Backend, crowded: Backend) -> None:
    """Print what a month page costs in a big city against smaller ones, in our processor time.

    What a database server of its own does is not in it. The crowded city has no archive, but as
    many sessions in the month that is shown: against it, only the archive counts.
    """
    shown = _in_this_month(big)
    _grown(crowded, 880 * shown // max(1, _in_this_month(crowded)), as_crowd)
    print(
        f"\n{big.name}: month page of {shown:,} sessions, crowded city {_in_this_month(crowded):,}"
    )
    for label, changes, turns in (("made", UNKEPT, 60), ("kept", {}, 1500)):
        apps = [_app(each, **changes) for each in (big, small, crowded)]
        costs = _month_costs(apps, turns)
        name = f"month page {label}, {BIG:,} ÷"
        say(f"{name} {SMALL:,} sessions", costs[0] / costs[1], 1.2, at_most=True)
        say(f"{name} as many shown", costs[0] / costs[2], 1.2, at_most=True)


def _in_this_month(backend: Backend) -> int:
    from ce_bases.core.clock import business_date, system_clock
    from ce_bases.plans.models import PublishedSession

    first = business_date(system_clock()).replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    row = PublishedSession
    counted = select(func.count()).select_from(row).where(row.held_on.between(first, last))
    with _engine(backend) as engine, engine.connect() as connection:
        return connection.scalar(counted) or 0


def _month_costs(apps: Sequence[Flask], turns: int) -> list[float]:
    """The least processor time of one month page of each application, measured in turns."""
    clients = [app.test_client() for app in apps]
    best = [float("inf")] * len(apps)
    for _ in range(turns):
        for number, client in enumerate(clients):
            start = time.process_time()
            assert client.get("/calendar").status_code == 200
            best[number] = min(best[number], time.process_time() - start)
    return best


def _targets(port: int) -> Sequence[Target]:
    month = get(port, "/calendar", {})
    number = re.search(rb"/plans/([0-9-]+)", month[2] + get(port, "/", {})[2])
    assert number
    return [
        Target("front page", "/"),
        Target("month page", "/calendar", goal=0.25),
        Target("month page, ETag", "/calendar", {"If-None-Match": month[1]["ETag"]}, goal=0.8),
        Target("week page", "/calendar?view=week"),
        Target("plan page", f"/plans/{number[1].decode()}", goal=0.25),
        Target("text search", "/calendar?view=list&q=%E5%9F%B9%E8%AE%AD", goal=0.1),
        Target("seats left", "/calendar?view=list&free=1"),
        Target("whole feed ÷ static bytes", "/calendar.ics", goal=0.5),
    ]


def _base_of(port: int, target: Target) -> Target:
    """A feed is held against static bytes of its size, a page against the bare page."""
    if not target.path.endswith(".ics"):
        return BARE
    feed = get(port, target.path, {})[2]
    assert feed.count(b"BEGIN:VEVENT") >= FEED_EVENTS
    return Target("bytes", f"/bytes/{len(feed)}")


def _cold_feed(backend: Backend) -> None:
    """Joining stored events against building as many with the iCalendar library."""
    from ce_bases.calendar.feed import at_plans, build_feed
    from ce_bases.plans.models import PublishedSession
    from ce_bases.web.extensions import session

    with _app(backend).app_context():

        def joined() -> bytes:
            rows = session().execute(
                PublishedSession.__table__.select()
                .with_only_columns(PublishedSession.filing_number, PublishedSession.vevent)
                .limit(FEED_EVENTS)
            )
            return build_feed("x", at_plans([tuple(row) for row in rows], "x"), source="x")

        share = seconds_of(joined) / seconds_of(_built, rounds=1)
    say(f"feed of {FEED_EVENTS:,}, joined ÷ built", share, 0.3, at_most=True)


def _built() -> bytes:
    calendar = Calendar()
    start = datetime(2026, 6, 1, 1, tzinfo=UTC)
    for number in range(FEED_EVENTS):
        event = Event()
        event.add("uid", f"{number}@example")
        event.add("summary", "继续教育公需科目培训班")
        event.add("dtstart", start + timedelta(hours=number))
        event.add("dtend", start + timedelta(hours=number + 3))
        event.add("dtstamp", start)
        event.add("last-modified", start)
        event.add("sequence", 0)
        event.add("status", "CONFIRMED")
        event.add("location", "济宁市任城区人才大厦三楼报告厅")
        event.add("contact", "培训科 0537-0000000")
        event.add("categories", ["公需科目", "面授"])
        event.add("description", "授课人、学时与备案号见计划页面。" * 3)
        calendar.add_component(event)
    return calendar.to_ical()
