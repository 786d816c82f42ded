"""Reads of rosters, each within what the actor may know of."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session, contains_eager

from ce_bases.core.access import Action
from ce_bases.core.actors import BUREAU_ROLES, Actor
from ce_bases.core.errors import NotFoundError
from ce_bases.enrolment.models import Enrolment, Place
from ce_bases.organisers.models import OrganiserKind, Venue
from ce_bases.people.models import Person
from ce_bases.plans.models import Plan, PlanRevision, Standing, TimetableEntry
from ce_bases.plans.queries import get_plan, in_force, open_revision
from ce_bases.plans.workflow import PlanState

# SQLite of older builds takes 999 values a statement.
CHUNK = 500
SORTS = {
    "initials": (Person.initials, Person.name, Enrolment.id),
    "unit": (Enrolment.unit_name, Person.initials, Enrolment.id),
    "newest": (Enrolment.id.desc(),),
}


def is_own(actor: Actor, plan: Plan) -> bool:
    """Whether an officer's bureau holds the class itself; true for everybody else's reach.

    The access table lets bureaus keep rosters and take sign-in for their own 公益课堂 only.
    """
    if actor.role not in BUREAU_ROLES:
        return True
    organiser = plan.organiser
    return organiser.kind is OrganiserKind.BUREAU and organiser.area_code == actor.bureau_code


def get_own_plan(session: Session, plan_id: int, *, actor: Actor, action: Action) -> Plan:
    """A plan whose roster the actor keeps; NotFoundError when it is not theirs."""
    plan = get_plan(session, plan_id, actor=actor, action=action)
    if not is_own(actor, plan):
        raise NotFoundError
    return plan


def get_enrolment(session: Session, plan: Plan, enrolment_id: int) -> Enrolment:
    """A seat or a place in the waiting list of a plan the caller scoped; or NotFoundError."""
    found = session.scalars(
        select(Enrolment)
        .join(Enrolment.person)
        .options(contains_eager(Enrolment.person))
        .where(
            Enrolment.id == enrolment_id,
            Enrolment.plan_id == plan.id,
            Enrolment.place != Place.CANCELLED,
        )
    ).one_or_none()
    if found is None:
        raise NotFoundError
    return found


def roster(plan_id: int, *, q: str = "", sort: str = "initials") -> Select[Any]:
    """The people with a seat, filtered by part of the name, unit, initials or last four."""
    statement = (
        select(Enrolment)
        .join(Enrolment.person)
        .options(contains_eager(Enrolment.person))
        .where(Enrolment.plan_id == plan_id, Enrolment.place == Place.ENROLLED)
        .order_by(*SORTS.get(sort, SORTS["initials"]))
    )
    return statement.where(matches(q)) if q else statement


def matches(q: str) -> Any:
    """A condition on `Person` and `Enrolment`: what somebody typed to find a person."""
    return or_(
        Person.name.contains(q, autoescape=True),
        Enrolment.unit_name.contains(q, autoescape=True),
        Person.initials.startswith(q.upper(), autoescape=True),
        Person.id_last4 == q.upper(),
    )


def enrolled(session: Session, plan_id: int) -> int:
    """How many people have a seat."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Enrolment)
            .where(Enrolment.plan_id == plan_id, Enrolment.place == Place.ENROLLED)
        )
        or 0
    )


def enrolments_by_person(
    session: Session, plan_id: int, person_ids: Iterable[int]
) -> dict[int, Enrolment]:
    """Places these people have or had in the plan."""
    wanted = set(person_ids)
    rows = session.scalars(select(Enrolment).where(Enrolment.plan_id == plan_id))
    return {row.person_id: row for row in rows if row.person_id in wanted}


def current_revision(plan: Plan) -> PlanRevision | None:
    """The filed revision, or the one on its way there."""
    return in_force(plan) or open_revision(plan)


