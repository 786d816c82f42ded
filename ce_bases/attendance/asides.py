"""What a phone's queue holds beside signs: heads counted, and people who are not on the list."""

from datetime import datetime

from sqlalchemy.orm import Session

from ce_bases.attendance.delivery import QueuedHeads, QueuedWalkIn
from ce_bases.attendance.heads import Counted, find_count, keep_heads
from ce_bases.attendance.service import closed_code, door_code
from ce_bases.attendance.walk_ins import Noted, find_noted, hold_walk_in, is_held, is_same
from ce_bases.core.actors import Actor
from ce_bases.plans.queries import SessionInForce
from ce_bases.policy.attendance import moment_of
from ce_bases.policy.closing import is_after_closing

Aside = QueuedHeads | QueuedWalkIn


def find_aside(session: Session, held: SessionInForce, item: Aside, *, actor: Actor) -> bool | None:
    """Whether what is kept under this id says the same; None when nothing is."""
    if isinstance(item, QueuedHeads):
        count = find_count(session, item.event_id)
        if count is None:
            return None
        moment = moment_of(item.at, count.received_at)
        said = (held.session_id, item.heads, moment)
        return (count.session_id, count.heads, count.occurred_at) == said
    walk_in = find_noted(session, item.event_id)
    return None if walk_in is None else is_same(walk_in, held, _noted(item), actor)


def against_aside(
    session: Session,
    held: SessionInForce,
    item: Aside,
    closed_at: datetime | None,
) -> str:
    """The coded reason against keeping it, or "".

    Somebody who has come onto the roster since is held all the same: the base finds the place
    when it sees the card, and the moment at the door is not lost.
    """
    if isinstance(item, QueuedHeads):
        return closed_code(held)
    if code := door_code(held, item.at):
        return code
    if is_after_closing(item.at, closed_at):
        return "closed"
    return "held_already" if is_held(session, held, item.name, item.last4) else ""


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
    else:
        hold_walk_in(session, held, _noted(item), actor=actor, now=now, reason=reason)


def _noted(item: QueuedWalkIn) -> Noted:
    return Noted(item.event_id, item.name, item.last4, item.remark, item.at)
