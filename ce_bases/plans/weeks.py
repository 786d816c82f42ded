"""Who is where in a week: the timetable of a base's rooms and lecturers, with its clashes."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from sqlalchemy.orm import Session

from ce_bases.core.text import Text, msg
from ce_bases.plans.bookings import Lists, Taken, lists_of, person_key, taken_on
from ce_bases.policy.conflicts import find_conflicts
from ce_bases.policy.shapes import ConflictRule

By = Literal["venue", "lecturer"]


@dataclass(frozen=True, slots=True)
class Lesson:
    """A session in the week; `clashes` with another plan, `is_own` or only known as busy."""

    taken: Taken
    clashes: bool
    is_own: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A room or a lecturer and the sessions of each of the seven days."""

    name: Text | str
    days: Sequence[Sequence[Lesson]]


def days_of_week(monday: date) -> list[date]:
    return [monday + timedelta(days=n) for n in range(7)]


def week_of(
    session: Session, organiser_id: int, monday: date, by: By, rule: ConflictRule
) -> list[Line]:
    """Every room (or lecturer) in use and every other one that is taken, by name."""
    lists = lists_of(session, organiser_id)
    days = days_of_week(monday)
    lessons = _lessons(lists, taken_on(session, lists, days, but_plan=None), rule)
    cells: dict[str, dict[date, list[Lesson]]] = defaultdict(lambda: defaultdict(list))
    names = _names(lists, by)
    for lesson in lessons:
        booking = lesson.taken.booking
        key = booking.venue if by == "venue" else booking.lecturer
        if by == "venue" and not lesson.is_own:
            continue
        names.setdefault(key, _unlisted(lesson.taken, by))
        cells[key][booking.held_on].append(lesson)
    return [Line(name, [cells[key][day] for day in days]) for key, name in names.items()]


def _names(lists: Lists, by: By) -> dict[str, Text | str]:
    """The lists' own rooms or lecturers in use, by key, in the order of their names."""
    if by == "venue":
        venues = sorted(lists.venues.values(), key=lambda venue: venue.name)
        return {f"venue:{venue.id}": venue.name for venue in venues if venue.is_active}
    lecturers = sorted(lists.lecturers.values(), key=lambda lecturer: (lecturer.name, lecturer.id))
    return {person_key(person): person.name for person in lecturers if person.is_active}


def _unlisted(taken: Taken, by: By) -> Text | str:
    if by == "venue":
        return taken.venue_name or msg("线上或地点未定")
    return taken.lecturer_name or msg("授课人未定")


def _lessons(lists: Lists, taken: Iterable[Taken], rule: ConflictRule) -> list[Lesson]:
    """Each session once, with whether it clashes with another plan."""
    unique: dict[object, Taken] = {}
    for each in taken:
        booking = each.booking
        # An amendment repeats what it leaves alone: what is filed says it already.
        when = (booking.held_on, booking.starts_at, booking.ends_at)
        key = (booking.uid, *when, booking.lecturer, booking.venue)
        if booking.is_hard or key not in unique:
            unique[key] = each
    numbered = [
        replace(each, booking=replace(each.booking, uid=str(n)))
        for n, each in enumerate(unique.values())
    ]
    clashing = _clashing(numbered, rule)
    own = str(lists.organiser_id)
    return [
        Lesson(each, each.booking.uid in clashing, each.booking.organiser == own)
        for each in numbered
    ]


def _clashing(numbered: Sequence[Taken], rule: ConflictRule) -> set[str]:
    """The numbers of sessions that clash with a session of another plan."""
    found: set[str] = set()
    for plan_id in {each.plan_id for each in numbered if each.plan_id}:
        ours = [each.booking for each in numbered if each.plan_id == plan_id]
        others = [each.booking for each in numbered if each.plan_id != plan_id]
        for conflict in find_conflicts(ours, others, rule):
            if conflict.other_uid is not None:
                found |= {conflict.session_uid, conflict.other_uid}
    return found
