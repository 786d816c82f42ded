"""Who and what is taken when: timetables of other plans as the clash rules see them — rules §4."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any, Protocol

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from ce_bases.organisers.models import Lecturer, Organiser, Venue
from ce_bases.organisers.persons import folded
from ce_bases.plans.models import CourseSession, Plan, PlanRevision, Standing, TimetableEntry
from ce_bases.plans.workflow import PlanState
from ce_bases.policy.conflicts import Booking

#: Plans whose sessions take up people and rooms; the rest were given up or never accepted.
LIVE = (
    PlanState.DRAFT,
    PlanState.RETURNED,
    PlanState.SUBMITTED,
    PlanState.FILED,
    PlanState.ATTENDANCE_CONFIRMED,
    PlanState.CREDITED,
)
PLANNED = (Standing.WORKING, Standing.PENDING, Standing.IN_FORCE)


class TimetableRow(Protocol):
    """A session as far as it takes up people and places: stored, or as it is being typed."""

    @property
    def held_on(self) -> date: ...
    @property
    def starts_at(self) -> time: ...
    @property
    def ends_at(self) -> time: ...
    @property
    def lecturer_id(self) -> int | None: ...
    @property
    def lecturer_name(self) -> str: ...
    @property
    def lecturer_unit(self) -> str: ...
    @property
    def venue_id(self) -> int | None: ...
    @property
    def venue_name(self) -> str: ...
    @property
    def venue_address(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Taken:
    """A booking of another plan, with what its own base may read of it."""

    booking: Booking
    plan_id: int
    title: str
    topic: str
    lecturer_name: str
    venue_name: str


@dataclass(frozen=True, slots=True)
class Lists:
    """An organiser's lecturers and rooms: what tells that two rows mean one person or place.

    A typed name that stands on the list is the one on the list. A typed place that does not is
    a place of its own: it counts for the way between two places, but it may have many rooms.
    """

    organiser_id: int
    lecturers: Mapping[int, Lecturer]
    venues: Mapping[int, Venue]

    def lecturer_key(self, row: TimetableRow) -> str:
        """Who teaches the row; empty for nobody yet, or nobody of this organiser."""
        if row.lecturer_id is not None:
            known = self.lecturers.get(row.lecturer_id)
            return person_key(known) if known else ""
        name = (folded(row.lecturer_name), folded(row.lecturer_unit))
        if not name[0]:
            return ""
        for lecturer in self.lecturers.values():
            if name == (folded(lecturer.name), folded(lecturer.unit_name)):
                return person_key(lecturer)
        return f"typed:{self.organiser_id}:{name[0]}:{name[1]}"

    def lecturer_name(self, row: TimetableRow) -> str:
        known = self.lecturers.get(row.lecturer_id or 0)
        return known.name if known else row.lecturer_name

    def venue(self, row: TimetableRow) -> Venue | None:
        """The listed room of the row, chosen or typed."""
        if row.venue_id is not None:
            return self.venues.get(row.venue_id)
        name = folded(row.venue_name)
        return next((v for v in self.venues.values() if name and folded(v.name) == name), None)

    def booking(
        self, row: TimetableRow, uid: str, *, planned_number: int = 0, is_hard: bool = True
    ) -> Booking:
        """A row of this organiser as the clash rules see it."""
        venue = self.venue(row)
        place = f"venue:{venue.id}" if venue else ""
        if venue is None and row.venue_id is None and row.venue_name:
            place = f"typed:{folded(row.venue_name)}:{folded(row.venue_address)}"
        return Booking(
            uid=uid,
            organiser=str(self.organiser_id),
            held_on=row.held_on,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            lecturer=self.lecturer_key(row),
            venue=place,
            is_shared_venue=venue.is_shared if venue else True,
            capacity=venue.capacity if venue else None,
            planned_number=planned_number,
            is_hard=is_hard,
        )


def person_key(lecturer: Lecturer) -> str:
    """The person behind a lecturer's row, the same in every base where it is known."""
    return lecturer.person or f"lecturer:{lecturer.id}"


