"""The base confirms; the bureau corrects."""

import uuid
from datetime import date, time

import pytest
from sqlalchemy import func, select

from ce_bases.core.clock import moment_at
from ce_bases.credits import service
from ce_bases.credits.models import LedgerLine, YearRecord
from ce_bases.plans.models import Plan
from ce_bases.plans.workflow import PlanState
from ce_bases.web.extensions import db, make_write_session
from tests.conftest import NOON_1_JUNE as NOW
from tests.conftest import FrozenClock
from tests.factories.hours import attend, enrol, held_plan
from tests.factories.plans import filed_plan, make_session_details, submitted_plan
from tests.factories.world import World
from tests.web.client import PageClient
from tests.web.credits.reading import words

AFTER = moment_at(date(2022, 6, 21), time(9, 0))


@pytest.fixture
def plan_id(world: World) -> int:
    """A filed class of two sessions; one of four learners missed the second, one signed no out."""
    with make_write_session() as session:
        afternoon = make_session_details(world, starts=time(14, 0), ends=time(17, 0), topic="安全")
        plan = filed_plan(session, world, make_session_details(world), afternoon, now=NOW)
        people = world.person_ids
        enrol(session, plan, people, now=NOW)
        attend(session, plan, people, now=NOW, number=0, by_hand=True)
        attend(session, plan, people[:2], now=NOW, number=1)
        attend(session, plan, [people[3]], now=NOW, number=1, attended=False)
        session.commit()
        return plan.id


@pytest.fixture
def confirmed_id(world: World) -> int:
    with make_write_session() as session:
        plan = held_plan(session, world, now=NOW)
        service.confirm_attendance(session, plan, actor=world["clerk"], now=AFTER)
        session.commit()
        return plan.id


def lines() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(LedgerLine)) or 0


def first_line() -> int:
    found = db.session.scalars(select(LedgerLine.id).order_by(LedgerLine.id)).first()
    db.session.rollback()
    assert found is not None
    return found


def test_before_the_class_is_over_the_page_says_when(
    client: PageClient, world: World, plan_id: int
) -> None:
    client.log_in("clerk")

    page = client.get(f"/filing/plans/{plan_id}/confirm")

    assert "还有2次课没有结束，最后一次在6月20日周一17:00结束，之后才能确认。" in words(page)
    assert "</form>" in page.text
    assert "学时入账</button>" not in page.text


def test_the_page_shows_who_is_missing_and_what_will_be_posted(
    client: PageClient, world: World, plan_id: int, clock: FrozenClock
) -> None:
    clock.set(AFTER)
    client.log_in("clerk")

    text = words(client.get(f"/filing/plans/{plan_id}/confirm"))

    assert "课程结束后10个工作日内确认：7月4日周一24:00前，还有13天。" in text
    assert "4042学员3学员4" not in text
    assert "补录4人，超过两成" in text
    assert "4人入账记录6条学时合计24学时" in text.replace("计入学时的人数", "")
    assert "确认考勤，4人学时入账" in text
    afternoon = text[text.index("安全·4学时") :]
    assert afternoon.startswith("安全·4学时42学员3学员4无")


def test_confirming_posts_and_shows_the_result(
    client: PageClient, world: World, plan_id: int, clock: FrozenClock
) -> None:
    clock.set(AFTER)
    client.log_in("clerk")
    form = {"idempotency_key": str(uuid.uuid4())}

    first = client.post(f"/filing/plans/{plan_id}/confirm", data=form)
    again = client.post(f"/filing/plans/{plan_id}/confirm", data=form)
    other = client.post(f"/filing/plans/{plan_id}/confirm", data={})

    assert (first.status_code, again.status_code, other.status_code) == (302, 302, 409)
    assert first.headers["Location"] == again.headers["Location"]
    assert "没有重复记账" in other.text
    assert lines() == 6
    assert db.session.get_one(Plan, plan_id).state is PlanState.CREDITED
    page = client.get(first.headers["Location"])
    assert "入账记录6条人社部门异议期至7月5日周二" in words(page)


def test_a_late_confirmation_is_marked_but_possible(
    client: PageClient, world: World, plan_id: int, clock: FrozenClock
) -> None:
    clock.set(moment_at(date(2022, 7, 5), time(0, 0)))
    client.log_in("clerk")

    assert "已过确认期限" in client.get(f"/filing/plans/{plan_id}/confirm").text
    assert client.post(f"/filing/plans/{plan_id}/confirm").status_code == 302


def test_a_plan_that_is_not_filed_cannot_be_confirmed(client: PageClient, world: World) -> None:
    with make_write_session() as session:
        plan_id = submitted_plan(session, world, now=NOW).id
        session.commit()
    client.log_in("clerk")

    page = client.get(f"/filing/plans/{plan_id}/confirm")

    assert "只有已备案的计划可以确认考勤" in page.text
    assert client.post(f"/filing/plans/{plan_id}/confirm").status_code == 409
    assert lines() == 0


