"""Public holidays, and weekends worked instead: as the package publishes them, and by hand for
years it does not know yet.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import extract, select
from sqlalchemy.orm import Session

from ce_bases.audit.service import Act, record
from ce_bases.bureaus.models import PublicHoliday
from ce_bases.core.actors import Actor
from ce_bases.core.errors import InvalidInputError
from ce_bases.core.holidays import LABELS, holiday_name, is_known, is_workday
from ce_bases.core.text import Text, msg

LONGEST_NAME = 40
#: What a weekend day is called on which people work.
WORKED_WEEKEND = msg("调休上班")
MOST_DAYS = 31


@dataclass(frozen=True, slots=True)
class Holidays:
    """The holidays of a stretch of time; `by_hand` are those noted here, by their day.

    `worked` are the weekend days that are noted as worked.
    """

    by_hand: dict[date, str]
    worked: frozenset[date] = frozenset()

    def is_holiday(self, day: date) -> bool:
        if is_known(day):
            return holiday_name(day) is not None
        return day in self.by_hand

    def unknown_years(self, days: Iterable[date]) -> list[tuple[int, int]]:
        """The years of `days` that are not published, each with how many of its days are noted."""
        noted = Counter(day.year for day in self.by_hand)
        return [(year, noted[year]) for year in unpublished_years(days)]


def holidays_between(session: Session, first: date, last: date) -> Holidays:
    rows = session.scalars(
        select(PublicHoliday).where(PublicHoliday.day.between(first, last))
    ).all()
    return Holidays(
        {row.day: row.name for row in rows if not row.is_worked},
        frozenset(row.day for row in rows if row.is_worked),
    )


class Workdays:
    """Whether people work on a day; what is noted by hand decides where nothing is published.

    They are read once, at the first day of a year that is not published.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._noted: dict[date, bool] | None = None

    def __call__(self, day: date) -> bool:
        if is_known(day):
            return is_workday(day)
        if self._noted is None:
            rows = self._session.execute(select(PublicHoliday.day, PublicHoliday.is_worked))
            self._noted = dict(rows.all())
        return self._noted.get(day, is_workday(day))


def unpublished_years(days: Iterable[date]) -> list[int]:
    """The years whose holidays are not published yet."""
    return sorted({day.year for day in days if not is_known(day)})


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days in a row of one holiday, both ends included; or of a weekend that is worked instead."""

    first: date
    last: date
    name: str | Text
    is_worked: bool = False

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def noted_in(session: Session, year: int) -> list[PublicHoliday]:
    """The days of a year noted by hand, in order."""
    return list(
        session.scalars(
            select(PublicHoliday)
            .where(extract("year", PublicHoliday.day) == year)
            .order_by(PublicHoliday.day)
        )
    )


def published_in(year: int) -> list[tuple[date, Text]]:
    """The holidays of a year the package knows, day by day."""
    every = (date(year, 1, 1) + timedelta(days=n) for n in range(366))
    named = ((day, holiday_name(day)) for day in every if day.year == year)
    return [(day, LABELS.get(name) or msg("节假日")) for day, name in named if name]


def published_worked_in(year: int) -> list[tuple[date, Text]]:
    """The weekend days of a year the package knows on which people work."""
    every = (date(year, 1, 1) + timedelta(days=n) for n in range(366))
    return [
        (day, WORKED_WEEKEND)
        for day in every
        if day.year == year and day.weekday() >= 5 and is_workday(day)
    ]


def stretches(days: Iterable[tuple[date, str | Text]], *, is_worked: bool = False) -> list[Stretch]:
    """Days in order, those that follow each other under one name taken together."""
    found: list[Stretch] = []
    for day, name in days:
        last = found[-1] if found else None
        if last and last.name == name and day - last.last == timedelta(days=1):
            found[-1] = replace(last, last=day)
        else:
            found.append(Stretch(day, day, name, is_worked))
    return found


def note_holidays(session: Session, wanted: Stretch, *, actor: Actor | None, now: datetime) -> None:
    """Note a holiday of one or more days, or a weekend that is worked instead.

    Days that are noted already become what is said now.

    InvalidInputError for days of years that are published: those are not for anyone to change.
    """
    if problems := _problems(wanted):
        raise InvalidInputError(next(iter(problems.values())), problems=problems)
    known = {row.day: row for row in _noted_between(session, wanted)}
    for day in _days_of(wanted):
        if day in known:
            known[day].name, known[day].is_worked = str(wanted.name), wanted.is_worked
        else:
            row = PublicHoliday(day=day, name=str(wanted.name), is_worked=wanted.is_worked)
            session.add(row)
    after = {"name": str(wanted.name), "until": wanted.last.isoformat()}
    if wanted.is_worked:
        after["worked"] = "yes"
    act = Act("note_holiday", "public_holiday", wanted.first.isoformat(), after=after)
    record(session, act, actor=actor, now=now)
    session.flush()


def drop_holidays(
    session: Session, first: date, last: date, *, actor: Actor | None, now: datetime
) -> None:
    """Take back the days noted by hand from `first` to `last`; InvalidInputError when none is."""
    noted = _noted_between(session, Stretch(first, last, ""))
    if not noted:
        raise InvalidInputError(msg("没有记过这一天。"))
    before = {row.day.isoformat(): row.name for row in noted}
    for row in noted:
        session.delete(row)
    act = Act("drop_holiday", "public_holiday", first.isoformat(), before=before)
    record(session, act, actor=actor, now=now)
    session.flush()


def _problems(wanted: Stretch) -> dict[str, Text]:
    if not 0 < len(str(wanted.name)) <= LONGEST_NAME:
        return {"name": msg("节假日名称应为 1 至 40 个字。")}
    if not 1 <= wanted.days <= MOST_DAYS:
        return {"last": msg("最后一天应在第一天之后，一次最多 %(most)d 天。", most=MOST_DAYS)}
    for field, day in (("first", wanted.first), ("last", wanted.last)):
        if is_known(day):
            return {field: msg("%(year)d 年的节假日已经公布，不需要另记。", year=day.year)}
    if wanted.is_worked and any(day.weekday() < 5 for day in _days_of(wanted)):
        return {"first": msg("调休上班的应是周六、周日；周一至周五本来就按上班计算。")}
    return {}


def _noted_between(session: Session, wanted: Stretch) -> list[PublicHoliday]:
    """The noted days of a stretch, held until the transaction ends."""
    return list(
        session.scalars(
            select(PublicHoliday)
            .where(PublicHoliday.day.between(wanted.first, wanted.last))
            .order_by(PublicHoliday.day)
            .with_for_update()
        )
    )


def _days_of(wanted: Stretch) -> list[date]:
    return [wanted.first + timedelta(days=n) for n in range(wanted.days)]
