"""Closing a register and opening it again; what is pointed out of a real class."""

import uuid
from dataclasses import replace
from datetime import datetime, time

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.attendance.closing import close_register, reopen_register
from ce_bases.attendance.correction import make_up
from ce_bases.attendance.flagging import flags_of_sessions
from ce_bases.attendance.heads import Counted, count_heads
from ce_bases.attendance.intents import SignIntent, SignOutcome
from ce_bases.attendance.models import SessionRegister, SignKind, Way
from ce_bases.attendance.queries import Summary
from ce_bases.attendance.service import enter_sign, record_sign
from ce_bases.audit.models import AuditEntry
from ce_bases.core.errors import ForbiddenError, InvalidInputError, WrongStateError
from ce_bases.organisers.models import Lecturer
from ce_bases.plans.models import Plan
from ce_bases.plans.service import cancel_plan, file_plan, submit_plan
from tests.conftest import NOON_1_JUNE
from tests.factories.plans import drafted_plan, filed_plan, make_session_details
from tests.factories.rosters import at, enrol, first_session_id, held
from tests.factories.world import World


def close(
    session: Session, world: World, plan: Plan, *, by: str = "lecturer", now: datetime
) -> Summary:
    found = held(session, first_session_id(plan), world[by])
    return close_register(session, found, actor=world[by], now=now)


def reopen(
    session: Session, world: World, plan: Plan, *, by: str = "clerk", reason: str = "点早了"
):
    found = held(session, first_session_id(plan), world[by])
    reopen_register(session, found, reason, actor=world[by], now=at(12, 10))


def sign(
    session: Session,
    world: World,
    plan: Plan,
    *,
    happened: datetime,
    arrived: datetime,
    way: Way = Way.TAP,
    kind: SignKind = SignKind.OUT,
) -> SignOutcome:
    found = held(session, first_session_id(plan), world["lecturer"])
    intent = SignIntent(str(uuid.uuid4()), world.person_ids[0], kind, way, occurred_at=happened)
    return enter_sign(session, found, intent, actor=world["lecturer"], now=arrived)


def register_of(session: Session, plan: Plan) -> tuple[datetime | None, int | None]:
    found = session.get_one(SessionRegister, first_session_id(plan))
    return found.closed_at, found.closed_by


@pytest.mark.parametrize("by", ["lecturer", "clerk"])
def test_lecturer_and_base_close_and_the_counts_are_on_record(
    session: Session, world: World, plan: Plan, by: str
) -> None:
    sign(session, world, plan, happened=at(9), arrived=at(9), kind=SignKind.IN)

    summary = close(session, world, plan, by=by, now=at(12, 1))

    assert (summary.expected, summary.signed_in, summary.missing) == (3, 1, 2)
    assert register_of(session, plan) == (at(12, 1), world[by].account_id)
    act = session.scalars(select(AuditEntry).where(AuditEntry.action == "close_register")).one()
    assert act.after == {"missing": 2, "signed_in": 1}


@pytest.mark.parametrize(
    ("moment", "early"), [(at(11, 44, 59), True), (at(11, 45), False), (at(12, 30), False)]
)
def test_no_closing_before_people_may_sign_out(
    session: Session, world: World, plan: Plan, moment: datetime, early: bool
) -> None:
    if early:
        with pytest.raises(WrongStateError, match="现在还不能结束签到"):
            close(session, world, plan, now=moment)
    else:
        close(session, world, plan, now=moment)


def test_closing_twice_is_refused(session: Session, world: World, plan: Plan) -> None:
    close(session, world, plan, now=at(12))
    with pytest.raises(WrongStateError, match="已经结束"):
        close(session, world, plan, by="clerk", now=at(12, 5))
    assert register_of(session, plan)[0] == at(12)


@pytest.mark.parametrize("by", ["stranger", "officer", "learner"])
def test_strangers_close_and_reopen_nothing(
    session: Session, world: World, plan: Plan, by: str
) -> None:
    found = held(session, first_session_id(plan), world["clerk"])
    with pytest.raises(ForbiddenError):
        close_register(session, found, actor=world[by], now=at(12))
    close(session, world, plan, now=at(12))
    with pytest.raises(ForbiddenError):
        reopen_register(session, found, "x", actor=world[by], now=at(12, 1))


def test_a_lecturer_does_not_reopen_even_with_a_clerks_hat(
    session: Session, world: World, plan: Plan
) -> None:
    close(session, world, plan, now=at(12))
    found = held(session, first_session_id(plan), world["clerk"])
    with pytest.raises(ForbiddenError):
        reopen_register(session, found, "x", actor=world["lecturer"], now=at(12, 1))
    session.get_one(Lecturer, world.lecturer_id).account_id = world["clerk"].account_id
    session.flush()
    with pytest.raises(ForbiddenError, match="授课人以外"):
        reopen_register(session, found, "x", actor=world["clerk"], now=at(12, 1))


