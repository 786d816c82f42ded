"""What a delivery's judgement rests on: held and read by a handful of statements, written by two.

The statements are made once and asked in plain rows: at the door each millisecond is one of
somebody who waits in the corridor.
"""

from collections import defaultdict
from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    Table,
    bindparam,
    insert,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session, aliased, load_only

from ce_bases.attendance.models import (
    LateSign,
    RefusedSign,
    SessionRegister,
    SignEvent,
    SignKind,
    Way,
)
from ce_bases.attendance.queries import need_own
from ce_bases.core.access import Action
from ce_bases.core.actors import Actor
from ce_bases.core.errors import NotFoundError
from ce_bases.enrolment.models import Enrolment, Place
from ce_bases.organisers.models import Lecturer
from ce_bases.people.models import Person
from ce_bases.plans.models import Plan, PlanRevision, TimetableEntry
from ce_bases.plans.queries import SessionInForce, need_as_read, sessions_in_reach
from ce_bases.policy.attendance import Sign

Row = dict[str, Any]
#: Ids asked for in one statement.
_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody's place on the roster with what the register shows of them."""

    place: Place
    name: str
    initials: str
    last4: str
    unit_name: str
    post: str


@dataclass(frozen=True, slots=True)
class Logged:
    """A sign event as far as anything rests on it; `id` is 0 for one not yet written."""

    id: int
    event_id: str
    session_id: int
    person_id: int
    kind: SignKind
    way: Way
    annuls_id: str | None
    occurred_at: datetime
    received_at: datetime
    recorded_by: int | None
    off_hours: bool
    request_hash: str

    @property
    def sign(self) -> Sign:
        """The event as the fold sees it."""
        return Sign(
            self.event_id, self.kind.value, self.way.value, self.occurred_at, self.annuls_id
        )


@dataclass(frozen=True, slots=True)
class Refused:
    """A refusal given before."""

    event_id: str
    person_id: int | None
    code: str


@dataclass(slots=True)
class DoorState:
    """The people of a delivery with their events of this session, and the answers given before."""

    closed_at: datetime | None = None
    seats: dict[int, Seat] = field(default_factory=dict)
    events: dict[int, list[Logged]] = field(default_factory=lambda: defaultdict(list))
    answered: dict[str, Logged | Refused] = field(default_factory=dict)


@lru_cache(maxsize=256)
def _session_for(actor: Actor) -> Select[Plan, PlanRevision, TimetableEntry, int | None, int]:
    """The session and its lecturer's account, the plan held; asked again and again by one actor."""
    entry, teacher, as_read = TimetableEntry, aliased(Lecturer), aliased(Plan)
    # The held row is the newest, whatever came between; what stands beside it is of the reading.
    version_read = select(as_read.version).where(as_read.id == Plan.id).scalar_subquery()
    return (
        sessions_in_reach(actor, Action.TAKE_SIGN_IN)
        .where(entry.session_id == bindparam("session_id"))
        .outerjoin(teacher, teacher.id == entry.lecturer_id)
        .add_columns(teacher.account_id, version_read)
        .options(
            load_only(Plan.organiser_id, Plan.bureau_code, Plan.state, Plan.version),
            load_only(PlanRevision.form),
            load_only(
                entry.session_id, entry.held_on, entry.starts_at, entry.ends_at, entry.halves
            ),
        )
        .with_for_update(read=True, of=Plan)
    )


def hold_session(
    session: Session, session_id: int, *, actor: Actor
) -> tuple[SessionInForce, int | None]:
    """A session the actor takes sign-in of and its lecturer's account; its plan is held together
    with everybody else at the door. NotFoundError when it is not theirs.

    ReadTooEarlyError when the plan changed while it was waited for.
    """
    row = session.execute(_session_for(actor), {"session_id": session_id}).one_or_none()
    if row is None:
        raise NotFoundError
    held = SessionInForce(*row[:3])
    need_as_read(held.plan, row[4])
    need_own(held, actor)
    return held, row[3]


def _table(model: Any) -> Table:
    table: Table = model.__table__
    return table


_EVENT, _REFUSED, _REGISTER = _table(SignEvent), _table(RefusedSign), _table(SessionRegister)
_SEAT, _PERSON = _table(Enrolment), _table(Person)
_PEOPLE: BindParameter[int] = bindparam("people", expanding=True)
_IDS: BindParameter[str] = bindparam("ids", expanding=True)

