"""My year, as the professional sees it."""

import re
from datetime import date, time

import pytest

from ce_bases.core.clock import moment_at
from ce_bases.credits import service
from ce_bases.credits.models import Kind, Origin
from ce_bases.credits.records import recompute_records
from ce_bases.plans.models import Plan, Subject
from ce_bases.web.extensions import make_write_session
from tests.conftest import NOON_1_JUNE as NOW
from tests.conftest import FrozenClock
from tests.factories.hours import held_plan, line_values, post
from tests.factories.plans import filed_plan, make_session_details
from tests.factories.world import World
from tests.web.client import PageClient
from tests.web.credits.reading import words

AFTER = moment_at(date(2022, 6, 21), time(9, 0))


def give(world: World, *lines: dict) -> None:
    with make_write_session() as session:
        post(session, *lines)
        keys = {(line["person_id"], line["year"]) for line in lines}
        recompute_records(session, keys, now=NOW)
        session.commit()


@pytest.fixture
def learner(client: PageClient, world: World) -> PageClient:
    client.log_in("learner")
    return client


def test_a_year_without_hours_says_what_is_missing(learner: PageClient) -> None:
    page = learner.get("/me")

    assert page.status_code == 200
    assert "还差90学时" in words(page)
    assert "公需科目还差30学时，专业科目还差60学时" in words(page)
    assert "这一年还没有学时" in words(page)
    assert page.headers["Cache-Control"] == "no-store"


def test_every_line_explains_itself(learner: PageClient, world: World) -> None:
    person = world["learner"].person_id
    assert person is not None
    give(
        world,
        line_values(person, "session:1", now=NOW, title="装配式施工"),
        line_values(
            person,
            "session:2",
            now=NOW,
            title="施工安全",
            starts_at=time(14, 0),
            professional_halves=12,
        ),
        line_values(
            person,
            "claim:1",
            now=NOW,
            title="年度自学",
            kind=Kind.SELF_STUDY,
            origin=Origin.CLAIM,
            professional_halves=100,
            has_archive=True,
            clause="二(二)4(2)",
        ),
    )

    text = words(learner.get("/me"))

    assert "6月20日周一培训进修6学时，计入专业科目4学时。" in text
    assert (
        "8学时上限：6月20日周一当天共参加10学时，只计8学时，其中这一条计4学时，依据二(二)4(1)。"
        in text
    )
    assert "自学每年40学时上限：全年共50学时，其中这一条计40学时，依据二(二)4(2)。" in text
    assert "48/60学时" in text
    assert "还差42学时" in text


def test_a_complete_year_says_so(learner: PageClient, world: World) -> None:
    person = world["learner"].person_id
    assert person is not None
    days = [date(2022, 3, n) for n in range(1, 13)]
    subjects = [Subject.PUBLIC] * 4 + [Subject.PROFESSIONAL] * 8
    give(
        world,
        *(
            line_values(
                person,
                f"session:{n}",
                now=NOW,
                held_on=day,
                subject=subject,
                public_halves=16 if subject is Subject.PUBLIC else 0,
                professional_halves=0 if subject is Subject.PUBLIC else 16,
            )
            for n, (day, subject) in enumerate(zip(days, subjects, strict=True))
        ),
    )

    text = words(learner.get("/me"))

    assert "本年度学时已完成" in text
    assert "可以参加的课" not in text


def test_upcoming_classes_of_a_missing_subject_are_offered(
    learner: PageClient, world: World
) -> None:
    with make_write_session() as session:
        plan = filed_plan(session, world, now=NOW)
        session.commit()
        number = plan.filing_number

    page = learner.get("/me")

    assert f'href="/plans/{number}"' in page.text
    assert "还有19天" in words(page)


def test_what_is_missing_of_one_subject_never_hides_the_other(
    learner: PageClient, world: World
) -> None:
    """Four public classes are sooner than the only professional one."""
    with make_write_session() as session:
        numbers = [
            filed_plan(
                session,
                world,
                make_session_details(world, on=date(2022, 6, day)),
                now=NOW,
                subject=Subject.PUBLIC if day < 27 else Subject.PROFESSIONAL,
            ).filing_number
            for day in (20, 21, 22, 23, 27)
        ]
        session.commit()

    page = learner.get("/me")

    offered = re.findall(r'<h3><a href="/plans/([\d-]+)"', page.text)
    assert offered == [numbers[0], numbers[4], numbers[1], numbers[2]]


def test_a_class_that_was_corrected_shows_the_reason(
    learner: PageClient, world: World, clock: FrozenClock
) -> None:
    with make_write_session() as session:
        plan = held_plan(session, world, now=NOW)
        service.confirm_attendance(session, plan, actor=world["clerk"], now=AFTER)
        line = (
            session.query(service.LedgerLine).filter_by(person_id=world["learner"].person_id).one()
        )
        service.reverse_line(session, line, "签到后离场", actor=world["officer"], now=AFTER)
        session.commit()
    clock.set(AFTER)
    learner.log_in("learner")

    text = words(learner.get("/me"))

    assert "“装配式建筑专题培训班·装配式建筑施工技术”原记4学时，已更正。理由：签到后离场" in text


def test_a_later_year_says_which_notice_it_follows(
    learner: PageClient, world: World, clock: FrozenClock
) -> None:
    clock.set(moment_at(date(2024, 2, 1), time(9, 0)))
    learner.log_in("learner")

    assert "2024年的通知尚未登记，本页按2022年的通知计算" in words(learner.get("/me"))
    assert learner.get("/me/years/2023").status_code == 200


@pytest.mark.parametrize("year", [2021, 2023, 0, 99999])
def test_years_without_a_page_are_not_found(learner: PageClient, year: int) -> None:
    assert learner.get(f"/me/years/{year}").status_code == 404


def test_somebody_elses_hours_never_show(client: PageClient, world: World) -> None:
    person = world["learner"].person_id
    assert person is not None
    give(world, line_values(person, "session:1", now=NOW, title="装配式施工"))
    client.log_in("learner2")

    assert "装配式施工" not in client.get("/me").text


@pytest.mark.parametrize("who", ["clerk", "officer", "unit_hr", "lecturer"])
def test_other_roles_have_no_year(client: PageClient, world: World, who: str) -> None:
    client.log_in(who)

    assert client.get("/me").status_code == 403


def test_strangers_are_asked_to_log_in(client: PageClient, world: World) -> None:
    assert client.get("/me").headers["Location"] == "/login?next=/me"


def test_a_line_links_to_its_class(learner: PageClient, world: World) -> None:
    with make_write_session() as session:
        plan = held_plan(session, world, now=NOW, people=[world["learner"].person_id])
        service.confirm_attendance(session, plan, actor=world["clerk"], now=AFTER)
        session.commit()
        number = session.get_one(Plan, plan.id).filing_number

    assert f'href="/plans/{number}"' in learner.get("/me").text


def test_two_sessions_of_one_day_are_listed_newest_first(learner: PageClient, world: World) -> None:
    with make_write_session() as session:
        plan = held_plan(
            session,
            world,
            make_session_details(world, topic="上午课", halves=4),
            make_session_details(
                world, topic="下午课", starts=time(14, 0), ends=time(16, 0), halves=4
            ),
            now=NOW,
            people=[world["learner"].person_id],
        )
        service.confirm_attendance(session, plan, actor=world["clerk"], now=AFTER)
        session.commit()

    text = learner.get("/me").text

    assert 0 < text.index("下午课") < text.index("上午课")
