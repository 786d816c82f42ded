"""What a filing collides with, and who comes next in the queue."""

from dataclasses import replace
from datetime import date, time

import pytest
from sqlalchemy.orm import Session

from ce_bases.core.text import Text
from ce_bases.organisers.models import Lecturer, Venue
from ce_bases.oversight.queries import next_waiting
from ce_bases.oversight.review import checks_of
from ce_bases.plans.models import Plan
from ce_bases.plans.queries import open_revision
from tests.conftest import NOON_1_JUNE as NOW
from tests.factories.hours import held_plan_elsewhere
from tests.factories.plans import drafted_plan, make_session_details, submitted_plan
from tests.factories.world import World


def clashes(session: Session, plan: Plan) -> list[str]:
    """What the check of rooms and lecturers says."""
    revision = open_revision(plan)
    assert revision is not None
    *_others, check = checks_of(session, plan, revision)
    assert check.passed == (check.problems == ())
    return [str(problem) for problem in check.problems]


ROOM = "2022-06-20 第一教室 同一时间另有“装配式建筑专题培训班”。"
LECTURER = "2022-06-20 授课人用户lecturer同一时间另有授课。"


@pytest.mark.parametrize(
    ("starts", "ends", "found"),
    [
        (time(9, 0), time(12, 0), [ROOM]),
        (time(11, 59), time(13, 0), [ROOM]),
        (time(12, 0), time(13, 0), []),
        (time(8, 0), time(9, 0), []),
        (time(8, 0), time(9, 1), [ROOM]),
    ],
)
def test_a_room_is_taken_half_open(
    session: Session, world: World, starts: time, ends: time, found: list[str]
) -> None:
    submitted_plan(session, world, now=NOW)
    row = make_session_details(world, starts=starts, ends=ends, halves=2)

    assert clashes(session, submitted_plan(session, world, row, now=NOW)) == found


def test_another_day_and_a_draft_are_no_clash(session: Session, world: World) -> None:
    drafted_plan(session, world, now=NOW)
    submitted_plan(session, world, make_session_details(world, on=date(2022, 6, 21)), now=NOW)

    assert clashes(session, submitted_plan(session, world, now=NOW)) == []


def test_in_a_room_that_is_shared_only_the_lecturer_is_busy(session: Session, world: World) -> None:
    session.get_one(Venue, world.venue_id).is_shared = True
    submitted_plan(session, world, now=NOW)

    assert clashes(session, submitted_plan(session, world, now=NOW)) == [LECTURER]


def test_a_lecturer_of_two_bases_is_busy_without_saying_where(
    session: Session, world: World
) -> None:
    for lecturer_id in (world.lecturer_id, world.other_lecturer_id):
        session.get_one(Lecturer, lecturer_id).identity_index = "f" * 64
    held_plan_elsewhere(session, world, people=[], now=NOW)

    assert clashes(session, submitted_plan(session, world, now=NOW)) == [LECTURER]


def test_every_check_names_its_problem(session: Session, world: World) -> None:
    plan = submitted_plan(session, world, now=NOW)
    session.get_one(Venue, world.venue_id).capacity = 10
    revision = open_revision(plan)
    assert revision is not None

    found = {str(check.label): check for check in checks_of(session, plan, revision)}

    assert {label: check.passed for label, check in found.items()} == {
        "报送期限": True,
        "内容完整": True,
        "附件": True,
        "面向范围": True,
        "课时安排": False,
        "场地和授课人": True,
    }
    assert [str(p) for p in found["课时安排"].problems] == [
        "第一教室 只能容纳 10 人，少于计划人数。"
    ]
    said: Text = found["报送期限"].said
    assert said.values == {"days": 19, "last": date(2022, 6, 10)}


def test_the_queue_goes_by_opening_then_by_submission_then_by_id(
    session: Session, world: World
) -> None:
    late = submitted_plan(
        session, world, make_session_details(world, on=date(2022, 6, 21)), now=NOW
    )
    rows = [
        replace(make_session_details(world), starts_at=time(n), ends_at=time(n + 1), halves=2)
        for n in (8, 9, 10)
    ]
    first, second, third = (submitted_plan(session, world, row, now=NOW) for row in rows)
    officer = world["officer"]

    def after(plan: Plan) -> int | None:
        revision = open_revision(plan)
        assert revision is not None
        return next_waiting(session, officer, (plan, revision))

    assert next_waiting(session, officer, None) == first.id
    assert [after(p) for p in (first, second, third, late)] == [
        second.id,
        third.id,
        late.id,
        first.id,
    ]
    assert next_waiting(session, world["other_officer"], None) is None
