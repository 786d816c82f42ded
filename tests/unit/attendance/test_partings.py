"""People who are on no list leave and are taken back, as a phone without network sends it."""

from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.attendance import settling
from ce_bases.attendance.batch import take_in
from ce_bases.attendance.closing import close_register
from ce_bases.attendance.delivery import (
    Delivery,
    QueuedParting,
    QueuedSign,
    QueuedWalkIn,
    read_delivery,
)
from ce_bases.attendance.intake import take_in_file
from ce_bases.attendance.models import (
    AttendanceRecord,
    LateSign,
    RefusedSign,
    SignEvent,
    SignKind,
    WalkIn,
    WalkInState,
)
from ce_bases.audit.models import AuditEntry
from ce_bases.plans.models import Plan
from ce_bases.plans.workflow import PlanState
from tests.conftest import NOON_1_JUNE
from tests.factories.plans import filed_plan
from tests.factories.rosters import at, first_session_id, held
from tests.factories.world import VAULT, World, resident_id
from tests.rows import count
from tests.unit.attendance.delivering import DEVICE, EVENING, new_id, send

NAME, CARD, CAME = "孙建国", resident_id(77), at(8, 55)


def guest(moment: datetime = CAME, name: str = NAME) -> QueuedWalkIn:
    return QueuedWalkIn(new_id(), name, CARD[-4:], "", moment)


def leaves(walk_in: QueuedWalkIn, moment: datetime) -> QueuedParting:
    return QueuedParting(new_id(), "walk_in_out", walk_in.event_id, moment)


def back(walk_in: QueuedWalkIn, moment: datetime) -> QueuedParting:
    return QueuedParting(new_id(), "walk_in_back", walk_in.event_id, moment)


def stands(session: Session) -> list[tuple[Any, ...]]:
    session.expire_all()
    rows = session.scalars(select(WalkIn).order_by(WalkIn.id))
    return [(row.state, row.came_at, row.left_at) for row in rows]


def match(session: Session, world: World, plan: Plan) -> int:
    walk_in = session.scalars(select(WalkIn)).one()
    door = held(session, first_session_id(plan), world["clerk"])
    card = settling.Card(walk_in.id, new_id(), CARD)
    matched = settling.match(session, door, card, vault=VAULT, actor=world["clerk"], now=at(12, 30))
    assert matched.person_id is not None
    return matched.person_id


def record(session: Session, person_id: int) -> tuple[Any, Any, bool]:
    session.expire_all()
    found = session.scalars(
        select(AttendanceRecord).where(AttendanceRecord.person_id == person_id)
    ).one()
    return found.signed_in_at, found.signed_out_at, found.attended


HELD, WITHDRAWN = WalkInState.HELD, WalkInState.WITHDRAWN


def test_came_and_left_in_one_delivery(session: Session, world: World, plan: Plan) -> None:
    one, other = guest(), guest(at(8, 58), "周走错")
    items = [one, other, leaves(one, at(12, 1)), back(other, at(9, 3))]
    assert send(session, world, plan, *items) == [("", False)] * 4
    assert stands(session) == [(HELD, at(8, 55), at(12, 1)), (WITHDRAWN, at(8, 58), None)]
    kept = [
        (entry.action, entry.actor_name)
        for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id))
        if "walk_in" in entry.action
    ]
    who = world["lecturer"].name
    verbs = ("note_walk_in", "note_walk_in", "note_walk_in_leaving", "withdraw_walk_in")
    assert kept == [(verb, who) for verb in verbs]


def test_sent_again_adds_nothing(session: Session, world: World, plan: Plan) -> None:
    one, other = guest(), guest(name="周走错")
    items = [one, other, leaves(one, at(12, 1)), back(other, at(9, 3))]
    send(session, world, plan, *items)
    before, entries = stands(session), count(session, AuditEntry)
    for again in (items, items[::-1]):
        assert send(session, world, plan, *again, now=at(21)) == [("", True)] * 4
    plan.state = PlanState.ATTENDANCE_CONFIRMED
    session.flush()
    assert send(session, world, plan, *items, now=at(22)) == [("", True)] * 4
    assert (stands(session), count(session, AuditEntry)) == (before, entries)
    assert count(session, RefusedSign) == 0


