"""The bureau answers late signs, and everybody concerned is told."""

from dataclasses import replace
from datetime import date, datetime, time

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.attendance.models import AttendanceRecord, LateSign, SignKind, Way
from ce_bases.core.actors import Actor
from ce_bases.core.clock import moment_at
from ce_bases.core.errors import ForbiddenError, RuleViolationError, WrongStateError
from ce_bases.credits import service
from ce_bases.credits.late import LateAnswer, answer_late_signs
from ce_bases.credits.models import LedgerLine, YearRecord
from ce_bases.messages.models import Message
from ce_bases.plans.models import Plan
from tests.conftest import NOON_1_JUNE as NOW
from tests.factories.hours import attend, enrol
from tests.factories.plans import filed_plan
from tests.factories.rosters import at, first_session_id, held
from tests.factories.world import World

AFTER = moment_at(date(2022, 6, 21), time(9))
LAST = date(2022, 7, 5)


@pytest.fixture
def plan(session: Session, world: World) -> Plan:
    """A confirmed class; `learner` (the first person) was absent, the second present."""
    plan = filed_plan(session, world, now=NOW)
    enrol(session, plan, world.person_ids[:2], now=NOW)
    attend(session, plan, world.person_ids[1:2], now=NOW)
    service.confirm_attendance(session, plan, actor=world["clerk"], now=AFTER)
    return plan


def arrive(session: Session, world: World, plan: Plan, *kinds: SignKind) -> None:
    """Signs of the first person that reached the server an hour after the confirmation."""
    for kind in kinds:
        session.add(
            LateSign(
                event_id=f"late-{kind.value}",
                session_id=first_session_id(plan),
                person_id=world.person_ids[0],
                kind=kind,
                way=Way.TAP,
                occurred_at=at(9) if kind is SignKind.IN else at(12),
                received_at=AFTER,
                recorded_by=world["lecturer"].account_id,
                upheld=None,
                answered_at=None,
                answered_by=None,
            )
        )
    session.flush()


def answer(
    session: Session,
    world: World,
    plan: Plan,
    *,
    upheld: bool = True,
    actor: Actor | None = None,
    now: datetime = AFTER,
) -> int:
    found = held(session, first_session_id(plan), world["clerk"])
    given = LateAnswer(world.person_ids[0], upheld, "手机断网，核对纸质表属实")
    return answer_late_signs(session, found, given, actor=actor or world["officer"], now=now)


def inbox(session: Session, actor: Actor) -> list[str]:
    rows = session.scalars(
        select(Message).where(
            Message.account_id == actor.account_id, Message.kind == "hours_corrected"
        )
    )
    return [str(row.body) for row in rows]


def test_upheld_signs_become_one_more_line_and_the_attendance_stays(
    session: Session, world: World, plan: Plan
) -> None:
    arrive(session, world, plan, SignKind.IN, SignKind.OUT)

    assert answer(session, world, plan) == 1

    line = session.scalars(
        select(LedgerLine).where(LedgerLine.person_id == world.person_ids[0])
    ).one()
    assert (line.version, line.professional_halves, line.year) == (1, 8, 2022)
    assert (line.reason, line.posted_by) == (
        "手机断网，核对纸质表属实",
        world["officer"].account_id,
    )
    record = session.get_one(YearRecord, (world.person_ids[0], 2022))
    assert record.professional_halves == 8
    key = (first_session_id(plan), world.person_ids[0])
    assert session.get(AttendanceRecord, key) is None
    assert {(s.upheld, s.answered_at) for s in session.scalars(select(LateSign))} == {(True, AFTER)}
    for actor in ("learner", "clerk", "clerk2"):
        (told,) = inbox(session, world[actor])
        assert "手机断网" in told
    assert inbox(session, world["stranger"]) == []


def test_half_an_attendance_is_no_attendance(session: Session, world: World, plan: Plan) -> None:
    arrive(session, world, plan, SignKind.IN)
    with pytest.raises(RuleViolationError, match="仍不完整"):
        answer(session, world, plan)
    assert answer(session, world, plan, upheld=False) == 0
    assert session.scalars(select(LedgerLine.person_id)).all() == [world.person_ids[1]]


def test_hours_that_were_taken_back_are_not_posted_by_a_late_sign(
    session: Session, world: World, plan: Plan
) -> None:
    arrive(session, world, plan, SignKind.IN, SignKind.OUT)
    answer(session, world, plan)
    line = session.scalars(
        select(LedgerLine).where(LedgerLine.person_id == world.person_ids[0])
    ).one()
    service.reverse_line(session, line, "经核查为代签", actor=world["officer"], now=AFTER)
    for late in session.scalars(select(LateSign)):
        late.upheld, late.answer, late.answered_at, late.answered_by = None, "", None, None
    session.flush()

    with pytest.raises(RuleViolationError, match="被更正过"):
        answer(session, world, plan)

    assert answer(session, world, plan, upheld=False) == 0
    record = session.get_one(YearRecord, (world.person_ids[0], 2022))
    assert record.professional_halves == 0


def test_an_answer_is_given_once(session: Session, world: World, plan: Plan) -> None:
    arrive(session, world, plan, SignKind.IN, SignKind.OUT)
    answer(session, world, plan, upheld=False)
    with pytest.raises(WrongStateError, match="刚刚已经处理"):
        answer(session, world, plan)


@pytest.mark.parametrize("by", ["clerk", "other_officer", "city_officer", "lecturer", "learner"])
def test_only_the_receiving_bureau_answers(
    session: Session, world: World, plan: Plan, by: str
) -> None:
    arrive(session, world, plan, SignKind.IN, SignKind.OUT)
    with pytest.raises(ForbiddenError):
        answer(session, world, plan, actor=world[by])


@pytest.mark.parametrize(
    ("moment", "in_time"),
    [(moment_at(LAST, time(23, 59, 59)), True), (moment_at(date(2022, 7, 6), time(0)), False)],
)
def test_within_ten_working_days_of_the_confirmation(
    session: Session, world: World, plan: Plan, moment: datetime, in_time: bool
) -> None:
    arrive(session, world, plan, SignKind.IN, SignKind.OUT)
    if in_time:
        assert answer(session, world, plan, now=moment) == 1
    else:
        with pytest.raises(WrongStateError, match="异议期已结束"):
            answer(session, world, plan, now=moment)


@pytest.mark.parametrize(("replacement", "words"), [(None, "已冲销"), (4, "学时更正为")])
def test_an_upheld_objection_is_told_to_the_person_and_the_base(
    session: Session, world: World, plan: Plan, replacement: int | None, words: str
) -> None:
    line = session.scalars(select(LedgerLine)).one()
    service.reverse_line(
        session, line, "经核查为代签", actor=world["officer"], now=AFTER, replacement=replacement
    )
    for actor in ("learner2", "clerk", "clerk2"):
        (told,) = inbox(session, world[actor])
        assert words in told
        assert "经核查为代签" in told
    assert inbox(session, world["learner"]) == []


def test_nobody_answers_a_late_sign_of_their_own(
    session: Session, world: World, plan: Plan
) -> None:
    """An officer may be a professional too."""
    arrive(session, world, plan, SignKind.IN, SignKind.OUT)
    oneself = replace(world["officer"], account_id=world["learner"].account_id)

    with pytest.raises(ForbiddenError):
        answer(session, world, plan, actor=oneself)

    assert answer(session, world, plan) == 1
