"""Free slots, against a naive search minute by minute."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ce_bases.policy.conflicts import Booking
from ce_bases.policy.slots import FreeSlot, SlotWish, Span, busy_spans, free_slots

DAY = date(2022, 6, 20)
NEXT = date(2022, 6, 21)


def slots(minutes: int, *busy: tuple[str, str], halves: int = 0, planned: int = 0) -> list[str]:
    def minute(text: str) -> int:
        at = time.fromisoformat(text)
        return at.hour * 60 + at.minute

    wish = SlotWish(minutes, halves, {DAY: planned})
    spans = [(minute(first), minute(last)) for first, last in busy]
    found = free_slots(wish, [DAY], {DAY: spans})
    return [f"{s.starts_at:%H:%M}-{s.ends_at:%H:%M}" for s in found]


def test_an_empty_day_begins_at_eight_and_ends_at_half_past_nine() -> None:
    assert slots(180) == ["08:00-11:00"]
    assert slots(810) == ["08:00-21:30"]
    assert slots(811) == []


def test_each_gap_gives_its_first_start() -> None:
    assert slots(180, ("09:00", "12:00"), ("14:00", "17:00")) == ["17:00-20:00"]
    assert slots(120, ("09:00", "12:00"), ("14:00", "17:00")) == ["12:00-14:00", "17:00-19:00"]
    assert slots(60, ("09:00", "12:00")) == ["08:00-09:00", "12:00-13:00"]


def test_starts_stand_on_a_quarter() -> None:
    assert slots(60, ("08:00", "09:01")) == ["09:15-10:15"]
    assert slots(60, ("08:00", "09:01"), ("10:14", "21:30")) == []


def test_spans_that_overlap_or_leave_the_day_are_one_taken_time() -> None:
    assert slots(60, ("08:00", "12:00"), ("09:00", "10:00"), ("11:00", "13:00")) == ["13:00-14:00"]
    assert slots(60, ("07:00", "20:31"), ("21:00", "23:00")) == []


@pytest.mark.parametrize(("planned", "is_free"), [(8, True), (9, False), (16, False)])
def test_a_day_holds_eight_hours_of_the_plan(planned: int, is_free: bool) -> None:
    assert slots(180, halves=8, planned=planned) == (["08:00-11:00"] if is_free else [])


def test_the_soonest_first_and_no_more_than_asked_for() -> None:
    days = [DAY + timedelta(days=n) for n in range(30)]

    found = free_slots(SlotWish(180), days, {DAY: [(0, 1440)]}, most=3)

    assert [slot.held_on for slot in found] == days[1:4]


def booking(**changes: object) -> Booking:
    values = {
        "uid": "b",
        "organiser": "A",
        "held_on": DAY,
        "starts_at": time(9),
        "ends_at": time(10),
        **changes,
    }
    return Booking(**values)


@pytest.mark.parametrize(
    ("taken", "spans"),
    [
        (booking(lecturer="w", venue="r"), [(540, 600)]),
        (booking(lecturer="w", venue="s"), [(510, 630)]),
        (booking(lecturer="w"), [(540, 600)]),
        (booking(lecturer="x", venue="r"), [(540, 600)]),
        (booking(lecturer="x", venue="r", is_shared_venue=True), None),
        (booking(lecturer="x", venue="s"), None),
        (booking(), None),
    ],
)
def test_what_takes_a_lecturer_and_a_room(taken: Booking, spans: list[Span] | None) -> None:
    found = busy_spans([taken], lecturer="w", venue="r", travel_minutes=30)

    assert found == ({DAY: spans} if spans else {})


def naive(wish: SlotWish, days: list[date], busy: dict[date, list[Span]]) -> list[FreeSlot]:
    """Try every quarter of an hour; keep the first of each run of possible starts."""
    found = []
    for day in days:
        if wish.planned.get(day, 0) + wish.halves > wish.most_a_day:
            continue
        taken = {m for first, last in busy.get(day, []) for m in range(first, last)}
        before = False
        for start in range(8 * 60, 21 * 60 + 30, 15):
            end = start + wish.minutes
            fits = end <= 21 * 60 + 30 and not taken & set(range(start, end))
            if fits and not before:
                found.append(
                    FreeSlot(day, time(start // 60, start % 60), time(end // 60, end % 60))
                )
            before = fits
    return found[:10]


_SPANS = st.lists(
    st.tuples(st.integers(400, 1350), st.integers(1, 300)).map(lambda s: (s[0], s[0] + s[1])),
    max_size=5,
)


@given(
    minutes=st.integers(15, 500),
    halves=st.integers(0, 16),
    planned=st.integers(0, 16),
    first=_SPANS,
    second=_SPANS,
)
def test_the_same_as_a_naive_search(
    minutes: int, halves: int, planned: int, first: list[Span], second: list[Span]
) -> None:
    wish = SlotWish(minutes, halves, {DAY: planned})
    busy = {DAY: first, NEXT: second}

    assert free_slots(wish, [DAY, NEXT], busy) == naive(wish, [DAY, NEXT], busy)