def lists_of(session: Session, organiser_id: int) -> Lists:
    """The organiser's lecturers and rooms, those out of use too: past choices stay valid."""
    lecturers = session.scalars(select(Lecturer).where(Lecturer.organiser_id == organiser_id))
    venues = session.scalars(select(Venue).where(Venue.organiser_id == organiser_id))
    return Lists(
        organiser_id,
        {lecturer.id: lecturer for lecturer in lecturers},
        {venue.id: venue for venue in venues},
    )


def taken_on(
    session: Session, lists: Lists, days: Collection[date], *, but_plan: int | None
) -> list[Taken]:
    """What is booked on `days`, except by the plan itself, in the order of time.

    Of the organiser itself everything, drafts too; of others only what they have submitted, and
    only sessions of people who teach here as well: their drafts are nobody else's business.
    """
    persons = {p.person for p in lists.lecturers.values() if p.person}
    statement = _bookings().where(
        TimetableEntry.held_on.in_(days),
        Plan.id != (but_plan or 0),
        or_(
            Plan.organiser_id == lists.organiser_id,
            and_(
                PlanRevision.standing != Standing.WORKING,
                Lecturer.person.in_(persons),
            ),
        ),
    )
    return [_taken(lists, row) for row in session.execute(statement)]


def _bookings() -> Select[Any]:
    # Columns, not entities: under the lock nothing remembered from before it may answer.
    entry = TimetableEntry.__table__.c
    return (
        select(
            *(entry.held_on, entry.starts_at, entry.ends_at, entry.topic),
            *(entry.lecturer_id, entry.lecturer_name, entry.lecturer_unit),
            *(entry.venue_id, entry.venue_name, entry.venue_address),
            *(CourseSession.uid, PlanRevision.title, PlanRevision.standing),
            Plan.id.label("plan_id"),
            Plan.organiser_id,
            Lecturer.person.label("person"),
        )
        .join(PlanRevision, PlanRevision.id == TimetableEntry.revision_id)
        .join(Plan, Plan.id == PlanRevision.plan_id)
        .join(CourseSession, CourseSession.id == TimetableEntry.session_id)
        .outerjoin(Lecturer, Lecturer.id == TimetableEntry.lecturer_id)
        .where(PlanRevision.standing.in_(PLANNED), Plan.state.in_(LIVE))
        .order_by(entry.held_on, entry.starts_at, entry.ends_at, entry.id)
    )


def _taken(lists: Lists, row: Any) -> Taken:
    if row.organiser_id == lists.organiser_id:
        booking = lists.booking(row, row.uid, is_hard=row.standing is not Standing.WORKING)
    else:
        # Elsewhere: somebody is busy, at a place that is none of ours. No more than that.
        booking = Booking(
            uid=row.uid,
            organiser=str(row.organiser_id),
            held_on=row.held_on,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            lecturer=row.person,
            venue="elsewhere" if row.venue_name else "",
        )
        return Taken(booking, 0, "", "", "", "")
    return Taken(booking, row.plan_id, row.title, row.topic, row.lecturer_name, row.venue_name)


def hold_people_and_places(session: Session, lists: Lists, rows: Iterable[TimetableRow]) -> None:
    """Hold what `rows` need until the transaction ends, so that reading what is taken decides.

    The organiser's row stands for all its rooms and people, listed or typed; those who teach
    elsewhere too are held in every base, in the order of their ids. PostgreSQL holds the rows
    against each other, not against the foreign keys of somebody saving a draft; on SQLite the
    transaction is the only writer.
    """
    session.execute(
        select(Organiser.id)
        .where(Organiser.id == lists.organiser_id)
        .with_for_update(key_share=True)
    ).all()
    persons = {lists.lecturer_key(row) for row in rows}
    session.execute(
        select(Lecturer.id)
        .where(Lecturer.person.in_(persons))
        .order_by(Lecturer.id)
        .with_for_update(key_share=True)
    ).all()


def days_of(rows: Iterable[TimetableRow]) -> set[date]:
    return {row.held_on for row in rows}
