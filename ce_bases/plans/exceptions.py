"""The exception (例外): only the receiving bureau grants one, in writing — 二(二)3."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ce_bases.audit.service import Act, record
from ce_bases.core.access import Action
from ce_bases.core.actors import Actor
from ce_bases.core.errors import ForbiddenError, InvalidInputError, NotFoundError, WrongStateError
from ce_bases.core.locks import lock
from ce_bases.core.text import Text, msg
from ce_bases.plans import notices
from ce_bases.plans.differences import report_of
from ce_bases.plans.drafting import is_writable
from ce_bases.plans.models import ExceptionRequest, Plan
from ce_bases.plans.moves import already_done, require_writer, take
from ce_bases.plans.permissions import may, require
from ce_bases.plans.queries import in_force, open_revision
from ce_bases.plans.submission import TooLateError, need_complete, window_of
from ce_bases.plans.workflow import EDITABLE_STATES, PlanState


def shut_window(plan: Plan, *, now: datetime) -> TooLateError | None:
    """Why what is being written cannot be submitted at `now`; None while it can be."""
    revision = open_revision(plan)
    if revision is None or not is_writable(plan):
        return None
    if revision.opens_on is None or revision.form is None:
        return None
    if None in (revision.subject, revision.reach):
        return None
    filed = in_force(plan)
    if filed is not None and report_of(filed, revision, now=now).strictest != "refile":
        return None  # a change that need not be filed again
    return window_of(plan, revision, now=now).refusal


def ask_exception(
    session: Session, plan: Plan, explanation: str, *, actor: Actor, now: datetime
) -> ExceptionRequest:
    """Ask the receiving bureau to take a complete plan that is too late."""
    take(session, plan)
    require_writer(actor, plan, plan.organiser)
    revision = open_revision(plan)
    if revision is None or not is_writable(plan):
        raise WrongStateError(msg("这份计划现在不能申请例外。"))
    need_complete(session, plan, revision, now=now)
    if shut_window(plan, now=now) is None:
        raise WrongStateError(
            msg("这份计划还来得及报送，不需要申请例外。"), next_step=msg("请直接报送备案。")
        )
    if not explanation.strip():
        problem = msg("请写明为什么来不及按期报送。")
        raise InvalidInputError(problem, problems={"explanation": problem})
    if open_request(session, plan) is not None:
        raise WrongStateError(
            msg("例外申请已经提交，正在等待受理部门答复。"), next_step=msg("请回到计划页查看。")
        )
    assert revision.opens_on is not None
    request = ExceptionRequest(
        plan=plan,
        title=revision.title,
        opens_on=revision.opens_on,
        explanation=explanation,
        asked_at=now,
        asked_by=actor.account_id,
    )
    session.add(request)
    act = Act("ask_exception", "plan", plan.id, reason=explanation)
    record(session, act, actor=actor, now=now)
    session.flush()
    notices.tell_bureau_of_request(session, plan, request, now=now)
    return request


def grant_exception(
    session: Session,
    request: ExceptionRequest,
    *,
    reason: str,
    document: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Let the plan be submitted late; it carries the mark from now on, for ever."""
    plan = _undecided(session, request, actor=actor)
    problems = _gaps(reason)
    if not document.strip():
        problems["document"] = msg("请填写批准文件的文号。")
    _refuse(problems)
    plan.exception_reason, plan.exception_document = reason, document
    plan.updated_at = now
    request.document = document
    _decide(request, reason, is_granted=True, actor=actor, now=now)
    after = {"exception_document": document}
    act = Act("grant_exception", "plan", plan.id, after=after, reason=reason)
    record(session, act, actor=actor, now=now)
    session.flush()
    notices.tell_asker(session, request, now=now)


def decline_exception(
    session: Session, request: ExceptionRequest, *, reason: str, actor: Actor, now: datetime
) -> None:
    """Answer that the class must open later, or not at all."""
    plan = _undecided(session, request, actor=actor)
    _refuse(_gaps(reason))
    _decide(request, reason, is_granted=False, actor=actor, now=now)
    act = Act("decline_exception", "plan", plan.id, reason=reason)
    record(session, act, actor=actor, now=now)
    session.flush()
    notices.tell_asker(session, request, now=now)


def _undecided(session: Session, request: ExceptionRequest, *, actor: Actor) -> Plan:
    """The plan of a request that nobody has answered, under its lock."""
    plan = request.plan
    take(session, plan)
    lock(session, request)
    require(actor, Action.DECIDE_FILING, plan)
    if request.asked_by == actor.account_id:
        raise ForbiddenError(
            msg("申请人不能答复自己提出的例外申请。"), next_step=msg("请由本局其他同事处理。")
        )
    if request.decided_at is not None or not is_writable(plan):
        raise already_done(session, plan)
    return plan


def _gaps(reason: str) -> dict[str, Text]:
    return {} if reason.strip() else {"reason": msg("请写明理由，办班单位会看到。")}


def _refuse(problems: dict[str, Text]) -> None:
    if problems:
        first = next(iter(problems.values()))
        raise InvalidInputError(first, problems=problems)


def _decide(
    request: ExceptionRequest, reason: str, *, is_granted: bool, actor: Actor, now: datetime
) -> None:
    request.is_granted, request.reason = is_granted, reason
    request.decided_at, request.decided_by = now, actor.account_id


def open_request(session: Session, plan: Plan) -> ExceptionRequest | None:
    """The request that nobody has answered yet, if there is one."""
    return session.scalars(
        select(ExceptionRequest).where(
            ExceptionRequest.plan_id == plan.id, ExceptionRequest.decided_at.is_(None)
        )
    ).one_or_none()


def last_request(session: Session, plan: Plan) -> ExceptionRequest | None:
    """The newest request for a plan the reader has already been scoped to."""
    return session.scalars(
        select(ExceptionRequest)
        .where(ExceptionRequest.plan_id == plan.id)
        .order_by(ExceptionRequest.id.desc())
        .limit(1)
    ).one_or_none()


def requests_waiting(session: Session, actor: Actor) -> Sequence[ExceptionRequest]:
    """What bases of the actor's own jurisdiction ask for and nobody has answered, oldest first."""
    return session.scalars(
        select(ExceptionRequest)
        .join(ExceptionRequest.plan)
        .where(
            Plan.bureau_code == actor.bureau_code,
            Plan.state.in_((*EDITABLE_STATES, PlanState.FILED)),
            ExceptionRequest.decided_at.is_(None),
        )
        .options(joinedload(ExceptionRequest.plan).joinedload(Plan.organiser))
        .order_by(ExceptionRequest.asked_at, ExceptionRequest.id)
    ).all()


def get_request(session: Session, request_id: int, *, actor: Actor) -> ExceptionRequest:
    """A request to the actor's own bureau; NotFoundError when it went to another."""
    request = session.get(ExceptionRequest, request_id)
    if request is None or not may(actor, Action.DECIDE_FILING, request.plan):
        raise NotFoundError
    return request