@pytest.mark.parametrize("way", [Way.TAP, Way.ROTATING_CODE, Way.PERSONAL_CODE])
@pytest.mark.parametrize(("second", "code"), [(0, ""), (1, "closed")])
def test_what_happened_before_the_closing_counts_however_late_it_arrives(
    session: Session, world: World, plan: Plan, way: Way, second: int, code: str
) -> None:
    close(session, world, plan, now=at(12))

    outcome = sign(session, world, plan, happened=at(12, 0, second), arrived=at(12, 20), way=way)

    assert outcome.code == code


def test_the_base_still_makes_up_after_the_closing(
    session: Session, world: World, plan: Plan
) -> None:
    close(session, world, plan, now=at(12))
    found = held(session, first_session_id(plan), world["clerk"])
    intent = SignIntent(
        str(uuid.uuid4()), world.person_ids[0], SignKind.IN, Way.MAKE_UP, reason="手机没电"
    )
    assert make_up(session, found, intent, actor=world["clerk"], now=at(15)).accepted


def test_reopening_wants_a_reason_and_lets_signs_count_again(
    session: Session, world: World, plan: Plan
) -> None:
    with pytest.raises(WrongStateError, match="没有结束"):
        reopen(session, world, plan)
    close(session, world, plan, now=at(12))
    with pytest.raises(InvalidInputError):
        reopen(session, world, plan, reason="")

    reopen(session, world, plan)

    assert register_of(session, plan) == (None, None)
    act = session.scalars(select(AuditEntry).where(AuditEntry.action == "reopen_register")).one()
    assert datetime.fromisoformat(act.before["closed_at"]) == at(12)
    assert act.reason == "点早了"
    assert sign(session, world, plan, happened=at(12, 12), arrived=at(12, 12)).accepted


def test_a_cancelled_class_is_not_closed(session: Session, world: World, plan: Plan) -> None:
    cancel_plan(session, plan, "授课人生病", actor=world["clerk"], now=NOON_1_JUNE)
    with pytest.raises(WrongStateError, match="已经取消"):
        close(session, world, plan, now=at(12))


def test_flags_of_a_class_are_told_with_names(session: Session, world: World, plan: Plan) -> None:
    """One phone for two, somebody in another class at once, more signed in than heads."""
    other = filed_plan(
        session,
        world,
        make_session_details(world, starts=time(13), ends=time(15), halves=4),
        now=NOON_1_JUNE,
        title="另一个班",
    )
    enrol(session, other, world.person_ids[:1], now=NOON_1_JUNE)
    lecturer = world["lecturer"]
    here = held(session, first_session_id(plan), lecturer)
    there = held(session, first_session_id(other), lecturer)
    for number in (0, 1):
        intent = SignIntent(
            str(uuid.uuid4()),
            world.person_ids[number],
            SignKind.IN,
            Way.ROTATING_CODE,
            device="one phone",
        )
        enter_sign(session, here, intent, actor=world["learner"], now=at(8, 55))
    intent = SignIntent(str(uuid.uuid4()), world.person_ids[0], SignKind.IN, Way.TAP)
    record_sign(session, there, intent, actor=lecturer, now=at(8, 56))
    count_heads(session, here, Counted(str(uuid.uuid4()), 1, at(9)), actor=lecturer, now=at(9))

    flags = flags_of_sessions(session, [here, there])

    said = {key: [(f.code, str(f.words)) for f in found] for key, found in flags.items()}
    assert [code for code, _ in said[here.session_id]] == ["same_device", "count_above_headcount"]
    assert "用户learner、用户learner2" in said[here.session_id][0][1]
    assert said[here.session_id][1][1] == "签到 2 人，多于现场清点的 1 人"
    assert [code for code, _ in said[there.session_id]] == ["off_hours"]


def test_two_classes_at_the_same_hour_are_two_places(
    session: Session, world: World, plan: Plan
) -> None:
    """The same person in two bases' classes; the bureau of either sees it."""
    stranger, person = world["stranger"], world.person_ids[0]
    elsewhere = replace(
        make_session_details(world, starts=time(10), ends=time(12), halves=4),
        lecturer_id=world.other_lecturer_id,
        venue_id=world.other_venue_id,
    )
    other = drafted_plan(session, world, elsewhere, actor=stranger, now=NOON_1_JUNE)
    submit_plan(session, other, actor=stranger, now=NOON_1_JUNE)
    file_plan(
        session,
        other,
        expected_version=other.version,
        actor=world["other_officer"],
        now=NOON_1_JUNE,
    )
    enrol(session, other, [person], now=NOON_1_JUNE)
    here = held(session, first_session_id(plan), world["clerk"])
    there = held(session, first_session_id(other), stranger)
    intent = SignIntent(str(uuid.uuid4()), person, SignKind.IN, Way.TAP)
    record_sign(session, here, intent, actor=world["clerk"], now=at(9))
    assert flags_of_sessions(session, [here]) == {}
    intent = SignIntent(str(uuid.uuid4()), person, SignKind.IN, Way.TAP)
    record_sign(session, there, intent, actor=stranger, now=at(9, 55))

    for door in (here, there):
        (flag,) = flags_of_sessions(session, [door])[door.session_id]
        assert (flag.code, str(flag.words)) == (
            "two_places",
            "1 人同一时间还在另一个课次签到：用户learner",
        )
