"""Public reads: everything here anyone may see. Only published rows are looked at."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, defer

from ce_bases.bureaus.directory import CITY_CODE
from ce_bases.calendar.filters import CalendarFilter
from ce_bases.calendar.seats import has_free_seat
from ce_bases.organisers.models import Organiser, OrganiserKind
from ce_bases.plans.models import Form, PublishedSession

FEED_DAYS_BACK = 90
Events = Sequence[tuple[str, str]]
ORDER = (PublishedSession.held_on, PublishedSession.starts_at, PublishedSession.session_id)
#: Rows without what only feeds and searches need.
_FACE = (defer(PublishedSession.vevent), defer(PublishedSession.search_text))


def like(word: str) -> str:
    """`word` as a LIKE pattern for “contains”, its own wildcards taken literally."""
    escaped = word.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def passes(wanted: CalendarFilter) -> list[ColumnElement[bool]]:
    """The filters as conditions on published sessions."""
    row = PublishedSession
    conditions = {
        "county": row.area_code == wanted.county,
        "organiser": row.organiser_id == wanted.organiser,
        "subject": row.subject == wanted.subject,
        "form": row.form == wanted.form,
    }
    return [
        *(condition for name, condition in conditions.items() if getattr(wanted, name)),
        *(row.search_text.like(like(word), escape="\\") for word in wanted.q.split()),
        *([has_free_seat(wanted.free_at)] if wanted.free_at else []),
    ]


def public_listed(wanted: CalendarFilter, first: date, last: date) -> Select[Any]:
    """Sessions from `first` to `last`, both included, in the order of the calendar."""
    return (
        select(PublishedSession)
        .options(*_FACE)
        .where(PublishedSession.held_on.between(first, last), *passes(wanted))
        .order_by(*ORDER)
    )


def public_coming(wanted: CalendarFilter, today: date) -> Select[Any]:
    """As `public_listed`, everything from today on."""
    return public_listed(wanted, today, date.max)


def public_by_day(
    session: Session, wanted: CalendarFilter, first: date, last: date, *, per_day: int | None = None
) -> Sequence[Any]:
    """Rows of what a calendar's cell shows, in the order of the calendar.

    At most `per_day` rows of each day, the first ones: they are found by their keys alone, so
    that a month costs as much in a city with many classes as in one with few.
    """
    row = PublishedSession
    place = func.row_number().over(partition_by=row.held_on, order_by=ORDER[1:]).label("place")
    keys = (
        select(row.session_id, place)
        .where(row.held_on.between(first, last), *passes(wanted))
        .subquery()
    )
    statement = (
        select(
            *(row.held_on, row.starts_at, row.session_id, row.filing_number, row.title),
            *(row.subject, row.form, row.is_cancelled),
        )
        .join(keys, keys.c.session_id == row.session_id)
        .order_by(row.held_on, keys.c.place)
    )
    if per_day is not None:
        statement = statement.where(keys.c.place <= per_day)
    return session.execute(statement).all()


def public_day_totals(
    session: Session, wanted: CalendarFilter, first: date, last: date
) -> dict[date, int]:
    """How many sessions each day of the span has; days without any are left out."""
    row = PublishedSession
    rows = session.execute(
        select(row.held_on, func.count().label("n"))
        .where(row.held_on.between(first, last), *passes(wanted))
        .group_by(row.held_on)
    )
    return {found.held_on: found.n for found in rows}


def public_feed(session: Session, wanted: CalendarFilter, today: date) -> Events:
    """(filing number, VEVENT) of everything a feed covers: 90 days back and all ahead."""
    first = today - timedelta(days=FEED_DAYS_BACK)
    return published_events(session, [PublishedSession.held_on >= first, *passes(wanted)])


def public_plan_feed(session: Session, plan_id: int) -> Events:
    """(filing number, VEVENT) of every session of one plan."""
    return published_events(session, [PublishedSession.plan_id == plan_id])


def published_events(session: Session, conditions: Sequence[ColumnElement[bool]]) -> Events:
    """(filing number, VEVENT) of the published sessions that meet all `conditions`."""
    rows = session.execute(
        select(PublishedSession.filing_number, PublishedSession.vevent)
        .where(*conditions)
        .order_by(*ORDER)
    )
    return [(number, vevent) for number, vevent in rows]


def public_next(
    session: Session, today: date, *, lectures: bool, limit: int
) -> Sequence[PublishedSession]:
    """The next classes (each plan once, by its next session) that are not cancelled."""
    is_lecture = PublishedSession.form == Form.LECTURE
    place = func.row_number().over(partition_by=PublishedSession.plan_id, order_by=ORDER)
    upcoming = (
        select(PublishedSession.session_id, place.label("place"))
        .where(
            PublishedSession.held_on >= today,
            PublishedSession.is_cancelled.is_(False),
            is_lecture if lectures else ~is_lecture,
        )
        .subquery()
    )
    return session.scalars(
        select(PublishedSession)
        .join(upcoming, upcoming.c.session_id == PublishedSession.session_id)
        .where(upcoming.c.place == 1)
        .options(*_FACE)
        .order_by(*ORDER)
        .limit(limit)
    ).all()


@dataclass(frozen=True, slots=True)
class Facets:
    """What choosing another value of a filter would show: a filter does not narrow its own counts.

    `counts` by filter (`subject`, `form`, `county`) and value; `organisers` as (id, name, count),
    by name.
    """

    counts: Mapping[str, Mapping[str, int]]
    organisers: Sequence[tuple[int, str, int]]


def public_facets(session: Session, wanted: CalendarFilter, first: date, last: date) -> Facets:
    """How many sessions of the span each value of each filter would show; one look for all."""
    row = PublishedSession
    columns = (row.subject, row.form, row.area_code, row.organiser_id, row.organiser_name)
    open_filters = replace(wanted, subject="", form="", county="", organiser=None)
    groups = session.execute(
        select(*columns, func.count())
        .where(row.held_on.between(first, last), *passes(open_filters))
        .group_by(*columns)
    ).all()
    chosen = (wanted.subject, wanted.form, wanted.county, wanted.organiser)
    found: tuple[Counter[Any], ...] = (Counter(), Counter(), Counter(), Counter())
    names: dict[int, str] = {}
    for subject, form, county, number, name, count in groups:
        values = (subject.value, form.value, county, number)
        names[number] = name
        missed = [n for n, value in enumerate(values) if chosen[n] and chosen[n] != value]
        for n in range(4) if not missed else missed if len(missed) == 1 else ():
            found[n][values[n]] += count
    by_name = sorted(found[3], key=lambda number: (names[number], number))
    return Facets(
        dict(zip(("subject", "form", "county"), found[:3], strict=True)),
        [(number, names[number], found[3][number]) for number in by_name],
    )


def public_free_count(
    session: Session, wanted: CalendarFilter, first: date, last: date, *, now: datetime
) -> int:
    """How many sessions of the span the filter for free seats would show."""
    row = PublishedSession
    free = passes(replace(wanted, free_at=now))
    counted = select(func.count()).select_from(row).where(row.held_on.between(first, last), *free)
    return session.scalar(counted) or 0


def public_organisers(*, county: str = "", q: str = "") -> Select[Any]:
    """Bases and departments by level and name, for a paged list."""
    statement = select(Organiser).where(Organiser.kind != OrganiserKind.BUREAU)
    if county:
        statement = statement.where(Organiser.area_code == county)
    for word in q.split():
        statement = statement.where(func.lower(Organiser.name).like(like(word), escape="\\"))
    return statement.order_by(Organiser.area_code != CITY_CODE, Organiser.area_code, Organiser.name)


def public_organiser_ids(session: Session) -> Sequence[int]:
    """The bases and departments that have a page."""
    statement = select(Organiser.id).where(Organiser.kind != OrganiserKind.BUREAU)
    return session.scalars(statement.order_by(Organiser.id)).all()


def public_by_digits(session: Session, digits: str, *, limit: int = 30) -> Sequence[Any]:
    """(filing number, title, organiser, opens_on) of plans whose number has these digits."""
    row = PublishedSession
    opens_on = func.min(row.held_on).label("opens_on")
    return session.execute(
        select(row.filing_number, row.title, row.organiser_name, opens_on)
        .where(func.replace(row.filing_number, "-", "").like(f"%{digits}%"))
        .group_by(row.filing_number, row.title, row.organiser_name)
        .order_by(row.filing_number)
        .limit(limit)
    ).all()


def public_filing_number(session: Session, number: str) -> str | None:
    """`number` itself when a published plan has it."""
    return session.scalar(
        select(PublishedSession.filing_number)
        .where(PublishedSession.filing_number == number)
        .limit(1)
    )


def public_numbers(session: Session, today: date) -> Sequence[str]:
    """The filing numbers of everything a feed covers."""
    row = PublishedSession
    return session.scalars(
        select(row.filing_number)
        .where(row.held_on >= today - timedelta(days=FEED_DAYS_BACK))
        .distinct()
        .order_by(row.filing_number)
    ).all()
