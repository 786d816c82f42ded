"""The register of one session: who is expected, what is recorded, what may be taken back.

Callers have scoped the session.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy import and_, exists, func, select
from sqlalchemy.orm import Session, aliased

from ce_bases.accounts.models import Account
from ce_bases.attendance.fold import rule_of
from ce_bases.attendance.models import AttendanceRecord, SignEvent, SignKind
from ce_bases.core.actors import Actor
from ce_bases.core.errors import NotFoundError
from ce_bases.enrolment.models import Enrolment, Place
from ce_bases.people.models import Person
from ce_bases.plans.queries import SessionInForce


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One person on a session's register, as those who take sign-in see them."""

    person_id: int
    name: str
    initials: str
    last4: str
    unit_name: str
    post: str
    signed_in_at: datetime | None
    signed_out_at: datetime | None
    attended: bool
    by_hand: bool
    off_hours: bool

    @property
    def letter(self) -> str:
        """Under which letter the name stands."""
        return self.initials[:1] or "#"


def register_of(
    session: Session,
    held: SessionInForce,
    *,
    person_id: int | None = None,
    person_ids: Collection[int] | None = None,
) -> list[RegisterRow]:
    """The roster of a session (or some of it) with what is recorded, by initials then name."""
    record = AttendanceRecord
    statement = (
        select(
            Person.id,
            Person.name,
            Person.initials,
            Person.id_last4,
            Enrolment.unit_name,
            Enrolment.post,
            record.signed_in_at,
            record.signed_out_at,
            func.coalesce(record.attended, False),
            func.coalesce(record.by_hand, False),
            func.coalesce(record.off_hours, False),
        )
        .join(Enrolment, Enrolment.person_id == Person.id)
        .outerjoin(
            record, and_(record.person_id == Person.id, record.session_id == held.session_id)
        )
        .where(Enrolment.plan_id == held.plan.id, Enrolment.place == Place.ENROLLED)
    )
    if person_id is not None:
        statement = statement.where(Person.id == person_id)
    if person_ids is not None:
        statement = statement.where(Person.id.in_(person_ids))
    rows = [RegisterRow(*row) for row in session.execute(statement)]
    # Names without initials come last; the databases disagree about the order of Chinese.
    return sorted(rows, key=lambda row: (row.letter == "#", row.initials, row.name, row.person_id))


def find_register_row(session: Session, held: SessionInForce, person_id: int) -> RegisterRow:
    """One person's row; NotFoundError when they are not on the roster."""
    rows = register_of(session, held, person_id=person_id)
    if not rows:
        raise NotFoundError
    return rows[0]


def undoable(
    session: Session,
    held: SessionInForce,
    *,
    actor: Actor,
    now: datetime,
) -> dict[int, SignEvent]:
    """Person → the last event the actor recorded, may still take back, and has not."""
    since = now - timedelta(minutes=rule_of(held).undo_minutes)
    annulment = aliased(SignEvent)
    statement = (
        select(SignEvent)
        .where(
            SignEvent.session_id == held.session_id,
            SignEvent.recorded_by == actor.account_id,
            SignEvent.kind != SignKind.ANNUL,
            SignEvent.received_at >= since,
            # An annulment is of the same person and session: by their index, not by reading all.
            ~exists().where(
                annulment.session_id == SignEvent.session_id,
                annulment.person_id == SignEvent.person_id,
                annulment.annuls_id == SignEvent.event_id,
            ),
        )
        .order_by(SignEvent.id)
    )
    rows = session.scalars(statement)
    return {event.person_id: event for event in rows}


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """An event with who recorded it, for the log of one person."""

    event: SignEvent
    recorder: str
    is_annulled: bool


def events_of(session: Session, held: SessionInForce, person_id: int) -> list[LoggedEvent]:
    """Everything recorded of one person in one session, as it came."""
    rows = session.execute(
        select(SignEvent, Account.display_name)
        .outerjoin(Account, Account.id == SignEvent.recorded_by)
        .where(SignEvent.session_id == held.session_id, SignEvent.person_id == person_id)
        .order_by(SignEvent.id)
    ).all()
    annulled = {event.annuls_id for event, _ in rows}
    return [LoggedEvent(e, name or "", e.event_id in annulled) for e, name in rows]


def filtered(
    rows: list[RegisterRow], *, q: str = "", only_missing: bool = False
) -> list[RegisterRow]:
    """The rows somebody looks for: by part of the name, initials or digits of the last four."""
    found = [row for row in rows if not q or _matches(row, q)]
    return [row for row in found if row.signed_in_at is None] if only_missing else found


def grouped(rows: list[RegisterRow]) -> list[tuple[str, list[RegisterRow]]]:
    """The rows under their letters, in the order they stand in."""
    return [(letter, list(people)) for letter, people in groupby(rows, key=lambda r: r.letter)]


def _matches(row: RegisterRow, q: str) -> bool:
    upper = q.upper()
    return q in row.name or row.initials.startswith(upper) or upper in row.last4
