"""Reads of walk-ins. Callers have scoped the session or plan."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from ce_bases.accounts.models import Account
from ce_bases.attendance.models import SignEvent, WalkIn, WalkInState
from ce_bases.core.errors import NotFoundError
from ce_bases.plans.queries import SessionInForce


def _is_open() -> ColumnElement[bool]:
    """Held, or matched by a sign-in that has been annulled since."""
    annulment = aliased(SignEvent)
    annulled = exists().where(
        # By the index of the log, not by reading all of it.
        annulment.session_id == WalkIn.session_id,
        annulment.person_id == WalkIn.person_id,
        annulment.annuls_id == WalkIn.event_id,
    )
    matched = and_(WalkIn.state == WalkInState.MATCHED, annulled)
    return or_(WalkIn.state == WalkInState.HELD, matched)


@dataclass(frozen=True, slots=True)
class ListedWalkIn:
    """A walk-in with who noted it and whether somebody still has to say who it is."""

    walk_in: WalkIn
    noter: str
    is_open: bool


def walk_ins_of(session: Session, session_id: int) -> list[ListedWalkIn]:
    """Everybody noted in a session and not taken back, as they came."""
    rows = session.execute(
        select(WalkIn, Account.display_name, _is_open())
        .join(Account, Account.id == WalkIn.noted_by)
        .where(WalkIn.session_id == session_id, WalkIn.state != WalkInState.WITHDRAWN)
        .order_by(WalkIn.id)
    )
    return [ListedWalkIn(*row) for row in rows]


def find_walk_in(
    session: Session, held: SessionInForce, walk_in_id: int, *, lock: bool = False
) -> WalkIn:
    """A walk-in of this session, `lock`: held by us; raises NotFoundError."""
    found = session.get(WalkIn, walk_in_id, with_for_update=lock, populate_existing=True)
    if found is None or found.session_id != held.session_id:
        raise NotFoundError
    return found


def is_open(session: Session, walk_in: WalkIn) -> bool:
    """Whether somebody still has to say who it is."""
    found = session.scalar(select(WalkIn.id).where(WalkIn.id == walk_in.id, _is_open()))
    return found is not None


def open_by_session(session: Session, session_ids: Collection[int]) -> dict[int, int]:
    """Session id → how many are open, for sessions that have any."""
    rows = session.execute(
        select(WalkIn.session_id, func.count())
        .where(WalkIn.session_id.in_(session_ids), _is_open())
        .group_by(WalkIn.session_id)
    )
    return dict(rows.all())
