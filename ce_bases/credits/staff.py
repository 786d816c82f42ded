"""A unit's people and how far each is this year."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.orm import Session

from ce_bases.credits.models import YearRecord
from ce_bases.people.models import Affiliation, Person
from ce_bases.policy.shapes import YearlyRequirement

STATES = ("all", "complete", "incomplete", "none")
SORTS = ("missing", "name", "hours")


@dataclass(frozen=True, slots=True)
class StaffFilter:
    """What the personnel office asked for; unknown values mean the first of each list."""

    year: int
    q: str = ""
    state: str = "all"
    sort: str = "missing"


@dataclass(frozen=True, slots=True)
class Totals:
    """How many people a unit has, and how many of them are complete."""

    people: int
    complete: int


def _short(have: ColumnElement[int], need: int) -> ColumnElement[int]:
    return case((have < need, need - have), else_=0)


def staff(
    unit_id: int, wanted: StaffFilter, need: YearlyRequirement, *, today: date
) -> Select[Any]:
    """The unit's people today with their year, in one query.

    Rows: id, name, post, id_last4, public, professional, missing (half-hours), is_complete.
    `missing` is what is short of the two subjects, or of the total where that is more.
    """
    public = func.coalesce(YearRecord.public_halves, 0)
    professional = func.coalesce(YearRecord.professional_halves, 0)
    by_subject = _short(public, need.public_halves) + _short(professional, need.professional_halves)
    in_all = _short(public + professional, need.total_halves)
    missing = case((in_all > by_subject, in_all), else_=by_subject)
    statement = (
        select(
            Person.id,
            Person.name,
            Person.post,
            Person.id_last4,
            public.label("public"),
            professional.label("professional"),
            missing.label("missing"),
            func.coalesce(YearRecord.is_complete, False).label("is_complete"),
        )
        .join(Affiliation, Affiliation.person_id == Person.id)
        .outerjoin(
            YearRecord, (YearRecord.person_id == Person.id) & (YearRecord.year == wanted.year)
        )
        .where(_works_at(unit_id, today))
    )
    by_name = (Person.initials, Person.name, Person.id)
    orders: dict[str, tuple[Any, ...]] = {
        "missing": (missing.desc(), *by_name),
        "name": by_name,
        "hours": ((public + professional).desc(), *by_name),
    }
    for condition in _conditions(wanted, public + professional):
        statement = statement.where(condition)
    return statement.order_by(*orders.get(wanted.sort, orders["missing"]))


def _works_at(unit_id: int, today: date) -> ColumnElement[bool]:
    return (
        (Affiliation.unit_id == unit_id)
        & (Affiliation.since_on <= today)
        & or_(Affiliation.until_on.is_(None), Affiliation.until_on > today)
    )


def _conditions(wanted: StaffFilter, hours: ColumnElement[int]) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    complete = func.coalesce(YearRecord.is_complete, False)
    if wanted.state == "complete":
        found.append(complete)
    if wanted.state == "incomplete":
        found.append(~complete)
    if wanted.state == "none":
        found.append(hours == 0)
    if wanted.q:
        found.append(
            Person.name.contains(wanted.q, autoescape=True)
            | Person.initials.startswith(wanted.q.upper(), autoescape=True)
            | (Person.id_last4 == wanted.q.upper())
        )
    return found


def totals(session: Session, unit_id: int, year: int, *, today: date) -> Totals:
    """The unit's figures of `year`, whatever is filtered."""
    done = func.sum(case((func.coalesce(YearRecord.is_complete, False), 1), else_=0))
    row = session.execute(
        select(func.count(), func.coalesce(done, 0))
        .select_from(Affiliation)
        .outerjoin(
            YearRecord,
            (YearRecord.person_id == Affiliation.person_id) & (YearRecord.year == year),
        )
        .where(_works_at(unit_id, today))
    ).one()
    return Totals(row[0], row[1])
