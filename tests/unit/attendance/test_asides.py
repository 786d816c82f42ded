"""Heads and people who are not on the list, as a phone without network keeps and sends them."""

from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.attendance.batch import take_in
from ce_bases.attendance.closing import close_register
from ce_bases.attendance.delivery import (
    Delivery,
    Queued,
    QueuedHeads,
    QueuedSign,
    QueuedWalkIn,
    read_delivery,
)
from ce_bases.attendance.intake import take_in_file
from ce_bases.attendance.models import (
    HeadCount,
    RefusedSign,
    SessionRegister,
    SignEvent,
    SignKind,
    WalkIn,
    WalkInState,
)
from ce_bases.attendance.walk_ins import settle
from ce_bases.audit.models import AuditEntry
from ce_bases.plans.models import Plan
from ce_bases.plans.workflow import PlanState
from tests.factories.rosters import at, first_session_id, held
from tests.factories.world import World, resident_id
from tests.rows import count
from tests.unit.attendance.delivering import DEVICE, EVENING, new_id, send


def heads(number: int, moment: datetime) -> QueuedHeads:
    return QueuedHeads(new_id(), number, moment)


def guest(moment: datetime, name: str = "孙建国", last4: str = "077X", remark: str = "二建") -> Any:
    return QueuedWalkIn(new_id(), name, last4, remark, moment)


def headcount(session: Session) -> int | None:
    session.expire_all()
    return session.scalars(select(SessionRegister.headcount)).one()


def test_both_are_taken_in_between_the_taps(session: Session, world: World, plan: Plan) -> None:
    tap = QueuedSign(new_id(), SignKind.IN, world.person_ids[0], at(8, 40))
    room, visitor = heads(31, at(9, 20)), guest(at(8, 55))

    answers = send(session, world, plan, visitor, tap, room)

    assert answers == [("", False)] * 3
    walk_in = session.scalars(select(WalkIn)).one()
    assert (walk_in.name, walk_in.last4, walk_in.remark, walk_in.came_at, walk_in.state) == (
        "孙建国",
        "077X",
        "二建",
        at(8, 55),
        WalkInState.HELD,
    )
    assert walk_in.noted_by == world["lecturer"].account_id
    kept = session.scalars(select(HeadCount)).one()
    assert (kept.heads, kept.occurred_at, kept.received_at) == (31, at(9, 20), EVENING)
    assert (headcount(session), count(session, SignEvent)) == (31, 1)
    acts = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert list(acts[-2:]) == ["note_walk_in", "count_heads"]


def test_sent_again_adds_nothing(session: Session, world: World, plan: Plan) -> None:
    items = heads(31, at(9, 20)), guest(at(8, 55))
    send(session, world, plan, *items)
    before = count(session, AuditEntry)
    for _ in range(2):
        assert send(session, world, plan, *items, now=at(21)) == [("", True)] * 2
    # Whatever has happened since, the phone gets the answer it was given.
    plan.state = PlanState.ATTENDANCE_CONFIRMED
    session.flush()
    assert send(session, world, plan, *items, now=at(22)) == [("", True)] * 2
    assert (count(session, HeadCount), count(session, WalkIn)) == (1, 1)
    assert (count(session, AuditEntry), count(session, RefusedSign)) == (before, 0)


def test_the_same_id_with_other_content_is_refused(
    session: Session, world: World, plan: Plan
) -> None:
    room, visitor = heads(31, at(9, 20)), guest(at(8, 55))
    tap = QueuedSign(new_id(), SignKind.IN, world.person_ids[0], at(8, 40))
    send(session, world, plan, room, visitor, tap)
    others: list[Queued] = [
        QueuedHeads(room.event_id, 32, room.at),
        QueuedHeads(room.event_id, 31, at(9, 21)),
        QueuedWalkIn(visitor.event_id, "孙建军", "077X", "二建", visitor.at),
        QueuedWalkIn(visitor.event_id, "孙建国", "0771", "二建", visitor.at),
        QueuedWalkIn(visitor.event_id, "孙建国", "077X", "", visitor.at),
        QueuedHeads(tap.event_id, 31, at(9, 20)),
    ]
    for other in others:
        assert [code for code, _ in send(session, world, plan, other)] == ["other_content"], other
    assert (headcount(session), count(session, HeadCount), count(session, WalkIn)) == (31, 1, 1)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_latest_count_stands_in_whatever_order_they_come(
    session: Session, world: World, plan: Plan, order: tuple[int, ...]
) -> None:
    counts = [heads(30, at(9, 10)), heads(33, at(9, 40)), heads(31, at(9, 20))]
    for number in order:
        send(session, world, plan, counts[number])
    assert headcount(session) == 33


def test_a_clock_ahead_gains_nothing(session: Session, world: World, plan: Plan) -> None:
    ahead = heads(50, at(23))
    send(session, world, plan, ahead, now=at(9, 30))
    send(session, world, plan, heads(30, at(9, 40)), now=at(9, 40))
    assert headcount(session) == 30
    assert send(session, world, plan, ahead, now=at(23, 30)) == [("", True)]


