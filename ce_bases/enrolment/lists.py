"""One's own classes, and those of a unit's people."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from ce_bases.enrolment.models import Enrolment, Place
from ce_bases.enrolment.queries import find_position
from ce_bases.people.models import Affiliation, Person
from ce_bases.plans.models import Plan, PlanRevision, Standing, TimetableEntry


@dataclass(frozen=True, slots=True)
class OwnClass:
    """A class one has a seat in or waits for; `position` in the waiting list, None with a seat."""

    plan: Plan
    revision: PlanRevision
    place: Enrolment
    position: int | None

    def coming(self, today: date) -> list[TimetableEntry]:
        """Its sessions from today on."""
        return [entry for entry in self.revision.entries if entry.held_on >= today]


def own_classes(session: Session, person_id: int, *, today: date) -> list[OwnClass]:
    """The published classes of one person that are not over, next opening first."""
    rows = session.execute(
        select(Plan, PlanRevision, Enrolment)
        .join(PlanRevision, PlanRevision.plan_id == Plan.id)
        .join(Enrolment, Enrolment.plan_id == Plan.id)
        .where(
            Enrolment.person_id == person_id,
            Enrolment.place != Place.CANCELLED,
            PlanRevision.standing == Standing.IN_FORCE,
            PlanRevision.closes_on >= today,
        )
        .options(selectinload(PlanRevision.entries), joinedload(Plan.organiser))
        .order_by(PlanRevision.opens_on, Plan.id)
    )
    return [OwnClass(*row, find_position(session, row[2])) for row in rows]


def staff_places(session: Session, plan_id: int, unit_id: int) -> list[Enrolment]:
    """Who of a unit's people has a seat or waits, seats first, then as they wait."""
    return list(
        session.scalars(
            select(Enrolment)
            .join(Enrolment.person)
            .join(Affiliation, Affiliation.person_id == Person.id)
            .options(contains_eager(Enrolment.person))
            .where(
                Enrolment.plan_id == plan_id,
                Enrolment.place != Place.CANCELLED,
                Affiliation.unit_id == unit_id,
                Affiliation.until_on.is_(None),
            )
            .order_by(Enrolment.waiting_since.asc().nulls_first(), Person.initials, Enrolment.id)
        )
    )


def staff_classes(unit_id: int, *, today: date) -> Select[Any]:
    """(plan, revision, seats, waiting) of classes to come in which a unit's people are enrolled."""
    counts = [
        func.count().filter(Enrolment.place == place) for place in (Place.ENROLLED, Place.WAITING)
    ]
    per_plan = (
        select(Enrolment.plan_id, counts[0].label("seated"), counts[1].label("waiting"))
        .join(Affiliation, Affiliation.person_id == Enrolment.person_id)
        .where(
            Enrolment.place != Place.CANCELLED,
            Affiliation.unit_id == unit_id,
            Affiliation.until_on.is_(None),
        )
        .group_by(Enrolment.plan_id)
        .subquery()
    )
    return (
        select(Plan, PlanRevision, per_plan.c.seated, per_plan.c.waiting)
        .join(per_plan, per_plan.c.plan_id == Plan.id)
        .join(PlanRevision, PlanRevision.plan_id == Plan.id)
        .where(PlanRevision.standing == Standing.IN_FORCE, PlanRevision.closes_on >= today)
        .options(joinedload(Plan.organiser))
        .order_by(PlanRevision.opens_on, Plan.id)
    )
