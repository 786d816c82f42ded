"""Reads around the ledger; callers have scoped the plan or person they ask about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BindParameter, Date, Select, bindparam, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from ce_bases.accounts.models import Account
from ce_bases.attendance.models import AttendanceRecord
from ce_bases.bureaus.holidays import Workdays
from ce_bases.core.errors import NotFoundError
from ce_bases.core.reading import read
from ce_bases.credits.models import Confirmation, LedgerLine, YearRecord
from ce_bases.enrolment.models import Enrolment, Place
from ce_bases.organisers.models import Lecturer
from ce_bases.people.models import Affiliation, Person, Unit
from ce_bases.plans.deadlines import object_until
from ce_bases.plans.models import (
    Plan,
    PlanRevision,
    PublishedSession,
    Standing,
    Subject,
    TimetableEntry,
)

# Made once: an alias copies every column of its table, a millisecond on each page.
_REVERSAL = aliased(LedgerLine)
_EARLIER = aliased(PublishedSession)


def sessions_in_force(plan_id: int) -> Select[Any]:
    """The ids of the sessions of a plan's filed revision."""
    return (
        select(TimetableEntry.session_id)
        .join(PlanRevision, PlanRevision.id == TimetableEntry.revision_id)
        .where(PlanRevision.plan_id == plan_id, PlanRevision.standing == Standing.IN_FORCE)
    )


def teacher_accounts(session: Session, plan_id: int) -> set[int]:
    """The accounts of those who teach a session of the plan's filed revision."""
    statement = (
        select(Lecturer.account_id)
        .join(TimetableEntry, TimetableEntry.lecturer_id == Lecturer.id)
        .join(PlanRevision, PlanRevision.id == TimetableEntry.revision_id)
        .where(
            PlanRevision.plan_id == plan_id,
            PlanRevision.standing == Standing.IN_FORCE,
            Lecturer.account_id.is_not(None),
        )
    )
    return {account_id for account_id in session.scalars(statement) if account_id is not None}


def keys_of_plan(session: Session, plan_id: int) -> list[tuple[int, int]]:
    """(person, year) of every line the plan has in the ledger."""
    statement = (
        select(LedgerLine.person_id, LedgerLine.year)
        .where(LedgerLine.plan_id == plan_id)
        .distinct()
    )
    return [(person_id, year) for person_id, year in session.execute(statement)]


def count_attended(session: Session, plan_id: int) -> int:
    """How many people attended at least one session of the filed revision."""
    statement = select(func.count(AttendanceRecord.person_id.distinct())).where(
        AttendanceRecord.attended,
        AttendanceRecord.session_id.in_(sessions_in_force(plan_id)),
    )
    return session.scalar(statement) or 0


@dataclass(frozen=True, slots=True)
class ConfirmationMade:
    """A confirmation with the name of who made it, and the last day to object to its hours."""

    confirmation: Confirmation
    by: str
    object_until: date


def find_confirmation(session: Session, plan_id: int) -> ConfirmationMade | None:
    """The plan's confirmation, if it was confirmed."""
    row = session.execute(
        select(Confirmation, Account.display_name)
        .join(Account, Account.id == Confirmation.confirmed_by)
        .where(Confirmation.plan_id == plan_id)
    ).one_or_none()
    if row is None:
        return None
    made: Confirmation = row[0]
    until = object_until(made.confirmed_at, Workdays(session))
    return ConfirmationMade(made, row[1], until)


def find_version(session: Session, line: LedgerLine, version: int) -> LedgerLine | None:
    """The line of the same source and person with another version."""
    return session.scalars(
        select(LedgerLine).where(
            LedgerLine.source == line.source,
            LedgerLine.person_id == line.person_id,
            LedgerLine.version == version,
        )
    ).one_or_none()


def posted_lines(plan_id: int, *, q: str = "") -> Select[*tuple[Any, ...]]:
    """Rows (line, person, its reversal or None) of a plan, by person and time.

    `q`: part of a name, or the last four of an ID.
    """
    statement: Select[*tuple[Any, ...]] = (
        select(LedgerLine, Person, _REVERSAL)
        .join(Person, Person.id == LedgerLine.person_id)
        .outerjoin(_REVERSAL, _REVERSAL.reverses_id == LedgerLine.id)
        .where(LedgerLine.plan_id == plan_id, LedgerLine.reverses_id.is_(None))
        .order_by(Person.name, Person.id, LedgerLine.held_on, LedgerLine.starts_at, LedgerLine.id)
    )
    if q:
        statement = statement.where(
            Person.name.contains(q, autoescape=True) | (Person.id_last4 == q.upper())
        )
    return statement


