"""Which timetables clash, and how severely — rules §4."""

from dataclasses import replace
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ce_bases.policy.conflicts import Booking, Conflict, find_conflicts
from ce_bases.policy.notice_2022 import POLICY

RULE = POLICY.conflicts
DAY = date(2022, 6, 20)


def booking(
    uid: str, times: str, *, who: str = "", where: str = "", base: str = "A", **changes: object
) -> Booking:
    starts, ends = map(time.fromisoformat, times.split("-"))
    plain = Booking(uid, base, DAY, starts, ends, lecturer=who, venue=where)
    return replace(plain, **changes)


def found(ours: Booking, *others: Booking) -> list[tuple[str, str, str | None]]:
    return [(c.kind, c.severity, c.other_uid) for c in find_conflicts([ours], others, RULE)]


@pytest.mark.parametrize(
    ("times", "clashes"),
    [
        ("08:00-09:00", False),
        ("08:00-09:01", True),
        ("09:00-10:00", True),
        ("09:15-09:45", True),
        ("08:00-11:00", True),
        ("09:59-11:00", True),
        ("10:00-11:00", False),
    ],
)
def test_a_lecturer_and_a_room_are_taken_half_open(times: str, clashes: bool) -> None:
    other = booking("o", "09:00-10:00", who="w", where="r")

    expected = [("lecturer", "block", "o"), ("venue", "block", "o")] if clashes else []
    assert found(booking("a", times, who="w", where="r"), other) == expected


def test_another_day_another_person_another_room_do_not_clash() -> None:
    ours = booking("a", "09:00-10:00", who="w", where="r")

    assert found(ours, replace(ours, uid="o", held_on=date(2022, 6, 21))) == []
    assert found(ours, booking("o", "09:00-10:00", who="x", where="s")) == []
    assert found(booking("a", "09:00-10:00"), booking("o", "09:00-10:00")) == []


@pytest.mark.parametrize(
    ("times", "clashes"),
    [
        ("10:00-11:00", True),
        ("10:29-11:00", True),
        ("10:30-11:00", False),
        ("08:00-08:30", False),
        ("08:00-08:31", True),
    ],
)
def test_a_lecturer_needs_half_an_hour_between_two_places(times: str, clashes: bool) -> None:
    other = booking("o", "09:00-10:00", who="w", where="r")

    expected = [("travel", "warn", "o")] if clashes else []
    assert found(booking("a", times, who="w", where="s"), other) == expected
    assert found(booking("a", times, who="w", where="r"), other) == []
    assert found(booking("a", times, who="w"), other) == [], "a remote session needs no way"


def test_in_another_base_a_lecturer_is_only_busy() -> None:
    other = booking("o", "09:00-10:00", who="w", where="r", base="B")

    assert find_conflicts([booking("a", "09:30-10:30", who="w", where="s")], [other], RULE) == [
        Conflict("lecturer", "warn", "a", "o", is_hard=True, shows_details=False)
    ]
    assert find_conflicts([booking("a", "10:10-10:30", who="w", where="s")], [other], RULE) == [
        Conflict("travel", "warn", "a", "o", is_hard=True, shows_details=False)
    ]


def test_a_draft_only_warns() -> None:
    other = booking("o", "09:00-10:00", who="w", where="r", is_hard=False)

    assert find_conflicts([booking("a", "09:00-10:00", who="w", where="r")], [other], RULE) == [
        Conflict("lecturer", "warn", "a", "o", is_hard=False, shows_details=True),
        Conflict("venue", "warn", "a", "o", is_hard=False, shows_details=True),
    ]


@pytest.mark.parametrize("shared", ["ours", "theirs"])
def test_a_shared_room_holds_two_classes(shared: str) -> None:
    ours = booking("a", "09:00-10:00", where="r", is_shared_venue=shared == "ours")
    other = booking("o", "09:00-10:00", where="r", is_shared_venue=shared == "theirs")

    assert found(ours, other) == []


@pytest.mark.parametrize(("planned", "clashes"), [(59, False), (60, False), (61, True)])
def test_a_room_holds_its_seats(planned: int, clashes: bool) -> None:
    ours = booking("a", "09:00-10:00", where="r", capacity=60, planned_number=planned)

    assert found(ours) == ([("capacity", "block", None)] if clashes else [])
    assert found(replace(ours, capacity=None)) == []


