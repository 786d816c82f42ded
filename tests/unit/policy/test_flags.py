"""What is pointed out at a door, to the person and the second — rules §5."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ce_bases.policy.attendance import Sign, Timing
from ce_bases.policy.closing import closes_from, is_after_closing
from ce_bases.policy.flags import Flag, Scene, Seen, flags_of, is_mostly_by_hand
from ce_bases.policy.notice_2022 import POLICY

RULE, THRESHOLDS = POLICY.attendance, POLICY.flags
STARTS = datetime(2022, 6, 20, 1, 0, tzinfo=UTC)
TIMING = Timing(STARTS, STARTS + timedelta(hours=3), halves=8, is_lecture=False)
LECTURE = replace(TIMING, is_lecture=True)
SCENE = Scene(LECTURE)


def seen(
    person: int,
    *,
    way: str = "rotating_code",
    at: timedelta = timedelta(minutes=-5),
    kind: str = "in",
    device: str = "",
    by: int | None = None,
) -> Seen:
    event_id = f"{person}-{kind}-{way}-{at.total_seconds()}"
    return Seen(person, Sign(event_id, kind, way, STARTS + at), device, by)


def codes(events: list[Seen], scene: Scene = SCENE) -> list[Flag]:
    return list(flags_of(events, scene, RULE, THRESHOLDS))


def test_an_ordinary_class_has_no_flags() -> None:
    assert codes([seen(n, device=f"phone {n}") for n in range(40)]) == []
    assert codes([]) == []


def test_one_phone_for_two_people_is_pointed_out_with_both() -> None:
    events = [seen(2, device="a"), seen(1, device="a"), seen(3, device="b"), seen(3, device="b")]

    assert codes(events) == [
        Flag("same_device", (1, 2), 2, at=STARTS - timedelta(minutes=5)),
    ]


@pytest.mark.parametrize("way", ["tap", "personal_code", "paper", "make_up"])
def test_the_lecturers_phone_may_sign_in_everybody(way: str) -> None:
    events = [seen(n, way=way, device="lecturer") for n in (1, 2)]

    assert "same_device" not in {flag.code for flag in codes(events)}


def test_an_annulled_sign_is_as_if_it_had_never_been() -> None:
    mistaken = seen(2, device="a")
    undone = Seen(
        2, Sign("undo", "annul", "rotating_code", STARTS, annuls=mistaken.sign.event_id), "a"
    )

    assert codes([seen(1, device="a"), mistaken, undone]) == []


def minutes(first: int, last: int) -> tuple[datetime, datetime]:
    return STARTS + timedelta(minutes=first), STARTS + timedelta(minutes=last)


@pytest.mark.parametrize(
    ("other", "flagged"),
    [
        (minutes(-120, 0), False),  # the class before, half-open
        (minutes(-120, 1), True),
        (minutes(60, 90), True),
        (minutes(179, 300), True),
        (minutes(180, 300), False),
    ],
)
def test_two_places_at_once(other: tuple[datetime, datetime], flagged: bool) -> None:
    scene = replace(SCENE, elsewhere={7: [other]})

    found = codes([seen(7), seen(8)], scene)

    assert found == ([Flag("two_places", (7,), 1)] if flagged else [])


def test_who_left_early_may_be_elsewhere_afterwards() -> None:
    scene = Scene(TIMING, elsewhere={7: [minutes(100, 200)]})
    left = [seen(7), seen(7, kind="out", at=timedelta(minutes=100))]

    assert "two_places" not in {flag.code for flag in codes(left, scene)}


def taps(count: int, seconds: float, *, by: int = 9) -> list[Seen]:
    """`count` taps of one hand, evenly within `seconds`."""
    step = seconds / (count - 1)
    return [seen(n, way="tap", at=timedelta(seconds=n * step - 600), by=by) for n in range(count)]


@pytest.mark.parametrize(
    ("count", "seconds", "flagged"),
    [(15, 15, True), (15, 15.01, False), (14, 5, False), (40, 15, True), (40, 200, False)],
)
def test_a_burst_of_taps(count: int, seconds: float, flagged: bool) -> None:
    found = [flag for flag in codes(taps(count, seconds)) if flag.code == "burst"]

    assert [(flag.count, flag.at) for flag in found] == (
        [(count, STARTS - timedelta(minutes=10))] if flagged else []
    )


def test_two_hands_are_two_hands() -> None:
    events = [*taps(14, 5, by=1), *taps(14, 5, by=2)]

    assert codes(events) == []


@pytest.mark.parametrize(
    ("by_hand", "present", "flagged"),
    [
        *((0, 0, False), (1, 5, False), (2, 9, True), (2, 10, False), (3, 14, True)),
        *((3, 15, False), (7, 35, False), (8, 35, True), (1, 1, True)),
    ],
)
def test_more_than_a_fifth_by_hand_and_exactly_a_fifth_is_not(
    by_hand: int, present: int, flagged: bool
) -> None:
    assert is_mostly_by_hand(by_hand, present, RULE) is flagged
    ways = ["make_up", "paper"]
    events = [seen(n, way=ways[n % 2]) for n in range(by_hand)]
    events += [seen(n, way="tap", at=timedelta(seconds=-n)) for n in range(by_hand, present)]

    found = [flag for flag in codes(events) if flag.code == "by_hand"]

    assert found == ([Flag("by_hand", tuple(range(by_hand)), by_hand, present)] if flagged else [])


def test_the_share_is_exact_for_every_number() -> None:
    for present in range(3000):
        fifth = present // 5
        assert not is_mostly_by_hand(fifth, present, RULE)
        assert is_mostly_by_hand(fifth + 1, present, RULE)


@pytest.mark.parametrize(
    ("at", "flagged"), [(-1800, False), (-1801, True), (900, False), (901, True)]
)
def test_a_tap_outside_the_window(at: int, flagged: bool) -> None:
    found = codes([seen(4, way="tap", at=timedelta(seconds=at))])

    assert found == ([Flag("off_hours", (4,), 1, 1)] if flagged else [])


@pytest.mark.parametrize(("heads", "flagged"), [(2, True), (3, False), (4, False), (None, False)])
def test_more_signed_in_than_heads_counted(heads: int | None, flagged: bool) -> None:
    found = codes([seen(n) for n in range(3)], replace(SCENE, headcount=heads))

    assert found == ([Flag("count_above_headcount", (), 3, 2)] if flagged else [])


def test_order_and_repeats_never_change_what_is_pointed_out() -> None:
    events = [*taps(20, 10), seen(1, device="a"), seen(2, device="a"), seen(3, way="paper")]
    scene = Scene(LECTURE, headcount=3, elsewhere={1: [minutes(10, 20)]})
    expected = codes(events, scene)
    shuffle = random.Random(5)

    assert {flag.code for flag in expected} == {
        *("same_device", "two_places", "burst", "count_above_headcount"),
    }
    for _ in range(50):
        mixed = events * 2
        shuffle.shuffle(mixed)
        assert codes(mixed, scene) == expected


def test_closing_opens_with_signing_out_or_after_signing_in() -> None:
    assert closes_from(TIMING, RULE) == TIMING.ends_at - timedelta(minutes=15)
    assert closes_from(LECTURE, RULE) == STARTS + timedelta(minutes=15)


@pytest.mark.parametrize(("seconds", "late"), [(-1, False), (0, False), (1, True)])
def test_what_happened_before_the_closing_counts(seconds: int, late: bool) -> None:
    assert is_after_closing(STARTS + timedelta(seconds=seconds), STARTS) is late
    assert not is_after_closing(STARTS, None)