def get_posted_line(session: Session, plan: Plan, line_id: int) -> tuple[LedgerLine, Person]:
    """A live line of a plan the caller has scoped, and whose it is; raises NotFoundError."""
    row = session.execute(posted_lines(plan.id).where(LedgerLine.id == line_id)).one_or_none()
    if row is None:
        raise NotFoundError
    return row[0], row[1]


def years_with_hours(session: Session, person_id: int) -> list[int]:
    """The years of which a person has a record, newest first."""
    return sorted(read(session, _YEARS, person_id=person_id).scalars(), reverse=True)


def find_record(session: Session, person_id: int, year: int) -> YearRecord | None:
    """What is stored of a person's year."""
    return session.get(YearRecord, (person_id, year))


def reversals(session: Session, person_id: int, year: int) -> Sequence[Any]:
    """A person's lines of a year that were taken back, the newest reversal first.

    Rows: title, held_on, halves (claimed, both subjects), posted_at and reason of the
    reversal.
    """
    return read(session, _REVERSED, person_id=person_id, year=year).all()


def home_area(session: Session, person_id: int) -> str | None:
    """The county a person is at home in: their own, or their unit's."""
    found: str | None = read(session, HOME_AREA, person_id=person_id).scalar()
    return found


def classes_that_fill(
    session: Session, person_id: int, subjects: Sequence[Subject], *, after: date, until: date
) -> Sequence[Any]:
    """At most four filed classes of `subjects` that open in (after, until].

    Rows: filing_number, title, organiser_name, subject, opens_on, halves. Classes the person
    has a seat in are left out; those of their own county (or their unit's) come first, then the
    soonest. Each subject has its turn, so that what is missing of one never hides the other.
    """
    return read(
        session,
        _CLASSES,
        person_id=person_id,
        subject=subjects[0],
        or_subject=subjects[-1],
        after=after,
        until=until,
    ).all()


def _classes() -> Select[*tuple[Any, ...]]:
    row, earlier = PublishedSession, _EARLIER
    person_id: BindParameter[int] = bindparam("person_id")
    after = bindparam("after", type_=Date)
    opens_on = func.min(row.held_on)
    has_seat = exists().where(
        Enrolment.plan_id == row.plan_id,
        Enrolment.person_id == person_id,
        Enrolment.place != Place.CANCELLED,
    )
    has_begun = exists().where(earlier.plan_id == row.plan_id, earlier.held_on <= after)
    is_near = func.max(case((row.area_code == HOME_AREA.scalar_subquery(), 1), else_=0))
    # What a plan's sessions have in common is taken from any of them: grouping by the plan alone,
    # and asking about the plan, not each session, takes half the time.
    common = (row.filing_number, row.title, row.organiser_name, row.subject)
    of_plan = [func.min(column, type_=column.type).label(column.key) for column in common]
    nearest = (is_near.desc(), opens_on, of_plan[0])
    turn = func.row_number().over(partition_by=func.min(row.subject), order_by=nearest)
    return (
        select(*of_plan, opens_on.label("opens_on"), func.sum(row.halves).label("halves"))
        .where(row.held_on > after, row.held_on <= bindparam("until", type_=Date))
        .where(or_(row.subject == bindparam("subject"), row.subject == bindparam("or_subject")))
        .where(~row.is_cancelled)
        .group_by(row.plan_id)
        .having(~has_seat, ~has_begun)
        .order_by(turn, *nearest)
        .limit(4)
    )


_YEARS = select(YearRecord.year).where(YearRecord.person_id == bindparam("person_id"))
_REVERSED = (
    select(
        LedgerLine.title,
        LedgerLine.held_on,
        (LedgerLine.public_halves + LedgerLine.professional_halves).label("halves"),
        _REVERSAL.posted_at,
        _REVERSAL.reason,
    )
    .join(_REVERSAL, _REVERSAL.reverses_id == LedgerLine.id)
    .where(LedgerLine.person_id == bindparam("person_id"), LedgerLine.year == bindparam("year"))
    .order_by(_REVERSAL.id.desc())
)
HOME_AREA = (
    select(func.coalesce(Person.area_code, Unit.area_code))
    .outerjoin(Affiliation, (Affiliation.person_id == Person.id) & Affiliation.until_on.is_(None))
    .outerjoin(Unit, Unit.id == Affiliation.unit_id)
    .where(Person.id == bindparam("person_id"))
)
_CLASSES = _classes()
