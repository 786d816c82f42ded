"""One resident ID is one person, whoever types it and however."""

from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ce_bases.people.models import Affiliation, Person, Unit
from ce_bases.people.service import Stated, find_or_add_people, problems_of, stated
from tests.conftest import NOON_1_JUNE
from tests.factories.world import VAULT, World, resident_id


def with_x() -> str:
    """A constructed ID that ends in X."""
    return next(i for i in map(resident_id, range(1000)) if i.endswith("X"))


@pytest.mark.parametrize(
    ("typed", "is_good"),
    [
        (with_x(), True),
        (with_x().lower(), True),
        (" ".join([with_x()[:6], with_x()[6:14], with_x()[14:]]), True),
        ("".join(chr(ord(c) + 0xFEE0) for c in with_x()), True),
        (f"'{with_x()}", True),
        (f"\u200b{with_x()}\t", True),
        ("370811850214001", False),
        (with_x()[:-1] + "0", False),
        (with_x()[:-1], False),
        (f"{with_x()[:6]}19850230{with_x()[14:]}", False),
        ("", False),
        ("3.70811E+17", False),
    ],
)
def test_the_number_is_made_normal_before_it_is_judged(typed: str, is_good: bool) -> None:
    person = stated("张三", typed)
    problems = problems_of(person, now=NOON_1_JUNE)
    assert (set(problems), person.number == with_x()) == (
        (set(), True) if is_good else ({"number"}, False)
    )


def test_15_digits_are_refused_with_advice() -> None:
    problems = problems_of(stated("张三", "370811850214001"), now=NOON_1_JUNE)
    assert str(problems["number"]) == "这是 15 位旧身份证号，请改用现行的 18 位号码。"


def kept(session: Session, world: World, person: Stated) -> Person:
    found = find_or_add_people(
        session, [person], vault=VAULT, actor=world["clerk"], now=NOON_1_JUNE
    )
    return found[VAULT.index(person.number)]


def test_a_new_person_is_sealed_and_found_again(session: Session, world: World) -> None:
    number = resident_id(500)
    person = kept(session, world, stated("单雄信", number, "没有登记的单位", "工程师"))
    again = kept(session, world, stated("单 雄 信", number.lower()))
    assert again is person
    assert (person.name, person.initials, person.post) == ("单雄信", "SXX", "工程师")
    assert person.id_last4 == number[-4:]
    assert number.encode() not in person.id_cipher
    assert person.affiliations == []


def test_a_unit_is_noted_only_for_those_who_never_had_one(session: Session, world: World) -> None:
    unit = session.get_one(Unit, world.unit_id)
    person = stated("吕布", resident_id(600), unit.name)
    added = kept(session, world, person)
    kept(session, world, person)
    rows = session.scalars(select(Affiliation).where(Affiliation.person_id == added.id)).all()
    assert [(row.unit_id, row.since_on, row.until_on) for row in rows] == [
        (unit.id, date(2022, 6, 1), None)
    ]
    rows[0].until_on = date(2022, 6, 1)
    kept(session, world, person)
    count = select(func.count()).select_from(Affiliation)
    assert session.scalar(count.where(Affiliation.person_id == added.id)) == 1
