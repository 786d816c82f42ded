"""How a plan moves: under its lock, along the workflow, with a line in the record."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from ce_bases.audit.models import AuditEntry
from ce_bases.audit.service import Act, record
from ce_bases.core import events
from ce_bases.core.access import Action
from ce_bases.core.actors import Actor
from ce_bases.core.errors import ForbiddenError, InvalidInputError, WrongStateError
from ce_bases.core.locks import lock
from ce_bases.core.text import Text, msg
from ce_bases.organisers.models import Organiser
from ce_bases.plans.events import PlanMoved
from ce_bases.plans.models import Plan, PlanRevision
from ce_bases.plans.permissions import require
from ce_bases.plans.workflow import ACTION_LABELS, PlanAction, next_state


def take(session: Session, plan: Plan) -> None:
    """Lock `plan`, and read it and its revisions again as they are now.

    What was loaded before the lock may be what somebody else has just replaced.
    """
    lock(session, plan)
    session.scalars(
        select(PlanRevision)
        .where(PlanRevision.plan_id == plan.id)
        .options(selectinload(PlanRevision.entries))
        .execution_options(populate_existing=True)
    ).all()


def move(  # noqa: PLR0913 -- the whole act in one call
    session: Session,
    plan: Plan,
    action: PlanAction,
    *,
    actor: Actor | None,
    now: datetime,
    reason: str = "",
    changes: Mapping[str, Any] | None = None,
) -> None:
    """Take a locked plan one step along `workflow`, with its audit line; who cares is told."""
    before = plan.state
    plan.state = next_state(before, action)
    plan.state_since = plan.updated_at = now
    record(
        session,
        Act(
            f"plan_{action}",
            "plan",
            plan.id,
            before={"state": before.value},
            after={"state": plan.state.value, **(changes or {})},
            reason=reason,
        ),
        actor=actor,
        now=now,
    )
    by = actor.account_id if actor else None
    events.publish(session, PlanMoved(plan.id, action, reason, by, now))


def check_version(session: Session, plan: Plan, expected: int) -> None:
    """Refuse what was decided on an older page than the plan now is, saying who was quicker."""
    if plan.version == expected:
        return
    last = last_act(session, plan)
    message = msg("您打开页面之后，这份计划被别人改过了。")
    if last is not None:
        message = msg(
            "您打开页面之后，%(name)s 已于 %(at)s 改动了这份计划（%(action)s）。",
            name=last.actor_name,
            at=last.at,
            action=action_label(last.action),
        )
    raise WrongStateError(
        message, next_step=msg("您这次的操作没有生效。请打开最新的页面，核对后再操作。")
    )


def last_act(session: Session, plan: Plan) -> AuditEntry | None:
    return session.scalars(
        select(AuditEntry)
        .where(AuditEntry.subject_kind == "plan", AuditEntry.subject_id == str(plan.id))
        .order_by(AuditEntry.id.desc())
        .limit(1)
    ).one_or_none()


def action_label(action: str) -> Text:
    """What an audit line of a plan says was done."""
    try:
        return ACTION_LABELS[PlanAction(action.removeprefix("plan_"))]
    except ValueError:
        return msg("新建草稿") if action == "plan_draft" else msg("修改草稿")


def require_writer(actor: Actor, plan: Plan, organiser: Organiser) -> None:
    """Clerks write their organiser's plans; officers those of their own bureau's 公益课堂."""
    if actor.bureau_code is not None and organiser.kind == "bureau":
        if organiser.area_code == actor.bureau_code:
            return
        raise ForbiddenError(msg("您不能对这份计划执行此操作。"))
    require(actor, Action.EDIT_PLAN, plan)


def need_reason(reason: str) -> None:
    if not reason.strip():
        problem = msg("请写明理由，办班单位会看到。")
        raise InvalidInputError(problem, problems={"reason": problem})
