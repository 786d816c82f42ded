"""Confirming attendance and taking hours back, on both databases."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ce_bases.audit.queries import history_of
from ce_bases.bureaus.holidays import Workdays
from ce_bases.bureaus.models import PublicHoliday
from ce_bases.core.clock import moment_at
from ce_bases.core.errors import ForbiddenError, RuleViolationError, WrongStateError
from ce_bases.credits import ledger, service
from ce_bases.credits.fold import year_of
from ce_bases.credits.models import Confirmation, Kind, LedgerLine, YearRecord
from ce_bases.credits.records import differences, miscounted_confirmations
from ce_bases.plans import service as plans_service
from ce_bases.plans.deadlines import confirm_by, object_until
from ce_bases.plans.models import Form, Plan, Subject
from ce_bases.plans.workflow import PlanState
from tests.conftest import NOON_1_JUNE as NOW
from tests.factories.hours import attend, enrol, held_plan, held_plan_elsewhere
from tests.factories.plans import OPENING, filed_plan, make_session_details, submitted_plan
from tests.factories.world import World

AFTER = moment_at(date(2022, 6, 21), time(9, 0))


def confirm(session: Session, plan: Plan, world: World, by: str = "clerk") -> Confirmation:
    confirmation = service.confirm_attendance(session, plan, actor=world[by], now=AFTER)
    session.flush()
    return confirmation


def line_of(session: Session, person_id: int) -> LedgerLine:
    return session.scalars(select(LedgerLine).where(LedgerLine.person_id == person_id)).one()


def count_lines(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(LedgerLine)) or 0


def test_confirming_posts_each_attended_session_once_and_credits_the_plan(
    session: Session, world: World
) -> None:
    morning = make_session_details(world, halves=6)
    afternoon = make_session_details(
        world, starts=time(14, 0), ends=time(17, 0), halves=8, topic="施工安全"
    )
    plan = filed_plan(session, world, morning, afternoon, now=NOW)
    both, one, none = world.person_ids[:3]
    enrol(session, plan, [both, one, none], now=NOW)
    attend(session, plan, [both], now=NOW)
    attend(session, plan, [one], now=NOW, number=1)
    attend(session, plan, [none], now=NOW, number=0, attended=False)

    confirmation = confirm(session, plan, world)

    assert (confirmation.expected, confirmation.attended, confirmation.lines) == (3, 2, 3)
    assert plan.state is PlanState.CREDITED
    line = line_of(session, one)
    assert (line.kind, line.subject, line.professional_halves, line.public_halves) == (
        Kind.TRAINING,
        Subject.PROFESSIONAL,
        8,
        0,
    )
    assert (line.clause, line.title, line.held_on, line.starts_at, line.year) == (
        "二(二)4(1)",
        "装配式建筑专题培训班 · 施工安全",
        OPENING,
        time(14, 0),
        2022,
    )
    assert (line.posted_at, line.policy_version, line.has_exception) == (AFTER, "2022.1", False)
    assert line.thing_key == session.get_one(Plan, plan.id).revisions[0].entries[1].session.uid
    records = session.execute(
        select(YearRecord.person_id, YearRecord.professional_halves).order_by(YearRecord.person_id)
    )
    assert [tuple(row) for row in records] == [(both, 14), (one, 8)]
    actions = [entry.action for entry in history_of(session, "plan", plan.id)]
    assert actions[-3:] == ["plan_confirm_attendance", "plan_credit", "confirm_attendance"]
    assert list(differences(session)) == []
    assert miscounted_confirmations(session) == []


def test_two_classes_of_two_bases_on_one_day_share_eight_hours(
    session: Session, world: World
) -> None:
    person = world.person_ids[0]
    late = make_session_details(world, starts=time(14, 0), ends=time(18, 30), halves=12)
    here = held_plan(session, world, late, people=[person], now=NOW)
    there = held_plan_elsewhere(session, world, people=[person], now=NOW)

    confirm(session, here, world)
    confirm(session, there, world, by="stranger")

    fold = year_of(session, person, 2022)
    assert [(e.credited.professional, e.limits) for e in fold.result.entries] == [
        (8, ()),
        (8, ("daily_cap",)),
    ]
    assert session.scalars(select(YearRecord.professional_halves)).one() == 16


def test_confirming_twice_is_refused_and_adds_nothing(session: Session, world: World) -> None:
    plan = held_plan(session, world, now=NOW)
    confirm(session, plan, world)
    before = count_lines(session)

    with pytest.raises(WrongStateError, match="已经确认"):
        confirm(session, plan, world, by="clerk2")

    assert count_lines(session) == before == 4


def test_a_plan_that_is_not_filed_never_posts(session: Session, world: World) -> None:
    plan = submitted_plan(session, world, now=NOW)

    with pytest.raises(WrongStateError):
        confirm(session, plan, world)

    assert count_lines(session) == 0


def test_a_cancelled_plan_never_posts(session: Session, world: World) -> None:
    plan = held_plan(session, world, now=NOW)
    plans_service.cancel_plan(session, plan, "授课人生病", actor=world["clerk"], now=NOW)

    with pytest.raises(WrongStateError, match="已取消"):
        confirm(session, plan, world)

    assert count_lines(session) == 0


def test_a_session_still_running_holds_the_confirmation_back(
    session: Session, world: World
) -> None:
    plan = held_plan(session, world, now=NOW)
    noon = moment_at(OPENING, time(12, 0))

    with pytest.raises(WrongStateError, match="还有 1 次课没有结束"):
        service.confirm_attendance(
            session, plan, actor=world["clerk"], now=noon - timedelta(seconds=1)
        )
    service.confirm_attendance(session, plan, actor=world["clerk"], now=noon)

    assert plan.state is PlanState.CREDITED


def test_the_lecturer_of_a_session_cannot_confirm_it(session: Session, world: World) -> None:
    plan = held_plan(session, world, now=NOW)
    teaching_clerk = replace(world["clerk"], account_id=world["lecturer"].account_id)

    with pytest.raises(ForbiddenError, match="授课人"):
        service.confirm_attendance(session, plan, actor=teaching_clerk, now=AFTER)


@pytest.mark.parametrize("who", ["stranger", "officer", "lecturer", "learner", "city_officer"])
def test_nobody_but_the_organiser_confirms(session: Session, world: World, who: str) -> None:
    plan = held_plan(session, world, now=NOW)

    with pytest.raises(ForbiddenError):
        confirm(session, plan, world, by=who)


def test_a_public_lecture_posts_as_lecture_under_its_own_clause(
    session: Session, world: World
) -> None:
    plan = held_plan(
        session,
        world,
        now=NOW,
        form=Form.LECTURE,
        subject=Subject.PUBLIC,
        people=[world.person_ids[0]],
    )

    confirm(session, plan, world)

    line = line_of(session, world.person_ids[0])
    assert (line.kind, line.clause, line.public_halves, line.professional_halves) == (
        Kind.LECTURE,
        "二(二)2",
        8,
        0,
    )


def test_a_class_over_new_year_is_split_by_session(session: Session, world: World) -> None:
    days = [date(2022, 12, 31), date(2023, 1, 1)]
    plan = held_plan(
        session,
        world,
        *(make_session_details(world, on=d) for d in days),
        now=NOW,
        people=[world.person_ids[0]],
    )

    service.confirm_attendance(
        session, plan, actor=world["clerk"], now=moment_at(date(2023, 1, 2), time(9, 0))
    )

    records = session.execute(select(YearRecord.year, YearRecord.professional_halves))
    assert sorted(tuple(row) for row in records) == [(2022, 8), (2023, 8)]


def test_the_deadlines_count_working_days(session: Session) -> None:
    workdays = Workdays(session)
    # 2022-06-20 is a Monday; the ten working days after it end on Monday 4 July.
    assert confirm_by(date(2022, 6, 20), workdays) == date(2022, 7, 4)
    # The Dragon Boat holiday (3 to 5 June) stands in between.
    assert object_until(NOW, workdays) == date(2022, 6, 16)


def test_the_deadlines_skip_the_holidays_noted_for_a_year_not_published(session: Session) -> None:
    friday = date(2099, 9, 25)
    assert confirm_by(friday, Workdays(session)) == date(2099, 10, 9)
    for day in (*range(1, 8), 10):  # the tenth is a Saturday: no working day in any case
        session.add(PublicHoliday(day=date(2099, 10, day), name="国庆节"))
    session.flush()
    # Thursday 1 to Wednesday 7 October are five days of work less.
    assert confirm_by(friday, Workdays(session)) == date(2099, 10, 16)


def test_the_deadlines_count_the_weekends_noted_as_worked(session: Session) -> None:
    friday = date(2099, 9, 25)
    for day in (3, 4):  # a Saturday and a Sunday
        session.add(PublicHoliday(day=date(2099, 10, day), name="调休", is_worked=True))
    # Of a published year nothing is asked here, whatever is noted.
    session.add(PublicHoliday(day=date(2022, 6, 25), name="调休", is_worked=True))
    session.flush()
    workdays = Workdays(session)
    assert [workdays(date(2099, 10, day)) for day in (2, 3, 4, 5, 10)] == [True] * 4 + [False]
    assert confirm_by(friday, workdays) == date(2099, 10, 7)
    assert confirm_by(date(2022, 6, 20), workdays) == date(2022, 7, 4)


def test_an_upheld_objection_reverses_and_replaces(session: Session, world: World) -> None:
    person = world.person_ids[0]
    plan = held_plan(session, world, people=[person], now=NOW)
    confirm(session, plan, world)
    line = line_of(session, person)

    new = service.reverse_line(
        session, line, "中途离场", actor=world["officer"], now=AFTER, replacement=5
    )

    assert new is not None
    assert (new.version, new.professional_halves, new.reason) == (2, 5, "中途离场")
    rows = session.execute(
        select(LedgerLine.version, LedgerLine.professional_halves, LedgerLine.reverses_id).order_by(
            LedgerLine.id
        )
    )
    assert [tuple(row) for row in rows] == [(1, 8, None), (-1, -8, line.id), (2, 5, None)]
    assert session.scalars(select(YearRecord.professional_halves)).one() == 5
    audit = history_of(session, "ledger_line", line.id)[0]
    assert (audit.before, audit.after) == (
        {"version": 1, "halves": 8},
        {"version": 2, "halves": 5},
    )
    assert list(differences(session)) == []
    assert miscounted_confirmations(session) == []


def test_a_line_is_taken_back_only_once(session: Session, world: World) -> None:
    person = world.person_ids[0]
    plan = held_plan(session, world, people=[person], now=NOW)
    confirm(session, plan, world)
    line = line_of(session, person)
    service.reverse_line(session, line, "冒名签到", actor=world["officer"], now=AFTER)

    with pytest.raises(WrongStateError, match="刚刚已被更正"):
        service.reverse_line(session, line, "冒名签到", actor=world["officer2"], now=AFTER)

    record = session.scalars(select(YearRecord)).one()
    assert (record.professional_halves, record.lines) == (0, 0)
    assert list(differences(session)) == []


def test_a_reversed_line_frees_the_day_for_another(session: Session, world: World) -> None:
    person = world.person_ids[0]
    long = make_session_details(world, starts=time(13, 0), ends=time(19, 0), halves=16)
    here = held_plan(session, world, people=[person], now=NOW)
    there = held_plan_elsewhere(session, world, long, people=[person], now=NOW)
    confirm(session, here, world)
    line = line_of(session, person)
    confirm(session, there, world, by="stranger")

    service.reverse_line(session, line, "冒名签到", actor=world["officer"], now=AFTER)

    entries = year_of(session, person, 2022).result.entries
    assert [(e.credited.professional, e.limits) for e in entries] == [(16, ())]


@pytest.mark.parametrize("who", ["clerk", "other_officer", "city_officer", "learner"])
def test_only_the_receiving_bureau_takes_hours_back(
    session: Session, world: World, who: str
) -> None:
    person = world.person_ids[0]
    plan = held_plan(session, world, people=[person], now=NOW)
    confirm(session, plan, world)

    with pytest.raises(ForbiddenError):
        service.reverse_line(session, line_of(session, person), "x", actor=world[who], now=AFTER)


@pytest.mark.parametrize(
    ("now", "in_time"),
    [
        (moment_at(date(2022, 7, 5), time(23, 59)), True),
        (moment_at(date(2022, 7, 6), time(0, 0)), False),
    ],
)
def test_objections_end_with_the_tenth_working_day(
    session: Session, world: World, now: datetime, in_time: bool
) -> None:
    person = world.person_ids[0]
    plan = held_plan(session, world, people=[person], now=NOW)
    confirm(session, plan, world)
    line = line_of(session, person)

    if in_time:
        assert service.reverse_line(session, line, "x", actor=world["officer"], now=now) is None
    else:
        with pytest.raises(WrongStateError, match="异议期"):
            service.reverse_line(session, line, "x", actor=world["officer"], now=now)


@pytest.mark.parametrize("halves", [0, 9, -2])
def test_a_correction_stays_within_the_filed_hours(
    session: Session, world: World, halves: int
) -> None:
    person = world.person_ids[0]
    plan = held_plan(session, world, people=[person], now=NOW)
    confirm(session, plan, world)

    with pytest.raises(RuleViolationError, match="备案的学时"):
        service.reverse_line(
            session,
            line_of(session, person),
            "x",
            actor=world["officer"],
            now=AFTER,
            replacement=halves,
        )


def test_lines_not_of_a_confirmed_plan_stay(session: Session, world: World) -> None:
    plan = filed_plan(session, world, now=NOW)
    person = world.person_ids[0]
    attend(session, plan, [person], now=NOW)
    lines = ledger.attended_lines(plan, 2022, service.policy_for(2022), actor=None, now=NOW)
    ledger.post_lines(session, lines)

    with pytest.raises(WrongStateError, match="已经入账"):
        service.reverse_line(
            session, line_of(session, person), "x", actor=world["officer"], now=AFTER
        )
