"""A phone's delivery: each item answered, the whole as one by one, sent again without effect."""

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.attendance.batch import take_in
from ce_bases.attendance.closing import close_register
from ce_bases.attendance.correction import annul
from ce_bases.attendance.delivery import Delivery, QueuedSign, read_delivery
from ce_bases.attendance.intents import AnnulIntent, SignIntent, SignOutcome
from ce_bases.attendance.models import AttendanceRecord, RefusedSign, SignEvent, SignKind, Way
from ce_bases.attendance.service import record_sign
from ce_bases.core.errors import ForbiddenError, InvalidInputError
from ce_bases.plans.models import Plan
from ce_bases.plans.workflow import PlanState
from tests.conftest import NOON_1_JUNE
from tests.factories.plans import filed_plan
from tests.factories.rosters import DAY, at, enrol, first_session_id, held
from tests.factories.world import World
from tests.rows import count

EVENING = at(20)


def tap(person: int, moment: datetime, kind: SignKind = SignKind.IN, **more: Any) -> QueuedSign:
    return QueuedSign(str(uuid.uuid4()), kind, person, moment, **more)


def undo(sign: QueuedSign, moment: datetime) -> QueuedSign:
    return tap(sign.person_id, moment, SignKind.ANNUL, annuls_id=sign.event_id)


def send(
    session: Session,
    world: World,
    plan: Plan,
    *items: QueuedSign,
    now: datetime = EVENING,
    by: str = "lecturer",
    **more: Any,
) -> list[SignOutcome]:
    door = held(session, first_session_id(plan), world[by])
    device = "0b6f8a52-0000-4000-8000-000000000001"
    return take_in(session, door, Delivery(device, items), actor=world[by], now=now, **more)


def codes(outcomes: list[SignOutcome]) -> list[tuple[str, bool]]:
    return [(outcome.code, outcome.is_repeat) for outcome in outcomes]


def records(session: Session) -> dict[int, tuple[Any, ...]]:
    session.expire_all()
    return {
        r.person_id: (r.signed_in_at, r.signed_out_at, r.attended, r.by_hand, r.off_hours)
        for r in session.scalars(select(AttendanceRecord))
    }


def test_a_day_without_network_comes_in_whole(session: Session, world: World, plan: Plan) -> None:
    one, two, three = world.person_ids[:3]
    wrong = tap(three, at(8, 41))
    items = [
        tap(one, at(8, 40), seq=1, offset_ms=-1500),
        tap(two, at(9, 16), seq=2),
        wrong,
        undo(wrong, at(8, 42)),
        tap(one, at(12, 1), SignKind.OUT),
    ]

    outcomes = send(session, world, plan, *items)

    assert codes(outcomes) == [("", False)] * 5
    assert [o.off_hours for o in outcomes] == [False, True, False, False, False]
    assert records(session) == {
        one: (at(8, 40), at(12, 1), True, False, False),
        two: (at(9, 16), None, False, False, True),
        three: (None, None, False, False, False),
    }
    first = session.scalars(select(SignEvent).where(SignEvent.event_id == items[0].event_id)).one()
    assert (first.occurred_at, first.received_at, first.offset_ms, first.device_seq, first.way) == (
        at(8, 40),
        EVENING,
        -1500,
        1,
        Way.TAP,
    )
    assert first.device == "0b6f8a52-0000-4000-8000-000000000001"
    assert first.recorded_by == world["lecturer"].account_id


def test_sending_again_adds_nothing_and_gets_the_same_answers(
    session: Session, world: World, plan: Plan
) -> None:
    good, bad = tap(world.person_ids[0], at(8, 40)), tap(world.person_ids[3], at(8, 41))
    first = send(session, world, plan, good, bad)
    before = records(session)
    again = send(session, world, plan, bad, good, bad, now=at(21))
    assert codes(first) == [("", False), ("not_on_roster", False)]
    assert codes(again) == [("not_on_roster", True), ("", True), ("not_on_roster", True)]
    assert records(session) == before
    assert (count(session, SignEvent), count(session, RefusedSign)) == (1, 1)


def test_an_id_twice_in_one_delivery_is_one_event(
    session: Session, world: World, plan: Plan
) -> None:
    item = tap(world.person_ids[0], at(8, 40))
    assert codes(send(session, world, plan, item, item)) == [("", False), ("", True)]
    assert count(session, SignEvent) == 1


