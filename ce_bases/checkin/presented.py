"""A person's own code, shown to the one who takes sign-in."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.attendance import permissions
from ce_bases.attendance.intents import REFUSALS, SignIntent, SignOutcome
from ce_bases.attendance.models import AttendanceRecord, RefusedSign, SignKind, Way
from ce_bases.attendance.queries import teacher_id
from ce_bases.attendance.service import enter_sign
from ce_bases.checkin.codes import personal_text
from ce_bases.checkin.door import PERSONAL_UNKNOWN, phase_at
from ce_bases.core.access import Action
from ce_bases.core.actors import Actor
from ce_bases.core.clock import business_date
from ce_bases.core.text import Text, msg
from ce_bases.enrolment.models import Enrolment, Place
from ce_bases.plans.queries import SessionInForce


@dataclass(frozen=True, slots=True)
class Presented:
    """A code that was scanned or typed; `event_id` was made where it was."""

    event_id: str
    text: str


def take_code(
    session: Session,
    held: SessionInForce,
    shown: Presented,
    *,
    key: bytes,
    actor: Actor,
    now: datetime,
) -> SignOutcome:
    """Sign in (or, once signing out has begun, out) whose code of today this is.

    Only the session's roster is searched: a code of somebody else says nothing about them. Who
    has signed in already stays as they are.
    """
    teacher = teacher_id(session, held.entry)
    permissions.require(
        actor,
        Action.TAKE_SIGN_IN,
        held.plan,
        teacher_id=teacher,
        session_id=held.session_id,
    )
    person_id = _whose(session, held, shown.text, key=key, now=now)
    if person_id is None:
        return _keep_unknown(session, held, shown, actor=actor, now=now)
    kind = phase_at(held, now).kind
    record = session.get(AttendanceRecord, (held.session_id, person_id))
    if kind is SignKind.IN and record is not None and record.signed_in_at:
        return SignOutcome(shown.event_id, person_id, is_repeat=True)
    intent = SignIntent(shown.event_id, person_id, kind, Way.PERSONAL_CODE)
    return enter_sign(session, held, intent, actor=actor, now=now)


def _whose(
    session: Session, held: SessionInForce, text: str, *, key: bytes, now: datetime
) -> int | None:
    """Who on the roster has this code today, or had it when a class of last night began."""
    people = session.scalars(
        select(Enrolment.person_id).where(
            Enrolment.plan_id == held.plan.id, Enrolment.place == Place.ENROLLED
        )
    ).all()
    days = {business_date(now), held.entry.held_on}
    codes = {personal_text(person, day, key): person for day in days for person in people}
    return codes.get(text)


def _keep_unknown(
    session: Session, held: SessionInForce, shown: Presented, *, actor: Actor, now: datetime
) -> SignOutcome:
    known = select(RefusedSign.id).where(RefusedSign.event_id == shown.event_id).limit(1)
    is_repeat = session.scalar(known) is not None
    if not is_repeat:
        session.add(
            RefusedSign(
                event_id=shown.event_id,
                session_id=held.session_id,
                person_id=None,
                way=Way.PERSONAL_CODE,
                code=PERSONAL_UNKNOWN,
                recorded_by=actor.account_id,
                at=now,
            )
        )
    return SignOutcome(shown.event_id, 0, PERSONAL_UNKNOWN, is_repeat)


_BY_LIST = msg("可以在点名页上点名，会注明“窗口外”。")


def words_for(code: str) -> tuple[Text, Text | None]:
    """Why a code did not count, and what to do; for the one who holds the phone."""
    if code == PERSONAL_UNKNOWN:
        return (
            msg("这个码不是本课次名单上的人今天的码。"),
            msg("请让学员刷新“我的签到码”再扫；仍不行的请在名单上找姓名。"),
        )
    if code in {"too_early", "too_late"}:
        return msg("现在不在签到、签退的时间内，没有记录。"), _BY_LIST
    return REFUSALS[code], None
