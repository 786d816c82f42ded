"""Three phones, a bad network: the same hours as if everything had gone straight through."""

import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from functools import partial

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.attendance.batch import take_in
from ce_bases.attendance.delivery import Delivery, QueuedSign
from ce_bases.attendance.models import AttendanceRecord, SignKind
from ce_bases.plans.models import Plan
from ce_bases.policy.attendance import Sign, Timing, attendance_of
from ce_bases.policy.notice_2022 import POLICY
from tests.conftest import NOON_1_JUNE
from tests.factories.plans import filed_plan
from tests.factories.rosters import at, enrol, first_session_id, held
from tests.factories.world import World
from tests.unit.attendance.phones import Phone, play

RULE = POLICY.attendance
CLASS = Timing(at(9), at(12), 8, is_lecture=False)
CASES = 3000
Hours = dict[int, int]


def sign_of(item: QueuedSign) -> Sign:
    return Sign(item.event_id, item.kind.value, "tap", item.at, item.annuls_id or None)


def hours_of(items: Sequence[QueuedSign], people: Sequence[int]) -> Hours:
    """Half-hours earned by each, folded from all that was tapped and not taken out again."""
    signs = defaultdict(list)
    for item in items:
        signs[item.person_id].append(sign_of(item))
    return {
        person: CLASS.halves * attendance_of(signs[person], CLASS, RULE).attended
        for person in people
    }


def straight(phones: Sequence[Phone], people: Sequence[int]) -> Hours:
    return hours_of([item for phone in phones for item in phone.tapped], people)


class EventLog:
    """What the server keeps: each id once, whatever arrives how often and when."""

    def __init__(self) -> None:
        self.events: dict[str, QueuedSign] = {}

    def __call__(self, _phone: int, items: Sequence[QueuedSign]) -> set[str]:
        for item in items:
            self.events.setdefault(item.event_id, item)
        return {item.event_id for item in items}


class LastWord:
    """The control: a server that lets the last thing it hears of somebody stand."""

    def __init__(self) -> None:
        self.there: dict[int, set[SignKind]] = defaultdict(set)

    def __call__(self, _phone: int, items: Sequence[QueuedSign]) -> set[str]:
        for item in items:
            if item.kind is SignKind.ANNUL:
                self.there[item.person_id].clear()
            else:
                self.there[item.person_id].add(item.kind)
        return {item.event_id for item in items}

    def hours(self, people: Sequence[int]) -> Hours:
        both = {SignKind.IN, SignKind.OUT}
        return {person: CLASS.halves * (self.there[person] == both) for person in people}


def test_three_thousand_bad_networks_give_the_same_hours() -> None:
    people = range(1, 6)
    earned = 0
    for seed in range(CASES):
        server = EventLog()
        phones = play(random.Random(seed), people, server, taps=16)
        expected = straight(phones, people)
        assert hours_of(list(server.events.values()), people) == expected, seed
        earned += sum(expected.values())
    assert earned > CASES * CLASS.halves  # the harness does have people attend


def test_control_the_last_word_gives_other_hours() -> None:
    people = range(1, 6)
    wrong = 0
    for seed in range(300):
        server = LastWord()
        phones = play(random.Random(seed), people, server, taps=16)
        wrong += server.hours(people) != straight(phones, people)
    assert wrong > 30


@pytest.fixture
def plan(session: Session, world: World) -> Plan:
    plan = filed_plan(session, world, now=NOON_1_JUNE)
    enrol(session, plan, world.person_ids, now=NOON_1_JUNE)
    session.commit()
    return plan


def test_the_real_service_gives_the_same_hours(session: Session, world: World, plan: Plan) -> None:
    """The same phones before the service itself: taps, undos, repeats, in whatever order."""
    session_id, people = first_session_id(plan), world.person_ids
    lecturer = world["lecturer"]

    def serve(now: datetime, phone: int, items: Sequence[QueuedSign]) -> set[str]:
        delivery = Delivery(f"00000000-0000-4000-8000-{phone:012}", list(items))
        door = held(session, session_id, lecturer)
        outcomes = take_in(session, door, delivery, actor=lecturer, now=now)
        assert {outcome.code for outcome in outcomes} <= {""}
        return {outcome.event_id for outcome in outcomes}

    for seed in range(40):
        phones = play(random.Random(seed), people, partial(serve, at(23)), taps=16)
        session.expire_all()
        rows = session.scalars(
            select(AttendanceRecord).where(AttendanceRecord.session_id == session_id)
        )
        attended = {row.person_id: row.attended for row in rows}
        found = {person: CLASS.halves * attended.get(person, False) for person in people}
        assert found == straight(phones, people), seed
        session.rollback()  # nothing was committed: the next case begins empty
