"""A month or a week as rows of seven days, in the shape the grid's component takes."""

from calendar import Calendar
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from ce_bases.bureaus.holidays import WORKED_WEEKEND
from ce_bases.calendar.filters import YEARS
from ce_bases.core.holidays import LABELS, holiday_name, is_known, is_workday
from ce_bases.core.text import Text, msg
from ce_bases.plans.models import Form

SHOWN_A_DAY = 4
OTHER_HOLIDAY = msg("休")


@dataclass(frozen=True, slots=True)
class Event:
    """One session in a cell; its title without the year, which stands above the cells."""

    url: str
    title: str
    time: str
    is_cancelled: bool
    is_lecture: bool
    subject: str


@dataclass(frozen=True, slots=True)
class Day:
    """One cell: what kind of day it is and its sessions; `more` are not listed.

    A day is past only among days of which some are not: nothing of an old month is behind.
    """

    date: date
    is_in_month: bool
    is_today: bool
    is_rest: bool
    note: Text | str | None = field(hash=False)
    is_workday_shift: bool
    events: tuple[Event, ...]
    more: int
    more_url: str
    is_past: bool = False


Week = Sequence[Day]


@dataclass(frozen=True, slots=True)
class Links:
    """Where the cells lead: a plan's page by filing number, everything of a day."""

    plan: Callable[[str], str]
    day: Callable[[date], str]


def month_dates(month: date) -> Sequence[Sequence[date]]:
    """The whole weeks from Monday that cover `month`."""
    return Calendar().monthdatescalendar(month.year, month.month)


def week_dates(day: date) -> Sequence[Sequence[date]]:
    """The one week from Monday that `day` is in."""
    monday = day - timedelta(days=day.weekday())
    return [[monday + timedelta(days=n) for n in range(7)]]


def fill(
    weeks: Sequence[Sequence[date]],
    rows: Iterable[Any],
    today: date,
    links: Links,
    *,
    month: int | None = None,
    totals: Mapping[date, int] | None = None,
) -> Sequence[Week]:
    """The days of `weeks` with their sessions; those outside `month` (if given) are marked.

    `rows` are those of `queries.public_by_day`; `totals` say how many sessions a day has where
    not all of them are among the rows.
    """
    by_day: dict[date, list[Any]] = defaultdict(list)
    for row in rows:
        by_day[row.held_on].append(row)
    known = totals or {}
    is_present = month in (None, today.month) and any(today in week for week in weeks)

    def cell(day: date) -> Day:
        is_in_month = month in (None, day.month)
        more = max(0, known.get(day, 0) - len(by_day[day]))
        made = _cell(day, by_day[day], today, links, is_in_month=is_in_month, more=more)
        return replace(made, is_past=True) if is_present and day < today else made

    return [[cell(day) for day in week] for week in weeks]


def mark(
    weeks: Sequence[Week], noted: Mapping[date, str], worked: Set[date] = frozenset()
) -> Sequence[Week]:
    """The same weeks with what is noted by hand, in years that are not published yet.

    `noted` are holidays, `worked` weekend days on which people work.
    """

    def marked(day: Day) -> Day:
        if is_known(day.date):
            return day
        if day.date in worked:
            return replace(day, is_rest=False, note=WORKED_WEEKEND, is_workday_shift=True)
        return replace(day, is_rest=True, note=noted[day.date]) if day.date in noted else day

    return [[marked(day) for day in week] for week in weeks]


def _cell(
    day: date,
    rows: Sequence[Any],
    today: date,
    links: Links,
    *,
    is_in_month: bool,
    more: int,
) -> Day:
    return Day(
        date=day,
        is_in_month=is_in_month,
        is_today=day == today,
        is_rest=not is_workday(day),
        note=day_note(day),
        is_workday_shift=is_workday(day) and day.weekday() >= 5,
        events=tuple(_event(row, links) for row in rows),
        more=more,
        more_url=links.day(day),
    )


def _event(row: Any, links: Links) -> Event:
    return Event(
        url=links.plan(row.filing_number),
        title=row.title.removeprefix(f"{row.held_on.year}年").strip() or row.title,
        time=f"{row.starts_at:%H:%M}",
        is_cancelled=row.is_cancelled,
        is_lecture=row.form is Form.LECTURE,
        subject=row.subject.value,
    )


def day_note(day: date) -> Text | None:
    """The public holiday's name, or that people work on this weekend day."""
    if is_workday(day):
        return WORKED_WEEKEND if day.weekday() >= 5 else None
    name = holiday_name(day)
    if name is None:
        return OTHER_HOLIDAY if day.weekday() < 5 else None
    return LABELS.get(name, OTHER_HOLIDAY)


def holidays_known(weeks: Sequence[Sequence[date]], *, month: int | None = None) -> bool:
    """Whether the public holidays of these days (of `month` alone, if given) are published."""
    days = (day for week in weeks for day in week)
    return all(is_known(day) for day in days if month in (None, day.month))


def month_after(month: date, steps: int) -> date | None:
    """The first day of the month `steps` (1 or -1) away; None where the calendar ends."""
    beside = month.replace(day=1) + timedelta(days=32 if steps > 0 else -1)
    return beside.replace(day=1) if beside.year in YEARS else None
