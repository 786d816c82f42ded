"""Who hears of each step of a filing, and what clerks are reminded of."""

from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.core.clock import moment_at
from ce_bases.core.events import publish
from ce_bases.messages.events import RemindersDue
from ce_bases.messages.models import Message
from ce_bases.messages.notes import thaw
from ce_bases.organisers.models import Level, Organiser, OrganiserKind
from ce_bases.plans import service
from ce_bases.plans.models import Plan
from ce_bases.plans.reminders import stage
from ce_bases.policy.registry import filing_policy_for
from tests.conftest import NOON_1_JUNE as NOW
from tests.factories.joining import told
from tests.factories.plans import drafted_plan, filed_plan, submitted_plan
from tests.factories.world import World

TITLE = "装配式建筑专题培训班"
CLERKS, OFFICERS = ("clerk", "clerk2"), ("officer", "officer2")
OTHERS = ("stranger", "city_clerk", "other_officer", "city_officer", "lecturer", "learner")


def heard(session: Session, world: World) -> dict[str, list[str]]:
    """What everybody who was told anything was told, titles only."""
    everybody = {name: told(session, world[name]) for name in (*CLERKS, *OFFICERS, *OTHERS)}
    return {name: [title for _kind, title in said] for name, said in everybody.items() if said}


def last_body(session: Session, world: World, who: str) -> str:
    own = select(Message).where(Message.account_id == world[who].account_id)
    return str(thaw(session.scalars(own.order_by(Message.id.desc())).first().body))


def test_a_submission_is_told_to_the_officers_of_its_bureau(session: Session, world: World) -> None:
    submitted_plan(session, world, now=NOW)
    assert heard(session, world) == {key: [f"新报送：{TITLE}"] for key in OFFICERS}
    assert last_body(session, world, "officer") == (
        "任城建筑继续教育基地报送，2022-06-20 开班，待受理。"
    )


@pytest.mark.parametrize(
    ("decide", "title", "body"),
    [
        (None, "已予以备案", "已备案，备案号 2022-370811-0001，公开日历上可以看到。"),
        (service.return_plan, "退回补正", "退回，请补正后重新报送。理由：地址不全"),
        (service.refuse_plan, "不予备案", "不予备案。理由：地址不全"),
    ],
)
def test_a_decision_is_told_to_every_clerk_of_the_base(
    session: Session, world: World, decide, title: str, body: str
) -> None:
    plan = submitted_plan(session, world, now=NOW)
    how = {"expected_version": plan.version, "actor": world["officer"], "now": NOW}
    if decide is None:
        service.file_plan(session, plan, **how)
    else:
        decide(session, plan, "地址不全", **how)
    found = heard(session, world)
    assert {name: found.get(name) for name in CLERKS} == {
        key: [f"{title}：{TITLE}"] for key in CLERKS
    }
    assert set(found) == {*CLERKS, *OFFICERS}
    assert last_body(session, world, "clerk") == f"任城区人力资源和社会保障局{body}"


def test_what_the_base_gives_up_is_told_to_the_officers(session: Session, world: World) -> None:
    plan = submitted_plan(session, world, now=NOW)
    service.withdraw_plan(session, plan, actor=world["clerk"], now=NOW)
    other = filed_plan(session, world, now=NOW, title="另一个班")
    service.cancel_plan(session, other, "停电", actor=world["clerk"], now=NOW)
    assert heard(session, world)["officer"] == [
        f"新报送：{TITLE}",
        f"办班单位已撤回：{TITLE}",
        "新报送：另一个班",
        "办班单位已取消办班：另一个班",
    ]


def test_a_draft_given_up_is_nobodys_business(session: Session, world: World) -> None:
    plan = drafted_plan(session, world, now=NOW)
    service.withdraw_plan(session, plan, actor=world["clerk"], now=NOW)
    assert heard(session, world) == {}


def remind(session: Session, now: datetime) -> int:
    due = RemindersDue(now)
    publish(session, due)
    return due.told


@pytest.mark.parametrize(
    ("left", "expected"), [(4, None), (3, 3), (2, 3), (1, 1), (0, 1), (-1, None)]
)
def test_three_days_and_one_day_before(left: int, expected: int | None) -> None:
    assert stage(date(2022, 6, 10), date(2022, 6, 10) - timedelta(days=left)) == expected


def test_a_draft_is_reminded_of_three_days_and_one_day_before_its_last_filing_day(
    session: Session, world: World
) -> None:
    drafted_plan(session, world, now=NOW)  # opens on the 20th: to be filed by the 10th
    answers = {}
    for day in range(6, 12):
        at_eight = moment_at(date(2022, 6, day), time(8))
        early, first, again = (
            remind(session, at_eight + timedelta(minutes=m)) for m in (-1, 0, 600)
        )
        answers[day] = (early, first, again)
    # On the ninth what is told at eight is not told again at seven of the tenth.
    assert answers == {
        6: (0, 0, 0),
        7: (0, 2, 0),
        8: (0, 0, 0),
        9: (0, 2, 0),
        10: (0, 0, 0),
        11: (0, 0, 0),
    }
    assert heard(session, world) == dict.fromkeys(CLERKS, [f"报送期限快到了：{TITLE}"] * 2)
    assert (
        last_body(session, world, "clerk") == "2022-06-20 开班，最迟 2022-06-10 24:00 前报送备案。"
    )


def test_a_draft_that_was_submitted_is_reminded_of_no_more(session: Session, world: World) -> None:
    submitted_plan(session, world, now=NOW)
    assert remind(session, moment_at(date(2022, 6, 9), time(9))) == 0


def test_attendance_is_reminded_of_before_its_tenth_working_day(
    session: Session, world: World
) -> None:
    plan = filed_plan(session, world, now=NOW)  # over on the 20th: to be confirmed by 4 July
    days = filing_policy_for(2022).attendance.confirm_within_workdays
    assert days == 10
    told_on = [
        day
        for day in (date(2022, 6, 20) + timedelta(days=n) for n in range(20))
        if remind(session, moment_at(day, time(9)))
    ]
    assert told_on == [date(2022, 7, 1), date(2022, 7, 3)]
    assert heard(session, world)["clerk"][1:] == [f"请确认考勤：{TITLE}"] * 2
    assert plan.state == "filed"


def test_a_bureaus_own_class_reminds_its_officers(session: Session, world: World) -> None:
    plan = filed_plan(session, world, now=NOW)
    bureau = Organiser(
        name="任城区人力资源和社会保障局",
        kind=OrganiserKind.BUREAU,
        level=Level.COUNTY,
        area_code="370811",
        address="",
        phone="",
        created_at=NOW,
    )
    session.add(bureau)
    session.flush()
    session.get_one(Plan, plan.id).organiser = bureau
    session.flush()
    assert remind(session, moment_at(date(2022, 7, 1), time(9))) == 2
    assert heard(session, world)["officer"][-1] == f"请确认考勤：{TITLE}"
