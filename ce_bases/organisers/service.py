"""The rooms and lecturers of a base: added, changed, taken out of use, never deleted."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.audit.service import Act, record
from ce_bases.core import events
from ce_bases.core.actors import Actor
from ce_bases.core.clock import business_date
from ce_bases.core.errors import InvalidInputError
from ce_bases.core.identity import IdVault, normal_number, resident_id_problem
from ce_bases.core.locks import lock
from ce_bases.core.text import Text, msg
from ce_bases.organisers import persons
from ce_bases.organisers.events import VenueGrew
from ce_bases.organisers.models import Lecturer, Venue
from ce_bases.organisers.permissions import own_base


@dataclass(frozen=True, slots=True)
class VenueDetails:
    """A room as somebody wrote it down; `capacity` in people."""

    name: str
    address: str
    area_code: str
    capacity: int
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class LecturerDetails:
    """A lecturer as somebody wrote them down; `number` is a resident ID, or empty: unchanged.

    `is_same_person`: what the clerk answered about a namesake on another list, if asked.
    """

    name: str
    unit_name: str
    title: str
    field: str = ""
    number: str = ""
    is_same_person: bool | None = None


def add_venue(session: Session, details: VenueDetails, *, actor: Actor, now: datetime) -> Venue:
    """A new room of the actor's base; InvalidInputError when it has one of that name."""
    organiser_id = own_base(actor)
    _refuse_same_name(session, organiser_id, details.name, but=None)
    venue = Venue(organiser_id=organiser_id, **asdict(details))
    session.add(venue)
    session.flush()
    act = Act("add_venue", "venue", venue.id, after=asdict(details))
    record(session, act, actor=actor, now=now)
    return venue


def change_venue(
    session: Session, venue: Venue, details: VenueDetails, *, actor: Actor, now: datetime
) -> None:
    """Write `details` over the room; filed timetables keep what they were filed with.

    Where it takes more people than before, those who wait for a seat in it are seen to.
    """
    # Its classes are held next; whoever writes one holds it first and refers to the room then.
    lock(session, venue, keeps_key=True)
    _refuse_same_name(session, own_base(actor), details.name, but=venue.id)
    is_larger = details.capacity > venue.capacity
    _change(session, venue, asdict(details), actor=actor, now=now)
    if is_larger:
        events.publish(session, VenueGrew(venue.id, now))


def _refuse_same_name(session: Session, organiser_id: int, name: str, *, but: int | None) -> None:
    same = select(Venue.id).where(Venue.organiser_id == organiser_id, Venue.name == name)
    if session.scalars(same).first() not in (None, but):
        problem = msg("本单位已经有同名的场地，请换一个名称。")
        raise InvalidInputError(problem, problems={"name": problem})


def use_or_rest(
    session: Session, row: Venue | Lecturer, *, is_active: bool, actor: Actor, now: datetime
) -> None:
    """Take a room or lecturer out of use, or back into it; past classes keep them."""
    own_base(actor)
    lock(session, row)
    _change(session, row, {"is_active": is_active}, actor=actor, now=now)


def add_lecturer(
    session: Session, details: LecturerDetails, *, vault: IdVault, actor: Actor, now: datetime
) -> Lecturer:
    """A new lecturer of the actor's base; InvalidInputError for a wrong or known resident ID."""
    organiser_id = own_base(actor)
    index = _identity(session, organiser_id, details.number, vault, now, but=None)
    lecturer = Lecturer(organiser_id=organiser_id, identity_index=index, **_shown(details))
    session.add(lecturer)
    session.flush()
    act = Act("add_lecturer", "lecturer", lecturer.id, after=_shown(details))
    record(session, act, actor=actor, now=now)
    _settle_namesakes(session, lecturer, details.is_same_person, actor=actor, now=now)
    return lecturer


def change_lecturer(
    session: Session,
    lecturer: Lecturer,
    details: LecturerDetails,
    *,
    vault: IdVault,
    actor: Actor,
    now: datetime,
) -> None:
    """Write `details` over the lecturer; filed timetables keep the name they were filed with."""
    lock(session, lecturer)
    index = _identity(session, own_base(actor), details.number, vault, now, but=lecturer.id)
    if index is not None:
        persons.identify(session, lecturer, index)
    _change(session, lecturer, _shown(details), actor=actor, now=now)
    _settle_namesakes(session, lecturer, details.is_same_person, actor=actor, now=now)


def _shown(details: LecturerDetails) -> dict[str, Any]:
    """What may be shown and recorded of a lecturer: all but the resident ID."""
    hidden = {"number", "is_same_person"}
    return {name: value for name, value in asdict(details).items() if name not in hidden}


def open_namesakes(session: Session, lecturer: Lecturer) -> list[Lecturer]:
    """Lecturers of other lists of whom nobody has said whether they are this person."""
    if lecturer.person_key is not None:
        return []
    return persons.namesakes(
        session,
        lecturer.organiser_id,
        name=lecturer.name,
        unit_name=lecturer.unit_name,
        index=lecturer.identity_index,
    )


def _settle_namesakes(
    session: Session, lecturer: Lecturer, is_same: bool | None, *, actor: Actor, now: datetime
) -> None:
    """Keep the clerk's answer about namesakes elsewhere; without one, ask."""
    others = open_namesakes(session, lecturer)
    if not others:
        return
    if is_same is None:
        problem = msg("其他单位的名单里也有这个姓名和单位的授课人，请选择是不是同一个人。")
        raise InvalidInputError(problem, problems={"same_person": problem})
    if is_same:
        persons.say_same(session, lecturer, others)
    else:
        persons.say_nobody_else(lecturer)
    session.flush()
    act = Act("answer_namesake", "lecturer", lecturer.id, after={"is_same_person": is_same})
    record(session, act, actor=actor, now=now)


def _identity(
    session: Session,
    organiser_id: int,
    number: str,
    vault: IdVault,
    now: datetime,
    *,
    but: int | None,
) -> str | None:
    """The keyed hash of a typed resident ID; None when none was typed."""
    number = normal_number(number)
    if not number:
        return None
    problem: Text | None = resident_id_problem(number, today=business_date(now))
    index = vault.index(number)
    same = select(Lecturer.id).where(
        Lecturer.organiser_id == organiser_id, Lecturer.identity_index == index
    )
    if problem is None and session.scalars(same).first() not in (None, but):
        problem = msg("这个身份证号的授课人已经在本单位的名单里。")
    if problem is not None:
        raise InvalidInputError(problem, problems={"number": problem})
    return index


def _change(
    session: Session,
    row: Venue | Lecturer,
    values: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Set what differs, with one line in the record; nothing when nothing differs."""
    changed = {name: new for name, new in values.items() if getattr(row, name) != new}
    if not changed:
        return
    before = {name: getattr(row, name) for name in changed}
    for name, new in changed.items():
        setattr(row, name, new)
    kind = row.__tablename__
    record(session, Act(f"change_{kind}", kind, row.id, before, changed), actor=actor, now=now)
    session.flush()