@pytest.mark.parametrize("change", ["person", "moment", "kind"])
def test_the_same_id_with_other_content_is_refused(
    session: Session, world: World, plan: Plan, change: str
) -> None:
    one, two = world.person_ids[:2]
    item = tap(one, at(8, 40))
    send(session, world, plan, item)
    other = {
        "person": QueuedSign(item.event_id, SignKind.IN, two, item.at),
        "moment": QueuedSign(item.event_id, SignKind.IN, one, at(8, 41)),
        "kind": QueuedSign(item.event_id, SignKind.OUT, one, item.at),
    }[change]
    assert codes(send(session, world, plan, other)) == [("other_content", False)]
    assert count(session, SignEvent) == 1


def test_what_is_refused_and_why(session: Session, world: World, plan: Plan) -> None:
    one = world.person_ids[0]
    yesterday, tomorrow = at(9) - timedelta(days=1), at(9) + timedelta(days=1)
    outcomes = send(
        session,
        world,
        plan,
        tap(one, yesterday),
        tap(one, tomorrow),
        tap(world.person_ids[3], at(9)),
        tap(10**9, at(9)),
        undo(tap(one, at(9)), at(9, 1)),
        now=at(10) + timedelta(days=2),
    )
    assert [o.code for o in outcomes] == [
        "not_yet",
        "day_over",
        "not_on_roster",
        "not_on_roster",
        "unknown_event",
    ]
    assert (count(session, SignEvent), count(session, RefusedSign)) == (0, 5)


def test_a_clock_that_runs_ahead_gains_nothing(session: Session, world: World, plan: Plan) -> None:
    """What the phone says lies in the future happened when the server learned of it."""
    person = world.person_ids[0]
    send(session, world, plan, tap(person, at(23)), now=at(9, 20))
    assert records(session)[person][0] == at(9, 20)


def test_after_the_closing_only_what_was_tapped_before_counts(
    session: Session, world: World, plan: Plan
) -> None:
    """The network comes back after the register was closed: the taps of the class still count."""
    one, two = world.person_ids[:2]
    door = held(session, first_session_id(plan), world["lecturer"])
    close_register(session, door, actor=world["lecturer"], now=at(12, 5))
    before, after = tap(one, at(12, 5), SignKind.OUT), tap(two, at(12, 5, 1), SignKind.OUT)
    assert codes(send(session, world, plan, before, after)) == [("", False), ("closed", False)]


def test_days_later_a_tap_of_the_day_still_counts(
    session: Session, world: World, plan: Plan
) -> None:
    person = world.person_ids[0]
    send(session, world, plan, tap(person, at(8, 40)), now=EVENING + timedelta(days=6))
    assert records(session)[person][0] == at(8, 40)


def test_after_the_confirmation_nothing_is_taken_in(
    session: Session, world: World, plan: Plan
) -> None:
    plan.state = PlanState.CREDITED
    session.flush()
    outcomes = send(session, world, plan, tap(world.person_ids[0], at(8, 40)))
    assert codes(outcomes) == [("confirmed", False)]
    assert count(session, SignEvent) == 0


@pytest.mark.parametrize(
    ("later", "code"),
    [(timedelta(minutes=15), ""), (timedelta(minutes=15, seconds=1), "undo_too_late")],
)
def test_an_undo_counts_from_when_it_was_pressed(
    session: Session, world: World, plan: Plan, later: timedelta, code: str
) -> None:
    """The sign reached the server at 08:40; the undo waits for the network until evening."""
    sign = tap(world.person_ids[0], at(8, 40))
    send(session, world, plan, sign, now=at(8, 40))
    outcomes = send(session, world, plan, undo(sign, at(8, 40) + later))
    assert [o.code for o in outcomes] == [code]
    assert (records(session)[sign.person_id][0] is None) is (code == "")


def test_only_the_recorder_takes_back(session: Session, world: World, plan: Plan) -> None:
    sign = tap(world.person_ids[0], at(8, 40))
    send(session, world, plan, sign, now=at(8, 40))
    by_clerk = undo(sign, at(8, 41))
    assert codes(send(session, world, plan, by_clerk, by="clerk")) == [("not_recorder", False)]
    with_reason = undo(sign, at(8, 41))
    taken = send(session, world, plan, with_reason, by="clerk", reason="手机文件")
    assert codes(taken) == [("", False)]
    twice = undo(sign, at(8, 42))
    assert codes(send(session, world, plan, twice, by="clerk")) == [("not_recorder", False)]


def test_the_file_and_the_phone_bring_the_same_event_once(
    session: Session, world: World, plan: Plan
) -> None:
    sign = tap(world.person_ids[0], at(8, 40))
    assert codes(send(session, world, plan, sign, by="clerk", reason="手机文件")) == [("", False)]
    assert codes(send(session, world, plan, sign)) == [("", True)]
    assert count(session, SignEvent) == 1


