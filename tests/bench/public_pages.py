"""The public site against a bare Flask page: kept answers, rendered ones, and a bigger city."""

import re
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event

from tests.bench.growth import grow
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


def run(backend: Backend) -> None:
    """Print the ratios of the public pages on `backend`, which holds the demo city."""
    from ce_bases.config import load_settings
    from ce_bases.factory import create_app
    from ce_bases.web.extensions import db

    app = create_app(load_settings(backend.env))
    cost = {}
    for size in (1_000, 100_000):
        with app.app_context():
            count = grow(db.engine, sessions=size)
            db.engine.dispose()
        print(f"\n{backend.name}, {count:,} published sessions: share of a bare Flask page")
        cost[size] = _month_cost(backend)
        if size == 100_000:
            _pages(backend)
    growth = cost[100_000] / cost[1_000]
    say("month page, cost at 100,000 ÷ at 1,000", growth, 1.2, at_most=True)
    _cold_feed(backend)


def _pages(backend: Backend) -> None:
    """Print each page's share: as it is served, and with the page cache off."""
    with gunicorn("tests.bench.bare:app", backend.env) as bare:
        for label, env in (("", backend.env), (", rendered each time", _uncached(backend))):
            with gunicorn("wsgi:app", env) as site:
                for target in _targets(site):
                    share = ratio_of_rates(site, target, bare, _base_of(site, target))
                    say(target.name + label, share, None if label else target.goal)


def _uncached(backend: Backend) -> dict[str, str]:
    return {**backend.env, "CE_BASES_PAGE_CACHE_SECONDS": "0"}


def _month_cost(backend: Backend) -> float:
    """The least processor time of ours that one rendering of the month page takes, in seconds.

    What else the machine does is not in it, nor is what a database server of its own does.
    """
    from ce_bases.config import load_settings
    from ce_bases.factory import create_app

    client = create_app(load_settings(_uncached(backend))).test_client()
    best = float("inf")
    for _ in range(60):
        start = time.process_time()
        assert client.get("/calendar").status_code == 200
        best = min(best, time.process_time() - start)
    return best


def _targets(port: int) -> Sequence[Target]:
    month = get(port, "/calendar", {})
    number = re.search(rb"/plans/([0-9-]+)", month[2] + get(port, "/", {})[2])
    assert number
    return [
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
    return Target("bytes", f"/bytes/{len(get(port, target.path, {})[2])}")


def _cold_feed(backend: Backend) -> None:
    """Joining stored events against building as many with the iCalendar library."""
    from ce_bases.calendar.feed import at_plans, build_feed
    from ce_bases.config import load_settings
    from ce_bases.factory import create_app
    from ce_bases.plans.models import PublishedSession
    from ce_bases.web.extensions import session

    with create_app(load_settings(backend.env)).app_context():

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
