"""Minutes to hours, overlaps, and what a day holds — rules §2 and §4."""

from datetime import date, time

import pytest

from ce_bases.policy.notice_2022 import POLICY
from ce_bases.policy.schedule import (
    Slot,
    clashes,
    crowded_days,
    half_day,
    net_halves,
    repeated_days,
)

DAY = date(2022, 6, 20)


def slot(key: str, starts: str, ends: str, halves: int = 2, on: date = DAY, rest: int = 0) -> Slot:
    return Slot(key, on, time.fromisoformat(starts), time.fromisoformat(ends), rest, halves)


@pytest.mark.parametrize(
    ("minutes", "halves"),
    [
        (0, 0),
        (22, 0),
        (23, 1),
        (44, 1),
        (45, 2),
        (67, 2),
        (68, 3),
        (90, 4),
        (180, 8),
        (360, 16),
        (-5, 0),
    ],
)
def test_hours_are_rounded_down_to_halves(minutes: int, halves: int) -> None:
    assert net_halves(minutes) == halves


def test_breaks_do_not_count() -> None:
    assert slot("a", "09:00", "12:00", rest=15).most_halves == 7


@pytest.mark.parametrize(
    ("at", "expected"),
    [("11:59", "morning"), ("12:00", "afternoon"), ("17:59", "afternoon"), ("18:00", "evening")],
)
def test_half_days(at: str, expected: str) -> None:
    assert half_day(time.fromisoformat(at)) == expected


def test_neighbours_do_not_clash_and_a_minute_more_does() -> None:
    first, next_one = slot("a", "09:00", "10:00"), slot("b", "10:00", "11:00")
    longer = slot("c", "09:59", "10:30")

    assert clashes([next_one, first]) == []
    assert clashes([first, next_one, longer]) == [("a", "c"), ("c", "b")]
    assert clashes([first, slot("d", "09:00", "10:00", on=date(2022, 6, 21))]) == []


def test_eight_hours_fit_a_day_and_half_an_hour_more_does_not() -> None:
    full = [slot("a", "08:00", "12:00", 10), slot("b", "14:00", "17:00", 6)]

    assert crowded_days(full, POLICY) == {}
    assert crowded_days([*full, slot("c", "19:00", "20:00", 1)], POLICY) == {DAY: 17}


def test_a_pattern_goes_on_past_the_holidays_it_leaves_out() -> None:
    first = date(2022, 9, 17)
    holiday = date(2022, 10, 1)

    def days(until: date, step: int = 7) -> tuple[list[date], list[date]]:
        return repeated_days(first, until, step, lambda day: day == holiday)

    assert days(date(2022, 10, 8)) == ([date(2022, 9, 24), date(2022, 10, 8)], [holiday])
    assert days(date(2022, 10, 7)) == ([date(2022, 9, 24)], [holiday])
    assert days(first) == days(date(2022, 9, 23)) == days(date(2022, 9, 1)) == ([], [])
    assert days(date(2022, 9, 19), 1) == ([date(2022, 9, 18), date(2022, 9, 19)], [])
