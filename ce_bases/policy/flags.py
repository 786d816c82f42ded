"""What was seen at a door and ought to be looked at — rules §5. Nobody is ever locked out by it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Literal

from ce_bases.policy.attendance import Attendance, Sign, Timing, attendance_of
from ce_bases.policy.shapes import AttendanceRule, FlagRule

Code = Literal[
    "same_device", "two_places", "burst", "by_hand", "off_hours", "count_above_headcount"
]
#: Ways in which the device is the learner's own; a lecturer's phone signs in everybody.
OWN_DEVICE = frozenset({"rotating_code", "live"})
Interval = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Seen:
    """A sign with whose it is, and what it was taken with."""

    person_id: int
    sign: Sign
    device: str = ""
    recorded_by: int | None = None


@dataclass(frozen=True, slots=True)
class Flag:
    """One thing to look at: whom it is about, how many of how many, and when it began."""

    code: Code
    people: tuple[int, ...]
    count: int
    out_of: int = 0
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """What else is known of a session: its times, its heads, and where its people were besides."""

    timing: Timing
    headcount: int | None = None
    elsewhere: Mapping[int, Sequence[Interval]] | None = None


def flags_of(
    seen: Iterable[Seen], scene: Scene, rule: AttendanceRule, thresholds: FlagRule
) -> tuple[Flag, ...]:
    """Everything about one session that base and bureau should look at; order never matters."""
    events = sorted(set(seen), key=lambda e: (e.sign.occurred_at, e.sign.event_id))
    annulled = {e.sign.annuls for e in events if e.sign.kind == "annul"}
    live = [e for e in events if e.sign.kind != "annul" and e.sign.event_id not in annulled]
    folded = _folded(events, scene.timing, rule)
    return (
        *_same_device(live),
        *_two_places(folded, scene),
        *_bursts(live, thresholds),
        *_by_hand(folded, rule),
        *_off_hours(folded),
        *_above_headcount(folded, scene.headcount),
    )


def is_mostly_by_hand(by_hand: int, present: int, rule: AttendanceRule) -> bool:
    """Whether more than the share of the policy was entered afterwards; exactly it is not."""
    return by_hand > present * Fraction(str(rule.by_hand_share))


def presence(attendance: Attendance, timing: Timing) -> Interval | None:
    """From when to when somebody was in the session, as far as was recorded; half-open."""
    if attendance.signed_in_at is None:
        return None
    begins = max(attendance.signed_in_at, timing.starts_at)
    ends = min(attendance.signed_out_at or timing.ends_at, timing.ends_at)
    return (begins, ends) if begins < ends else None


def _folded(events: Sequence[Seen], timing: Timing, rule: AttendanceRule) -> dict[int, Attendance]:
    signs: dict[int, list[Sign]] = defaultdict(list)
    for event in events:
        signs[event.person_id].append(event.sign)
    folded = {person: attendance_of(own, timing, rule) for person, own in sorted(signs.items())}
    return {person: found for person, found in folded.items() if found.signed_in_at}


def _same_device(live: Iterable[Seen]) -> Iterator[Flag]:
    people: dict[str, set[int]] = defaultdict(set)
    first: dict[str, datetime] = {}
    for event in live:
        if event.device and event.sign.way in OWN_DEVICE:
            people[event.device].add(event.person_id)
            first.setdefault(event.device, event.sign.occurred_at)
    for device, found in sorted(people.items(), key=lambda item: (first[item[0]], item[0])):
        if len(found) > 1:
            yield Flag("same_device", tuple(sorted(found)), len(found), at=first[device])


def _two_places(folded: Mapping[int, Attendance], scene: Scene) -> Iterator[Flag]:
    found = []
    for person, attendance in folded.items():
        here = presence(attendance, scene.timing)
        others = (scene.elsewhere or {}).get(person, ())
        if here and any(here[0] < ends and begins < here[1] for begins, ends in others):
            found.append(person)
    if found:
        yield Flag("two_places", tuple(found), len(found))


def _bursts(live: Iterable[Seen], thresholds: FlagRule) -> Iterator[Flag]:
    """For each hand that tapped, its fastest run, when that was faster than looking up."""
    taps: dict[int, list[Seen]] = defaultdict(list)
    for event in live:
        if event.sign.way == "tap":
            taps[event.recorded_by or 0].append(event)
    length = timedelta(seconds=thresholds.burst_seconds)
    for _, own in sorted(taps.items()):
        fastest: list[Seen] = []
        start = 0
        for end, event in enumerate(own):
            while event.sign.occurred_at - own[start].sign.occurred_at > length:
                start += 1
            if end + 1 - start > len(fastest):
                fastest = own[start : end + 1]
        if len(fastest) >= thresholds.burst_taps:
            people = tuple(sorted({event.person_id for event in fastest}))
            yield Flag("burst", people, len(fastest), at=fastest[0].sign.occurred_at)


def _by_hand(folded: Mapping[int, Attendance], rule: AttendanceRule) -> Iterator[Flag]:
    present = [person for person, found in folded.items() if found.attended]
    by_hand = [person for person in present if folded[person].by_hand]
    if is_mostly_by_hand(len(by_hand), len(present), rule):
        yield Flag("by_hand", tuple(by_hand), len(by_hand), len(present))


def _off_hours(folded: Mapping[int, Attendance]) -> Iterator[Flag]:
    found = tuple(person for person, attendance in folded.items() if attendance.off_hours)
    if found:
        yield Flag("off_hours", found, len(found), len(folded))


def _above_headcount(folded: Mapping[int, Attendance], headcount: int | None) -> Iterator[Flag]:
    if headcount is not None and len(folded) > headcount:
        yield Flag("count_above_headcount", (), len(folded), headcount)
