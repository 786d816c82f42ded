"""Rosters: what a table comes to, what is added, who may be taken off."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.core.access import Action
from ce_bases.core.errors import (
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    RuleViolationError,
    WrongStateError,
)
from ce_bases.enrolment import queries, service
from ce_bases.enrolment.models import Enrolment, Place
from ce_bases.enrolment.parsing import Row, read_text
from ce_bases.enrolment.service import Finding
from ce_bases.people.models import Person
from ce_bases.people.service import stated
from ce_bases.plans.models import Plan
from ce_bases.plans.service import withdraw_plan
from tests.conftest import NOON_1_JUNE
from tests.factories.plans import filed_plan, make_session_details, submitted_plan
from tests.factories.rosters import at, enrol
from tests.factories.world import VAULT, World, resident_id
from tests.unit.attendance.test_service import tap


@pytest.fixture
def plan(session: Session, world: World) -> Plan:
    return filed_plan(session, world, now=NOON_1_JUNE)


def number_of(session: Session, person_id: int) -> tuple[str, str]:
    """Name and number of somebody already registered."""
    person = session.get_one(Person, person_id)
    number = next(n for n in map(resident_id, range(1000)) if VAULT.index(n) == person.id_index)
    return person.name, number


def bring(session: Session, plan: Plan, world: World, text: str) -> service.RosterCheck:
    return service.import_roster(
        session, plan, read_text(text), vault=VAULT, actor=world["clerk"], now=NOON_1_JUNE
    )


def names(session: Session, plan: Plan) -> list[str]:
    return [row.person.name for row in session.scalars(queries.roster(plan.id))]


def test_each_row_comes_to_new_there_twice_or_wrong(
    session: Session, world: World, plan: Plan
) -> None:
    known_name, known = number_of(session, world.person_ids[0])
    enrol(session, plan, world.person_ids[:1], now=NOON_1_JUNE)
    rows = read_text(
        f"姓名\t身份证号\n{known_name}\t{known}\n\n吕布\t{resident_id(700)}\n"
        f"吕 布\t{resident_id(700).lower()}\n貂蝉\t370811850214001\n<b>董卓</b>\t{resident_id(701)}\n"
        f"别名\t{number_of(session, world.person_ids[1])[1]}\n王允\t3.70811E+17\n\t{resident_id(702)}"
    )
    check = service.check_roster(session, plan, rows, vault=VAULT, now=NOON_1_JUNE)
    assert [(c.row.line, c.finding, sorted(c.problems)) for c in check.rows] == [
        (2, Finding.THERE, []),
        (4, Finding.NEW, []),
        (5, Finding.TWICE, ["number"]),
        (6, Finding.WRONG, ["number"]),
        (7, Finding.WRONG, ["name"]),
        (8, Finding.WRONG, ["name"]),
        (9, Finding.WRONG, ["number"]),
        (10, Finding.WRONG, ["name"]),
    ]
    assert (check.enrolled, check.seats, check.over) == (1, 50, 0)
    assert not session.new


def test_good_rows_go_in_once_wrong_ones_stay_out(
    session: Session, world: World, plan: Plan
) -> None:
    text = f"吕布\t{resident_id(700)}\t未登记单位\t中郎将\n貂蝉\t370811850214001\n"
    first = bring(session, plan, world, text)
    second = bring(session, plan, world, text)
    assert [len(first.of(f)) for f in Finding] == [1, 0, 0, 1]
    assert [len(second.of(f)) for f in Finding] == [0, 1, 0, 1]
    row = session.scalars(select(Enrolment)).one()
    assert (row.person.name, row.unit_name, row.post) == ("吕布", "未登记单位", "中郎将")


def test_a_class_never_takes_more_than_its_seats(session: Session, world: World) -> None:
    plan = filed_plan(session, world, now=NOON_1_JUNE, planned_number=3)
    bring(session, plan, world, f"甲\t{resident_id(700)}\n乙\t{resident_id(701)}")
    with pytest.raises(RuleViolationError, match="会超出 1 人"):
        bring(session, plan, world, f"丙\t{resident_id(702)}\n丁\t{resident_id(703)}")
    assert names(session, plan) == ["甲", "乙"]
    bring(session, plan, world, f"丙\t{resident_id(702)}")
    assert queries.enrolled(session, plan.id) == 3


def test_2000_rows_are_the_most(session: Session, world: World, plan: Plan) -> None:
    rows = [Row(i, stated("甲", "1")) for i in range(2001)]
    with pytest.raises(InvalidInputError, match="一次最多录入 2000 人"):
        service.check_roster(session, plan, rows, vault=VAULT, now=NOON_1_JUNE)
    check = service.check_roster(session, plan, rows[:2000], vault=VAULT, now=NOON_1_JUNE)
    assert len(check.of(Finding.WRONG)) == 2000


def test_a_typed_person_is_refused_field_by_field(
    session: Session, world: World, plan: Plan
) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        service.add_one(
            session,
            plan,
            stated("", "3708111985021400"),
            vault=VAULT,
            actor=world["clerk"],
            now=NOON_1_JUNE,
        )
    assert sorted(refusal.value.problems) == ["name", "number"]


def test_taken_off_and_put_back(session: Session, world: World, plan: Plan) -> None:
    clerk = world["clerk"]
    bring(session, plan, world, f"吕布\t{resident_id(700)}")
    row = session.scalars(select(Enrolment)).one()
    service.remove(session, plan, row, actor=clerk, now=NOON_1_JUNE)
    assert (row.place, row.cancelled_at, names(session, plan)) == (
        Place.CANCELLED,
        NOON_1_JUNE,
        [],
    )
    with pytest.raises(WrongStateError):
        service.remove(session, plan, row, actor=clerk, now=NOON_1_JUNE)
    bring(session, plan, world, f"吕布\t{resident_id(700)}")
    assert (row.place, row.cancelled_at) == (Place.ENROLLED, None)


def test_who_has_signed_in_stays(session: Session, world: World, plan: Plan) -> None:
    enrol(session, plan, world.person_ids[:1], now=NOON_1_JUNE)
    assert tap(session, world, plan, world.person_ids[0], now=at(8, 50)).accepted
    row = session.scalars(select(Enrolment)).one()
    with pytest.raises(WrongStateError, match="已经签到"):
        service.remove(session, plan, row, actor=world["clerk"], now=at(9))


@pytest.mark.parametrize("username", ["stranger", "officer", "lecturer", "learner"])
def test_only_the_base_itself_keeps_its_roster(
    session: Session, world: World, plan: Plan, username: str
) -> None:
    actor, action = world[username], Action.IMPORT_ROSTER
    with pytest.raises(NotFoundError):
        queries.get_own_plan(session, plan.id, actor=actor, action=action)


def test_the_service_asks_again_who_is_writing(session: Session, world: World, plan: Plan) -> None:
    actor = world["stranger"]
    with pytest.raises(ForbiddenError):
        service.import_roster(session, plan, [], vault=VAULT, actor=actor, now=NOON_1_JUNE)


def test_a_plan_on_its_way_may_have_a_roster_a_cancelled_one_may_not(
    session: Session, world: World
) -> None:
    plan = submitted_plan(
        session, world, make_session_details(world, topic="另一班"), now=NOON_1_JUNE
    )
    bring(session, plan, world, f"吕布\t{resident_id(700)}")
    withdraw_plan(session, plan, reason="不办了", actor=world["clerk"], now=NOON_1_JUNE)
    with pytest.raises(WrongStateError):
        bring(session, plan, world, f"吕布\t{resident_id(701)}")