def test_who_is_held_already_is_told_and_stays_told(
    session: Session, world: World, plan: Plan
) -> None:
    first, second = guest(at(8, 55)), guest(at(8, 56))
    send(session, world, plan, first)
    assert send(session, world, plan, second) == [("held_already", False)]
    held_one = session.scalars(select(WalkIn)).one()
    settle(held_one, WalkInState.WITHDRAWN, actor=world["lecturer"], now=EVENING)
    session.flush()
    assert send(session, world, plan, second) == [("held_already", True)]
    assert (count(session, WalkIn), count(session, RefusedSign)) == (1, 1)


def test_after_the_closing_nobody_comes_but_heads_may_be_told(
    session: Session, world: World, plan: Plan
) -> None:
    door = held(session, first_session_id(plan), world["lecturer"])
    close_register(session, door, actor=world["lecturer"], now=at(12, 30))
    before, after = guest(at(12, 29)), guest(at(12, 31), "钱多多")
    answers = send(session, world, plan, before, after, heads(3, at(12, 40)))
    assert answers == [("", False), ("closed", False), ("", False)]


@pytest.mark.parametrize(
    ("moment", "code"),
    [(at(0) - timedelta(milliseconds=1), "not_yet"), (at(0), "")],
)
def test_a_walk_in_comes_on_the_day_of_the_class(
    session: Session, world: World, plan: Plan, moment: datetime, code: str
) -> None:
    assert send(session, world, plan, guest(moment)) == [(code, False)]


@pytest.mark.parametrize(
    ("state", "code"),
    [(PlanState.ATTENDANCE_CONFIRMED, "confirmed"), (PlanState.CANCELLED, "cancelled")],
)
def test_nothing_is_added_to_what_is_confirmed_or_cancelled(
    session: Session, world: World, plan: Plan, state: PlanState, code: str
) -> None:
    door = held(session, first_session_id(plan), world["lecturer"])
    plan.state, plan.close_reason = state, "讲师生病"
    session.flush()
    delivery = Delivery(DEVICE, [heads(31, at(9, 20)), guest(at(8, 55))])
    outcomes = take_in(session, door, delivery, actor=world["lecturer"], now=EVENING)
    assert [outcome.code for outcome in outcomes] == [code] * 2
    assert (count(session, HeadCount), count(session, WalkIn)) == (0, 0)


def test_by_the_phones_file_they_are_the_clerks(session: Session, world: World, plan: Plan) -> None:
    door = held(session, first_session_id(plan), world["clerk"])
    items = [heads(31, at(9, 20)), guest(at(8, 55))]
    for repeat in (False, True):
        found = take_in_file(
            session, door, Delivery(DEVICE, items), actor=world["clerk"], now=EVENING
        )
        assert [outcome.is_repeat for outcome in found] == [repeat] * 2
    assert session.scalars(select(WalkIn.noted_by)).one() == world["clerk"].account_id
    reasons = session.scalars(
        select(AuditEntry.reason).where(AuditEntry.action.in_(("note_walk_in", "count_heads")))
    )
    assert set(reasons) == {"离线文件（手机 0b6f8a52）"}


MOMENT = int(at(9).timestamp() * 1000)
HEADS = {"id": new_id(), "kind": "heads", "heads": 31, "at": MOMENT}
GUEST = {
    "id": new_id(),
    "kind": "walk_in",
    "name": " 孙 建国",
    "last4": "077x",
    "remark": "二建\n公司",
    "at": MOMENT,
}


def test_they_are_read_and_made_normal() -> None:
    found = read_delivery({"format": 2, "items": [HEADS, GUEST]})
    assert list(found.items) == [
        QueuedHeads(str(HEADS["id"]), 31, at(9)),
        QueuedWalkIn(str(GUEST["id"]), "孙建国", "077X", "二建 公司", at(9)),
    ]
    assert found.broken == []


def test_a_queue_of_the_first_format_has_none() -> None:
    found = read_delivery({"format": 1, "items": [HEADS, GUEST]})
    assert (found.items, found.broken) == ([], [HEADS["id"], GUEST["id"]])


@pytest.mark.parametrize(
    "item",
    [
        *({**HEADS, "heads": value} for value in (-1, 100_001, "3", 3.5, None, True)),
        *({**HEADS, "at": value} for value in (None, -1, "x")),
        *({**GUEST, "name": value} for value in ("", " ", 7, None, "李" * 41, "李4", "李\0<b>")),
        *({**GUEST, "last4": value} for value in ("", "07X", "07777", "X777", 777, "０７７７")),
        *({**GUEST, "remark": value} for value in (7, "长" * 101, resident_id(5))),
        {**GUEST, "remark": " ".join(resident_id(5))},
        {**GUEST, "remark": "证件 " + resident_id(5)[:15]},
        {**GUEST, "kind": "guest"},
        {**GUEST, "kind": ["walk_in"]},
    ],
)
def test_what_is_broken_or_tells_a_number_is_answered_and_not_kept(item: dict[str, Any]) -> None:
    found = read_delivery({"format": 2, "items": [item]})
    assert (found.items, found.broken) == ([], [item["id"]])
