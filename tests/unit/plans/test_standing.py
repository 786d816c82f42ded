"""Where a plan stands: its state by the dates, who has it, the steps; and the window in words."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from ce_bases.core.clock import business_date, end_of_day
from ce_bases.core.errors import NotFoundError
from ce_bases.plans import service, standing
from ce_bases.plans.grace import grace_until
from ce_bases.plans.models import Plan, PlanRevision
from ce_bases.plans.window import window_on
from ce_bases.plans.workflow import UNDER_WAY, PlanState
from tests.conftest import NOON_1_JUNE
from tests.factories.plans import (
    drafted_plan,
    filed_plan,
    make_session_details,
    return_plan,
    submitted_plan,
)
from tests.factories.world import World

OPENS, CLOSES = date(2022, 6, 20), date(2022, 6, 22)


@pytest.fixture
def filed(session: Session, world: World) -> Plan:
    rows = (make_session_details(world, on=OPENS), make_session_details(world, on=CLOSES))
    return filed_plan(session, world, *rows, now=NOON_1_JUNE)


@pytest.mark.parametrize(
    ("day", "state", "task", "now_at"),
    [
        (OPENS - timedelta(days=1), "filed", "已备案，待开班", "备案"),
        (OPENS, UNDER_WAY, "正在办班", "办班签到"),
        (CLOSES, UNDER_WAY, "正在办班", "办班签到"),
        (CLOSES + timedelta(days=1), "filed", "培训已结束，待确认考勤", "确认考勤"),
    ],
)
def test_a_filed_plan_by_the_day(
    filed: Plan, day: date, state: str, task: str, now_at: str
) -> None:
    holder = standing.who_has_it(filed, day)

    assert standing.state_shown(filed, day) == state
    assert (holder.name, str(holder.task)) == ("任城建筑继续教育基地", task)
    assert holder.since == (end_of_day(CLOSES) if day > CLOSES else NOON_1_JUNE)
    assert [str(label) for label, mark, _ in standing.steps_of(filed, day) if mark == "now"] == [
        now_at
    ]


@pytest.mark.parametrize(
    ("state", "name", "task"),
    [
        (PlanState.DRAFT, "任城建筑继续教育基地", "尚未报送"),
        (PlanState.SUBMITTED, "任城区人力资源和社会保障局", "待受理"),
        (PlanState.RETURNED, "任城建筑继续教育基地", "待补正后重新报送"),
        (PlanState.REFUSED, "任城建筑继续教育基地", "已办结，不予备案"),
        (PlanState.WITHDRAWN, "任城建筑继续教育基地", "已办结，办班单位撤回"),
        (PlanState.CREDITED, "任城建筑继续教育基地", "已办结，学时已入账"),
    ],
)
def test_who_has_it_by_state(filed: Plan, state: PlanState, name: str, task: str) -> None:
    filed.state = state

    holder = standing.who_has_it(filed, OPENS)

    assert (holder.name, str(holder.task), holder.since) == (name, task, NOON_1_JUNE)
    filed.state = PlanState.FILED


def test_a_plan_that_left_the_way_has_no_steps(session: Session, world: World) -> None:
    plan = submitted_plan(session, world, now=NOON_1_JUNE)
    service.withdraw_plan(session, plan, actor=world["clerk"], now=NOON_1_JUNE)

    assert standing.steps_of(plan, OPENS) == []


def test_who_cannot_write_sees_what_was_submitted(session: Session, world: World) -> None:
    draft = drafted_plan(session, world, now=NOON_1_JUNE)
    plan = submitted_plan(session, world, now=NOON_1_JUNE)
    return_plan(session, world, plan, now=NOON_1_JUNE)

    def number(revision: PlanRevision) -> int:
        return revision.number

    assert (number(standing.shown_revision(plan)), number(standing.submitted_revision(plan))) == (
        2,
        1,
    )
    with pytest.raises(NotFoundError):
        standing.submitted_revision(draft)
    assert grace_until(plan) == business_date(NOON_1_JUNE) + timedelta(days=3)
    assert grace_until(draft) is None


@pytest.mark.parametrize(
    ("today", "kind", "title"),
    [
        (date(2022, 6, 6), "done", "2022-06-10 24:00 前报送，还有 4 天"),
        (date(2022, 6, 7), "time", "2022-06-10 24:00 前报送，还有 3 天"),
        (date(2022, 6, 10), "time", "今天 24:00 前必须报送"),
        (date(2022, 6, 11), "refused", "2022-06-10 已截止，来不及了"),
    ],
)
def test_the_window_in_words(today: date, kind: str, title: str) -> None:
    found = window_on(OPENS, today)

    assert (found.kind, str(found.title), found.clause.ref) == (kind, title, "二(二)3")
    if kind == "refused":
        assert str(found.advice) == "今天报送，最早可以 2022-06-21 开班。"
