"""The heads counted in the room: a log of counts, of which the latest stands."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.attendance.intents import REFUSALS
from ce_bases.attendance.models import HeadCount, SessionRegister
from ce_bases.attendance.service import closed_code, hold_at_door
from ce_bases.audit.service import Act, record
from ce_bases.core.actors import Actor
from ce_bases.core.errors import WrongStateError
from ce_bases.plans.queries import SessionInForce


@dataclass(frozen=True, slots=True)
class Counted:
    """A count made at `at`; `event_id` is made where it was typed, so that twice is once."""

    event_id: str
    heads: int
    at: datetime


def count_heads(
    session: Session, held: SessionInForce, counted: Counted, *, actor: Actor, now: datetime
) -> None:
    """Note how many people were counted in the room just now."""
    hold_at_door(session, held, actor)
    if code := closed_code(held):
        raise WrongStateError(REFUSALS[code])
    keep_heads(session, held, counted, actor=actor, now=now)


def keep_heads(
    session: Session,
    held: SessionInForce,
    counted: Counted,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> None:
    """Add a count to the log; of all counts the one made last stands, in whatever order they come.

    The caller has asked whether the actor may, and holds the plan.
    """
    register = session.get(
        SessionRegister, held.session_id, with_for_update=True, populate_existing=True
    )
    if register is None:
        register = SessionRegister(session_id=held.session_id)
        session.add(register)
    session.add(
        HeadCount(
            event_id=counted.event_id,
            session_id=held.session_id,
            heads=counted.heads,
            occurred_at=counted.at,
            received_at=now,
            recorded_by=actor.account_id,
        )
    )
    session.flush()
    before = {"headcount": register.headcount}
    register.headcount = session.scalars(
        select(HeadCount.heads)
        .where(HeadCount.session_id == held.session_id)
        .order_by(HeadCount.occurred_at.desc(), HeadCount.id.desc())
        .limit(1)
    ).one()
    session.flush()
    after = {"headcount": register.headcount, "counted": counted.heads}
    act = Act("count_heads", "session", held.session_id, before, after, reason)
    record(session, act, actor=actor, now=now)


def find_count(session: Session, event_id: str) -> HeadCount | None:
    """The count that was kept under this id."""
    return session.scalars(select(HeadCount).where(HeadCount.event_id == event_id)).one_or_none()
