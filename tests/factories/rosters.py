"""Rosters and sessions at the door, for tests of what happens there."""

from datetime import date, datetime, time

from sqlalchemy.orm import Session

from ce_bases.core.access import Action
from ce_bases.core.actors import Actor
from ce_bases.core.clock import moment_at
from ce_bases.enrolment.models import Enrolment, Place, Via
from ce_bases.plans.models import Plan
from ce_bases.plans.queries import SessionInForce, get_session_in_force, in_force

DAY = date(2022, 6, 20)


def at(hour: int, minute: int = 0, second: int = 0, *, day: date = DAY) -> datetime:
    """A moment of the class's day in Jining."""
    return moment_at(day, time(hour, minute, second))


def enrol(session: Session, plan: Plan, person_ids: list[int], *, now: datetime) -> None:
    """Seats for these people; flushed."""
    for person_id in person_ids:
        session.add(
            Enrolment(
                plan_id=plan.id,
                person_id=person_id,
                place=Place.ENROLLED,
                via=Via.ROSTER,
                unit_name="济宁市规划设计院",
                post="工程师",
                created_at=now,
            )
        )
    session.flush()


def first_session_id(plan: Plan) -> int:
    revision = in_force(plan)
    assert revision is not None
    return revision.entries[0].session_id


def held(session: Session, session_id: int, actor: Actor) -> SessionInForce:
    """The session as `actor` may take sign-in of it."""
    return get_session_in_force(session, session_id, actor=actor, action=Action.TAKE_SIGN_IN)
