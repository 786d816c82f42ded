"""What a plan collides with, in words; and that two that clash are not both submitted."""

from dataclasses import replace
from datetime import date, time

import pytest
from sqlalchemy.orm import Session

from ce_bases.core.errors import InvalidInputError
from ce_bases.organisers.models import Lecturer, Venue
from ce_bases.plans import service
from ce_bases.plans.conflicts import conflicts_of
from ce_bases.plans.details import SessionDetails
from ce_bases.plans.models import Plan
from ce_bases.plans.queries import open_revision
from ce_bases.plans.workflow import PlanState
from ce_bases.policy.notice_2022 import POLICY
from tests.conftest import NOON_1_JUNE as NOW
from tests.factories.hours import held_plan_elsewhere
from tests.factories.plans import drafted_plan, filed_plan, make_session_details, submitted_plan
from tests.factories.world import World

TITLE = "先定的班"


def found(session: Session, plan: Plan) -> list[tuple[str, str, str, int | None]]:
    """(field, severity, words, plan it leads to) of what the plan collides with."""
    revision = open_revision(plan)
    assert revision is not None
    return [
        (each.field, each.conflict.severity, str(each.text), each.plan_id)
        for each in conflicts_of(session, revision, POLICY)
    ]


def second_room(session: Session, world: World, **changes: object) -> int:
    room = Venue(
        **{
            "organiser_id": world.base_id,
            "name": "第二教室",
            "address": "任城区太白路 1 号",
            "area_code": "370811",
            "capacity": 60,
            **changes,
        }
    )
    session.add(room)
    session.flush()
    return room.id


def test_the_same_room_and_lecturer_refuse_with_the_fields_named(
    session: Session, world: World
) -> None:
    first = filed_plan(session, world, now=NOW, title=TITLE)
    row = make_session_details(world, starts=time(11, 59), ends=time(13), halves=2)
    plan = drafted_plan(session, world, row, now=NOW)

    what = "09:00–12:00 已经安排了“先定的班”的“装配式建筑施工技术”。"
    assert found(session, plan) == [
        ("sessions-0-lecturer_id", "block", f"授课人用户lecturer在 {what}", first.id),
        ("sessions-0-venue_id", "block", f"第一教室在 {what}", first.id),
    ]
    with pytest.raises(InvalidInputError) as refusal:
        service.submit_plan(session, plan, actor=world["clerk"], now=NOW)
    assert set(refusal.value.problems) == {"sessions-0-lecturer_id", "sessions-0-venue_id"}
    assert plan.state is PlanState.DRAFT


def test_the_next_hour_is_free(session: Session, world: World) -> None:
    filed_plan(session, world, now=NOW)
    row = make_session_details(world, starts=time(12), ends=time(13), halves=2)
    plan = drafted_plan(session, world, row, now=NOW)

    assert found(session, plan) == []
    service.submit_plan(session, plan, actor=world["clerk"], now=NOW)
    assert plan.state is PlanState.SUBMITTED


def test_a_draft_warns_and_does_not_refuse(session: Session, world: World) -> None:
    first = drafted_plan(session, world, now=NOW, title=TITLE)
    plan = drafted_plan(session, world, now=NOW)

    what = "09:00–12:00 已经安排了草稿“先定的班”的“装配式建筑施工技术”。"
    assert found(session, plan) == [
        ("sessions-0-lecturer_id", "warn", f"授课人用户lecturer在 {what}", first.id),
        ("sessions-0-venue_id", "warn", f"第一教室在 {what}", first.id),
    ]
    service.submit_plan(session, plan, actor=world["clerk"], now=NOW)
    assert plan.state is PlanState.SUBMITTED


@pytest.mark.parametrize("end", ["withdraw", "cancel", "refuse", "return"])
def test_a_class_given_up_frees_its_room(session: Session, world: World, end: str) -> None:
    clerk, officer = world["clerk"], world["officer"]
    if end == "cancel":
        first = filed_plan(session, world, now=NOW)
        service.cancel_plan(session, first, "场地维修", actor=clerk, now=NOW)
    else:
        first = submitted_plan(session, world, now=NOW)
    version = first.version
    if end == "withdraw":
        service.withdraw_plan(session, first, reason="不办了", actor=clerk, now=NOW)
    elif end == "refuse":
        service.refuse_plan(
            session, first, "不合规定", expected_version=version, actor=officer, now=NOW
        )
    elif end == "return":
        service.return_plan(
            session, first, "请补充", expected_version=version, actor=officer, now=NOW
        )
    session.flush()
    plan = drafted_plan(session, world, now=NOW)

    severities = {severity for _field, severity, _words, _plan in found(session, plan)}
    assert severities == ({"warn"} if end == "return" else set())


def test_the_plan_itself_is_no_other(session: Session, world: World) -> None:
    plan = submitted_plan(session, world, now=NOW)

    assert found(session, plan) == []


