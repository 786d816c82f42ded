"""Closing the register of a session, and opening it again with a reason."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from ce_bases.attendance import permissions
from ce_bases.attendance.fold import rule_of, timing_of
from ce_bases.attendance.intents import REFUSALS
from ce_bases.attendance.models import SessionRegister
from ce_bases.attendance.queries import Summary, summaries_of, teacher_id
from ce_bases.attendance.register import RegisterRow
from ce_bases.attendance.service import closed_code
from ce_bases.audit.service import Act, record
from ce_bases.core.access import Action
from ce_bases.core.actors import Actor
from ce_bases.core.errors import ForbiddenError, InvalidInputError, WrongStateError
from ce_bases.core.text import msg
from ce_bases.plans.queries import SessionInForce, hold_in_force
from ce_bases.policy.attendance import needs_sign_out
from ce_bases.policy.closing import closes_from


@dataclass(frozen=True, slots=True)
class Unsigned:
    """Who is still without a sign when a register is about to be closed."""

    not_in: list[RegisterRow]
    not_out: list[RegisterRow]


def unsigned(held: SessionInForce, rows: list[RegisterRow]) -> Unsigned:
    """Those of a register's rows who lack a sign-in, or the sign-out where one is asked for."""
    asks_out = needs_sign_out(timing_of(held), rule_of(held))
    return Unsigned(
        [row for row in rows if row.signed_in_at is None],
        [row for row in rows if asks_out and row.signed_in_at and row.signed_out_at is None],
    )


def close_register(
    session: Session, held: SessionInForce, *, actor: Actor, now: datetime
) -> Summary:
    """No sign later than now counts any more; the counts as they stood.

    The plan is held alone, those at the door hold it together: no sign can slip past the closing.
    WrongStateError before signing out has begun, when it is closed already or nothing can change.
    """
    teacher = teacher_id(session, held.entry)
    permissions.require(
        actor,
        Action.TAKE_SIGN_IN,
        held.plan,
        teacher_id=teacher,
        session_id=held.session_id,
    )
    register = _hold(session, held)
    if register.closed_at is not None:
        raise WrongStateError(
            msg("这个课次的签到已经结束，没有重复办理。"),
            next_step=msg("请返回考勤一览查看。"),
        )
    first = closes_from(timing_of(held), rule_of(held))
    if now < first:
        raise WrongStateError(
            msg("现在还不能结束签到。"),
            next_step=msg("%(at)s 起可以结束；在此之前学员还要签到。", at=first),
        )
    register.closed_at, register.closed_by = now, actor.account_id
    session.flush()
    summary = summaries_of(session, {held.session_id: held.plan.id})[held.session_id]
    after = {"missing": summary.missing, "signed_in": summary.signed_in}
    act = Act("close_register", "session", held.session_id, after=after)
    record(session, act, actor=actor, now=now)
    return summary


def reopen_register(
    session: Session, held: SessionInForce, reason: str, *, actor: Actor, now: datetime
) -> None:
    """Let signs count again, by the organiser and with a reason; never by the lecturer alone."""
    teacher = teacher_id(session, held.entry)
    permissions.require(actor, Action.REOPEN_REGISTER, held.plan, teacher_id=teacher)
    if not permissions.is_second_person(actor, teacher_id=teacher):
        raise ForbiddenError(REFUSALS["second_person"])
    if not reason:
        problem = msg("请写明为什么要重新开放签到。")
        raise InvalidInputError(problem, problems={"reason": problem})
    register = _hold(session, held)
    if register.closed_at is None:
        raise WrongStateError(msg("这个课次的签到没有结束，不需要重新开放。"))
    before = {"closed_at": register.closed_at.isoformat()}
    register.closed_at = register.closed_by = None
    session.flush()
    act = Act("reopen_register", "session", held.session_id, before, {}, reason)
    record(session, act, actor=actor, now=now)


def _hold(session: Session, held: SessionInForce) -> SessionRegister:
    """The register of a session whose plan is now held alone; refuses when nothing can change."""
    hold_in_force(session, held, alone=True)
    if code := closed_code(held):
        raise WrongStateError(REFUSALS[code])
    register = session.get(SessionRegister, held.session_id, populate_existing=True)
    if register is None:
        register = SessionRegister(session_id=held.session_id)
        session.add(register)
    return register
