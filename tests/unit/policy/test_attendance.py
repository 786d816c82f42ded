"""The fold over sign events — rules §5. Order, repeats and batches never change it."""

import random
from datetime import datetime, timedelta
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ce_bases.policy.attendance import (
    Attendance,
    Sign,
    Timing,
    attendance_of,
    is_off_hours,
    may_make_up,
    may_undo,
    needs_sign_out,
    refusal,
)
from ce_bases.policy.notice_2022 import POLICY

RULE = POLICY.attendance
START = datetime(2022, 6, 20, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
END = START + timedelta(hours=3)
LONG = Timing(START, END, 8, is_lecture=False)
SHORT = Timing(START, START + timedelta(hours=2), 5, is_lecture=False)
LECTURE = Timing(START, END, 8, is_lecture=True)


def at(minutes: float, *, base: datetime = START) -> datetime:
    return base + timedelta(minutes=minutes)


def sign(
    event_id: str, kind: str, moment: datetime, way: str = "tap", annuls: str | None = None
) -> Sign:
    return Sign(event_id, kind, way, moment, annuls)


@pytest.mark.parametrize(
    ("halves", "is_lecture", "expected"), [(5, False, False), (6, False, True), (16, True, False)]
)
def test_sign_out_from_three_hours_on_and_never_for_a_lecture(
    halves: int, is_lecture: bool, expected: bool
) -> None:
    assert needs_sign_out(Timing(START, END, halves, is_lecture), RULE) is expected


@pytest.mark.parametrize(
    ("kind", "moment", "outcome"),
    [
        ("in", at(-30, base=START) - timedelta(seconds=1), "too_early"),
        ("in", at(-30), None),
        ("in", at(15), None),
        ("in", at(15) + timedelta(seconds=1), "too_late"),
        ("out", at(-15, base=END) - timedelta(seconds=1), "too_early"),
        ("out", at(-15, base=END), None),
        ("out", at(30, base=END), None),
        ("out", at(30, base=END) + timedelta(seconds=1), "too_late"),
    ],
)
def test_codes_are_held_to_the_window_and_taps_only_flagged(
    kind: str, moment: datetime, outcome: str | None
) -> None:
    code, tap = sign("a", kind, moment, "rotating_code"), sign("b", kind, moment, "tap")

    assert refusal(code, LONG, RULE) == outcome
    assert refusal(tap, LONG, RULE) is None
    assert is_off_hours(kind, moment, LONG, RULE) is (outcome is not None)


def test_no_sign_out_where_none_is_asked() -> None:
    assert refusal(sign("a", "out", END), SHORT, RULE) == "no_sign_out"


def test_undo_until_the_fifteenth_minute_and_make_up_until_the_48th_hour() -> None:
    assert may_undo(START, at(15), RULE)
    assert not may_undo(START, at(15) + timedelta(seconds=1), RULE)
    assert may_make_up(END, END + timedelta(hours=48), RULE)
    assert not may_make_up(END, END + timedelta(hours=48, seconds=1), RULE)


def test_present_needs_in_and_out_where_out_is_asked() -> None:
    came, left = sign("a", "in", at(0)), sign("b", "out", END)

    assert attendance_of([came], LONG, RULE).attended is False
    assert attendance_of([left], LONG, RULE).attended is False
    assert attendance_of([came, left], LONG, RULE).attended is True
    assert attendance_of([came], SHORT, RULE).attended is True
    assert attendance_of([came], LECTURE, RULE).attended is True


def test_an_annulled_event_is_as_if_it_had_never_been() -> None:
    events = [
        sign("a", "in", at(0)),
        sign("x", "annul", at(1), annuls="a"),
        sign("b", "in", at(5), "paper"),
    ]

    assert attendance_of(events, SHORT, RULE) == Attendance(at(5), None, True, True, False)


events_of_a_person = st.lists(
    st.builds(
        sign,
        st.sampled_from("abcdefgh"),
        st.sampled_from(["in", "out"]),
        st.integers(-60, 240).map(at),
        st.sampled_from(["tap", "rotating_code", "paper", "make_up"]),
    ),
    max_size=8,
)


@settings(max_examples=3000)
@given(events_of_a_person, st.sets(st.sampled_from("abcdefgh")), st.randoms())
def test_neither_order_nor_repeats_nor_batches_change_the_attendance(
    events: list[Sign], annulled: set[str], chance: random.Random
) -> None:
    """Ids are drawn from eight letters, so that many cases hold two events of one id."""
    events = [*events, *(sign(f"x{e}", "annul", at(9), annuls=e) for e in sorted(annulled))]
    expected = attendance_of(events, LONG, RULE)
    shuffled = events + chance.choices(events, k=3) if events else []
    chance.shuffle(shuffled)

    assert attendance_of(shuffled, LONG, RULE) == expected
    cut = len(shuffled) // 2
    assert attendance_of([*shuffled[cut:], *shuffled[:cut]], LONG, RULE) == expected


def test_the_control_a_fold_in_order_of_arrival_would_differ() -> None:
    """Last write wins, as naive code does it, gives two phones two different answers."""

    def naive(events: list[Sign]) -> datetime | None:
        signed_in = None
        for event in events:
            if event.kind == "in":
                signed_in = event.occurred_at
            elif event.kind == "annul":
                signed_in = None
        return signed_in

    events = [sign("a", "in", at(0)), sign("x", "annul", at(1), annuls="a"), sign("b", "in", at(5))]

    assert len({naive(events), naive(events[::-1])}) == 2


def test_of_two_events_with_one_id_the_earlier_counts_whichever_came_first() -> None:
    """The database keeps ids unique; the fold does not lean on it."""
    events = [sign("a", "in", at(5)), sign("a", "in", at(1), "paper"), sign("a", "out", at(1))]

    folded = {attendance_of(order, SHORT, RULE) for order in permutations(events)}
    assert folded == {Attendance(at(1), None, True, True, False)}


def test_the_control_keeping_the_last_of_an_id_would_differ() -> None:
    """A dict filled in order of arrival, as naive code does it."""

    def naive(events: tuple[Sign, ...]) -> datetime:
        return {event.event_id: event for event in events}["a"].occurred_at

    events = [sign("a", "in", at(5)), sign("a", "in", at(1))]
    assert len({naive(order) for order in permutations(events)}) == 2