def test_another_base_is_busy_and_no_more(session: Session, world: World) -> None:
    for lecturer_id in (world.lecturer_id, world.other_lecturer_id):
        session.get_one(Lecturer, lecturer_id).identity_index = "f" * 64
    held_plan_elsewhere(session, world, people=[], now=NOW)
    at_once = make_session_details(world, starts=time(11), ends=time(12), halves=2)
    soon = make_session_details(world, starts=time(12, 29), ends=time(13, 29), halves=2)
    later = make_session_details(world, starts=time(13, 59), ends=time(14, 59), halves=2)
    plan = drafted_plan(session, world, at_once, soon, later, now=NOW)

    assert found(session, plan) == [
        (
            "sessions-0-lecturer_id",
            "warn",
            "授课人用户lecturer在 09:00–12:00 另有安排（不在本单位）。",
            None,
        ),
        (
            "sessions-1-lecturer_id",
            "warn",
            "授课人用户lecturer在 09:00–12:00 另有安排，与这个课次之间不到 30 分钟。",
            None,
        ),
    ]
    service.submit_plan(session, plan, actor=world["clerk"], now=NOW)


def test_the_drafts_of_another_base_stay_its_own(session: Session, world: World) -> None:
    for lecturer_id in (world.lecturer_id, world.other_lecturer_id):
        session.get_one(Lecturer, lecturer_id).identity_index = "f" * 64
    theirs = replace(
        make_session_details(world), lecturer_id=world.other_lecturer_id, venue_id=None
    )
    drafted_plan(session, world, theirs, actor=world["stranger"], now=NOW)

    assert found(session, drafted_plan(session, world, now=NOW)) == []


def test_a_shared_room_takes_two_classes_but_not_one_lecturer(
    session: Session, world: World
) -> None:
    session.get_one(Venue, world.venue_id).is_shared = True
    filed_plan(session, world, now=NOW)

    fields = [field for field, *_rest in found(session, drafted_plan(session, world, now=NOW))]
    assert fields == ["sessions-0-lecturer_id"]


def typed(row: SessionDetails, **names: str) -> SessionDetails:
    return replace(row, lecturer_id=None, venue_id=None, **names)


def test_a_typed_name_that_is_on_the_list_is_the_one_on_the_list(
    session: Session, world: World
) -> None:
    filed_plan(session, world, now=NOW)
    row = typed(
        make_session_details(world),
        lecturer_name=" 用户LECTURER ",
        lecturer_unit="济宁市规划设计院",
        venue_name="第一 教室",
        venue_address="别处",
    )
    other_unit = replace(row, lecturer_unit="别的单位", venue_name="第九教室")

    assert [f[:2] for f in found(session, drafted_plan(session, world, row, now=NOW))] == [
        ("sessions-0-lecturer_id", "block"),
        ("sessions-0-venue_id", "block"),
    ]
    with_others = found(session, drafted_plan(session, world, other_unit, now=NOW))
    assert [f for f in with_others if f[1] == "block"] == []


def test_a_person_typed_twice_is_one_and_a_typed_place_may_have_many_rooms(
    session: Session, world: World
) -> None:
    row = typed(
        make_session_details(world),
        lecturer_name="客座教师",
        lecturer_unit="省立医院",
        lecturer_title="主任医师",
        venue_name="省立医院",
        venue_address="济南市",
    )
    filed_plan(session, world, row, now=NOW)
    plan = drafted_plan(session, world, row, now=NOW)

    assert [f[:2] for f in found(session, plan)] == [("sessions-0-lecturer_id", "block")]


def test_the_way_between_two_rooms_is_looked_at_within_the_plan_too(
    session: Session, world: World
) -> None:
    rows = (
        make_session_details(world, starts=time(9), ends=time(10), halves=2),
        replace(
            make_session_details(world, starts=time(10, 29), ends=time(11, 30), halves=2),
            venue_id=second_room(session, world),
        ),
    )
    plan = drafted_plan(session, world, *rows, now=NOW)

    assert found(session, plan) == [
        (
            "sessions-1-lecturer_id",
            "warn",
            "授课人用户lecturer在 09:00–10:00 还有第 1 个课次，两地之间不到 30 分钟。",
            None,
        )
    ]


@pytest.mark.parametrize(("number", "fields"), [(60, []), (61, ["sessions-0-venue_id"])])
def test_seats_are_counted_once(
    session: Session, world: World, number: int, fields: list[str]
) -> None:
    plan = drafted_plan(session, world, now=NOW, planned_number=number)

    assert [field for field, *_rest in found(session, plan)] == fields


def test_only_the_days_concerned_are_looked_at(session: Session, world: World) -> None:
    filed_plan(session, world, make_session_details(world, on=date(2022, 6, 21)), now=NOW)

    assert found(session, drafted_plan(session, world, now=NOW)) == []
