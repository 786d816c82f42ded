"""When classes are held: parts of the day, patterns of days, and who and what is free then."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from random import Random

from ce_bases.core.holidays import is_workday
from ce_bases.demo.host import Host
from ce_bases.organisers.models import Lecturer, Venue


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the day as a session takes it; `halves` are filed half-hours."""

    starts_at: time
    ends_at: time
    break_minutes: int
    halves: int

    @property
    def blocks(self) -> list[int]:
        """Which of morning, afternoon and evening it touches (0, 1, 2)."""
        return [
            number
            for number, (first, last) in enumerate(_BLOCKS)
            if self.starts_at < last and self.ends_at > first
        ]


_BLOCKS = ((time(0), time(13)), (time(13), time(18)), (time(18), time.max))
MORNING = Part(time(8, 30), time(11, 45), 15, 8)
AFTERNOON = Part(time(14, 0), time(17, 15), 15, 8)
EVENING = Part(time(18, 30), time(20, 30), 0, 5)
LECTURE = Part(time(14, 30), time(16, 45), 0, 6)
EVENING_LECTURE = Part(time(19, 0), time(20, 30), 0, 4)

Slot = tuple[date, Part]

_FULL = (MORNING, AFTERNOON)
#: What a class looks like: the parts it takes on each of its days, and the days between them.
PATTERNS: tuple[tuple[tuple[tuple[Part, ...], ...], int], ...] = (
    ((_FULL,), 1),
    ((_FULL, _FULL), 1),
    ((_FULL, (MORNING,)), 1),
    ((_FULL, _FULL, _FULL), 1),
    (((AFTERNOON,), (AFTERNOON,), (AFTERNOON,)), 7),
    (((EVENING,), (EVENING,), (EVENING,)), 2),
)
#: Short ones are commonest.
SHARES = (4, 1, 2, 1, 1, 1)
LECTURES = (((LECTURE,),), 1), (((EVENING_LECTURE,),), 1)


def slots_of(pattern: tuple[tuple[tuple[Part, ...], ...], int], opens_on: date) -> list[Slot]:
    """The sessions of a pattern that begins on `opens_on`; day after day, holidays or not."""
    days, step = pattern
    return [
        (opens_on + timedelta(days=step * index), part)
        for index, parts in enumerate(days)
        for part in parts
    ]


def teaching_day(rng: Random, day: date) -> date:
    """`day`, or the next working day; one class in eight is held at the weekend."""
    while not is_workday(day) and rng.random() > 0.125:
        day += timedelta(days=1)
    return day


def blocks_of(slots: Iterable[Slot]) -> set[tuple[date, int]]:
    """The (day, block) pairs that `slots` touch."""
    return {(day, block) for day, part in slots for block in part.blocks}


class Diary:
    """Which rooms, lecturers and learners are taken when, by day and block of the day."""

    def __init__(self) -> None:
        self._taken: dict[object, set[tuple[date, int]]] = defaultdict(set)

    def is_free(self, key: object, slots: Iterable[Slot]) -> bool:
        return self._taken[key].isdisjoint(blocks_of(slots))

    def take(self, key: object, slots: Iterable[Slot]) -> None:
        self._taken[key] |= blocks_of(slots)

    def room(self, host: Host, slots: Sequence[Slot], *, seats: int) -> Venue | None:
        """A room of the host that is free and large enough, taken; None when there is none."""
        for venue in sorted(host.venues, key=lambda venue: venue.capacity):
            if venue.capacity >= seats and self.is_free(("room", venue.id), slots):
                self.take(("room", venue.id), slots)
                return venue
        return None

    def lecturer(self, host: Host, slot: Slot, rng: Random) -> Lecturer | None:
        """One of the host's lecturers who teaches nowhere then, taken."""
        for lecturer in rng.sample(host.lecturers, len(host.lecturers)):
            if self.is_free(lecturer.identity_index, [slot]):
                self.take(lecturer.identity_index, [slot])
                return lecturer
        return None
