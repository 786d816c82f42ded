"""What a confirmation would rest on and post, for the page before the button."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from ce_bases.attendance.models import AttendanceRecord
from ce_bases.bureaus.holidays import Workdays
from ce_bases.core.actors import Actor
from ce_bases.core.clock import business_date
from ce_bases.core.text import Text, msg
from ce_bases.credits.permissions import confirm_obstacle
from ce_bases.credits.queries import count_attended, sessions_in_force, teacher_accounts
from ce_bases.enrolment.models import Enrolment, Place
from ce_bases.enrolment.queries import enrolled
from ce_bases.people.models import Person
from ce_bases.plans.deadlines import confirm_by, ends_at, last_day
from ce_bases.plans.models import Plan, TimetableEntry
from ce_bases.plans.queries import in_force
from ce_bases.plans.workflow import STATE_LABELS, PlanState
from ce_bases.policy.flags import is_mostly_by_hand
from ce_bases.policy.registry import filing_policy_for
from ce_bases.policy.shapes import AttendanceRule


@dataclass(frozen=True, slots=True)
class SessionCount:
    """One session as its register stands; `missing` are names of people with a seat."""

    entry: TimetableEntry
    is_over: bool
    present: int
    missing: Sequence[str]
    unsigned_out: Sequence[str]
    by_hand: int
    is_mostly_by_hand: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """Everything the confirming clerk looks at; `problems` say why not yet."""

    sessions: Sequence[SessionCount]
    expected: int
    people: int
    lines: int
    halves: int
    confirm_by: date | None
    is_overdue: bool
    problems: Sequence[Text]


def preview(session: Session, plan: Plan, *, actor: Actor, now: datetime) -> Preview:
    """What confirming `plan` now would post; the caller has scoped the plan."""
    revision = in_force(plan)
    entries = revision.entries if revision else []
    counted = _counts(session, plan.id)
    absent = _absent(session, plan.id)
    rule = filing_policy_for(business_date(now).year).attendance
    sessions = [_count(e, counted.get(e.session_id), absent, rule, now) for e in entries]
    due = confirm_by(last_day(revision), Workdays(session)) if revision and entries else None
    return Preview(
        sessions=sessions,
        expected=enrolled(session, plan.id),
        people=count_attended(session, plan.id),
        lines=sum(s.present for s in sessions if s.entry.halves),
        halves=sum(s.present * s.entry.halves for s in sessions),
        confirm_by=due,
        is_overdue=due is not None and business_date(now) > due,
        problems=_problems(session, plan, sessions, actor),
    )


def _problems(
    session: Session, plan: Plan, sessions: Sequence[SessionCount], actor: Actor
) -> list[Text]:
    if plan.state is not PlanState.FILED:
        state = STATE_LABELS[plan.state]
        return [msg("这份计划现在是“%(state)s”，只有已备案的计划可以确认考勤。", state=state)]
    found = []
    if obstacle := confirm_obstacle(actor, plan, teacher_accounts(session, plan.id)):
        found.append(obstacle)
    if ahead := [s.entry for s in sessions if not s.is_over]:
        last = max(ahead, key=lambda e: (e.held_on, e.ends_at))
        found.append(
            msg(
                "还有 %(count)s 次课没有结束，最后一次在 %(day)s %(time)s 结束，之后才能确认。",
                count=len(ahead),
                day=last.held_on,
                time=f"{last.ends_at:%H:%M}",
            )
        )
    return found


def _counts(session: Session, plan_id: int) -> Mapping[int, Any]:
    """Session id → (present, by hand)."""
    record = AttendanceRecord
    statement = (
        select(
            record.session_id,
            func.sum(case((record.attended, 1), else_=0)).label("present"),
            func.sum(case((record.attended & record.by_hand, 1), else_=0)).label("by_hand"),
        )
        .where(record.session_id.in_(sessions_in_force(plan_id)))
        .group_by(record.session_id)
    )
    return {row.session_id: row for row in session.execute(statement)}


def _absent(session: Session, plan_id: int) -> Mapping[tuple[int, bool], list[str]]:
    """(session id, signed in though) → names of those with a seat who earn nothing."""
    record, sessions = AttendanceRecord, sessions_in_force(plan_id).subquery()
    statement = (
        select(sessions.c.session_id, Person.name, record.signed_in_at)
        .select_from(Enrolment)
        .join(Person, Person.id == Enrolment.person_id)
        .join(sessions, Enrolment.plan_id == plan_id)
        .outerjoin(
            record,
            (record.session_id == sessions.c.session_id) & (record.person_id == Person.id),
        )
        .where(Enrolment.place == Place.ENROLLED, ~func.coalesce(record.attended, False))
        .order_by(Person.initials, Person.name, Person.id)
    )
    found: dict[tuple[int, bool], list[str]] = defaultdict(list)
    for session_id, name, signed_in_at in session.execute(statement):
        found[session_id, signed_in_at is not None].append(name)
    return found


def _count(
    entry: TimetableEntry,
    counted: Any,
    absent: Mapping[tuple[int, bool], list[str]],
    rule: AttendanceRule,
    now: datetime,
) -> SessionCount:
    present, by_hand = (counted.present, counted.by_hand) if counted else (0, 0)
    return SessionCount(
        entry=entry,
        is_over=ends_at(entry) <= now,
        present=present,
        missing=absent.get((entry.session_id, False), []),
        unsigned_out=absent.get((entry.session_id, True), []),
        by_hand=by_hand,
        is_mostly_by_hand=is_mostly_by_hand(by_hand, present, rule),
    )
