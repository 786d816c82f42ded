"""Which published sessions still have a seat: to filter by, and to say how many are left."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from ce_bases.enrolment.models import Enrolment, Place
from ce_bases.enrolment.queries import Seats, public_seats
from ce_bases.organisers.models import Venue
from ce_bases.plans.models import PlanRevision, PublishedSession, Standing, TimetableEntry


def has_free_seat(from_day: date) -> ColumnElement[bool]:
    """Sessions from `from_day` on, not cancelled, of classes with a seat nobody waits for.

    A class takes as many as it planned, or as its smallest room holds; without either there is
    no limit. Everything is looked up by plan, so it costs a few index reads for each row.
    """
    row = PublishedSession
    mine = Enrolment.plan_id == row.plan_id
    taken = (
        select(func.count())
        .select_from(Enrolment)
        .where(mine, Enrolment.place == Place.ENROLLED)
        .correlate(row)
        .scalar_subquery()
    )
    waiting = exists().where(mine, Enrolment.place == Place.WAITING)
    revision = and_(PlanRevision.plan_id == row.plan_id, PlanRevision.standing == Standing.IN_FORCE)
    planned = exists().where(
        revision, or_(PlanRevision.planned_number.is_(None), PlanRevision.planned_number > taken)
    )
    full_room = exists().where(
        revision,
        TimetableEntry.revision_id == PlanRevision.id,
        Venue.id == TimetableEntry.venue_id,
        Venue.capacity <= taken,
    )
    return and_(row.held_on >= from_day, row.is_cancelled.is_(False), planned, ~full_room, ~waiting)


def seats_to_come(
    session: Session, rows: Iterable[PublishedSession], *, today: date
) -> dict[int, Seats]:
    """How full the classes of these rows are, by plan, where a session is still ahead."""
    ahead = {row.plan_id for row in rows if row.held_on >= today and not row.is_cancelled}
    return public_seats(session, ahead)
