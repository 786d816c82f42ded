"""Clashes of timetables between plans: lecturers, venues, travel, learners, seats — rules §4.

Half-open intervals: 09:00–10:00 and 10:00–11:00 do not overlap.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Literal

from ce_bases.policy.schedule import minute_of_day
from ce_bases.policy.shapes import ConflictRule, Severity

Clash = Literal["lecturer", "venue", "travel", "learner", "capacity"]


@dataclass(frozen=True, slots=True)
class Booking:
    """A session as far as it takes up people and places.

    `lecturer` and `venue` name the same person or place across organisers, empty for none (a
    remote session has no venue). `learners` are the enrolled. Filed and submitted plans are
    hard, drafts are not.
    """

    uid: str
    organiser: str
    held_on: date
    starts_at: time
    ends_at: time
    lecturer: str = ""
    venue: str = ""
    is_shared_venue: bool = False
    capacity: int | None = None
    planned_number: int = 0
    learners: frozenset[str] = frozenset()
    is_hard: bool = True


@dataclass(frozen=True, slots=True)
class Conflict:
    """One clash of a proposed session; `other_uid` is None for too few seats.

    `shows_details`: whether the clerk may be told where and what the other one is; of another
    organiser's session only “busy” is shown.
    """

    kind: Clash
    severity: Severity
    session_uid: str
    other_uid: str | None
    is_hard: bool
    shows_details: bool


def find_conflicts(
    proposed: Sequence[Booking], others: Iterable[Booking], rule: ConflictRule
) -> list[Conflict]:
    """All clashes of `proposed`, one class, with `others`, in order of the timetable.

    Others with the id of a proposed session are its own earlier self, and left out. What would
    block is only a warning where the other one is a draft. Between the sessions of the class
    itself only the way is looked at: that they may not overlap at all is `schedule.clashes`.
    """
    ours = sorted(proposed, key=_order)
    own_uids = {booking.uid for booking in ours}
    days: dict[date, list[Booking]] = defaultdict(list)
    for booking in sorted((b for b in others if b.uid not in own_uids), key=_order):
        days[booking.held_on].append(booking)
    found: list[Conflict] = []
    for place, booking in enumerate(ours):
        if booking.capacity is not None and booking.planned_number > booking.capacity:
            found += _conflict("capacity", rule.capacity, booking, None)
        for earlier in ours[:place]:
            if earlier.held_on == booking.held_on and _minutes_apart(booking, earlier) is not None:
                found += _between(booking, earlier, rule)
        for other in days[booking.held_on]:
            found += _between(booking, other, rule)
    return found


def _order(booking: Booking) -> tuple[date, time, time, str]:
    return booking.held_on, booking.starts_at, booking.ends_at, booking.uid


def _between(ours: Booking, other: Booking, rule: ConflictRule) -> Iterator[Conflict]:
    """The clashes of two sessions of one day."""
    apart = _minutes_apart(ours, other)
    same_lecturer = ours.lecturer != "" and ours.lecturer == other.lecturer
    if same_lecturer and apart is None:
        is_own = ours.organiser == other.organiser
        severity = rule.lecturer_same_organiser if is_own else rule.lecturer_elsewhere
        yield from _conflict("lecturer", severity, ours, other)
    two_places = "" not in {ours.venue, other.venue} and ours.venue != other.venue
    if same_lecturer and two_places and apart is not None and apart < rule.travel_minutes:
        yield from _conflict("travel", rule.travel, ours, other)
    if apart is not None:
        return
    is_shared = ours.is_shared_venue or other.is_shared_venue
    if ours.venue != "" and ours.venue == other.venue and not is_shared:
        yield from _conflict("venue", rule.venue, ours, other)
    if ours.learners & other.learners:
        yield from _conflict("learner", rule.learner, ours, other)


def _minutes_apart(a: Booking, b: Booking) -> int | None:
    """Minutes between two sessions of one day, None when they overlap."""
    first, second = sorted((a, b), key=_order)
    gap = minute_of_day(second.starts_at) - minute_of_day(first.ends_at)
    return gap if gap >= 0 else None


def _conflict(
    kind: Clash, severity: Severity, ours: Booking, other: Booking | None
) -> Iterator[Conflict]:
    if severity == "ignore":
        return
    is_hard = other is None or other.is_hard
    yield Conflict(
        kind=kind,
        severity=severity if is_hard else "warn",
        session_uid=ours.uid,
        other_uid=other.uid if other else None,
        is_hard=is_hard,
        shows_details=other is None or other.organiser == ours.organiser,
    )
