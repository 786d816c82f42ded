"""What the receiving bureau decides: on file, back for correction, or refused."""

from datetime import datetime

from sqlalchemy.orm import Session

from ce_bases.core.access import Action
from ce_bases.core.actors import Actor
from ce_bases.core.clock import business_date
from ce_bases.core.errors import ForbiddenError, WrongStateError
from ce_bases.core.inserting import insert_on_conflict
from ce_bases.core.text import msg
from ce_bases.plans.drafting import reopen
from ce_bases.plans.models import FilingSerial, Plan, PlanRevision, Standing
from ce_bases.plans.moves import action_label, check_version, last_act, move, need_reason, take
from ce_bases.plans.permissions import require
from ce_bases.plans.publication import publish
from ce_bases.plans.queries import in_force, open_revision
from ce_bases.plans.workflow import PlanAction, PlanState


def file_plan(
    session: Session, plan: Plan, *, expected_version: int, actor: Actor, now: datetime
) -> str:
    """Put the pending revision on file; the filing number. Never an “approval”."""
    revision = _pending(session, plan, expected_version=expected_version, actor=actor)
    put_in_force(session, plan, revision, actor=actor, now=now)
    assert plan.filing_number is not None
    return plan.filing_number


def put_in_force(
    session: Session, plan: Plan, revision: PlanRevision, *, actor: Actor, now: datetime
) -> None:
    if (previous := in_force(plan)) is not None:
        previous.standing = Standing.PAST
        session.flush()
    if plan.filing_number is None:
        plan.filing_number = _next_number(session, plan.bureau_code, now=now)
        plan.filed_at = now
    revision.standing = Standing.IN_FORCE
    revision.decided_at = now
    revision.decided_by = actor.account_id
    move(
        session,
        plan,
        PlanAction.FILE,
        actor=actor,
        now=now,
        changes={"filing_number": plan.filing_number},
    )
    publish(session, plan, now=now)


def _next_number(session: Session, bureau_code: str, *, now: datetime) -> str:
    """The next filing number: year of the decision, bureau, serial; serials are never reused."""
    year = business_date(now).year
    statement = insert_on_conflict(session, FilingSerial).values(
        year=year, bureau_code=bureau_code, last=1
    )
    statement = statement.on_conflict_do_update(
        index_elements=[FilingSerial.year, FilingSerial.bureau_code],
        set_={"last": FilingSerial.last + 1},
    ).returning(FilingSerial.last)
    serial = session.scalars(statement).one()
    return f"{year}-{bureau_code}-{serial:04d}"


def _pending(session: Session, plan: Plan, *, expected_version: int, actor: Actor) -> PlanRevision:
    """The revision an officer is to decide, under the plan's lock; or why not."""
    take(session, plan)
    require(actor, Action.DECIDE_FILING, plan)
    revision = open_revision(plan)
    if plan.state is not PlanState.SUBMITTED or revision is None:
        raise already_decided(session, plan)
    check_version(session, plan, expected_version)
    if revision.submitted_by == actor.account_id:
        raise ForbiddenError(
            msg("报送人不能受理自己报送的计划。"), next_step=msg("请由本局其他同事受理。")
        )
    return revision


def already_decided(session: Session, plan: Plan) -> WrongStateError:
    """The error that tells a second officer who was quicker."""
    last = last_act(session, plan)
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


def return_plan(
    session: Session,
    plan: Plan,
    reason: str,
    *,
    expected_version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Send a submitted plan back with what to correct; its content goes on as a new revision."""
    revision = _pending(session, plan, expected_version=expected_version, actor=actor)
    need_reason(reason)
    _decide_against(session, revision, PlanAction.RETURN, reason, actor=actor, now=now)
    reopen(session, plan, revision, now=now)


def refuse_plan(
    session: Session,
    plan: Plan,
    reason: str,
    *,
    expected_version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Refuse to put a submitted plan on file, with the reason."""
    revision = _pending(session, plan, expected_version=expected_version, actor=actor)
    need_reason(reason)
    _decide_against(session, revision, PlanAction.REFUSE, reason, actor=actor, now=now)


def _decide_against(
    session: Session,
    revision: PlanRevision,
    action: PlanAction,
    reason: str,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    revision.standing = Standing.PAST
    revision.decided_at = now
    revision.decided_by = actor.account_id
    revision.decision_reason = reason
    move(session, revision.plan, action, actor=actor, now=now, reason=reason)
    session.flush()