def test_a_delivery_says_the_same_as_tap_after_tap(
    session: Session, world: World, plan: Plan
) -> None:
    """The batch and the single services are two ways to the same rows."""
    one, two = world.person_ids[:2]
    lecturer = world["lecturer"]
    door = held(session, first_session_id(plan), lecturer)
    moments = [
        (one, SignKind.IN, at(8, 20)),
        (one, SignKind.OUT, at(12)),
        (two, SignKind.IN, at(9)),
    ]
    singles = [
        SignIntent(str(uuid.uuid4()), person, kind, Way.TAP, occurred_at=moment)
        for person, kind, moment in moments
    ]
    for intent in singles:
        record_sign(session, door, intent, actor=lecturer, now=EVENING)
    annul(
        session,
        door,
        AnnulIntent(str(uuid.uuid4()), singles[2].event_id),
        actor=lecturer,
        now=EVENING,
    )
    expected = records(session)
    other = filed_plan(session, world, now=NOON_1_JUNE, title="同样的班")
    enrol(session, other, world.person_ids[:3], now=NOON_1_JUNE)
    taps = [tap(person, moment, kind) for person, kind, moment in moments]
    send(session, world, other, *taps, undo(taps[2], EVENING))
    session.expire_all()
    found = {
        r.person_id: (r.signed_in_at, r.signed_out_at, r.attended, r.by_hand, r.off_hours)
        for r in session.scalars(
            select(AttendanceRecord).where(AttendanceRecord.session_id == first_session_id(other))
        )
    }
    assert found == expected


def test_a_stranger_sends_nothing(session: Session, world: World, plan: Plan) -> None:
    door = held(session, first_session_id(plan), world["lecturer"])
    for name in ("stranger", "learner", "clerk2"):
        delivery = Delivery("", [tap(world.person_ids[0], at(9))])
        if name == "clerk2":  # of the same base: may
            take_in(session, door, delivery, actor=world[name], now=EVENING)
            continue
        with pytest.raises(ForbiddenError):
            take_in(session, door, delivery, actor=world[name], now=EVENING)
    assert count(session, SignEvent) == 1


MOMENT = int(at(9).timestamp() * 1000)
ITEM = {"id": str(uuid.uuid4()), "kind": "in", "person": 7, "at": MOMENT}


def test_a_delivery_is_read() -> None:
    device = str(uuid.uuid4())
    body = {"format": 1, "device": device, "items": [{**ITEM, "seq": 3, "offset": -20}]}
    expected = QueuedSign(ITEM["id"], SignKind.IN, 7, at(9), seq=3, offset_ms=-20)
    assert read_delivery(body) == Delivery(device, [expected], [])
    assert at(9).date() == DAY


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "x",
        {"items": []},
        {"format": 4, "items": []},
        {"format": [], "items": []},
        {"format": "1", "items": []},
        {"format": 1},
        {"format": 1, "items": {}},
        {"format": 1, "items": [None]},
        {"format": 1, "items": [{"id": 1}]},
        {"format": 1, "items": [ITEM] * 2001},
    ],
)
def test_what_is_no_delivery_is_refused_whole(body: Any) -> None:
    with pytest.raises(InvalidInputError):
        read_delivery(body)


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "dance"},
        {"kind": None},
        {"kind": ["in"]},
        {"person": 0},
        {"person": True},
        {"person": "7"},
        {"person": 2**31},
        {"person": 1e3},
        {"at": None},
        {"at": -1},
        {"at": 2**60},
        {"at": "2022-06-20"},
        {"annuls": str(uuid.uuid4())},
        {"kind": "annul"},
        {"kind": "annul", "annuls": "x"},
    ],
)
def test_a_broken_item_holds_nothing_else_up(changes: dict[str, Any]) -> None:
    good = {**ITEM, "id": str(uuid.uuid4())}
    found = read_delivery({"format": 1, "items": [{**ITEM, **changes}, good]})
    assert ([item.event_id for item in found.items], found.broken) == ([good["id"]], [ITEM["id"]])


@pytest.mark.parametrize("offset", [2**40, -(2**40), "x", None, 1.5])
def test_a_strange_offset_is_left_out(offset: Any) -> None:
    (item,) = read_delivery({"format": 1, "items": [{**ITEM, "offset": offset}]}).items
    assert item.offset_ms == 0


def test_a_broken_item_is_answered_and_kept(session: Session, world: World, plan: Plan) -> None:
    door = held(session, first_session_id(plan), world["lecturer"])
    delivery = Delivery("", [], [str(uuid.uuid4())])
    for repeat in (False, True):
        outcomes = take_in(session, door, delivery, actor=world["lecturer"], now=EVENING)
        assert codes(outcomes) == [("malformed", repeat)]
    assert count(session, RefusedSign) == 1
