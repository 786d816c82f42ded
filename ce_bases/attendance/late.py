"""Signs that arrive after the attendance was confirmed: kept as a request, never entered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.attendance.fold import rule_of, timing_of
from ce_bases.attendance.models import LateSign, SignEvent, Way
from ce_bases.attendance.queries import find_closing
from ce_bases.core.clock import business_date
from ce_bases.people.models import Person
from ce_bases.plans.models import TimetableEntry
from ce_bases.plans.queries import SessionInForce
from ce_bases.policy import attendance as rules
from ce_bases.policy.attendance import Sign
from ce_bases.policy.closing import is_after_closing


def off_day(held: SessionInForce, at: datetime) -> str:
    """A tap counts outside the window, but on the session's day only; later it is a make-up."""
    day = business_date(at)
    if day < held.entry.held_on:
        return "not_yet"
    # A class late in the evening may sign out after midnight.
    closes = rules.window("out", timing_of(held), rule_of(held))[1]
    return "day_over" if day > held.entry.held_on and at > closes else ""


def would_have_counted(held: SessionInForce, sign: Sign, closed_at: datetime | None) -> bool:
    """Whether only the confirmation stands against `sign`."""
    if sign.way == Way.TAP.value and off_day(held, sign.occurred_at):
        return False
    if is_after_closing(sign.occurred_at, closed_at):
        return False
    return rules.refusal(sign, timing_of(held), rule_of(held)) is None


def keep_if_late(session: Session, held: SessionInForce, event: SignEvent, sign: Sign) -> None:
    """Keep a sign that only the confirmation stands against as a request."""
    if not would_have_counted(held, sign, find_closing(session, held.session_id)):
        return
    session.add(
        LateSign(
            event_id=event.event_id,
            session_id=event.session_id,
            person_id=event.person_id,
            kind=event.kind,
            way=event.way,
            occurred_at=event.occurred_at,
            received_at=event.received_at,
            recorded_by=event.recorded_by,
            upheld=None,
            answered_at=None,
            answered_by=None,
        )
    )


@dataclass(frozen=True, slots=True)
class LateRequest:
    """A late sign with whose it is and which session it was for."""

    sign: LateSign
    person: Person
    entry: TimetableEntry


def late_requests(
    session: Session, sessions: Sequence[SessionInForce], *, person_id: int | None = None
) -> list[LateRequest]:
    """What arrived too late for sessions the caller has scoped, as it came."""
    entries = {held.session_id: held.entry for held in sessions}
    statement = (
        select(LateSign, Person)
        .join(Person, Person.id == LateSign.person_id)
        .where(LateSign.session_id.in_(entries))
        .order_by(LateSign.id)
    )
    if person_id is not None:
        statement = statement.where(LateSign.person_id == person_id)
    rows = session.execute(statement)
    return [LateRequest(sign, person, entries[sign.session_id]) for sign, person in rows]
