"""What can be done to a plan: one function a verb. Callers own the transaction; `now` is the
server's clock. Drafting, submission and the bureau's decisions live in modules of their own.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from ce_bases.core.actors import Actor
from ce_bases.core.events import publish as announce
from ce_bases.plans.decisions import file_plan, refuse_plan, return_plan
from ce_bases.plans.drafting import draft_plan, save_draft
from ce_bases.plans.events import PlanCancelled
from ce_bases.plans.models import Plan, Standing
from ce_bases.plans.moves import action_label, move, need_reason, require_writer, take
from ce_bases.plans.publication import publish
from ce_bases.plans.queries import open_revision
from ce_bases.plans.submission import TooLateError, submit_plan
from ce_bases.plans.workflow import PlanAction, next_state

__all__ = [
    "TooLateError",
    "action_label",
    "cancel_plan",
    "draft_plan",
    "file_plan",
    "move",
    "refuse_plan",
    "return_plan",
    "save_draft",
    "submit_plan",
    "take",
    "withdraw_plan",
]


def withdraw_plan(
    session: Session, plan: Plan, *, reason: str = "", actor: Actor, now: datetime
) -> None:
    """Take a plan back that is not on file yet; final."""
    take(session, plan)
    require_writer(actor, plan, plan.organiser)
    move(session, plan, PlanAction.WITHDRAW, actor=actor, now=now, reason=reason)
    revision = open_revision(plan)
    if revision is not None and revision.standing is Standing.PENDING:
        revision.standing = Standing.PAST
    session.flush()


def cancel_plan(session: Session, plan: Plan, reason: str, *, actor: Actor, now: datetime) -> None:
    """Cancel a filed class, any time before hours are posted; it stays visible as cancelled."""
    take(session, plan)
    require_writer(actor, plan, plan.organiser)
    need_reason(reason)
    next_state(plan.state, PlanAction.CANCEL)
    announce(session, PlanCancelled(plan.id, reason, now))
    plan.close_reason = reason
    move(session, plan, PlanAction.CANCEL, actor=actor, now=now, reason=reason)
    session.flush()
    publish(session, plan, now=now)
