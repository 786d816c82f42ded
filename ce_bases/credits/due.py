"""Which classes wait for their attendance to be confirmed, and until when — rules §5 end."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from ce_bases.attendance.flagging import Flags, flags_of_sessions, sessions_of
from ce_bases.bureaus.holidays import Workdays
from ce_bases.core.access import Action
from ce_bases.core.actors import Actor
from ce_bases.core.clock import business_date
from ce_bases.credits.preview import Preview, preview
from ce_bases.enrolment.queries import is_own
from ce_bases.plans.deadlines import confirm_by, ends_at, last_day
from ce_bases.plans.models import Plan, PlanRevision, Standing
from ce_bases.plans.queries import in_force, within
from ce_bases.plans.workflow import PlanState

#: As many classes as are listed, or confirmed, at once.
MOST = 20


@dataclass(frozen=True, slots=True)
class Due:
    """A class that is over and not confirmed; `due_on` is the last day in time."""

    plan: Plan
    revision: PlanRevision
    due_on: date
    is_overdue: bool
    preview: Preview
    flags: Flags

    @property
    def missing(self) -> int:
        """Sign-ins that are missing, over all sessions."""
        return sum(len(counted.missing) for counted in self.preview.sessions)

    @property
    def flagged(self) -> int:
        return sum(map(len, self.flags.values()))


def due_classes(session: Session, *, actor: Actor, now: datetime) -> list[Due]:
    """The actor's own classes that wait for confirmation, the most urgent first."""
    return [_due(session, plan, actor, now) for plan in _waiting(session, actor, now)[:MOST]]


def chosen_classes(
    session: Session, plan_ids: Collection[int], *, actor: Actor, now: datetime
) -> list[Due]:
    """Those of `plan_ids` that wait for the actor's confirmation; others are left out."""
    waiting = _waiting(session, actor, now)
    chosen = [plan for plan in waiting if plan.id in plan_ids][:MOST]
    return [_due(session, plan, actor, now) for plan in chosen]


def _waiting(session: Session, actor: Actor, now: datetime) -> list[Plan]:
    today = business_date(now)
    found = session.scalars(
        select(Plan)
        .join(PlanRevision, PlanRevision.plan_id == Plan.id)
        .where(
            Plan.state == PlanState.FILED,
            PlanRevision.standing == Standing.IN_FORCE,
            PlanRevision.closes_on <= today,
            within(actor, Action.CONFIRM_ATTENDANCE),
        )
        .order_by(PlanRevision.closes_on, Plan.id)
        .options(
            selectinload(Plan.organiser),
            selectinload(Plan.revisions).selectinload(PlanRevision.entries),
        )
    )
    return [plan for plan in found if is_own(actor, plan) and _is_over(plan, now)]


def _is_over(plan: Plan, now: datetime) -> bool:
    revision = in_force(plan)
    return revision is not None and all(ends_at(entry) <= now for entry in revision.entries)


def _due(session: Session, plan: Plan, actor: Actor, now: datetime) -> Due:
    revision = in_force(plan)
    assert revision is not None
    due_on = confirm_by(last_day(revision), Workdays(session))
    return Due(
        plan=plan,
        revision=revision,
        due_on=due_on,
        is_overdue=business_date(now) > due_on,
        preview=preview(session, plan, actor=actor, now=now),
        flags=flags_of_sessions(session, sessions_of(plan)),
    )


def totals(classes: Sequence[Due]) -> dict[str, int]:
    """What confirming all of them would post."""
    return {
        "classes": len(classes),
        "people": sum(found.preview.people for found in classes),
        "lines": sum(found.preview.lines for found in classes),
        "halves": sum(found.preview.halves for found in classes),
    }
