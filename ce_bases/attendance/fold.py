"""From the events of one person in one session to their attendance record."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from ce_bases.attendance.models import AttendanceRecord, SignEvent
from ce_bases.core.clock import moment_at
from ce_bases.plans.models import Form
from ce_bases.plans.queries import SessionInForce
from ce_bases.policy.attendance import Attendance, Sign, Timing, attendance_of
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

    The caller holds the person's place on the roster (`service.hold`), so nobody else folds
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


#: People folded by one statement.
_AT_ONCE = 500


def refold_many(
    session: Session, held: SessionInForce, person_ids: Sequence[int], *, now: datetime
) -> None:
    """`refold` for a whole hall: the same rows by a handful of statements.

    The caller holds the places of all these people.
    """
    session.flush()
    for start in range(0, len(person_ids), _AT_ONCE):
        _refold_part(session, held, person_ids[start : start + _AT_ONCE], now=now)


def _refold_part(
    session: Session, held: SessionInForce, person_ids: Sequence[int], *, now: datetime
) -> None:
    signs = _signs_of(session, held, person_ids)
    timing, rule = timing_of(held), rule_of(held)
    folded = {i: attendance_of(signs[i], timing, rule) for i in person_ids}
    write_records(session, held.session_id, folded, now=now)


def _signs_of(
    session: Session, held: SessionInForce, person_ids: Sequence[int]
) -> dict[int, list[Sign]]:
    rows = session.execute(
        select(
            SignEvent.person_id,
            SignEvent.event_id,
            SignEvent.kind,
            SignEvent.way,
            SignEvent.occurred_at,
            SignEvent.annuls_id,
        ).where(SignEvent.session_id == held.session_id, SignEvent.person_id.in_(person_ids))
    )
    signs: dict[int, list[Sign]] = defaultdict(list)
    for person_id, event_id, kind, way, occurred_at, annuls_id in rows:
        signs[person_id].append(Sign(event_id, kind.value, way.value, occurred_at, annuls_id))
    return signs


@cache
def _keep_records(dialect: str) -> Any:
    """One record a person and session, added or written anew."""
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    made, columns = insert(AttendanceRecord), AttendanceRecord.__table__.c
    told = {c.name: made.excluded[c.name] for c in columns if not c.primary_key}
    keys = [c for c in columns if c.primary_key]
    return made.on_conflict_do_update(index_elements=keys, set_=told)


def write_records(
    session: Session, session_id: int, folded: Mapping[int, Attendance], *, now: datetime
) -> None:
    """Write what the events of these people amount to; the caller holds their places."""
    rows = [
        {
            "session_id": session_id,
            "person_id": person_id,
            "signed_in_at": result.signed_in_at,
            "signed_out_at": result.signed_out_at,
            "attended": result.attended,
            "by_hand": result.by_hand,
            "off_hours": result.off_hours,
            "updated_at": now,
        }
        for person_id, result in sorted(folded.items())
    ]
    if rows:
        dialect = session.get_bind().dialect.name
        session.connection().execute(_keep_records(dialect), rows)
