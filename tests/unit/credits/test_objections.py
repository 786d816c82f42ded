"""Objections to posted lines: in time, one at a time, answered by base and bureau."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ce_bases.audit.models import AuditEntry
from ce_bases.bureaus.holidays import Workdays
from ce_bases.core.clock import business_date, moment_at
from ce_bases.core.errors import ForbiddenError, NotFoundError, WrongStateError
from ce_bases.credits import objections, service
from ce_bases.credits.models import LedgerLine, Objection, ObjectionState
from ce_bases.messages.models import Message
from ce_bases.plans.deadlines import object_until
from tests.conftest import NOON_1_JUNE as NOW
from tests.factories.hours import held_plan, line_values, post
from tests.factories.world import World

AFTER = moment_at(date(2022, 6, 21), time(9, 0))
WHY = "当天下午也参加了，应计 4 学时"


@pytest.fixture
def line(session: Session, world: World) -> LedgerLine:
    """Four hours of the learner, confirmed on 21 June."""
    plan = held_plan(session, world, now=NOW, people=[world["learner"].person_id])
    service.confirm_attendance(session, plan, actor=world["clerk"], now=AFTER)
    return session.scalars(select(LedgerLine)).one()


def raise_it(
    session: Session, world: World, line: LedgerLine, *, now: datetime = AFTER, who: str = "learner"
) -> Objection:
    return objections.raise_objection(session, line.id, WHY, actor=world[who], now=now)


def told(session: Session) -> dict[int, list[str]]:
    """The titles of everybody's messages."""
    found: dict[int, list[str]] = {}
    for message in session.scalars(select(Message).order_by(Message.id)):
        found.setdefault(message.account_id, []).append(message.title["msgid"])
    return found


def accounts(world: World, *names: str) -> set[int]:
    return {world[name].account_id for name in names}


def test_an_objection_reaches_the_base_and_the_bureau(
    session: Session, world: World, line: LedgerLine
) -> None:
    objection = raise_it(session, world, line)

    assert (objection.state, objection.to_bureau) == (ObjectionState.OPEN, False)
    assert set(told(session)) == accounts(world, "clerk", "clerk2", "officer", "officer2")
    for who in ("clerk", "officer"):
        waiting = session.execute(objections.waiting(world[who])).all()
        assert [row[0].id for row in waiting] == [objection.id]
    for who in ("stranger", "other_officer"):
        assert session.execute(objections.waiting(world[who])).all() == []
        with pytest.raises(NotFoundError):
            objections.get_case(session, objection.id, actor=world[who])
    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert (entry.action, entry.reason) == ("raise_objection", WHY)


def test_nobody_objects_to_somebody_elses_line(
    session: Session, world: World, line: LedgerLine
) -> None:
    with pytest.raises(NotFoundError):
        raise_it(session, world, line, who="learner2")


@pytest.mark.parametrize(("days", "in_time"), [(-1, True), (0, True), (1, False)])
def test_until_the_tenth_working_day(
    session: Session, world: World, line: LedgerLine, days: int, in_time: bool
) -> None:
    last = object_until(AFTER, Workdays(session))
    assert last == date(2022, 7, 5)
    now = moment_at(last + timedelta(days=days), time(23, 59))

    if in_time:
        assert raise_it(session, world, line, now=now).state is ObjectionState.OPEN
    else:
        with pytest.raises(WrongStateError, match="异议期已于"):
            raise_it(session, world, line, now=now)


def test_one_at_a_time(session: Session, world: World, line: LedgerLine) -> None:
    raise_it(session, world, line)
    with pytest.raises(WrongStateError, match="正在处理"):
        raise_it(session, world, line)

    row: dict[str, Any] = {"line_id": line.id, "plan_id": line.plan_id, "to_bureau": False}
    session.add(
        Objection(
            **row, person_id=line.person_id, state=ObjectionState.OPEN, reason="x", raised_at=AFTER
        )
    )
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_a_line_nobody_judges_has_no_objection(session: Session, world: World) -> None:
    person_id = world["learner"].person_id
    assert person_id is not None
    post(session, line_values(person_id, "course:1", now=NOW))
    line = session.scalars(select(LedgerLine)).one()

    with pytest.raises(WrongStateError, match="不能在这里"):
        raise_it(session, world, line)


