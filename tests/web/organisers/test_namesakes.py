"""One lecturer on the lists of two bases: asked about, joined, and never more told than “busy”."""

import uuid
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.audit.queries import history_of
from ce_bases.organisers.models import Lecturer
from ce_bases.plans.conflicts import conflicts_of
from ce_bases.plans.queries import open_revision
from ce_bases.policy.notice_2022 import POLICY
from ce_bases.web.extensions import make_write_session
from tests.conftest import NOON_1_JUNE as NOW
from tests.factories.hours import held_plan_elsewhere
from tests.factories.plans import drafted_plan, make_session_details
from tests.factories.world import VAULT, World, resident_id
from tests.web.client import PageClient

NEW = "/filing/lecturers/new"


def sent(**changes: str) -> dict[str, str]:
    """The form about the lecturer whom the other base lists already."""
    return {
        "idempotency_key": str(uuid.uuid4()),
        "name": "孔讲师",
        "unit_name": "曲阜市 教研室",
        "title": "正高级教师",
        **changes,
    }


def lecturers() -> list[Lecturer]:
    with make_write_session() as session:
        return list(session.scalars(select(Lecturer).order_by(Lecturer.id)))


def asks(html: str) -> bool:
    return BeautifulSoup(html, "html.parser").select_one("select[name=same_person]") is not None


def test_a_namesake_elsewhere_is_asked_about_without_saying_where(
    client: PageClient, world: World
) -> None:
    client.log_in("clerk")
    assert not asks(client.get(NEW).text)

    answer = client.post(NEW, data=sent())

    assert answer.status_code == 422
    assert asks(answer.text)
    assert "曲阜教师继续教育基地" not in answer.text
    assert len(lecturers()) == 2


@pytest.mark.parametrize(("said", "is_one"), [("yes", True), ("no", False)])
def test_the_answer_is_kept_recorded_and_not_asked_again(
    client: PageClient, session: Session, world: World, said: str, is_one: bool
) -> None:
    client.log_in("clerk")

    assert client.post(NEW, data=sent(same_person=said)).status_code == 302

    _own, theirs, mine = lecturers()
    assert mine.person is not None
    assert (mine.person == theirs.person) is is_one
    assert mine.person_key is not None
    assert theirs.title == "正高级教师"
    assert [e.action for e in history_of(session, "lecturer", mine.id)] == [
        "add_lecturer",
        "answer_namesake",
    ]
    session.rollback()  # SQLite: reading held the one place of the writer
    again = client.get(f"/filing/lecturers/{mine.id}")
    assert not asks(again.text)
    assert client.post(f"/filing/lecturers/{mine.id}", data=sent(title="教授")).status_code == 302


def test_two_ids_answer_by_themselves(client: PageClient, session: Session, world: World) -> None:
    session.get_one(Lecturer, world.other_lecturer_id).identity_index = VAULT.index(resident_id(7))
    session.commit()
    client.log_in("clerk")

    assert client.post(NEW, data=sent(number=resident_id(8))).status_code == 302
    assert client.post(NEW, data=sent(number=resident_id(7))).status_code == 302

    _own, theirs, other, same = lecturers()
    assert other.person != theirs.person
    assert same.person == theirs.person


def test_an_id_given_later_is_followed_by_those_said_to_be_the_same(
    client: PageClient, world: World
) -> None:
    client.log_in("clerk")
    client.post(NEW, data=sent(same_person="yes"))
    client.log_in("stranger")
    number = resident_id(7)

    answer = client.post(f"/filing/lecturers/{world.other_lecturer_id}", data=sent(number=number))

    assert answer.status_code == 302
    _own, theirs, mine = lecturers()
    assert (theirs.identity_index, mine.identity_index) == (VAULT.index(number), None)
    assert theirs.person == mine.person == VAULT.index(number)


def test_with_two_different_people_of_that_name_nobody_is_asked(
    client: PageClient, session: Session, world: World
) -> None:
    theirs = session.get_one(Lecturer, world.other_lecturer_id)
    theirs.identity_index = VAULT.index(resident_id(7))
    session.add(
        Lecturer(
            organiser_id=world.city_base_id,
            name=theirs.name,
            unit_name=theirs.unit_name,
            title="讲师",
            identity_index=VAULT.index(resident_id(8)),
        )
    )
    session.commit()
    client.log_in("clerk")

    assert client.post(NEW, data=sent()).status_code == 302


def test_another_unit_is_another_person(client: PageClient, world: World) -> None:
    client.log_in("clerk")

    assert client.post(NEW, data=sent(unit_name="邹城市教研室")).status_code == 302


def test_a_lecturer_listed_before_is_asked_about_when_changed(
    client: PageClient, session: Session, world: World
) -> None:
    mine = session.get_one(Lecturer, world.lecturer_id)
    mine.name, mine.unit_name = "孔讲师", "曲阜市教研室"
    session.commit()
    client.log_in("clerk")
    address = f"/filing/lecturers/{world.lecturer_id}"

    assert asks(client.get(address).text)
    assert client.post(address, data=sent()).status_code == 422
    assert client.post(address, data=sent(same_person="yes")).status_code == 302
    own, theirs = lecturers()
    assert own.person == theirs.person is not None


def test_whom_the_clerk_said_to_be_the_same_is_busy(
    client: PageClient, session: Session, world: World
) -> None:
    client.log_in("clerk")
    client.post(NEW, data=sent(same_person="yes"))
    mine = lecturers()[-1]
    held_plan_elsewhere(session, world, people=[], now=NOW)
    row = replace(make_session_details(world), lecturer_id=mine.id)
    revision = open_revision(drafted_plan(session, world, row, now=NOW))
    assert revision is not None

    assert [str(f.text) for f in conflicts_of(session, revision, POLICY)] == [
        "授课人孔讲师在 09:00–12:00 另有安排（不在本单位）。"
    ]