@pytest.mark.parametrize(
    ("who", "status"),
    [("stranger", 404), ("officer", 404), ("learner", 403), ("lecturer", 403), ("unit_hr", 403)],
)
def test_nobody_else_reaches_the_confirmation(
    client: PageClient, world: World, plan_id: int, clock: FrozenClock, who: str, status: int
) -> None:
    clock.set(AFTER)
    client.log_in(who)

    assert client.get(f"/filing/plans/{plan_id}/confirm").status_code == status
    assert client.post(f"/filing/plans/{plan_id}/confirm").status_code == status
    assert lines() == 0


def test_the_bureau_lists_posted_lines_with_last_four_only(
    client: PageClient, world: World, confirmed_id: int, clock: FrozenClock
) -> None:
    clock.set(AFTER)
    client.log_in("officer")

    page = client.get(f"/desk/plans/{confirmed_id}/hours")
    found = client.get(f"/desk/plans/{confirmed_id}/hours?q=学员4")

    assert "异议期至7月5日周二" in words(page)
    assert page.text.count("冲销或更正<span") == 4
    assert found.text.count("冲销或更正<span") == 1
    assert "370811198502140" not in page.text


def test_an_officer_corrects_a_line(
    client: PageClient, world: World, confirmed_id: int, clock: FrozenClock
) -> None:
    clock.set(AFTER)
    client.log_in("officer")
    line_id = first_line()
    address = f"/desk/plans/{confirmed_id}/hours/{line_id}"
    assert client.get(address).status_code == 200

    done = client.post(
        address,
        data={
            "decision": "replace",
            "hours": "2.5",
            "reason": "中途离场",
            "idempotency_key": str(uuid.uuid4()),
        },
    )

    assert (done.status_code, lines()) == (302, 6)
    assert db.session.scalars(
        select(YearRecord.professional_halves).order_by(YearRecord.professional_halves)
    ).all() == [5, 8, 8, 8]
    assert "已冲销：中途离场" in words(client.get(done.headers["Location"]))


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({}, "请选择冲销还是更正"),
        ({"decision": "reverse"}, "请写明理由"),
        ({"decision": "replace", "reason": "x"}, "请填写更正后的学时"),
        ({"decision": "replace", "reason": "x", "hours": "2.3"}, "学时以 0.5 为一级"),
        ({"decision": "replace", "reason": "x", "hours": "9"}, "不超过备案的学时"),
        ({"decision": "replace", "reason": "x", "hours": "4.5"}, "不超过备案的学时"),
        ({"decision": "replace", "reason": "x", "hours": "NaN"}, "请填写数字"),
        ({"decision": "replace", "reason": "x", "hours": "许多"}, "error-summary"),
        ({"decision": "replace", "reason": "x", "hours": "0"}, "不超过备案的学时"),
        ({"decision": "replace", "reason": "x", "hours": "4"}, "与已入账的相同"),
    ],
)
def test_a_refused_correction_changes_nothing_and_keeps_what_was_typed(
    client: PageClient,
    world: World,
    confirmed_id: int,
    clock: FrozenClock,
    data: dict[str, str],
    problem: str,
) -> None:
    clock.set(AFTER)
    client.log_in("officer")
    line_id = first_line()

    page = client.post(
        f"/desk/plans/{confirmed_id}/hours/{line_id}",
        data={"idempotency_key": str(uuid.uuid4()), **data},
    )

    assert (page.status_code, lines()) == (422, 4)
    assert problem in page.text
    assert all(value in page.text for value in data.values())


def test_after_the_period_nothing_can_be_corrected(
    client: PageClient, world: World, confirmed_id: int, clock: FrozenClock
) -> None:
    clock.set(moment_at(date(2022, 7, 6), time(0, 0)))
    client.log_in("officer")
    line_id = first_line()

    page = client.get(f"/desk/plans/{confirmed_id}/hours")
    refused = client.post(
        f"/desk/plans/{confirmed_id}/hours/{line_id}",
        data={"decision": "reverse", "reason": "x", "idempotency_key": str(uuid.uuid4())},
    )

    assert "异议期已结束" in page.text
    assert "冲销或更正<span" not in page.text
    assert (refused.status_code, lines()) == (409, 4)


@pytest.mark.parametrize(
    ("who", "status"),
    [("other_officer", 404), ("city_officer", 404), ("clerk", 403), ("learner", 403)],
)
def test_nobody_else_reaches_posted_hours(
    client: PageClient, world: World, confirmed_id: int, who: str, status: int
) -> None:
    line_id = first_line()
    client.log_in(who)

    assert client.get(f"/desk/plans/{confirmed_id}/hours").status_code == status
    assert client.get(f"/desk/plans/{confirmed_id}/hours/{line_id}").status_code == status


def test_a_line_of_another_plan_is_not_found(
    client: PageClient, world: World, confirmed_id: int, plan_id: int
) -> None:
    line_id = first_line()
    client.log_in("officer")

    assert client.get(f"/desk/plans/{plan_id}/hours/{line_id}").status_code == 404


def test_a_class_without_confirmation_has_no_posted_hours(
    client: PageClient, world: World, plan_id: int
) -> None:
    client.log_in("officer")

    assert "还没有确认考勤" in client.get(f"/desk/plans/{plan_id}/hours").text
