"""Plans as their bureau knows them: what was submitted, what waits next, what it collides with."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.orm import Session, aliased

from ce_bases.core.access import Action
from ce_bases.core.actors import Actor
from ce_bases.core.errors import NotFoundError
from ce_bases.organisers.models import Lecturer, Venue
from ce_bases.plans.lists import queue_of
from ce_bases.plans.models import Plan, PlanRevision, Standing, TimetableEntry
from ce_bases.plans.queries import get_plan, in_force
from ce_bases.plans.workflow import PlanState


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


def clashes_of(session: Session, revision: PlanRevision) -> Sequence[Any]:
    """(entry, other entry, other plan's title, same_venue) of sessions at the same time elsewhere.

    Same room (unless it may be shared) or same lecturer, in other submitted or filed plans;
    half-open: 09:00–10:00 and 10:00–11:00 do not clash. Rules §4.
    """
    mine, other, theirs = aliased(TimetableEntry), aliased(TimetableEntry), aliased(PlanRevision)
    same_venue = and_(mine.venue_id == other.venue_id, Venue.is_shared.is_(False))
    statement = (
        select(mine, other, theirs.title, Plan, same_venue.label("same_venue"))
        .join(other, and_(other.held_on == mine.held_on, other.id != mine.id))
        .join(theirs, theirs.id == other.revision_id)
        .join(Plan, Plan.id == theirs.plan_id)
        .outerjoin(Venue, Venue.id == mine.venue_id)
        .where(
            mine.revision_id == revision.id,
            other.starts_at < mine.ends_at,
            mine.starts_at < other.ends_at,
            theirs.plan_id != revision.plan_id,
            theirs.standing.in_((Standing.PENDING, Standing.IN_FORCE)),
            Plan.state.in_((PlanState.SUBMITTED, PlanState.FILED)),
            or_(same_venue, _same_lecturer(mine, other)),
        )
        .order_by(mine.held_on, mine.starts_at, other.id)
        .limit(20)
    )
    return session.execute(statement).all()


def _same_lecturer(mine: Any, other: Any) -> ColumnElement[bool]:
    """One lecturer by row, or by what the rows of one person share."""
    first, second = aliased(Lecturer), aliased(Lecturer)
    same_person = (
        select(first.id)
        .join(second, second.person == first.person)
        .where(first.id == mine.lecturer_id, second.id == other.lecturer_id)
        .correlate(mine, other)
        .exists()
    )
    return or_(mine.lecturer_id == other.lecturer_id, same_person)
