"""From the events of one person in one session to their attendance record."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.attendance.models import AttendanceRecord, SignEvent
from ce_bases.core.clock import moment_at
from ce_bases.plans.models import Form
from ce_bases.plans.queries import SessionInForce
from ce_bases.policy.attendance import Sign, Timing, attendance_of
from ce_bases.policy.registry import filing_policy_for
from ce_bases.policy.shapes import AttendanceRule


def timing_of(held: SessionInForce) -> Timing:
    """The session as the rules of sign-in see it."""
    entry = held.entry
    return Timing(
        starts_at=moment_at(entry.held_on, entry.starts_at),
        ends_at=moment_at(entry.held_on, entry.ends_at),
        halves=entry.halves,
        is_lecture=held.revision.form is Form.LECTURE,
    )


def rule_of(held: SessionInForce) -> AttendanceRule:
    """The rules of sign-in of the session's year."""
    return filing_policy_for(held.entry.held_on.year).attendance


def sign_of(event: SignEvent) -> Sign:
    """An event as the fold sees it."""
    return Sign(
        event.event_id,
        event.kind.value,
        event.way.value,
        event.occurred_at,
        event.annuls_id,
    )


def refold(
    session: Session, held: SessionInForce, person_id: int, *, now: datetime
) -> AttendanceRecord:
    """Write anew what all events of this person and session amount to.

    The caller holds the person's place on the roster (`service._hold`), so nobody else folds
    the same events meanwhile.
    """
    session.flush()
    events = session.scalars(
        select(SignEvent).where(
            SignEvent.session_id == held.session_id, SignEvent.person_id == person_id
        )
    )
    result = attendance_of(map(sign_of, events), timing_of(held), rule_of(held))
    record = session.get(AttendanceRecord, (held.session_id, person_id), populate_existing=True)
    if record is None:
        record = AttendanceRecord(session_id=held.session_id, person_id=person_id)
        session.add(record)
    record.signed_in_at, record.signed_out_at = result.signed_in_at, result.signed_out_at
    record.attended, record.by_hand = result.attended, result.by_hand
    record.off_hours, record.updated_at = result.off_hours, now
    session.flush()
    return record