def test_a_learner_in_two_classes_is_warned_of() -> None:
    ours = booking("a", "09:00-10:00", learners=frozenset({"l1", "l2"}))

    both = booking("o", "09:30-10:30", base="B", learners=frozenset({"l2", "l3"}))
    assert found(ours, both) == [("learner", "warn", "o")]
    assert found(ours, replace(both, starts_at=time(10), learners=frozenset({"l1"}))) == []
    assert found(ours, replace(both, learners=frozenset({"l3"}))) == []


def test_each_severity_is_a_setting() -> None:
    ours = booking("a", "09:00-10:00", who="w", where="r", capacity=1, planned_number=2)
    others = [
        booking("o", "09:00-10:00", who="w", where="r"),
        booking("e", "09:00-10:00", who="w", where="s", base="B"),
        booking("t", "10:00-11:00", who="w", where="s"),
    ]
    kinds = {
        "lecturer_same_organiser": {("lecturer", "o")},
        "lecturer_elsewhere": {("lecturer", "e")},
        "venue": {("venue", "o")},
        "travel": {("travel", "t")},
        "capacity": {("capacity", None)},
    }
    everything = set().union(*kinds.values())

    def clashes(**settings: str) -> set[tuple[str, str, str | None]]:
        rule = replace(RULE, **settings)
        return {(c.kind, c.severity, c.other_uid) for c in find_conflicts([ours], others, rule)}

    for name, own in kinds.items():
        ignored = clashes(**{name: "ignore"})
        assert {(kind, uid) for kind, _, uid in ignored} == everything - own
        blocked = clashes(**{name: "block"})
        assert {(kind, uid) for kind, severity, uid in blocked if severity == "block"} >= own
        warned = clashes(**{name: "warn"})
        assert {(kind, uid) for kind, severity, uid in warned if severity == "warn"} >= own


def test_an_earlier_self_is_no_other() -> None:
    ours = booking("a", "09:00-10:00", who="w", where="r")

    assert found(ours, replace(ours, starts_at=time(8), is_hard=True)) == []


def test_within_a_class_only_the_way_is_looked_at() -> None:
    rows = [
        booking("a", "09:00-10:00", who="w", where="r"),
        booking("b", "09:30-10:30", who="w", where="r"),
        booking("c", "10:45-11:30", who="w", where="s"),
    ]

    assert [(c.kind, c.session_uid, c.other_uid) for c in find_conflicts(rows, [], RULE)] == [
        ("travel", "c", "b")
    ]


_HOURS = st.integers(0, 46)


@st.composite
def bookings(draw: st.DrawFn) -> Booking:
    first = draw(_HOURS)
    last = draw(st.integers(first + 1, 47))
    return Booking(
        uid=draw(st.uuids()).hex,
        organiser=draw(st.sampled_from("AB")),
        held_on=draw(st.sampled_from([DAY, date(2022, 6, 21)])),
        starts_at=time(first // 2, first % 2 * 30),
        ends_at=time(last // 2, last % 2 * 30),
        lecturer=draw(st.sampled_from(["", "w", "x"])),
        venue=draw(st.sampled_from(["", "r", "s"])),
        is_hard=draw(st.booleans()),
    )


@given(bookings(), st.lists(bookings(), max_size=6))
def test_minute_by_minute_the_same_people_and_rooms_are_taken(
    ours: Booking, others: list[Booking]
) -> None:
    """Against a naive count of the minutes that two sessions share."""

    def minutes(b: Booking) -> set[tuple[date, int]]:
        first, last = b.starts_at.hour * 60 + b.starts_at.minute, b.ends_at.hour * 60
        return {(b.held_on, m) for m in range(first, last + b.ends_at.minute)}

    expected = {
        (kind, other.uid)
        for other in others
        if minutes(ours) & minutes(other)
        for kind, mine, theirs in (
            ("lecturer", ours.lecturer, other.lecturer),
            ("venue", ours.venue, other.venue),
        )
        if mine and mine == theirs
    }
    clashes = find_conflicts([ours], others, RULE)
    assert {(c.kind, c.other_uid) for c in clashes if c.kind != "travel"} == expected
    assert all(c.is_hard or c.severity == "warn" for c in clashes)
