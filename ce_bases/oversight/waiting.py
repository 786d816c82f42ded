"""What waits for the bureau beside filings: claims, objections and signs that came late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from ce_bases.attendance.models import LateSign
from ce_bases.bureaus.holidays import Workdays
from ce_bases.claims import queries as claims
from ce_bases.claims.workflow import ClaimState
from ce_bases.core.access import Action
from ce_bases.core.actors import Actor
from ce_bases.credits import objections
from ce_bases.credits.models import Confirmation
from ce_bases.plans.deadlines import object_until
from ce_bases.plans.models import CourseSession, Plan, PlanRevision, Standing
from ce_bases.plans.queries import within


@dataclass(frozen=True, slots=True)
class LateClass:
    """A class with late signs before the bureau: how many, and the last day to answer them."""

    plan: Plan
    title: str
    requests: int
    until: date


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much waits for an officer beside the filings."""

    claims: int
    objections: int
    late: Sequence[LateClass]

    @property
    def late_signs(self) -> int:
        return sum(each.requests for each in self.late)


def waiting_for(session: Session, actor: Actor, *, today: date) -> Waiting:
    """What of the actor's own jurisdiction waits for its bureau today."""
    states = claims.counts(session, actor, Action.DECIDE_CLAIM)
    raised = objections.waiting(actor).order_by(None).subquery()
    return Waiting(
        claims=states.get(ClaimState.WITH_BUREAU, 0),
        objections=session.scalar(select(func.count()).select_from(raised)) or 0,
        late=_late_classes(session, actor, today=today),
    )


def _late_classes(session: Session, actor: Actor, *, today: date) -> Sequence[LateClass]:
    """Classes with unanswered late signs, the most urgent first.

    A request is one person in one session, as the bureau answers them; past the last day nobody
    can answer any more, so it does not wait.
    """
    asked = (
        select(CourseSession.plan_id, LateSign.session_id, LateSign.person_id)
        .join(CourseSession, CourseSession.id == LateSign.session_id)
        .where(LateSign.upheld.is_(None))
        .distinct()
        .subquery()
    )
    counted = select(asked.c.plan_id, func.count().label("n")).group_by(asked.c.plan_id).subquery()
    rows = session.execute(
        select(Plan, PlanRevision.title, counted.c.n, Confirmation.confirmed_at)
        .join(counted, counted.c.plan_id == Plan.id)
        .join(Confirmation, Confirmation.plan_id == Plan.id)
        .join(PlanRevision, PlanRevision.plan_id == Plan.id)
        .where(within(actor, Action.OBJECT_TO_HOURS), PlanRevision.standing == Standing.IN_FORCE)
        .options(joinedload(Plan.organiser))
        .order_by(Confirmation.confirmed_at, Plan.id)
    )
    workdays = Workdays(session)
    found = [LateClass(plan, title, n, object_until(at, workdays)) for plan, title, n, at in rows]
    return [each for each in found if each.until >= today]
