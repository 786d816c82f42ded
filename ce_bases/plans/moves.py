"""How a plan moves: under its lock, along the workflow, with a line in the record."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.attributes import flag_modified

from ce_bases.audit.queries import last_act
from ce_bases.audit.service import Act, record
from ce_bases.core import events
from ce_bases.core.access import Action
from ce_bases.core.actors import Actor
from ce_bases.core.errors import ForbiddenError, InvalidInputError, WrongStateError
from ce_bases.core.locks import lock
from ce_bases.core.text import Text, msg
from ce_bases.organisers.models import Organiser
from ce_bases.plans.events import PlanMoved
from ce_bases.plans.lapsing import let_lapse
from ce_bases.plans.models import Plan, PlanRevision
from ce_bases.plans.permissions import require
from ce_bases.plans.workflow import ACTION_LABELS, PlanAction, PlanState, next_state

#: Acts on a plan that are no step of its life.
OTHER_LABELS: Mapping[str, Text] = {
    "plan_draft": msg("新建草稿"),
    "plan_save": msg("修改草稿"),
    "plan_attach": msg("添加附件"),
    "plan_detach": msg("删除附件"),
    "ask_exception": msg("申请例外"),
    "grant_exception": msg("同意例外备案"),
    "decline_exception": msg("不同意例外备案"),
}


def take(session: Session, plan: Plan) -> None:
    """Lock `plan`, and read it and its revisions again as they are now.

    What was loaded before the lock may be what somebody else has just replaced.
    """
    lock(session, plan)
    session.scalars(
        select(PlanRevision)
        .where(PlanRevision.plan_id == plan.id)
        .options(selectinload(PlanRevision.entries), selectinload(PlanRevision.attachments))
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
    plan.updated_at = now
    # An act that leaves the state alone still raises the version, whatever the clock says.
    flag_modified(plan, "updated_at")
    if plan.state is not before:
        plan.state_since = now
        if before is PlanState.FILED:
            let_lapse(session, plan)
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
    last = last_act(session, "plan", plan.id)
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


def already_done(session: Session, plan: Plan) -> WrongStateError:
    """The error that tells a second officer who was quicker."""
    last = last_act(session, "plan", plan.id)
    if last is None:
        return WrongStateError(msg("这份计划现在不在待受理状态。"))
    return WrongStateError(
        msg(
            "%(name)s 已于 %(at)s 处理过这份计划：%(action)s。",
            name=last.actor_name,
            at=last.at,
            action=action_label(last.action),
        ),
        next_step=msg("您的决定没有生效，也没有改动任何内容。请回到待办列表继续。"),
    )


def action_label(action: str) -> Text:
    """What an audit line of a plan says was done."""
    try:
        return ACTION_LABELS[PlanAction(action.removeprefix("plan_"))]
    except ValueError:
        return OTHER_LABELS.get(action, OTHER_LABELS["plan_save"])


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