def test_the_bureau_upholds_by_correcting_even_after_the_days(
    session: Session, world: World, line: LedgerLine
) -> None:
    objection = raise_it(session, world, line)
    late = moment_at(date(2022, 8, 1), time(9, 0))

    service.reverse_line(
        session, line, "核实后更正", actor=world["officer"], now=late, replacement=4
    )

    assert (objection.state, objection.answer) == (ObjectionState.UPHELD, "核实后更正")
    assert (objection.answered_at, objection.answered_by) == (late, world["officer"].account_id)
    mine = told(session)
    assert mine[world["learner"].account_id] == ["您的学时异议成立，学时已更正"]
    assert mine[world["clerk"].account_id][-1] == "人社部门答复了一条学时异议"
    replacement = session.scalars(select(LedgerLine).where(LedgerLine.version == 2)).one()
    with pytest.raises(WrongStateError, match="异议期已于"):
        service.reverse_line(session, replacement, "再改", actor=world["officer"], now=late)


def test_a_base_asks_the_bureau_to_correct(
    session: Session, world: World, line: LedgerLine
) -> None:
    objection = raise_it(session, world, line)

    objections.answer(
        session, objection, "签到表漏录", supports=True, actor=world["clerk"], now=AFTER
    )

    assert objection.state is ObjectionState.SUPPORTED
    mine = told(session)
    assert mine[world["learner"].account_id] == ["办班单位同意您的异议，已请人社部门更正"]
    assert mine[world["officer"].account_id][-1] == "办班单位请求更正一条学时"
    assert session.execute(objections.waiting(world["clerk"])).all() == []
    assert len(session.execute(objections.waiting(world["officer"])).all()) == 1
    with pytest.raises(WrongStateError, match="已经答复"):
        objections.answer(session, objection, "x", supports=False, actor=world["clerk"], now=AFTER)


def test_a_bases_refusal_may_be_taken_to_the_bureau_whose_word_is_the_last(
    session: Session, world: World, line: LedgerLine
) -> None:
    first = raise_it(session, world, line)
    objections.answer(
        session, first, "签到记录无误", supports=False, actor=world["clerk"], now=AFTER
    )
    assert told(session)[world["learner"].account_id] == ["您的学时异议未被采纳"]

    second = raise_it(session, world, line)

    assert second.to_bureau
    with pytest.raises(WrongStateError):
        objections.answer(session, second, "x", supports=False, actor=world["clerk"], now=AFTER)
    with pytest.raises(WrongStateError):
        objections.answer(session, second, "x", supports=True, actor=world["officer"], now=AFTER)
    objections.answer(
        session, second, "经核实无误", supports=False, actor=world["officer"], now=AFTER
    )
    assert second.state is ObjectionState.DECLINED
    with pytest.raises(WrongStateError, match="已经答复过"):
        raise_it(session, world, line)


@pytest.mark.parametrize(("days", "in_time"), [(-1, True), (0, True), (1, False)])
def test_a_base_that_answers_late_leaves_the_whole_time_to_go_on(
    session: Session, world: World, line: LedgerLine, days: int, in_time: bool
) -> None:
    """The base declines on 15 July, ten days after the last day for the first objection."""
    first = raise_it(session, world, line)
    answered = moment_at(date(2022, 7, 15), time(9, 0))
    objections.answer(session, first, "无误", supports=False, actor=world["clerk"], now=answered)
    last = date(2022, 7, 29)
    now = moment_at(last + timedelta(days=days), time(23, 59))

    if in_time:
        assert raise_it(session, world, line, now=now).to_bureau
    else:
        with pytest.raises(WrongStateError, match="异议期已于"):
            raise_it(session, world, line, now=now)


def test_other_bases_and_bureaus_may_not_answer(
    session: Session, world: World, line: LedgerLine
) -> None:
    objection = raise_it(session, world, line)

    for who in ("stranger", "other_officer", "city_officer"):
        with pytest.raises(ForbiddenError):
            objections.answer(session, objection, "x", supports=False, actor=world[who], now=AFTER)
    assert objection.state is ObjectionState.OPEN


def test_a_line_taken_back_meanwhile_is_closed(
    session: Session, world: World, line: LedgerLine
) -> None:
    service.reverse_line(session, line, "代签", actor=world["officer"], now=AFTER)

    with pytest.raises(WrongStateError):
        raise_it(session, world, line)
    assert not objections.standing_of(session, line, today=business_date(AFTER)).is_open


@pytest.mark.parametrize("who", ["clerk", "officer"])
def test_nobody_decides_about_hours_of_their_own(
    session: Session, world: World, line: LedgerLine, who: str
) -> None:
    objection = raise_it(session, world, line)
    oneself = replace(world[who], account_id=world["learner"].account_id)

    with pytest.raises(ForbiddenError):
        objections.answer(session, objection, "不", supports=False, actor=oneself, now=AFTER)
    with pytest.raises(ForbiddenError):
        service.reverse_line(session, line, "改", actor=oneself, now=AFTER, replacement=4)

    assert objection.state is ObjectionState.OPEN
    assert list(session.scalars(select(LedgerLine))) == [line]
    objections.answer(session, objection, "不", supports=False, actor=world[who], now=AFTER)
