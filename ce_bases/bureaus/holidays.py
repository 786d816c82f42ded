"""Public holidays: as the package publishes them, and by hand for years it does not know yet."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import extract, select
from sqlalchemy.orm import Session

from ce_bases.audit.service import Act, record
from ce_bases.bureaus.models import PublicHoliday
from ce_bases.core.actors import Actor
from ce_bases.core.errors import InvalidInputError
from ce_bases.core.holidays import holiday_name, is_known
from ce_bases.core.text import msg


@dataclass(frozen=True, slots=True)
class Holidays:
    """The holidays of a stretch of time; `by_hand` are those noted here, by their day."""

    by_hand: dict[date, str]

    def is_holiday(self, day: date) -> bool:
        if is_known(day):
            return holiday_name(day) is not None
        return day in self.by_hand


def holidays_between(session: Session, first: date, last: date) -> Holidays:
    rows = session.scalars(select(PublicHoliday).where(PublicHoliday.day.between(first, last)))
    return Holidays({row.day: row.name for row in rows})


def unpublished_years(days: Iterable[date]) -> list[int]:
    """The years whose holidays are not published yet."""
    return sorted({day.year for day in days if not is_known(day)})


def noted_in(session: Session, year: int) -> list[PublicHoliday]:
    """The days of a year noted by hand, in order."""
    return list(
        session.scalars(
            select(PublicHoliday)
            .where(extract("year", PublicHoliday.day) == year)
            .order_by(PublicHoliday.day)
        )
    )


def note_holiday(
    session: Session, day: date, name: str, *, actor: Actor | None, now: datetime
) -> None:
    """Note a holiday, or give it another name; refused for years that are published."""
    if is_known(day):
        raise InvalidInputError(msg("%(year)d 年的节假日已经公布，不需要另记。", year=day.year))
    if not 0 < len(name) <= 40:
        raise InvalidInputError(msg("节假日名称应为 1 至 40 个字。"))
    known = session.get(PublicHoliday, day)
    if known is None:
        session.add(PublicHoliday(day=day, name=name))
    else:
        known.name = name
    act = Act("note_holiday", "public_holiday", day.isoformat(), after={"name": name})
    record(session, act, actor=actor, now=now)
    session.flush()


def drop_holiday(session: Session, day: date, *, actor: Actor | None, now: datetime) -> None:
    """Take back a day noted by hand; InvalidInputError when it is not noted."""
    known = session.get(PublicHoliday, day)
    if known is None:
        raise InvalidInputError(msg("没有记过这一天。"))
    session.delete(known)
    act = Act("drop_holiday", "public_holiday", day.isoformat(), before={"name": known.name})
    record(session, act, actor=actor, now=now)
    session.flush()
