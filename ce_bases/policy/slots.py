"""When a session could be held: free time of people and places — rules §4."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time

from ce_bases.policy.conflicts import Booking
from ce_bases.policy.schedule import minute_of_day

#: Classes are held between these times, and begin on a quarter of an hour.
OPENS, CLOSES = time(8, 0), time(21, 30)
GRID = 15

#: Minutes of a day that are taken: from, up to and not including.
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class SlotWish:
    """What is looked for: how long, how many filed half-hours, and what a day may still hold.

    `planned` are the half-hours the plan has on its days already; `most_a_day` its daily limit.
    """

    minutes: int
    halves: int = 0
    planned: Mapping[date, int] = field(default_factory=dict)
    most_a_day: int = 16


@dataclass(frozen=True, slots=True)
class FreeSlot:
    """A stretch of a day that is free."""

    held_on: date
    starts_at: time
    ends_at: time


def busy_spans(
    bookings: Iterable[Booking], *, lecturer: str, venue: str, travel_minutes: int
) -> dict[date, list[Span]]:
    """When the lecturer or the room is taken, the way from another place included."""
    spans: dict[date, list[Span]] = {}
    for booking in bookings:
        is_lecturer = lecturer != "" and booking.lecturer == lecturer
        is_room = venue != "" and booking.venue == venue and not booking.is_shared_venue
        if not (is_lecturer or is_room):
            continue
        two_places = "" not in {booking.venue, venue} and booking.venue != venue
        way = travel_minutes if is_lecturer and two_places else 0
        span = minute_of_day(booking.starts_at) - way, minute_of_day(booking.ends_at) + way
        spans.setdefault(booking.held_on, []).append(span)
    return spans


def free_slots(
    wish: SlotWish, days: Sequence[date], busy: Mapping[date, Collection[Span]], *, most: int = 10
) -> list[FreeSlot]:
    """The first start in every gap that is long enough, day after day, `most` of them."""
    found: list[FreeSlot] = []
    for day in days:
        if wish.planned.get(day, 0) + wish.halves > wish.most_a_day:
            continue
        for start in _starts(wish.minutes, busy.get(day, ())):
            found.append(FreeSlot(day, _at(start), _at(start + wish.minutes)))
            if len(found) == most:
                return found
    return found


def _starts(minutes: int, busy: Collection[Span]) -> Iterable[int]:
    """The first start on the grid in each gap between the `busy` spans of a day."""
    free_from = minute_of_day(OPENS)
    closes = minute_of_day(CLOSES)
    for first, last in [*sorted(busy), (closes, closes)]:
        start = -(-free_from // GRID) * GRID
        if start + minutes <= min(first, closes):
            yield start
        free_from = max(free_from, last)


def _at(minute: int) -> time:
    return time(minute // 60, minute % 60)
