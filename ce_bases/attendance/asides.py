"""What a phone's queue holds beside signs: heads counted, and people who are not on the list."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.attendance.delivery import (
    LEAVING,
    Queued,
    QueuedHeads,
    QueuedParting,
    QueuedSign,
    QueuedWalkIn,
)
from ce_bases.attendance.heads import Counted, find_count, keep_heads
from ce_bases.attendance.models import SignKind, WalkIn, WalkInState
from ce_bases.attendance.service import closed_code, door_code
from ce_bases.attendance.walk_ins import (
    Noted,
    against_leaving,
    against_withdrawing,
    find_noted,
    hold_walk_in,
    is_held,
    is_same,
    keep_leaving,
    keep_withdrawal,
)
from ce_bases.core.actors import Actor
from ce_bases.plans.queries import SessionInForce
from ce_bases.policy.attendance import moment_of
from ce_bases.policy.closing import is_after_closing

Aside = QueuedHeads | QueuedWalkIn | QueuedParting


def with_sign_outs(
    session: Session, held: SessionInForce, items: Sequence[Queued]
) -> Sequence[Queued]:
    """The items; the leaving of somebody whom the base has matched meanwhile is their sign-out.

    The plan is held, so nobody is matched before the items are written.
    """
    asked = {item.guest for item in items if isinstance(item, QueuedParting)}
    if not asked:
        return items
    matched = session.execute(
        select(WalkIn.client_id, WalkIn.person_id).where(
            WalkIn.client_id.in_(asked),
            WalkIn.session_id == held.session_id,
            WalkIn.state == WalkInState.MATCHED,
            WalkIn.left_at.is_(None),
        )
    )
    persons = {client_id: person_id for client_id, person_id in matched if person_id is not None}
    return [
        QueuedSign(item.event_id, SignKind.OUT, persons[item.guest], item.at)
        if isinstance(item, QueuedParting) and item.kind == LEAVING and item.guest in persons
        else item
        for item in items
    ]


def find_aside(session: Session, held: SessionInForce, item: Aside, *, actor: Actor) -> bool | None:
    """Whether what is kept under this id says the same; None when nothing is."""
    if isinstance(item, QueuedParting):
        return _find_parting(session, held, item)
    if isinstance(item, QueuedHeads):
        count = find_count(session, item.event_id)
        if count is None:
            return None
        moment = moment_of(item.at, count.received_at)
        said = (held.session_id, item.heads, moment)
        return (count.session_id, count.heads, count.occurred_at) == said
    walk_in = find_noted(session, item.event_id)
    return None if walk_in is None else is_same(walk_in, held, _noted(item), actor)


def _find_parting(session: Session, held: SessionInForce, item: QueuedParting) -> bool | None:
    """True when it is so already; of several leavings the earliest stands, in whatever order."""
    walk_in = _guest(session, held, item)
    if walk_in is None:
        return None
    if item.kind != LEAVING:
        return True if walk_in.state is WalkInState.WITHDRAWN else None
    if walk_in.left_at is None:
        return None
    may_move = walk_in.state is WalkInState.HELD
    earliest = max(item.at, walk_in.came_at)
    return None if may_move and earliest < walk_in.left_at else True


def _guest(session: Session, held: SessionInForce, item: QueuedParting) -> WalkIn | None:
    """Who leaves or is taken back, held by us; None when nobody in this session is."""
    walk_in = find_noted(session, item.guest, lock=True)
    is_here = walk_in is not None and walk_in.session_id == held.session_id
    return walk_in if is_here else None


def against_aside(
    session: Session,
    held: SessionInForce,
    item: Aside,
    closed_at: datetime | None,
    *,
    by: int | None,
) -> str:
    """The coded reason against keeping it, or ""; `by`: see `against_withdrawing`.

    Somebody who has come onto the roster since is held all the same: the base finds the place
    when it sees the card, and the moment at the door is not lost.
    """
    if isinstance(item, QueuedHeads):
        return closed_code(held)
    if isinstance(item, QueuedParting):
        walk_in = _guest(session, held, item)
        if walk_in is None:
            return closed_code(held) or "unknown_guest"
        if item.kind == LEAVING:
            return against_leaving(held, walk_in, item.at, closed_at)
        return against_withdrawing(held, walk_in, item.at, by=by)
    late = "closed" if is_after_closing(item.at, closed_at) else ""
    code = door_code(held, item.at) or late
    return code or ("held_already" if is_held(session, held, item.name, item.last4) else "")


def keep_aside(
    session: Session,
    held: SessionInForce,
    item: Aside,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> None:
    """Keep it as having happened at its moment; the caller has judged it and holds the plan."""
    if isinstance(item, QueuedHeads):
        counted = Counted(item.event_id, item.heads, item.at)
        keep_heads(session, held, counted, actor=actor, now=now, reason=reason)
    elif isinstance(item, QueuedWalkIn):
        hold_walk_in(session, held, _noted(item), actor=actor, now=now, reason=reason)
    elif (walk_in := _guest(session, held, item)) is not None:
        if item.kind == LEAVING:
            keep_leaving(session, walk_in, item.at, actor=actor, now=now, reason=reason)
        else:
            keep_withdrawal(session, walk_in, actor=actor, now=now, reason=reason)


def _noted(item: QueuedWalkIn) -> Noted:
    return Noted(item.event_id, item.name, item.last4, item.remark, item.at)
