"""Reads for those who sign in themselves."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from ce_bases.attendance.models import AttendanceRecord
from ce_bases.core.actors import Actor
from ce_bases.core.clock import business_date
from ce_bases.core.errors import NotFoundError
from ce_bases.enrolment.models import Enrolment, Place
from ce_bases.plans.models import Plan, PlanRevision, Standing, TimetableEntry
from ce_bases.plans.queries import SessionInForce
from ce_bases.plans.workflow import PlanState


def _sessions() -> Select[Plan, PlanRevision, TimetableEntry]:
    return (
        select(Plan, PlanRevision, TimetableEntry)
        .join(PlanRevision, PlanRevision.plan_id == Plan.id)
        .join(TimetableEntry, TimetableEntry.revision_id == PlanRevision.id)
        .where(PlanRevision.standing == Standing.IN_FORCE)
        .order_by(TimetableEntry.held_on, TimetableEntry.starts_at, TimetableEntry.session_id)
    )


def public_door(session: Session, session_id: int) -> SessionInForce | None:
    """A filed session somebody holds a genuine code of; the calendar shows it to anyone."""
    row = session.execute(_sessions().where(TimetableEntry.session_id == session_id)).one_or_none()
    return SessionInForce(*row) if row else None


def public_doors(session: Session, now: datetime) -> list[SessionInForce]:
    """The filed sessions whose door may be open at `now`; one of last night may still sign out."""
    today = business_date(now)
    rows = session.execute(
        _sessions().where(TimetableEntry.held_on.between(today - timedelta(days=1), today))
    )
    return [SessionInForce(*row) for row in rows]


def own_door(session: Session, session_ids: Sequence[int], *, actor: Actor) -> SessionInForce:
    """The one of these sessions on whose roster the actor stands, else the first of them.

    The caller holds a scan of them all: six digits may, once in a great while, be those of two
    sessions, and only the roster tells which one was meant.
    """
    rows = session.execute(_sessions().where(TimetableEntry.session_id.in_(session_ids))).all()
    if not rows:
        raise NotFoundError
    doors = [SessionInForce(*row) for row in rows]
    enrolled = set(
        session.scalars(
            select(Enrolment.plan_id).where(
                Enrolment.person_id == actor.person_id,
                Enrolment.place == Place.ENROLLED,
                Enrolment.plan_id.in_({door.plan.id for door in doors}),
            )
        )
    )
    return next((door for door in doors if door.plan.id in enrolled), doors[0])


def get_own_session(session: Session, session_id: int, *, actor: Actor) -> SessionInForce:
    """A session of a class the actor is on the roster of; NotFoundError otherwise."""
    row = session.execute(
        _sessions()
        .join(Enrolment, Enrolment.plan_id == Plan.id)
        .where(
            TimetableEntry.session_id == session_id,
            Enrolment.person_id == actor.person_id,
            Enrolment.place == Place.ENROLLED,
        )
    ).one_or_none()
    if row is None:
        raise NotFoundError
    return SessionInForce(*row)


def own_records(
    session: Session, session_ids: Sequence[int], *, actor: Actor
) -> dict[int, AttendanceRecord]:
    """Session id → one's own attendance there."""
    rows = session.scalars(
        select(AttendanceRecord).where(
            AttendanceRecord.session_id.in_(session_ids),
            AttendanceRecord.person_id == actor.person_id,
        )
    )
    return {record.session_id: record for record in rows}


def own_sessions_on(session: Session, day: date, *, actor: Actor) -> list[SessionInForce]:
    """The sessions of a day of classes the actor is on the roster of."""
    rows = session.execute(
        _sessions()
        .join(Enrolment, Enrolment.plan_id == Plan.id)
        .where(
            TimetableEntry.held_on == day,
            Enrolment.person_id == actor.person_id,
            Enrolment.place == Place.ENROLLED,
            Plan.state != PlanState.CANCELLED,
        )
    )
    return [SessionInForce(*row) for row in rows]
