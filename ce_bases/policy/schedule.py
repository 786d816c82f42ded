"""Timetables: how many hours a session may carry, and what a day can hold — rules §2, §4."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Literal

from ce_bases.policy.shapes import YearPolicy

HalfDay = Literal["morning", "afternoon", "evening"]


def minute_of_day(at: time) -> int:
    """Minutes since midnight."""
    return at.hour * 60 + at.minute


def net_halves(minutes: int, *, minutes_per_hour: int = 45) -> int:
    """Half-hours in `minutes` of net teaching, rounded down: ⌊minutes / 45 × 2⌋ — rules §2."""
    return max(0, minutes) * 2 // minutes_per_hour


def half_day(starts_at: time) -> HalfDay:
    """上午 before noon, 下午 before six, 晚上 after."""
    if starts_at.hour < 12:
        return "morning"
    return "afternoon" if starts_at.hour < 18 else "evening"


@dataclass(frozen=True, slots=True)
class Slot:
    """A session as far as its timetable goes; `key` tells which row it is."""

    key: str
    held_on: date
    starts_at: time
    ends_at: time
    break_minutes: int
    halves: int
    venue: str = ""

    @property
    def most_halves(self) -> int:
        """The hours its minutes can carry, in half-hours."""
        length = minute_of_day(self.ends_at) - minute_of_day(self.starts_at)
        return net_halves(length - self.break_minutes)


def overlaps(a: Slot, b: Slot) -> bool:
    """Whether two slots share time; half-open, so 09:00–10:00 and 10:00–11:00 do not."""
    return a.held_on == b.held_on and a.starts_at < b.ends_at and b.starts_at < a.ends_at


def clashes(slots: Sequence[Slot]) -> list[tuple[str, str]]:
    """Pairs of keys of one plan's sessions that overlap, the earlier first.

    A class has one group of learners, so its sessions may not overlap wherever they are.
    """
    ordered = sorted(slots, key=lambda s: (s.held_on, s.starts_at, s.ends_at, s.key))
    return [
        (first.key, second.key)
        for index, first in enumerate(ordered)
        for second in ordered[index + 1 :]
        if overlaps(first, second)
    ]


def crowded_days(slots: Iterable[Slot], policy: YearPolicy) -> dict[date, int]:
    """Days on which a plan's sessions exceed the daily limit — 二(二)4(1): day → halves."""
    by_day: dict[date, int] = defaultdict(int)
    for slot in slots:
        by_day[slot.held_on] += slot.halves
    return {day: total for day, total in sorted(by_day.items()) if total > policy.day_pool.halves}


def repeated_days(
    first: date, until: date, step: int, is_holiday: Callable[[date], bool]
) -> tuple[list[date], list[date]]:
    """The days after `first`, every `step` days up to and with `until`: (held, holidays left out).

    A holiday is left out, not moved: the pattern goes on with its next day.
    """
    held: list[date] = []
    skipped: list[date] = []
    for passed in range(step, (until - first).days + 1, step):
        day = first + timedelta(days=passed)
        (skipped if is_holiday(day) else held).append(day)
    return held, skipped