def test_a_clock_ahead_moves_nothing_when_sent_again(
    session: Session, world: World, plan: Plan
) -> None:
    one = guest()
    ahead = leaves(one, at(23))
    send(session, world, plan, one, ahead, now=at(12, 1))
    assert send(session, world, plan, ahead, now=at(12, 30)) == [("", True)]
    assert stands(session) == [(HELD, at(8, 55), at(12, 1))]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_earliest_leaving_stands_in_whatever_order_they_come(
    session: Session, world: World, plan: Plan, order: tuple[int, ...]
) -> None:
    one = guest()
    send(session, world, plan, one)
    told = [leaves(one, at(12, minute)) for minute in (1, 3, 5)]
    for number in order:
        assert send(session, world, plan, told[number])[0][0] == ""
    assert stands(session) == [(HELD, at(8, 55), at(12, 1))]


def test_nobody_leaves_before_coming(session: Session, world: World, plan: Plan) -> None:
    """The phone's clock was mended between the two."""
    one = guest(at(9, 5))
    early = leaves(one, at(9, 1))
    assert send(session, world, plan, one, early) == [("", False)] * 2
    assert send(session, world, plan, early) == [("", True)]
    assert stands(session) == [(HELD, at(9, 5), at(9, 5))]


def test_who_was_matched_meanwhile_signs_out(session: Session, world: World, plan: Plan) -> None:
    """The leaving waits on the phone while the base checks the card: it is not lost."""
    one = guest()
    send(session, world, plan, one)
    person = match(session, world, plan)
    assert record(session, person) == (at(8, 55), None, False)
    item = leaves(one, at(12, 2))
    tap = QueuedSign(new_id(), SignKind.OUT, person, at(11, 59))
    assert send(session, world, plan, item, tap) == [("", False)] * 2
    assert record(session, person) == (at(8, 55), at(12, 2), True)
    assert send(session, world, plan, item) == [("", True)]
    assert count(session, SignEvent) == 3
    assert [state for state, *_ in stands(session)] == [WalkInState.MATCHED]


def test_what_the_base_knew_when_it_matched_is_there(
    session: Session, world: World, plan: Plan
) -> None:
    one = guest()
    item = leaves(one, at(12, 2))
    send(session, world, plan, one, item)
    person = match(session, world, plan)
    assert send(session, world, plan, item) == [("", True)]
    assert record(session, person) == (at(8, 55), at(12, 2), True)
    assert count(session, SignEvent) == 2
    assert send(session, world, plan, back(one, at(8, 56))) == [("guest_settled", False)]


def test_after_the_confirmation_a_matched_ones_leaving_is_a_request(
    session: Session, world: World, plan: Plan
) -> None:
    one = guest()
    send(session, world, plan, one)
    person = match(session, world, plan)
    plan.state = PlanState.CREDITED
    session.flush()
    item = leaves(one, at(12, 2))
    assert send(session, world, plan, item) == [("confirmed", False)]
    late = session.scalars(select(LateSign)).one()
    assert (late.event_id, late.person_id, late.kind, late.occurred_at) == (
        item.event_id,
        person,
        SignKind.OUT,
        at(12, 2),
    )


@pytest.mark.parametrize(
    ("moment", "code"),
    [
        (at(0) - timedelta(milliseconds=1), "not_yet"),
        (at(12, 30), ""),
        (at(12, 30) + timedelta(milliseconds=1), "closed"),
        (at(0) + timedelta(days=1), "day_over"),
    ],
)
def test_when_somebody_may_leave(
    session: Session, world: World, plan: Plan, moment: datetime, code: str
) -> None:
    one = guest()
    send(session, world, plan, one)
    door = held(session, first_session_id(plan), world["lecturer"])
    close_register(session, door, actor=world["lecturer"], now=at(12, 30))
    now = EVENING + timedelta(days=1)
    assert send(session, world, plan, leaves(one, moment), now=now) == [(code, False)]
    assert (stands(session)[0][2] is not None) is (code == "")


@pytest.mark.parametrize(
    ("moment", "code"),
    [(at(9, 10), ""), (at(9, 10) + timedelta(milliseconds=1), "guest_undo_too_late")],
)
def test_a_note_is_taken_back_within_fifteen_minutes(
    session: Session, world: World, plan: Plan, moment: datetime, code: str
) -> None:
    one = guest()
    send(session, world, plan, one)
    assert send(session, world, plan, back(one, moment)) == [(code, False)]
    assert stands(session)[0][0] is (HELD if code else WITHDRAWN)


