"""Whether a kept page of a year still holds: one read that differs whenever the page would."""

import operator
from collections.abc import Hashable
from dataclasses import dataclass
from functools import cache, reduce
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    ScalarSelect,
    Select,
    String,
    bindparam,
    cast,
    func,
    literal_column,
    select,
)
from sqlalchemy.orm import Session

from ce_bases.bureaus.models import PublicHoliday
from ce_bases.core.public_state import SHOWN, PublicState
from ce_bases.core.reading import read
from ce_bases.credits.models import Confirmation, LedgerLine, Objection, YearRecord
from ce_bases.credits.queries import HOME_AREA
from ce_bases.enrolment.models import Enrolment
from ce_bases.plans.models import Plan

#: Whose year: for the parts that higher features add.
PERSON: BindParameter[int] = bindparam("person_id")
_parts: dict[str, ScalarSelect[Any]] = {}


def add_part(name: str, part: ScalarSelect[Any]) -> None:
    """Have `part`, a value about `PERSON`, prove the page too; the factory calls this once."""
    _parts[name] = part
    _statement.cache_clear()


@dataclass(frozen=True, slots=True)
class YearStamp:
    """`own` is equal only while everything that the pages of one person's years show of them is
    the same; `shown` only while the public calendar is, out of which classes are offered. None
    proves nothing.

    Of the ledger and the confirmations, which only grow, their number says enough (the last moment
    is for a database that was restored); what may be changed in place (objections, seats, claims)
    takes part with all that is shown of it.
    """

    own: tuple[Hashable, ...]
    shown: int | None


def year_stamp(session: Session, person_id: int) -> YearStamp:
    """The stamp of now, in one read; to be read before what it is to prove."""
    shown, *own = read(session, _statement(), person_id=person_id).one()
    return YearStamp(tuple(own), shown)


def told(*columns: Any) -> ColumnElement[str]:
    """One text of the values of `columns` in many rows, in which no two sets of rows are alike."""
    # Written into the statement: as values they would be sent along with every page.
    nothing, colon = literal_column("''", String), literal_column("':'", String)
    shown = [func.coalesce(cast(column, String), nothing) for column in columns]
    pieces = [cast(func.length(value), String) + colon + value for value in shown]
    return func.aggregate_strings(reduce(operator.add, pieces), ",")


@cache
def _statement() -> Select[*tuple[Any, ...]]:
    objections = (
        select(
            told(
                Objection.id,
                Objection.state,
                Objection.base_answer,
                Objection.answer,
                Objection.answered_at,
            )
        )
        .where(Objection.person_id == PERSON)
        .scalar_subquery()
    )
    years = select(told(YearRecord.year)).where(YearRecord.person_id == PERSON).scalar_subquery()
    seats = (
        select(told(Enrolment.plan_id, Enrolment.place))
        .where(Enrolment.person_id == PERSON)
        .scalar_subquery()
    )
    holidays = select(told(PublicHoliday.day, PublicHoliday.is_worked)).scalar_subquery()
    # Line by line, by key: as joins PostgreSQL would read both tables from end to end.
    confirmed = (
        select(func.count(Confirmation.id))
        .where(Confirmation.plan_id == LedgerLine.plan_id)
        .correlate(LedgerLine)
        .scalar_subquery()
    )
    filed = (
        select(func.count(Plan.filing_number))
        .where(Plan.id == LedgerLine.plan_id)
        .correlate(LedgerLine)
        .scalar_subquery()
    )
    shown = select(PublicState.number).where(PublicState.scope == SHOWN).scalar_subquery()
    return select(
        shown,
        func.count(LedgerLine.id),
        func.max(LedgerLine.id),
        func.max(LedgerLine.posted_at),
        func.sum(confirmed),
        func.sum(filed),
        objections,
        years,
        seats,
        holidays,
        HOME_AREA.scalar_subquery(),
        *_parts.values(),
    ).where(LedgerLine.person_id == PERSON)
