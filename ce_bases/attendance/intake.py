"""At the base: taking in the file of a phone that never got a network."""

from datetime import datetime

from sqlalchemy.orm import Session

from ce_bases.attendance import permissions
from ce_bases.attendance.batch import take_in
from ce_bases.attendance.delivery import Delivery
from ce_bases.attendance.fold import rule_of, timing_of
from ce_bases.attendance.intents import REFUSALS, SignOutcome
from ce_bases.attendance.queries import teacher_id
from ce_bases.audit.service import Act, record
from ce_bases.core.access import Action
from ce_bases.core.actors import Actor
from ce_bases.core.errors import WrongStateError
from ce_bases.plans.queries import SessionInForce
from ce_bases.policy.attendance import may_make_up


def take_in_file(
    session: Session, held: SessionInForce, delivery: Delivery, *, actor: Actor, now: datetime
) -> list[SignOutcome]:
    """Enter one class of a phone's file, as the base's own act — rules §5 on what is entered later.

    By somebody else than the lecturer and within 48 hours, like a make-up; each event names the
    phone. WrongStateError otherwise; what the phone itself brings later is "already there".
    """
    teacher = teacher_id(session, held.entry)
    permissions.require(actor, Action.MAKE_UP_ATTENDANCE, held.plan, teacher_id=teacher)
    if not permissions.is_second_person(actor, teacher_id=teacher):
        raise WrongStateError(REFUSALS["second_person"])
    if not may_make_up(timing_of(held).ends_at, now, rule_of(held)):
        raise WrongStateError(REFUSALS["make_up_too_late"])
    reason = f"离线文件（手机 {delivery.device[:8] or '未知'}）"
    outcomes = take_in(session, held, delivery, actor=actor, now=now, reason=reason)
    new = [outcome for outcome in outcomes if not outcome.is_repeat]
    if new:
        accepted = sum(outcome.accepted for outcome in new)
        after = {"accepted": accepted, "refused": len(new) - accepted, "device": delivery.device}
        act = Act("take_in_file", "session", held.session_id, after=after, reason=reason)
        record(session, act, actor=actor, now=now)
    return outcomes
