"""At the door of every session that has begun: who signed in and out, and what it amounts to."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from ce_bases.attendance.models import (
    AttendanceRecord,
    SessionRegister,
    SignEvent,
    SignKind,
    Way,
)
from ce_bases.audit.service import Act
from ce_bases.core.clock import moment_at
from ce_bases.demo.book import Values
from ce_bases.demo.paperwork import Papers
from ce_bases.demo.setting import Setting
from ce_bases.people.models import Person
from ce_bases.plans.models import Form, TimetableEntry
from ce_bases.policy import attendance as rules
from ce_bases.policy.registry import filing_policy_for
from ce_bases.policy.shapes import AttendanceRule

MAKE_UP_REASON = "手机没电未能及时签到，有课堂照片和授课人证明。"


@dataclass(frozen=True, slots=True)
class Door:
    """One session while it is signed in to."""

    papers: Papers
    entry: TimetableEntry
    timing: rules.Timing
    rule: AttendanceRule
    way: Way
    recorder: int | None

    @property
    def needs_out(self) -> bool:
        return rules.needs_sign_out(self.timing, self.rule)


def take_attendance(
    setting: Setting, papers: Papers, teachers: dict[int, int | None], learner: Person
) -> None:
    """Every sign of every session that has begun, with the records they fold to."""
    for entry in papers.revision.entries:
        if moment_at(entry.held_on, entry.starts_at) <= setting.now:
            _one_session(setting, _door(setting, papers, entry, teachers), learner)


def _door(
    setting: Setting, papers: Papers, entry: TimetableEntry, teachers: dict[int, int | None]
) -> Door:
    form = papers.revision.form
    timing = rules.Timing(
        starts_at=moment_at(entry.held_on, entry.starts_at),
        ends_at=moment_at(entry.held_on, entry.ends_at),
        halves=entry.halves,
        is_lecture=form is Form.LECTURE,
    )
    rule = filing_policy_for(entry.held_on.year).attendance
    way = Way.LIVE if form is Form.LIVE else Way.TAP
    teacher = teachers.get(entry.lecturer_id or 0)
    recorder = None if way is Way.LIVE else teacher or papers.clerk.account_id
    if way is Way.TAP and setting.rng.random() < 0.06:
        way, recorder = Way.PAPER, papers.clerk.account_id
    return Door(papers, entry, timing, rule, way, recorder)


def _one_session(setting: Setting, door: Door, learner: Person) -> None:
    is_over = door.timing.ends_at + timedelta(minutes=20) <= setting.now
    present = 0
    here = 0.95 if is_over else 0.4
    for person in door.papers.spec.roster:
        # The listed professional misses no class, and in the one under way is still to come.
        is_sure = person is learner
        if is_sure and not is_over:
            continue
        if not is_sure and setting.rng.random() > here:
            continue
        signs = list(_signs(setting, door, person, is_sure=is_sure))
        present += _keep(setting, door, person, signs)
    if is_over:
        _close(setting, door, present)


def _signs(setting: Setting, door: Door, person: Person, *, is_sure: bool) -> Iterator[Values]:
    """What was recorded of one person, as rows of the log; nothing later than now."""
    rng, timing = setting.rng, door.timing
    chance = 1.0 if is_sure else rng.random()
    is_over = timing.ends_at + timedelta(minutes=20) <= setting.now
    if chance < 0.008 and is_over and door.papers.spec.roster.index(person) > 1:
        yield from _made_up(setting, door, person)
        return
    early = 900 if not is_over else 1500
    arrived = timing.starts_at - timedelta(seconds=rng.randrange(-300, early))
    arrived = min(arrived, setting.now - timedelta(seconds=rng.randrange(20, 600)))
    if chance < 0.02:
        mistaken = _sign(setting, door, person, SignKind.IN, arrived)
        yield mistaken
        undone = _sign(setting, door, person, SignKind.ANNUL, arrived + timedelta(seconds=40))
        yield undone | {"annuls_id": mistaken["event_id"]}
        arrived = min(arrived + timedelta(seconds=90), setting.now)
    yield _sign(setting, door, person, SignKind.IN, arrived)
    if is_over and door.needs_out and not 0.02 <= chance < 0.04:
        left = timing.ends_at + timedelta(seconds=rng.randrange(-300, 900))
        yield _sign(setting, door, person, SignKind.OUT, left)


def _made_up(setting: Setting, door: Door, person: Person) -> Iterator[Values]:
    """A make-up on the next day, by the base, with its line in the record."""
    at = min(door.timing.ends_at + timedelta(hours=18), setting.now)
    moments = {SignKind.IN: door.timing.starts_at}
    if door.needs_out:
        moments[SignKind.OUT] = door.timing.ends_at
    clerk = door.papers.clerk
    for kind, moment in moments.items():
        sign = _sign(setting, door, person, kind, moment) | {
            "way": Way.MAKE_UP,
            "received_at": at,
            "recorded_by": clerk.account_id,
            "reason": MAKE_UP_REASON,
        }
        yield sign
    act = Act(
        "make_up_attendance",
        "session",
        door.entry.session_id,
        after={"person": person.id, "event": sign["event_id"]},
        reason=MAKE_UP_REASON,
    )
    door.papers.note(act, actor=clerk, at=at)


def _sign(setting: Setting, door: Door, person: Person, kind: SignKind, at: datetime) -> Values:
    event_id = f"{setting.rng.getrandbits(128):032x}"
    received_at = at
    if door.way is Way.PAPER:
        received_at = max(at, min(door.timing.ends_at + timedelta(hours=2), setting.now))
    is_sign = kind is not SignKind.ANNUL
    return {
        "event_id": event_id,
        "session_id": door.entry.session_id,
        "person_id": person.id,
        "kind": kind,
        "way": door.way,
        "annuls_id": None,
        "occurred_at": at,
        "received_at": received_at,
        "offset_ms": 0,
        "device": "",
        "device_seq": None,
        "recorded_by": door.recorder,
        "off_hours": is_sign and rules.is_off_hours(kind.value, at, door.timing, door.rule),
        "reason": "",
        "request_hash": hashlib.sha256(event_id.encode()).hexdigest(),
    }


def _keep(setting: Setting, door: Door, person: Person, signs: list[Values]) -> bool:
    """Enter the signs and the record they fold to; whether the person was there."""
    folded = rules.attendance_of(
        (
            rules.Sign(
                sign["event_id"], sign["kind"], sign["way"], sign["occurred_at"], sign["annuls_id"]
            )
            for sign in signs
        ),
        door.timing,
        door.rule,
    )
    setting.book.enter_values(SignEvent, *signs)
    record = {
        "session_id": door.entry.session_id,
        "person_id": person.id,
        "signed_in_at": folded.signed_in_at,
        "signed_out_at": folded.signed_out_at,
        "attended": folded.attended,
        "by_hand": folded.by_hand,
        "off_hours": folded.off_hours,
        "updated_at": max(sign["received_at"] for sign in signs),
    }
    setting.book.enter_values(AttendanceRecord, record)
    return folded.signed_in_at is not None


def _close(setting: Setting, door: Door, present: int) -> None:
    """The heads counted in the room; closed by whoever took sign-in."""
    setting.book.enter(
        SessionRegister(
            session_id=door.entry.session_id,
            headcount=None if door.way is Way.LIVE else present,
            closed_at=door.timing.ends_at + timedelta(minutes=20),
            closed_by=door.recorder or door.papers.clerk.account_id,
        )
    )
