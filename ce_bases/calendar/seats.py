"""Which published classes still take people: to filter by, and to say how many seats are left."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from ce_bases.core.clock import local
from ce_bases.enrolment.models import Enrolment, Place
from ce_bases.enrolment.queries import Seats, public_seats
from ce_bases.organisers.models import Venue
from ce_bases.plans.models import PlanRevision, PublishedSession, Standing, TimetableEntry

_ROW = PublishedSession
_REVISION = and_(PlanRevision.plan_id == _ROW.plan_id, PlanRevision.standing == Standing.IN_FORCE)


def takes_people(now: datetime) -> ColumnElement[bool]:
    """Sessions of classes that are not cancelled and whose enrolment is open at `now`.

    Without a closing time of its own a class takes people until its first session begins.
    """
    day, at = local(now).date(), local(now).time()
    begun = exists().where(
        TimetableEntry.revision_id == PlanRevision.id,
        or_(
            TimetableEntry.held_on < day,
            and_(TimetableEntry.held_on == day, TimetableEntry.starts_at <= at),
        ),
    )
    closing = PlanRevision.enrol_closes_at
    is_open = exists().where(_REVISION, or_(closing > now, and_(closing.is_(None), ~begun)))
    return and_(_ROW.held_on >= day, _ROW.is_cancelled.is_(False), is_open)


def has_free_seat(now: datetime) -> ColumnElement[bool]:
    """Sessions of classes that take people and have a seat nobody has and nobody waits for.

    A class takes as many as it planned, or as its smallest room holds; without either there is
    no limit. Everything is looked up by plan, so it costs a few index reads for each row.
    """
    mine = Enrolment.plan_id == _ROW.plan_id
    taken = (
        select(func.count())
        .select_from(Enrolment)
        .where(mine, Enrolment.place == Place.ENROLLED)
        .correlate(_ROW)
        .scalar_subquery()
    )
    waiting = exists().where(mine, Enrolment.place == Place.WAITING)
    number = PlanRevision.planned_number
    planned = exists().where(_REVISION, or_(number.is_(None), number > taken))
    full_room = exists().where(
        _REVISION,
        TimetableEntry.revision_id == PlanRevision.id,
        Venue.id == TimetableEntry.venue_id,
        Venue.capacity <= taken,
    )
    return and_(takes_people(now), planned, ~full_room, ~waiting)


def seats_to_take(
    session: Session, rows: Iterable[PublishedSession], *, now: datetime
) -> dict[int, Seats]:
    """How full the classes of these rows are, by plan, where one can still enrol."""
    shown = {row.plan_id for row in rows}
    still_open = select(_ROW.plan_id).where(_ROW.plan_id.in_(shown), takes_people(now)).distinct()
    return public_seats(session, session.scalars(still_open))