def seats(session: Session, plan: Plan) -> int | None:
    """How many people the class takes: its planned number, or fewer when a room is smaller."""
    revision = current_revision(plan)
    if revision is None:
        return None
    venue_ids = {entry.venue_id for entry in revision.entries if entry.venue_id}
    smallest = session.scalar(select(func.min(Venue.capacity)).where(Venue.id.in_(venue_ids)))
    known = [number for number in (revision.planned_number, smallest) if number is not None]
    return min(known) if known else None


def classes_in(venue_id: int, *, today: date) -> Select[Any]:
    """The filed classes still to open that have the room, or will with a change on its way."""
    return (
        select(Plan)
        .where(
            Plan.state == PlanState.FILED,
            exists()
            .where(PlanRevision.plan_id == Plan.id, PlanRevision.standing != Standing.PAST)
            .where(PlanRevision.opens_on >= today)
            .where(TimetableEntry.revision_id == PlanRevision.id)
            .where(TimetableEntry.venue_id == venue_id),
        )
        .order_by(Plan.id)
    )


@dataclass(frozen=True, slots=True)
class Seats:
    """How full a class is; `planned` is what it takes (None: no limit is known)."""

    planned: int | None = None
    taken: int = 0
    waiting: int = 0

    @property
    def left(self) -> int | None:
        """Seats nobody has and nobody waits for."""
        if self.planned is None:
            return None
        return 0 if self.waiting else max(0, self.planned - self.taken)


def public_seats(session: Session, plan_ids: Iterable[int]) -> dict[int, Seats]:
    """Plan id → how full it is, for the filed ones of these plans; no name is read."""
    wanted = sorted(set(plan_ids))
    found: dict[int, Seats] = {}
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        counts = _counts(session, chunk)
        planned = session.execute(
            select(PlanRevision.plan_id, PlanRevision.planned_number, func.min(Venue.capacity))
            .outerjoin(TimetableEntry, TimetableEntry.revision_id == PlanRevision.id)
            .outerjoin(Venue, Venue.id == TimetableEntry.venue_id)
            .where(PlanRevision.plan_id.in_(chunk), PlanRevision.standing == Standing.IN_FORCE)
            .group_by(PlanRevision.plan_id, PlanRevision.planned_number)
        )
        for plan_id, number, smallest in planned:
            known = [limit for limit in (number, smallest) if limit is not None]
            taken, waiting = (counts.get((plan_id, p), 0) for p in (Place.ENROLLED, Place.WAITING))
            found[plan_id] = Seats(min(known, default=None), taken, waiting)
    return found


def _counts(session: Session, plan_ids: list[int]) -> dict[tuple[int, Place], int]:
    rows = session.execute(
        select(Enrolment.plan_id, Enrolment.place, func.count())
        .where(Enrolment.plan_id.in_(plan_ids), Enrolment.place != Place.CANCELLED)
        .group_by(Enrolment.plan_id, Enrolment.place)
    )
    return {(plan_id, place): count for plan_id, place, count in rows}


def waiting_list(plan_id: int) -> Select[Any]:
    """Who waits for a seat, first come first."""
    return (
        select(Enrolment)
        .join(Enrolment.person)
        .options(contains_eager(Enrolment.person))
        .where(Enrolment.plan_id == plan_id, Enrolment.place == Place.WAITING)
        .order_by(Enrolment.waiting_since, Enrolment.id)
    )


def find_position(session: Session, place: Enrolment | None) -> int | None:
    """Where somebody stands in the waiting list, from 1; None for who does not wait."""
    if place is None or place.place is not Place.WAITING:
        return None
    return position(session, place)


def position(session: Session, place: Enrolment) -> int:
    """The place in the waiting list of somebody who waits, from 1."""
    before = or_(
        Enrolment.waiting_since < place.waiting_since,
        (Enrolment.waiting_since == place.waiting_since) & (Enrolment.id < place.id),
    )
    ahead = select(func.count()).where(
        Enrolment.plan_id == place.plan_id, Enrolment.place == Place.WAITING, before
    )
    return (session.scalar(ahead) or 0) + 1
