"""The unit's people and their hours."""

from datetime import date
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from ce_bases.credits.records import recompute_records
from ce_bases.people.models import Affiliation, Person
from ce_bases.plans.models import Subject
from ce_bases.web.extensions import make_write_session
from tests.conftest import NOON_1_JUNE as NOW
from tests.factories.hours import line_values, post
from tests.factories.world import World, make_person
from tests.web.client import PageClient
from tests.web.credits.reading import words


@pytest.fixture
def hr(client: PageClient, world: World) -> PageClient:
    """The unit's personnel officer; 用户learner has 4 hours, 学员3 is complete."""
    done = world.person_ids[2]
    days = [date(2022, 3, n) for n in range(1, 13)]
    rows = [line_values(world.person_ids[0], "session:99", now=NOW)]
    for n, day in enumerate(days):
        public = n < 4
        rows.append(
            line_values(
                done,
                f"session:{n}",
                now=NOW,
                held_on=day,
                subject=Subject.PUBLIC if public else Subject.PROFESSIONAL,
                public_halves=16 * public,
                professional_halves=16 * (not public),
            )
        )
    with make_write_session() as session:
        post(session, *rows)
        recompute_records(session, [(p, 2022) for p in world.person_ids[:3]], now=NOW)
        session.commit()
    client.log_in("unit_hr")
    return client


def names(page) -> list[str]:
    from bs4 import BeautifulSoup

    rows = BeautifulSoup(page.text, "html.parser").select("tbody th")
    return [row.get_text(strip=True) for row in rows]


def test_those_who_miss_most_come_first(hr: PageClient) -> None:
    page = hr.get("/unit/people")

    assert names(page) == ["用户learner2", "学员4", "用户learner", "学员3"] or names(page) == [
        "学员4",
        "用户learner2",
        "用户learner",
        "学员3",
    ]
    assert "共4人，已完成1人，未完成3人" in words(page)
    assert "37081119850214" not in page.text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("state=complete", {"学员3"}),
        ("state=incomplete", {"学员4", "用户learner", "用户learner2"}),
        ("state=none", {"学员4", "用户learner2"}),
        ("q=learner2", {"用户learner2"}),
        ("q=%25", set()),
        ("state=x&sort=y&year=1&page=z", {"学员3", "学员4", "用户learner", "用户learner2"}),
    ],
)
def test_filters(hr: PageClient, query: str, expected: set[str]) -> None:
    assert set(names(hr.get(f"/unit/people?{query}"))) == expected


def test_people_who_left_or_work_elsewhere_are_not_listed(hr: PageClient, world: World) -> None:
    with make_write_session() as session:
        make_person(session, "外人", 50, now=NOW)
        leaver = session.query(Affiliation).filter_by(person_id=world.person_ids[3]).one()
        leaver.until_on = date(2022, 6, 1)
        session.commit()

    assert set(names(hr.get("/unit/people"))) == {"学员3", "用户learner", "用户learner2"}


def test_the_workbook_holds_the_filtered_list_and_no_formula(hr: PageClient, world: World) -> None:
    with make_write_session() as session:
        session.get_one(Person, world.person_ids[3]).name = "=1+1"
        session.commit()

    answer = hr.get("/unit/people.xlsx?state=incomplete&sort=hours")

    sheet = CalamineWorkbook.from_filelike(BytesIO(answer.data)).get_sheet_by_index(0)
    rows = sheet.to_python()
    assert rows[0] == [
        "姓名",
        "职务（岗位）",
        "身份证后四位",
        "公需学时",
        "专业学时",
        "合计学时",
        "还差学时",
        "是否完成",
    ]
    assert rows[1][:2] == ["用户learner", "工程师"]
    assert rows[1][3:] == [0.0, 4.0, 4.0, 86.0, "未完成"]
    assert {row[0] for row in rows[1:]} == {"用户learner", "用户learner2", "=1+1"}
    assert all(isinstance(row[2], str) and len(row[2]) == 4 for row in rows[1:])
    assert answer.headers["Content-Disposition"] == "attachment; filename=hours-2022.xlsx"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("who", ["learner", "clerk", "officer", "lecturer"])
def test_other_roles_see_no_staff(client: PageClient, world: World, who: str) -> None:
    client.log_in(who)

    assert client.get("/unit/people").status_code == 403
    assert client.get("/unit/people.xlsx").status_code == 403