def test_what_is_refused_stays_refused(session: Session, world: World, plan: Plan) -> None:
    one, twin, unknown = guest(), guest(at(8, 57)), guest()
    items = [one, twin, leaves(twin, at(12, 1)), leaves(unknown, at(12, 1))]
    items += [back(one, at(9)), leaves(one, at(12, 1))]
    codes = ["", "held_already", "unknown_guest", "unknown_guest", "", "guest_settled"]
    assert send(session, world, plan, *items) == [(code, False) for code in codes]
    assert send(session, world, plan, *items) == [(code, True) for code in codes]
    assert count(session, RefusedSign) == 4


def test_a_guest_of_another_class_is_nobody_here(
    session: Session, world: World, plan: Plan
) -> None:
    one = guest()
    send(session, world, plan, one)
    other = filed_plan(session, world, now=NOON_1_JUNE, title="别的班")
    items = [leaves(one, at(12, 1)), back(one, at(9))]
    assert send(session, world, other, *items) == [("unknown_guest", False)] * 2
    assert stands(session) == [(HELD, at(8, 55), None)]


def test_only_the_noter_takes_back_and_the_base_by_the_file(
    session: Session, world: World, plan: Plan
) -> None:
    one = guest()
    send(session, world, plan, one)
    own = back(one, at(9))
    assert send(session, world, plan, own, by="clerk") == [("guest_not_noter", False)]
    door = held(session, first_session_id(plan), world["clerk"])
    items = [leaves(one, at(12, 1)), back(one, at(9, 1))]
    for repeat in (False, True):
        found = take_in_file(
            session, door, Delivery(DEVICE, items), actor=world["clerk"], now=EVENING
        )
        assert [(outcome.code, outcome.is_repeat) for outcome in found] == [("", repeat)] * 2
    assert stands(session) == [(WITHDRAWN, at(8, 55), at(12, 1))]
    reasons = session.scalars(
        select(AuditEntry.reason).where(
            AuditEntry.action.in_(("note_walk_in_leaving", "withdraw_walk_in"))
        )
    )
    assert set(reasons) == {"离线文件（手机 0b6f8a52）"}


@pytest.mark.parametrize(
    ("state", "code"),
    [(PlanState.ATTENDANCE_CONFIRMED, "confirmed"), (PlanState.CANCELLED, "cancelled")],
)
def test_nothing_changes_in_what_is_confirmed_or_cancelled(
    session: Session, world: World, plan: Plan, state: PlanState, code: str
) -> None:
    one, unknown = guest(), guest()
    send(session, world, plan, one)
    door = held(session, first_session_id(plan), world["lecturer"])
    plan.state, plan.close_reason = state, "讲师生病"
    session.flush()
    items = [leaves(one, at(12, 1)), back(one, at(9)), leaves(unknown, at(12, 1))]
    outcomes = take_in(session, door, Delivery(DEVICE, items), actor=world["lecturer"], now=EVENING)
    assert [outcome.code for outcome in outcomes] == [code] * 3
    assert stands(session) == [(HELD, at(8, 55), None)]


MOMENT = int(at(12).timestamp() * 1000)
PARTING = {"id": new_id(), "kind": "walk_in_out", "guest": new_id(), "at": MOMENT}


@pytest.mark.parametrize("kind", ["walk_in_out", "walk_in_back"])
def test_they_are_read(kind: str) -> None:
    found = read_delivery({"format": 3, "items": [{**PARTING, "kind": kind}]})
    expected = QueuedParting(str(PARTING["id"]), kind, str(PARTING["guest"]), at(12))
    assert (list(found.items), found.broken) == ([expected], [])


@pytest.mark.parametrize("known", [1, 2])
def test_earlier_formats_have_none(known: int) -> None:
    found = read_delivery({"format": known, "items": [PARTING]})
    assert (found.items, found.broken) == ([], [PARTING["id"]])


@pytest.mark.parametrize(
    "change",
    [
        *({"guest": value} for value in ("", "x", 7, None, ["a"])),
        *({"at": value} for value in (None, -1, "x", True)),
    ],
)
def test_what_is_broken_is_answered_and_not_kept(change: dict[str, Any]) -> None:
    found = read_delivery({"format": 3, "items": [{**PARTING, **change}]})
    assert (found.items, found.broken) == ([], [PARTING["id"]])
