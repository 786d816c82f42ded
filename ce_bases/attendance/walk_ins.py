"""People at the door who are not on the roster: noted, gone, taken back.

A held walk-in earns nothing. The base says who it is: `settling`.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.attendance.fold import rule_of, timing_of
from ce_bases.attendance.intents import REFUSALS, other_content
from ce_bases.attendance.models import (
    WalkIn,
    WalkInState,
)
from ce_bases.attendance.queries import find_closing
from ce_bases.attendance.register import register_of
from ce_bases.attendance.service import closed_code, door_code, hold_at_door
from ce_bases.attendance.walk_in_list import find_walk_in
from ce_bases.audit.service import Act, record
from ce_bases.core.actors import Actor
from ce_bases.core.errors import InvalidInputError, WrongStateError
from ce_bases.core.text import Text, msg
from ce_bases.people.naming import name_problem, normal_name
from ce_bases.plans.queries import SessionInForce
from ce_bases.policy import attendance as rules
from ce_bases.policy.closing import is_after_closing


@dataclass(frozen=True, slots=True)
class Noted:
    """Who stands at the door; `client_id` is made with the form, so sending twice adds one.

    Without `at` they come now.
    """

    client_id: str
    name: str
    last4: str
    remark: str = ""
    at: datetime | None = None


def note(
    session: Session, held: SessionInForce, noted: Noted, *, actor: Actor, now: datetime
) -> WalkIn:
    """Hold somebody who is not on the roster; the same `client_id` again gets the first one.

    Raises InvalidInputError when they are on the roster or held already, WrongStateError when
    nobody can be signed in now.
    """
    hold_at_door(session, held, actor)
    name = normal_name(noted.name)
    if problem := name_problem(name):
        raise InvalidInputError(problem, problems={"name": problem})
    known = find_noted(session, noted.client_id)
    if known is not None:
        if not is_same(known, held, replace(noted, name=name), actor):
            raise other_content()
        return known
    _need_open_door(session, held, now)
    if problem := _there_already(session, held, name, noted.last4):
        raise InvalidInputError(problem, problems={"name": problem})
    return hold_walk_in(session, held, replace(noted, name=name), actor=actor, now=now)


def hold_walk_in(
    session: Session,
    held: SessionInForce,
    noted: Noted,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> WalkIn:
    """Hold somebody; the caller has judged that and made the name normal."""
    walk_in = WalkIn(
        client_id=noted.client_id,
        session_id=held.session_id,
        name=noted.name,
        last4=noted.last4,
        remark=noted.remark,
        came_at=noted.at or now,
        noted_by=actor.account_id,
        state=WalkInState.HELD,
    )
    session.add(walk_in)
    session.flush()
    keep_line(session, "note_walk_in", walk_in, actor=actor, now=now, reason=reason)
    return walk_in


def find_noted(session: Session, client_id: str, *, lock: bool = False) -> WalkIn | None:
    """Who was held under this id, `lock`: held by us."""
    statement = select(WalkIn).where(WalkIn.client_id == client_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return session.scalars(statement).one_or_none()


def is_same(known: WalkIn, held: SessionInForce, noted: Noted, actor: Actor) -> bool:
    """Whether a walk-in is what `noted`, its name made normal, says again."""
    was = (known.session_id, known.name, known.last4, known.remark, known.noted_by)
    return was == (held.session_id, noted.name, noted.last4, noted.remark, actor.account_id)


def _need_open_door(session: Session, held: SessionInForce, now: datetime) -> None:
    code = door_code(held, now) or ("closed" if find_closing(session, held.session_id) else "")
    if code:
        raise WrongStateError(REFUSALS[code])


def _there_already(session: Session, held: SessionInForce, name: str, last4: str) -> Text | None:
    """Why this person needs no note: on the roster, or held in this session already."""
    rows = register_of(session, held)
    if any((normal_name(row.name), row.last4.upper()) == (name, last4) for row in rows):
        return msg("这个人在名单上，请直接在名单里点签到。")
    return REFUSALS["held_already"] if is_held(session, held, name, last4) else None


def is_held(session: Session, held: SessionInForce, name: str, last4: str) -> bool:
    """Whether somebody of this name and number is held in this session already."""
    twin = session.scalars(
        select(WalkIn.id)
        .where(
            WalkIn.session_id == held.session_id,
            WalkIn.name == name,
            WalkIn.last4 == last4,
            WalkIn.state == WalkInState.HELD,
        )
        .limit(1)
    ).first()
    return twin is not None


def note_leaving(
    session: Session, held: SessionInForce, walk_in_id: int, *, actor: Actor, now: datetime
) -> WalkIn:
    """Note that a held walk-in left, where the session asks for signing out; once."""
    hold_at_door(session, held, actor)
    walk_in = find_walk_in(session, held, walk_in_id, lock=True)
    if walk_in.left_at is not None:
        return walk_in
    need_held(walk_in)
    closed_at = find_closing(session, held.session_id)
    if code := against_leaving(held, walk_in, now, closed_at):
        raise WrongStateError(REFUSALS[code])
    keep_leaving(session, walk_in, now, actor=actor, now=now)
    return walk_in


def against_leaving(
    held: SessionInForce, walk_in: WalkIn, at: datetime, closed_at: datetime | None
) -> str:
    """The coded reason against noting that a walk-in left at that moment, or ""."""
    if walk_in.state is not WalkInState.HELD:
        return "guest_settled"
    if code := door_code(held, at):
        return code
    if is_after_closing(at, closed_at):
        return "closed"
    needs_out = rules.needs_sign_out(timing_of(held), rule_of(held))
    return "" if needs_out else "no_sign_out"


def keep_leaving(
    session: Session,
    walk_in: WalkIn,
    at: datetime,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> None:
    """Note the leaving that was judged.

    By a clock that was mended meanwhile it may seem earlier than the coming; nobody leaves before.
    """
    walk_in.left_at = max(at, walk_in.came_at)
    session.flush()
    keep_line(session, "note_walk_in_leaving", walk_in, actor=actor, now=now, reason=reason)


def withdraw(
    session: Session, held: SessionInForce, walk_in_id: int, *, actor: Actor, now: datetime
) -> WalkIn:
    """Take a note back: who made it, within 15 minutes. Taking it back again changes nothing."""
    hold_at_door(session, held, actor)
    walk_in = find_walk_in(session, held, walk_in_id, lock=True)
    if walk_in.noted_by == actor.account_id and walk_in.state is WalkInState.WITHDRAWN:
        return walk_in
    if code := against_withdrawing(held, walk_in, now, by=actor.account_id):
        raise already_settled() if code == "guest_settled" else WrongStateError(REFUSALS[code])
    keep_withdrawal(session, walk_in, actor=actor, now=now)
    return walk_in


def against_withdrawing(
    held: SessionInForce, walk_in: WalkIn, at: datetime, *, by: int | None
) -> str:
    """The coded reason against taking a note back at that moment, or "".

    `by`: whose note it must be and within 15 minutes; None for the base that may correct.
    """
    if by is not None and walk_in.noted_by != by:
        return "guest_not_noter"
    if walk_in.state is not WalkInState.HELD:
        return "guest_settled"
    if code := closed_code(held):
        return code
    in_time = by is None or rules.may_undo(walk_in.came_at, at, rule_of(held))
    return "" if in_time else "guest_undo_too_late"


def keep_withdrawal(
    session: Session, walk_in: WalkIn, *, actor: Actor, now: datetime, reason: str = ""
) -> None:
    """Take the note back; the caller has judged that."""
    settle(walk_in, WalkInState.WITHDRAWN, actor=actor, now=now)
    session.flush()
    keep_line(session, "withdraw_walk_in", walk_in, actor=actor, now=now, reason=reason)


def may_withdraw(held: SessionInForce, walk_in: WalkIn, actor: Actor, now: datetime) -> bool:
    """Whether the actor may take this note back now."""
    is_own = walk_in.noted_by == actor.account_id and walk_in.state is WalkInState.HELD
    return is_own and rules.may_undo(walk_in.came_at, now, rule_of(held))


def need_held(walk_in: WalkIn) -> None:
    if walk_in.state is not WalkInState.HELD:
        raise already_settled()


def already_settled() -> WrongStateError:
    """The error that tells who was slower."""
    return WrongStateError(REFUSALS["guest_settled"], next_step=msg("请刷新页面，查看最新情况。"))


def settle(walk_in: WalkIn, state: WalkInState, *, actor: Actor, now: datetime) -> None:
    """What became of it, when and by whom."""
    walk_in.state, walk_in.settled_at, walk_in.settled_by = state, now, actor.account_id


def keep_line(
    session: Session,
    action: str,
    walk_in: WalkIn,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> None:
    """The line in the record."""
    after = {"walk_in": walk_in.id, "person": walk_in.person_id, "event": walk_in.event_id}
    act = Act(action, "session", walk_in.session_id, after=after, reason=reason or walk_in.reason)
    record(session, act, actor=actor, now=now)
