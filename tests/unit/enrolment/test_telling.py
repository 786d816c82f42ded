"""Those on a roster hear of what happens to their class, once, and are reminded of it."""

from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.core.clock import moment_at
from ce_bases.core.events import publish
from ce_bases.enrolment import choosing, service
from ce_bases.enrolment.parsing import read_text
from ce_bases.messages.events import RemindersDue
from ce_bases.messages.models import Message
from ce_bases.messages.notes import thaw
from ce_bases.plans.drafting import reopen
from ce_bases.plans.events import PlanChanged
from ce_bases.plans.models import Plan, Standing
from ce_bases.plans.service import cancel_plan, file_plan
from ce_bases.policy.changes import Change
from tests.conftest import NOON_1_JUNE as NOW
from tests.factories.joining import make_learners, places_of, told
from tests.factories.plans import filed_plan, make_session_details, submitted_plan
from tests.factories.rosters import enrol
from tests.factories.world import VAULT, World
from tests.unit.enrolment.test_service import number_of

TITLE = "装配式建筑专题培训班"


@pytest.fixture
def plan(session: Session, world: World) -> Plan:
    """A class of one seat and two days; the first learner has it, the second waits."""
    days = [make_session_details(world, on=date(2022, 6, day)) for day in (20, 21)]
    plan = filed_plan(session, world, *days, now=NOW, planned_number=1)
    for who in ("learner", "learner2"):
        choosing.enrol_oneself(session, plan, actor=world[who], now=NOW)
    return plan


def changed(plan: Plan, field: str, minutes: int) -> PlanChanged:
    change = Change(field, None, "a", "b", "notice")
    return PlanChanged(plan.id, (change,), NOW + timedelta(minutes=minutes))


def bodies(session: Session, world: World, who: str) -> list[str]:
    session.expire_all()
    own = select(Message).where(Message.account_id == world[who].account_id)
    return [str(thaw(m.body)) for m in session.scalars(own.order_by(Message.id))]


def test_changes_within_ten_minutes_are_one_message_and_later_ones_another(
    session: Session, world: World, plan: Plan
) -> None:
    kinds = []
    for minutes in (1, 5, 10, 12):
        publish(session, changed(plan, "starts_at", minutes))
        kinds.append(
            [kind for kind, _title in told(session, world["learner"])].count("class_changed")
        )
    assert kinds == [1, 1, 1, 2]
    assert told(session, world["learner2"])[-1] == ("class_changed", f"培训安排有变化：{TITLE}")
    assert bodies(session, world, "learner")[-1] == (
        "时间、地点、形式或费用有变动，请核对最新安排：\n"
        "2022-06-20 09:00:00+08:00–12:00，第一教室\n2022-06-21 09:00:00+08:00–12:00，第一教室"
    )


@pytest.mark.parametrize("field", ["title", "aims", "planned_number", "lecturer", "remarks"])
def test_what_does_not_concern_them_is_not_told(
    session: Session, world: World, plan: Plan, field: str
) -> None:
    before = told(session, world["learner"])
    publish(session, changed(plan, field, 1))
    assert told(session, world["learner"]) == before


def test_seats_that_are_added_go_to_those_who_wait(
    session: Session, world: World, plan: Plan
) -> None:
    more = make_learners(session, world, 1, now=NOW)[0]
    choosing.enrol_oneself(session, plan, actor=more, now=NOW + timedelta(minutes=1))
    amend(session, plan, planned_number=2)
    publish(session, changed(plan, "planned_number", 5))
    assert places_of(session, plan) == {
        "seats": [world["learner"].person_id, world["learner2"].person_id],
        "waiting": [more.person_id],
    }
    assert told(session, world["learner2"])[-1] == ("promoted", f"候补递补成功：{TITLE}")


def amend(session: Session, plan: Plan, *, planned_number: int) -> None:
    """Put another revision in force: what an amendment leaves."""
    old = plan.revisions[-1]
    old.standing = Standing.PAST
    session.flush()
    new = reopen(session, plan, old, now=NOW)
    new.planned_number = planned_number
    session.flush()
    for name in ("counted_at", "counted_on", "last_filing_on", "submitted_at", "content_hash"):
        setattr(new, name, getattr(old, name))
    new.standing, new.decided_at = Standing.IN_FORCE, NOW
    session.flush()


def test_a_list_made_before_the_filing_is_told_with_it(session: Session, world: World) -> None:
    plan = submitted_plan(session, world, now=NOW)
    enrol(session, plan, [world["learner"].person_id or 0], now=NOW)
    assert told(session, world["learner"]) == []
    file_plan(session, plan, expected_version=plan.version, actor=world["officer"], now=NOW)
    assert told(session, world["learner"]) == [("enrolled", f"已为您报名：{TITLE}")]
    assert bodies(session, world, "learner") == [
        "任城建筑继续教育基地为您报了名。开班：2022-06-20 09:00:00+08:00，第一教室。"
    ]


def test_people_entered_by_the_base_are_told_once(session: Session, world: World) -> None:
    plan = filed_plan(session, world, now=NOW)
    name, number = number_of(session, world["learner"].person_id or 0)
    for _ in range(2):
        rows = read_text(f"{name}\t{number}")
        service.import_roster(session, plan, rows, vault=VAULT, actor=world["clerk"], now=NOW)
    assert told(session, world["learner"]) == [("enrolled", f"已为您报名：{TITLE}")]


def remind(session: Session, now: datetime) -> int:
    due = RemindersDue(now)
    publish(session, due)
    return due.told


def _eight(day: int) -> datetime:
    return moment_at(date(2022, 6, day), time(8))


def test_who_has_a_seat_is_reminded_the_day_before_each_day_once(
    session: Session, world: World, plan: Plan
) -> None:
    reminded = [
        (day, minutes)
        for day in (18, 19, 20, 21)
        for minutes in (-1, 0, 1, 700)
        if remind(session, _eight(day) + timedelta(minutes=minutes))
    ]
    assert reminded == [(19, 0), (20, 0)]
    assert [kind for kind, _title in told(session, world["learner"])] == [
        "enrolled",
        "tomorrow",
        "tomorrow",
    ]
    assert bodies(session, world, "learner")[1] == (
        "2022-06-20 09:00:00+08:00，第一教室。请带好手机，按时签到。"
    )
    assert [kind for kind, _title in told(session, world["learner2"])] == ["waiting"]


def test_who_comes_after_the_reminder_is_reminded_by_the_next_run(
    session: Session, world: World
) -> None:
    plan = filed_plan(session, world, now=NOW, enrol_closes_at=None)
    assert remind(session, _eight(19)) == 0
    choosing.enrol_oneself(session, plan, actor=world["learner"], now=_eight(19))
    assert remind(session, _eight(19)) == 1


def test_a_reminder_dies_with_its_class(session: Session, world: World, plan: Plan) -> None:
    cancel_plan(session, plan, "停电", actor=world["clerk"], now=NOW)
    assert remind(session, _eight(19)) == 0
