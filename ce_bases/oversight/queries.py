"""Plans as their bureau knows them: what was submitted, what waits next, what it collides with."""

from sqlalchemy import ColumnElement, and_, or_, true
from sqlalchemy.orm import Session

from ce_bases.core.access import Action
from ce_bases.core.actors import Actor
from ce_bases.core.errors import NotFoundError
from ce_bases.plans.lists import queue_of
from ce_bases.plans.models import Plan, PlanRevision, Standing
from ce_bases.plans.queries import get_plan, in_force


def get_case(session: Session, plan_id: int, *, actor: Actor) -> tuple[Plan, PlanRevision]:
    """A plan and the revision its bureau knows: pending, in force, or submitted last.

    What a clerk is still writing is not the bureau's to see; a plan that was never submitted
    is a NotFoundError.
    """
    plan = get_plan(session, plan_id, actor=actor, action=Action.READ_PLAN)
    submitted = [r for r in plan.revisions if r.submitted_at is not None]
    if not submitted:
        raise NotFoundError
    pending = next((r for r in submitted if r.standing is Standing.PENDING), None)
    return plan, pending or in_force(plan) or submitted[-1]


def next_waiting(
    session: Session, actor: Actor, after: tuple[Plan, PlanRevision] | None
) -> int | None:
    """The plan that follows `after` in the actor's queue; the first one at its end, or None."""
    conditions: list[ColumnElement[bool]] = [true()]
    if after is not None:
        conditions = [_later(*after), Plan.id != after[0].id]
    for condition in conditions:
        row = session.execute(queue_of(actor).where(condition).limit(1)).first()
        if row is not None:
            return row[0].id
    return None


def _later(plan: Plan, revision: PlanRevision) -> ColumnElement[bool]:
    """Behind `revision` in the order of the queue."""
    opens, sent = PlanRevision.opens_on, PlanRevision.submitted_at
    same_day = opens == revision.opens_on
    return or_(
        opens > revision.opens_on,
        and_(same_day, sent > revision.submitted_at),
        and_(same_day, sent == revision.submitted_at, Plan.id > plan.id),
    )
