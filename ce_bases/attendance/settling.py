"""Saying who a walk-in is, by the ID card, or closing it with a reason: the base's part.

Matched, the person has a place and ordinary signs; the fold alone says what they amount to.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from ce_bases.attendance import permissions
from ce_bases.attendance.intents import REFUSALS, SignIntent, sibling_id
from ce_bases.attendance.models import AttendanceRecord, SignKind, WalkIn, WalkInState, Way
from ce_bases.attendance.queries import teacher_id
from ce_bases.attendance.service import closed_code, enter_sign
from ce_bases.attendance.walk_in_list import find_walk_in, is_open
from ce_bases.attendance.walk_ins import already_settled, keep_line, settle
from ce_bases.core.access import Action
from ce_bases.core.actors import Actor
from ce_bases.core.errors import InvalidInputError, WrongStateError
from ce_bases.core.identity import IdVault
from ce_bases.core.text import Text, msg
from ce_bases.enrolment.walk_ins import Came, seat_walk_in
from ce_bases.people.service import stated
from ce_bases.plans.moves import take
from ce_bases.plans.queries import SessionInForce

#: Stands with the sign in the log, like every reason there.
REASON_OF_SIGN = "现场登记，核对证件后加入"


@dataclass(frozen=True, slots=True)
class Card:
    """The ID card of a walk-in as the clerk typed it; `event_id` of the sign-in it will make."""

    walk_in_id: int
    event_id: str
    number: str
    over_reason: str = ""


def match(
    session: Session,
    held: SessionInForce,
    card: Card,
    *,
    vault: IdVault,
    actor: Actor,
    now: datetime,
) -> WalkIn:
    """Say who a walk-in is: a place on the roster, and the signs as they were noted.

    Raises InvalidInputError field by field when the card is not this walk-in's or the person
    has signed in already; nothing is kept then.
    """
    walk_in = _to_settle(session, held, card.walk_in_id, actor=actor)
    person = stated(walk_in.name, card.number)
    if person.number and person.number[-4:] != walk_in.last4:
        raise _wrong_number(msg("与现场登记的证件末四位不一致，请核对是不是这个人。"))
    came = Came(person, card.over_reason)
    person_id = seat_walk_in(session, held.plan, came, vault=vault, actor=actor, now=now)
    there = session.get(AttendanceRecord, (held.session_id, person_id), populate_existing=True)
    if there is not None and there.signed_in_at is not None:
        raise _wrong_number(msg("这个人在这个课次已经签到。如果是重复登记，请写明原因核销这一条。"))
    for intent in _signs(walk_in, card.event_id, person_id):
        outcome = enter_sign(session, held, intent, actor=actor, now=now)
        if outcome.words is not None:
            raise WrongStateError(outcome.words)
    settle(walk_in, WalkInState.MATCHED, actor=actor, now=now)
    walk_in.person_id, walk_in.event_id = person_id, card.event_id
    walk_in.reason = card.over_reason
    session.flush()
    keep_line(session, "match_walk_in", walk_in, actor=actor, now=now)
    return walk_in


def _to_settle(session: Session, held: SessionInForce, walk_in_id: int, *, actor: Actor) -> WalkIn:
    """An open walk-in, locked after its plan, in the hands of somebody who may correct."""
    teacher = teacher_id(session, held.entry)
    permissions.require(actor, Action.IMPORT_ROSTER, held.plan, teacher_id=teacher)
    take(session, held.plan)
    walk_in = find_walk_in(session, held, walk_in_id, lock=True)
    if code := closed_code(held):
        if code == "cancelled":
            raise WrongStateError(REFUSALS[code])
        raise WrongStateError(
            msg("考勤已经确认，不能再核对现场人员。"),
            next_step=msg("确实到了课的，请联系受理备案的人社部门在异议期内更正。"),
        )
    if not permissions.is_second_person(actor, teacher_id=teacher):
        raise WrongStateError(REFUSALS["second_person"])
    if not is_open(session, walk_in):
        raise already_settled()
    return walk_in


def _wrong_number(problem: Text) -> InvalidInputError:
    return InvalidInputError(problem, problems={"number": problem})


def _signs(walk_in: WalkIn, event_id: str, person_id: int) -> Iterator[SignIntent]:
    """What was noted at the door, as signs of this person at those moments."""
    yield SignIntent(
        event_id, person_id, SignKind.IN, Way.TAP, walk_in.came_at, reason=REASON_OF_SIGN
    )
    if walk_in.left_at is not None:
        own_id = sibling_id(event_id, SignKind.OUT.value)
        yield SignIntent(
            own_id, person_id, SignKind.OUT, Way.TAP, walk_in.left_at, reason=REASON_OF_SIGN
        )


def dismiss(
    session: Session,
    held: SessionInForce,
    walk_in_id: int,
    reason: str,
    *,
    actor: Actor,
    now: datetime,
) -> WalkIn:
    """Close a walk-in without a sign, saying why."""
    if not reason:
        problem = msg("请写明核销原因。")
        raise InvalidInputError(problem, problems={"reason": problem})
    walk_in = _to_settle(session, held, walk_in_id, actor=actor)
    settle(walk_in, WalkInState.DISMISSED, actor=actor, now=now)
    walk_in.person_id, walk_in.event_id, walk_in.reason = None, None, reason
    session.flush()
    keep_line(session, "dismiss_walk_in", walk_in, actor=actor, now=now)
    return walk_in
