"""What the receiving bureau decides: on file, back for correction, or refused."""

from datetime import datetime

from sqlalchemy.orm import Session

from ce_bases.core.access import Action
from ce_bases.core.actors import Actor
from ce_bases.core.clock import business_date
from ce_bases.core.errors import ForbiddenError, WrongStateError
from ce_bases.core.events import publish as announce
from ce_bases.core.inserting import insert_on_conflict
from ce_bases.core.text import msg
from ce_bases.plans.differences import change_rule, report_of, times_gone
from ce_bases.plans.drafting import reopen
from ce_bases.plans.events import PlanChanged
from ce_bases.plans.models import FilingSerial, Plan, PlanRevision, Standing
from ce_bases.plans.moves import already_done, check_version, move, need_reason, take
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
    """Put a sealed revision on file, the first one or a change; what people see follows."""
    if in_force(plan) is not None:
        action = PlanAction.FILE_CHANGE
        put_change_in_force(session, plan, revision, action, actor=actor, now=now)
        return
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


def put_change_in_force(
    session: Session,
    plan: Plan,
    revision: PlanRevision,
    action: PlanAction,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Have a sealed change take the place of what was on file; what people see follows.

    Judged once more: since the change was sent a session may have been held, or the time to
    which one was moved may have passed, at which nobody could sign in.
    """
    filed = in_force(plan)
    assert filed is not None
    report = report_of(filed, revision, now=now)
    if report.strictest == "locked":
        raise WrongStateError(
            msg("变更涉及的课次已经举行，不能再生效。"),
            next_step=msg("请退回补正或不予备案，原备案内容继续有效。"),
            clause=change_rule(filed).clause,
        )
    if times_gone(filed, revision, now=now):
        raise WrongStateError(
            msg("变更后的上课时间已经过去，这次变更不能再生效。"),
            next_step=msg("请退回补正或不予备案，原备案内容继续有效。"),
            clause=change_rule(filed).clause,
        )
    filed.standing = Standing.PAST
    session.flush()
    revision.standing = Standing.IN_FORCE
    revision.decided_at = now
    revision.decided_by = actor.account_id if action is PlanAction.FILE_CHANGE else None
    move(session, plan, action, actor=actor, now=now, changes={"revision": revision.number})
    session.flush()
    publish(session, plan, now=now)
    announce(session, PlanChanged(plan.id, report.items, now))


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
    if revision is None or revision.standing is not Standing.PENDING:
        raise already_done(session, plan)
    check_version(session, plan, expected_version)
    if revision.submitted_by == actor.account_id:
        raise ForbiddenError(
            msg("报送人不能受理自己报送的计划。"), next_step=msg("请由本局其他同事受理。")
        )
    return revision


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
    is_change = plan.state is PlanState.FILED
    action = PlanAction.RETURN_CHANGE if is_change else PlanAction.RETURN
    _decide_against(session, revision, action, reason, actor=actor, now=now)
    reopen(session, plan, revision, now=now, amends=revision.amends, corrects=revision.number)


def refuse_plan(
    session: Session,
    plan: Plan,
    reason: str,
    *,
    expected_version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Refuse to put a submitted plan on file, with the reason.

    Of a refused change only the change is refused: what was on file stays in force.
    """
    revision = _pending(session, plan, expected_version=expected_version, actor=actor)
    need_reason(reason)
    is_change = plan.state is PlanState.FILED
    action = PlanAction.REFUSE_CHANGE if is_change else PlanAction.REFUSE
    _decide_against(session, revision, action, reason, actor=actor, now=now)


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
