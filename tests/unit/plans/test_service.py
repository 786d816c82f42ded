"""The life of a plan through its services, on both databases."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from ce_bases.audit.queries import history_of
from ce_bases.core import events
from ce_bases.core.clock import moment_at
from ce_bases.core.errors import (
    ForbiddenError,
    InvalidInputError,
    RuleViolationError,
    WrongStateError,
)
from ce_bases.core.text import msg
from ce_bases.plans import service
from ce_bases.plans.events import PlanCancelled
from ce_bases.plans.models import PublishedSession, Reach, Standing
from ce_bases.plans.queries import in_force, open_revision
from ce_bases.plans.workflow import PlanState
from ce_bases.policy.notice_2022 import FILING
from tests.conftest import NOON_1_JUNE
from tests.factories.plans import (
    OPENING,
    drafted_plan,
    filed_plan,
    make_details,
    make_session_details,
    return_plan,
    submitted_plan,
)
from tests.factories.world import World

LAST_SECOND = datetime(2022, 6, 10, 15, 59, 59, tzinfo=UTC)  # 23:59:59 of 10 June in Jining
TOO_LATE = datetime(2022, 6, 10, 16, 0, 0, tzinfo=UTC)


def test_submitting_in_the_last_second_seals_the_revision(session: Session, world: World) -> None:
    plan = drafted_plan(session, world, now=NOON_1_JUNE)

    revision = service.submit_plan(session, plan, actor=world["clerk"], now=LAST_SECOND)

    assert plan.state is PlanState.SUBMITTED
    assert (revision.standing, revision.submitted_at) == (Standing.PENDING, LAST_SECOND)
    assert (revision.counted_on, revision.last_filing_on) == (date(2022, 6, 10), date(2022, 6, 10))
    assert len(revision.content_hash) == 64


def test_a_second_later_is_refused_with_clause_missed_day_and_way_out(
    session: Session, world: World
) -> None:
    plan = drafted_plan(session, world, now=NOON_1_JUNE)

    with pytest.raises(RuleViolationError) as refusal:
        service.submit_plan(session, plan, actor=world["clerk"], now=TOO_LATE)

    assert refusal.value.clause == FILING
    assert refusal.value.message.values == {"opens_on": OPENING, "last": date(2022, 6, 10)}
    assert refusal.value.next_step is not None
    assert refusal.value.next_step.values["earliest"] == date(2022, 6, 21)
    assert plan.state is PlanState.DRAFT


def test_filing_gives_numbers_in_a_row_and_publishes(session: Session, world: World) -> None:
    first = filed_plan(session, world, now=NOON_1_JUNE)
    other_time = make_session_details(world, on=date(2022, 6, 25))
    second = filed_plan(session, world, other_time, now=NOON_1_JUNE)

    assert (first.filing_number, second.filing_number) == ("2022-370811-0001", "2022-370811-0002")
    published = session.scalars(
        select(PublishedSession).where(PublishedSession.plan_id == first.id)
    ).one()
    assert (published.held_on, published.area_code, published.is_cancelled) == (
        OPENING,
        "370811",
        False,
    )
    assert "STATUS:CONFIRMED" in published.vevent
    assert "SEQUENCE:0" in published.vevent


def test_the_number_carries_the_year_of_the_decision(session: Session, world: World) -> None:
    opening = make_session_details(world, on=date(2023, 1, 20))
    plan = submitted_plan(
        session,
        world,
        opening,
        now=NOON_1_JUNE,
        enrol_closes_at=moment_at(date(2023, 1, 10), time(9)),
    )
    new_year = datetime(2022, 12, 31, 16, 0, tzinfo=UTC)

    number = service.file_plan(
        session, plan, expected_version=plan.version, actor=world["officer"], now=new_year
    )

    assert number == "2023-370811-0001"


def test_a_submitted_revision_is_frozen_in_the_database(session: Session, world: World) -> None:
    plan = submitted_plan(session, world, now=NOON_1_JUNE)
    session.commit()
    for statement in (
        "UPDATE plan_revision SET title = 'x'",
        "UPDATE timetable_entry SET halves = 2",
        "DELETE FROM timetable_entry",
        "DELETE FROM plan_revision",
    ):
        with pytest.raises(DBAPIError):
            session.execute(text(statement))
        session.rollback()
    assert open_revision(plan) is not None


def test_returned_in_time_and_not_extended_keeps_the_first_submission(
    session: Session, world: World
) -> None:
    plan = submitted_plan(session, world, now=LAST_SECOND)
    returned_at = LAST_SECOND + timedelta(days=2)
    return_plan(session, world, plan, reason="请补充收费依据", now=returned_at)
    back_at = datetime(2022, 6, 15, 15, 59, 59, tzinfo=UTC)  # return day 12 June + 3, 24:00

    revision = service.submit_plan(session, plan, actor=world["clerk"], now=back_at)

    assert (revision.number, revision.counted_at) == (2, LAST_SECOND)
    assert revision.submitted_at == back_at


def test_returned_and_back_a_second_too_late_is_tested_anew(session: Session, world: World) -> None:
    plan = submitted_plan(session, world, now=LAST_SECOND)
    return_plan(
        session,
        world,
        plan,
        now=LAST_SECOND + timedelta(days=2),
    )

    with pytest.raises(RuleViolationError):
        service.submit_plan(
            session, plan, actor=world["clerk"], now=datetime(2022, 6, 15, 16, 0, tzinfo=UTC)
        )


def test_returned_and_extended_is_tested_anew(session: Session, world: World) -> None:
    plan = submitted_plan(session, world, now=LAST_SECOND)
    now = LAST_SECOND + timedelta(days=1)
    return_plan(session, world, plan, reason="请核对", now=now)
    entry = open_revision(plan).entries[0]
    longer = make_session_details(world, halves=8)
    more = make_session_details(world, starts=time(14), ends=time(16), halves=4, topic="加课")
    details = make_details(world, longer, more)
    service.save_draft(
        session, plan, details, expected_version=plan.version, actor=world["clerk"], now=now
    )

    with pytest.raises(RuleViolationError):
        service.submit_plan(session, plan, actor=world["clerk"], now=now)
    assert entry is not None


def test_a_session_keeps_its_identity_through_return_and_edit(
    session: Session, world: World
) -> None:
    plan = submitted_plan(session, world, now=NOON_1_JUNE)
    before = open_revision(plan).entries[0].session.uid
    return_plan(session, world, plan, reason="请核对", now=NOON_1_JUNE)

    copy = open_revision(plan)

    assert copy is not None
    assert (copy.number, copy.standing, copy.entries[0].session.uid) == (
        2,
        Standing.WORKING,
        before,
    )
    assert copy.decision_reason == ""
    assert plan.revisions[0].decision_reason == "请核对"


def test_a_second_officer_is_told_who_was_quicker(session: Session, world: World) -> None:
    plan = submitted_plan(session, world, now=NOON_1_JUNE)
    version = plan.version
    service.file_plan(
        session, plan, expected_version=version, actor=world["officer"], now=NOON_1_JUNE
    )

    with pytest.raises(WrongStateError) as refusal:
        service.refuse_plan(
            session,
            plan,
            "不符",
            expected_version=version,
            actor=world["officer2"],
            now=NOON_1_JUNE,
        )

    assert refusal.value.message.values["name"] == "用户officer"
    assert plan.state is PlanState.FILED


@pytest.mark.parametrize("username", ["other_officer", "city_officer", "clerk", "stranger"])
def test_only_the_receiving_bureau_decides(session: Session, world: World, username: str) -> None:
    plan = submitted_plan(session, world, now=NOON_1_JUNE)

    with pytest.raises(ForbiddenError):
        service.file_plan(
            session, plan, expected_version=plan.version, actor=world[username], now=NOON_1_JUNE
        )


def test_a_stranger_can_neither_submit_nor_withdraw(session: Session, world: World) -> None:
    plan = drafted_plan(session, world, now=NOON_1_JUNE)

    with pytest.raises(ForbiddenError):
        service.submit_plan(session, plan, actor=world["stranger"], now=NOON_1_JUNE)
    with pytest.raises(ForbiddenError):
        service.withdraw_plan(session, plan, actor=world["stranger"], now=NOON_1_JUNE)


def test_an_older_page_never_overwrites_a_newer_draft(session: Session, world: World) -> None:
    plan = drafted_plan(session, world, now=NOON_1_JUNE)
    session.commit()
    opened = plan.version
    later = NOON_1_JUNE + timedelta(minutes=1)
    service.save_draft(
        session,
        plan,
        make_details(world, title="同事改的名称"),
        expected_version=opened,
        actor=world["clerk2"],
        now=later,
    )
    session.commit()

    with pytest.raises(WrongStateError):
        service.save_draft(
            session,
            plan,
            make_details(world, title="我改的名称"),
            expected_version=opened,
            actor=world["clerk"],
            now=later,
        )
    assert open_revision(plan).title == "同事改的名称"


def test_every_missing_field_is_named_at_once(session: Session, world: World) -> None:
    plan = drafted_plan(session, world, now=NOON_1_JUNE, aims="", reach=None, contact_phone="")

    with pytest.raises(InvalidInputError) as refusal:
        service.submit_plan(session, plan, actor=world["clerk"], now=NOON_1_JUNE)

    assert set(refusal.value.problems) == {"aims", "reach", "contact_phone"}


def test_a_county_base_cannot_address_the_city(session: Session, world: World) -> None:
    plan = drafted_plan(session, world, now=NOON_1_JUNE, reach=Reach.CITY)

    with pytest.raises(InvalidInputError) as refusal:
        service.submit_plan(session, plan, actor=world["clerk"], now=NOON_1_JUNE)

    assert set(refusal.value.problems) == {"reach"}


def test_timetable_problems_stand_at_their_rows(session: Session, world: World) -> None:
    rows = (
        make_session_details(world, starts=time(8), ends=time(12), halves=10),
        make_session_details(world, starts=time(11), ends=time(17), halves=8),
    )
    plan = drafted_plan(session, world, *rows, now=NOON_1_JUNE, planned_number=61)

    with pytest.raises(InvalidInputError) as refusal:
        service.submit_plan(session, plan, actor=world["clerk"], now=NOON_1_JUNE)

    assert set(refusal.value.problems) == {
        "sessions-1-starts_at",  # overlaps the first
        "sessions-1-halves",  # nine hours on the day
        "sessions-0-venue_id",  # sixty seats
        "sessions-1-venue_id",
    }


def test_rows_that_contradict_themselves_are_named_before_they_are_kept(
    session: Session, world: World
) -> None:
    rows = (
        make_session_details(world, starts=time(9), ends=time(10), halves=3),
        make_session_details(world, starts=time(12), ends=time(12), halves=0),
        make_session_details(world, starts=time(8), ends=time(23), halves=17),
        replace(make_session_details(world, halves=0), break_minutes=180),
    )

    with pytest.raises(InvalidInputError) as refusal:
        drafted_plan(session, world, *rows, now=NOON_1_JUNE)

    assert set(refusal.value.problems) == {
        "sessions-0-halves",
        "sessions-1-ends_at",
        "sessions-2-halves",
        "sessions-3-break_minutes",
    }


def test_hours_above_the_minutes_are_refused_by_the_database_too(
    session: Session, world: World
) -> None:
    drafted_plan(session, world, now=NOON_1_JUNE)
    session.commit()

    with pytest.raises(DBAPIError):
        session.execute(text("UPDATE timetable_entry SET halves = 9"))


def test_saving_a_draft_records_what_changed_from_what(session: Session, world: World) -> None:
    plan = drafted_plan(session, world, now=NOON_1_JUNE)
    service.save_draft(
        session,
        plan,
        make_details(world, title="新名称", planned_number=40),
        expected_version=plan.version,
        actor=world["clerk2"],
        now=NOON_1_JUNE,
    )
    session.flush()

    line = history_of(session, "plan", plan.id)[-1]

    assert (line.before["title"], line.before["planned_number"]) == ("装配式建筑专题培训班", 50)
    assert (line.after["title"], line.after["planned_number"]) == ("新名称", 40)
    assert "subject" not in line.after


def test_a_lecturer_and_a_room_not_on_the_list_are_kept_as_typed(
    session: Session, world: World
) -> None:
    row = replace(
        make_session_details(world),
        lecturer_id=None,
        lecturer_name="孟老师",
        lecturer_unit="济宁学院",
        lecturer_title="副教授",
        venue_id=None,
        venue_name="二楼会议室",
        venue_address="任城区太白路 2 号",
    )
    plan = drafted_plan(session, world, row, now=NOON_1_JUNE)
    service.submit_plan(session, plan, actor=world["clerk"], now=NOON_1_JUNE)

    entry = open_revision(plan).entries[0]

    assert (entry.lecturer_id, entry.lecturer_name, entry.lecturer_unit) == (
        None,
        "孟老师",
        "济宁学院",
    )
    assert (entry.venue_id, entry.venue_name, entry.venue_area) == (None, "二楼会议室", "370811")


def test_another_organisers_lecturer_and_room_do_not_count(session: Session, world: World) -> None:
    row = replace(
        make_session_details(world),
        lecturer_id=world.other_lecturer_id,
        venue_id=world.other_venue_id,
    )
    plan = drafted_plan(session, world, row, now=NOON_1_JUNE)

    with pytest.raises(InvalidInputError) as refusal:
        service.submit_plan(session, plan, actor=world["clerk"], now=NOON_1_JUNE)

    assert set(refusal.value.problems) == {"sessions-0-lecturer_id", "sessions-0-venue_id"}


def test_a_feature_above_can_refuse_a_cancelling(
    session: Session, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_session: Session, event: PlanCancelled) -> None:
        raise WrongStateError(msg("已有学时入账。"))

    monkeypatch.setitem(events._HANDLERS, PlanCancelled, [refuse])
    plan = filed_plan(session, world, now=NOON_1_JUNE)

    with pytest.raises(WrongStateError):
        service.cancel_plan(session, plan, "讲师生病", actor=world["clerk"], now=NOON_1_JUNE)

    assert plan.state is PlanState.FILED


def test_cancelling_keeps_the_class_visible_as_cancelled(session: Session, world: World) -> None:
    plan = filed_plan(session, world, now=NOON_1_JUNE)

    service.cancel_plan(session, plan, "讲师生病", actor=world["clerk"], now=NOON_1_JUNE)

    published = session.scalars(select(PublishedSession)).one()
    assert (plan.state, plan.close_reason) == (PlanState.CANCELLED, "讲师生病")
    assert (published.is_cancelled, published.sequence) == (True, 1)
    assert "STATUS:CANCELLED" in published.vevent
    assert "【取消】" in published.vevent
    assert in_force(plan) is not None


def test_every_step_leaves_an_audit_line(session: Session, world: World) -> None:
    plan = filed_plan(session, world, now=NOON_1_JUNE)
    service.cancel_plan(session, plan, "人数不足", actor=world["clerk2"], now=NOON_1_JUNE)
    session.flush()

    lines = history_of(session, "plan", plan.id)

    assert [(line.action, line.actor_name, line.after.get("state")) for line in lines] == [
        ("plan_draft", "用户clerk", None),
        ("plan_submit", "用户clerk", "submitted"),
        ("plan_file", "用户officer", "filed"),
        ("plan_cancel", "用户clerk2", "cancelled"),
    ]
    assert lines[-1].reason == "人数不足"
