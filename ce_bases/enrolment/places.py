"""Seats and the waiting list of one class. Callers hold the plan (`plans.moves.take`)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from ce_bases.audit.service import Act, record
from ce_bases.core import events
from ce_bases.core.actors import Actor
from ce_bases.enrolment import queries, telling
from ce_bases.enrolment.events import LeavingRoster
from ce_bases.enrolment.models import Enrolment, Place, Via
from ce_bases.enrolment.window import opens_at
from ce_bases.people.models import Person
from ce_bases.people.queries import current_units
from ce_bases.plans.models import Plan
from ce_bases.plans.queries import in_force
from ce_bases.plans.workflow import PlanState


@dataclass(frozen=True, slots=True)
class Admitted:
    """Who got a seat and who waits, in the order they were named."""

    seated: Sequence[Enrolment]
    waiting: Sequence[Enrolment]


def free_seats(session: Session, plan: Plan) -> int | None:
    """Seats nobody has; None when no limit is known."""
    limit = queries.seats(session, plan)
    return None if limit is None else max(0, limit - queries.enrolled(session, plan.id))


def admit(
    session: Session, plan: Plan, people: Sequence[Person], *, via: Via, actor: Actor, now: datetime
) -> Admitted:
    """Give these people seats while there are any, then places in the waiting list.

    Who has either already keeps it and is not in the answer. Nobody overtakes those who wait.
    """
    promote(session, plan, now=now)
    free = free_seats(session, plan)
    if free is not None and session.scalars(queries.waiting_list(plan.id).limit(1)).first():
        free = 0
    known = queries.enrolments_by_person(session, plan.id, (p.id for p in people))
    live = {i for i, place in known.items() if place.place is not Place.CANCELLED}
    units = current_units(session, (p.id for p in people))
    seated: list[Enrolment] = []
    waiting: list[Enrolment] = []
    for person in (p for p in people if p.id not in live):
        place = known.get(person.id) or Enrolment(
            plan_id=plan.id, person_id=person.id, created_at=now
        )
        has_seat = free is None or len(seated) < free
        (seated if has_seat else waiting).append(place)
        place.place = Place.ENROLLED if has_seat else Place.WAITING
        place.waiting_since, place.cancelled_at = None if has_seat else now, None
        place.via, place.created_by = via, actor.account_id
        place.unit_name, place.post = units.get(person.id, ""), person.post
        session.add(place)
        # One by one: among those who come at one moment the waiting list goes by id.
        session.flush()
    if seated or waiting:
        after = {"seated": _ids(seated), "waiting": _ids(waiting), "via": via.value}
        record(session, Act("enrol", "plan", plan.id, after=after), actor=actor, now=now)
    return Admitted(seated, waiting)


def _ids(places: Iterable[Enrolment]) -> list[int]:
    return sorted(place.person_id for place in places)


def give_up(
    session: Session,
    plan: Plan,
    places: Sequence[Enrolment],
    *,
    act: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Take people off, refused (by attendance) once they have signed in; the next move up."""
    for place in places:
        if place.place is Place.ENROLLED:
            events.publish(session, LeavingRoster(plan.id, place.person_id))
        place.place, place.cancelled_at, place.waiting_since = Place.CANCELLED, now, None
    session.flush()
    before = {"people": _ids(places)}
    record(session, Act(act, "plan", plan.id, before=before), actor=actor, now=now)
    promote(session, plan, now=now)


def promote(session: Session, plan: Plan, *, now: datetime) -> list[Enrolment]:
    """Move up whom there are seats for, by themselves until the class opens; they are told."""
    revision = in_force(plan)
    if revision is None or plan.state is not PlanState.FILED or now >= opens_at(revision):
        return []
    return move_up(session, plan, actor=None, now=now)


def move_up(
    session: Session, plan: Plan, *, most: int | None = None, actor: Actor | None, now: datetime
) -> list[Enrolment]:
    """Give the free seats (at most `most`) to those who wait longest, and tell them."""
    free = free_seats(session, plan)
    limits = [limit for limit in (free, most) if limit is not None]
    statement = queries.waiting_list(plan.id)
    if limits:
        statement = statement.limit(min(limits))
    moved = list(session.scalars(statement))
    for place in moved:
        place.place, place.waiting_since = Place.ENROLLED, None
    if moved:
        session.flush()
        after = {"people": _ids(moved)}
        record(session, Act("promote_waiting", "plan", plan.id, after=after), actor=actor, now=now)
        telling.tell_promoted(session, plan, moved, now=now)
    return moved