_HOLD_SEATS = (
    select(
        _SEAT.c.person_id,
        _SEAT.c.place,
        _PERSON.c.name,
        _PERSON.c.initials,
        _PERSON.c.id_last4,
        _SEAT.c.unit_name,
        _SEAT.c.post,
    )
    .join_from(_SEAT, _PERSON, _PERSON.c.id == _SEAT.c.person_id)
    .where(_SEAT.c.plan_id == bindparam("plan_id"), _SEAT.c.person_id.in_(_PEOPLE))
    .order_by(_SEAT.c.person_id)
    .with_for_update(of=_SEAT)
)


def _shaped(code: ColumnElement[str], **known: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    """Rows in the columns of an event, NULL where they have nothing to say, and `code`."""
    columns = (known.get(name, null()) for name in Logged.__slots__)
    return select(*columns, code.label("code"))


_SESSION_ID: BindParameter[int] = bindparam("session_id")
_OF_PEOPLE = (_EVENT.c.session_id == _SESSION_ID) & _EVENT.c.person_id.in_(_PEOPLE)
#: In one answer: the events of these people, and whatever carries one of these ids wherever it was
#: entered; the refusals by these ids, with their code; when the register was closed, without an id.
_READ = union_all(
    _shaped(literal(""), **{name: _EVENT.c[name] for name in Logged.__slots__}).where(
        or_(_OF_PEOPLE, _EVENT.c.event_id.in_(_IDS))
    ),
    _shaped(_REFUSED.c.code, event_id=_REFUSED.c.event_id, person_id=_REFUSED.c.person_id).where(
        _REFUSED.c.event_id.in_(_IDS)
    ),
    _shaped(literal(""), occurred_at=_REGISTER.c.closed_at).where(
        _REGISTER.c.session_id == _SESSION_ID
    ),
)


def read_door(session: Session, held: SessionInForce, people: Set[int], ids: Set[str]) -> DoorState:
    """Hold the places of `people` alone, then read what decides about them and about `ids`.

    The plan is held already. Always in this order: what is read before the lock decides nothing.
    """
    state, connection = DoorState(), session.connection()
    persons, sent = sorted(people), sorted(ids)
    for part in _parts(persons):
        asked: Row = {"plan_id": held.plan.id, "people": part}
        for person_id, *seat in connection.execute(_HOLD_SEATS, asked):
            state.seats[person_id] = Seat(*seat)
    for event in _read_log(connection, state, held.session_id, persons, sent):
        if event.event_id in ids:
            state.answered[event.event_id] = event
        if event.session_id == held.session_id and event.person_id in people:
            state.events[event.person_id].append(event)
    return state


def _read_log(
    connection: Connection,
    state: DoorState,
    session_id: int,
    people: Sequence[int],
    ids: Sequence[str],
) -> list[Logged]:
    """The events as they were written; refusals and the closing are put into `state`."""
    found: dict[int, Logged] = {}
    for start in range(0, max(len(people), len(ids), 1), _CHUNK):
        chunk = slice(start, start + _CHUNK)
        asked: Row = {"session_id": session_id, "people": people[chunk], "ids": ids[chunk]}
        for row in connection.execute(_READ, asked):
            if row.code:
                refused = Refused(row.event_id, row.person_id, row.code)
                state.answered[row.event_id] = refused
            elif row.event_id is None:
                state.closed_at = row.occurred_at
            else:
                found[row.id] = Logged(*row[:-1])
    return [found[key] for key in sorted(found)]


def _parts(ids: Sequence[Any]) -> list[Sequence[Any]]:
    return [ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK)]


_ADD_EVENTS, _ADD_REFUSED, _ADD_LATE = (
    insert(table) for table in (_EVENT, _REFUSED, _table(LateSign))
)


def write_door(
    session: Session, *, events: Sequence[Row], refused: Sequence[Row], late: Sequence[Row]
) -> None:
    """Add what came of a delivery to the logs."""
    connection = session.connection()
    for statement, rows in ((_ADD_LATE, late), (_ADD_REFUSED, refused), (_ADD_EVENTS, events)):
        if rows:
            connection.execute(statement, rows)
