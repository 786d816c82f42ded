"""The ledger: the one function through which lines come in, and the lines it is given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CursorResult,
    Select,
    String,
    Table,
    case,
    cast,
    func,
    literal,
    null,
    select,
    true,
)
from sqlalchemy.orm import Session

from ce_bases.attendance.models import AttendanceRecord
from ce_bases.core.actors import Actor
from ce_bases.core.inserting import insert_on_conflict
from ce_bases.credits.models import Kind, LedgerLine, Origin
from ce_bases.plans.models import (
    CourseSession,
    Form,
    Plan,
    PlanRevision,
    Standing,
    Subject,
    TimetableEntry,
)
from ce_bases.policy.shapes import YearPolicy
from ce_bases.policy.year import clause_of


@dataclass(frozen=True, slots=True)
class Grant:
    """A line the bureau grants a person after the confirmation, and why."""

    person_id: int
    reason: str
    actor: Actor
    now: datetime


TABLE: Table = LedgerLine.__table__
COLUMNS = [column.name for column in TABLE.columns if column.name != "id"]


def post_lines(session: Session, lines: Select[Any] | Sequence[Mapping[str, Any]]) -> int:
    """Add `lines` to the ledger; how many were new. Nothing else ever writes the ledger.

    `lines` is a SELECT of `COLUMNS` in their order, or rows of them. A (source, person, version)
    that is there already stays as it is, so posting again adds nothing; nor does a second
    reversal of one line. The caller recomputes the records of everybody touched.
    """
    insert = insert_on_conflict(session, TABLE)
    if isinstance(lines, Select):
        return _added(session, insert.from_select(COLUMNS, lines, include_defaults=False))
    return sum(_added(session, insert.values(**line)) for line in lines)


def _added(session: Session, insert: Any) -> int:
    statement = insert.on_conflict_do_nothing()
    result = session.execute(statement, execution_options={"preserve_rowcount": True})
    assert isinstance(result, CursorResult)
    return result.rowcount


def attended_lines(
    plan: Plan, year: int, policy: YearPolicy, *, actor: Actor | None, now: datetime
) -> Select[Any]:
    """A SELECT of the lines `plan` earns in `year`: one for each person and session attended.

    Filed hours of the revision in force; a class over New Year is split by session — rules §1,
    §5. A session without filed hours earns no line.
    """
    return (
        _lines(plan, year, policy, actor, now)
        .join(AttendanceRecord, AttendanceRecord.session_id == CourseSession.id)
        .where(AttendanceRecord.attended)
        .order_by(TimetableEntry.held_on, TimetableEntry.starts_at, AttendanceRecord.person_id)
    )


def granted_line(
    plan: Plan, session_id: int, year: int, policy: YearPolicy, grant: Grant
) -> Select[Any]:
    """A SELECT of the one line a person gets for a session after the confirmation."""
    lines = _lines(plan, year, policy, grant.actor, grant.now, grant)
    return lines.where(CourseSession.id == session_id)


def _lines(
    plan: Plan,
    year: int,
    policy: YearPolicy,
    actor: Actor | None,
    now: datetime,
    grant: Grant | None = None,
) -> Select[Any]:
    """The lines of every session of the revision in force with filed hours.

    Of whoever has attendance there (the caller joins it), or of one person by a grant.
    """
    is_lecture = PlanRevision.form == Form.LECTURE
    is_public = is_lecture | (PlanRevision.subject == Subject.PUBLIC)
    halves = TimetableEntry.halves
    values: dict[str, Any] = {
        "person_id": literal(grant.person_id) if grant else AttendanceRecord.person_id,
        "year": literal(year),
        "source": literal("session:") + cast(CourseSession.id, String),
        "version": literal(1),
        "reverses_id": null(),
        "kind": case((is_lecture, Kind.LECTURE.value), else_=Kind.TRAINING.value),
        "subject": case((is_public, Subject.PUBLIC.value), else_=Subject.PROFESSIONAL.value),
        "clause": case(
            (is_lecture, clause_of(Kind.LECTURE, policy).ref),
            else_=clause_of(Kind.TRAINING, policy).ref,
        ),
        "origin": literal(Origin.BASE.value),
        "held_on": TimetableEntry.held_on,
        "until_on": null(),
        "starts_at": TimetableEntry.starts_at,
        "public_halves": case((is_public, halves), else_=0),
        "professional_halves": case((is_public, 0), else_=halves),
        "is_filed": true(),
        "has_exception": literal(plan.has_exception),
        "has_archive": literal(value=False),
        "thing_key": CourseSession.uid,
        "detail": literal(""),
        "title": func.substr(PlanRevision.title + " · " + TimetableEntry.topic, 1, 200),
        "plan_id": PlanRevision.plan_id,
        "session_id": CourseSession.id,
        "policy_version": literal(policy.version),
        "posted_at": literal(now, TABLE.c.posted_at.type),
        "posted_by": literal(actor.account_id) if actor else null(),
        "reason": literal(grant.reason if grant else ""),
    }
    return (
        select(*(values[name].label(name) for name in COLUMNS))
        .join_from(PlanRevision, TimetableEntry, TimetableEntry.revision_id == PlanRevision.id)
        .join(CourseSession, CourseSession.id == TimetableEntry.session_id)
        .where(
            PlanRevision.plan_id == plan.id,
            PlanRevision.standing == Standing.IN_FORCE,
            TimetableEntry.held_on.between(date(year, 1, 1), date(year, 12, 31)),
            halves > 0,
        )
    )


def reversal_of(
    line: LedgerLine, reason: str, *, actor: Actor | None, now: datetime
) -> dict[str, Any]:
    """The row that takes `line` back: every figure negated, its version too."""
    return _copy(line, actor, now) | {
        "version": -line.version,
        "reverses_id": line.id,
        "public_halves": -line.public_halves,
        "professional_halves": -line.professional_halves,
        "reason": reason,
    }


def replacement_of(
    line: LedgerLine, halves: int, reason: str, *, actor: Actor | None, now: datetime
) -> dict[str, Any]:
    """The row that stands in for a reversed `line`: the same thing with `halves` half-hours."""
    is_public = line.subject is Subject.PUBLIC
    return _copy(line, actor, now) | {
        "version": line.version + 1,
        "public_halves": halves if is_public else 0,
        "professional_halves": 0 if is_public else halves,
        "reason": reason,
    }


def _copy(line: LedgerLine, actor: Actor | None, now: datetime) -> dict[str, Any]:
    kept = {name: getattr(line, name) for name in COLUMNS}
    return kept | {"posted_at": now, "posted_by": actor.account_id if actor else None}
