"""Rosters as workbooks and on paper; who waits moved up by hand."""

import io
from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from python_calamine import CalamineWorkbook
from sqlalchemy import update
from sqlalchemy.orm import Session

from ce_bases.core.spreadsheets import Column, Sheet, write_book
from ce_bases.enrolment import choosing
from ce_bases.enrolment.models import Enrolment, Place
from ce_bases.people.models import Person
from ce_bases.plans.models import Plan
from tests.conftest import NOON_1_JUNE as NOW
from tests.factories.joining import make_learners, places_of
from tests.factories.plans import filed_plan
from tests.factories.rosters import enrol
from tests.factories.world import World, resident_id
from tests.web.client import PageClient
from tests.web.enrolment.test_roster import count, key_of

__all__ = ["count"]

COLUMNS = tuple(Column(n, n) for n in ("姓名", "身份证号码", "所在单位", "职称"))


@pytest.fixture
def plan_id(session: Session, world: World) -> int:
    """The id of a class of two seats, two people in them and one waiting; committed."""
    plan = filed_plan(session, world, now=NOW, planned_number=2)
    for actor in make_learners(session, world, 3, now=NOW):
        choosing.enrol_oneself(session, plan, actor=actor, now=NOW)
    session.commit()
    return plan.id


def seats(session: Session, plan_id: int) -> dict[str, list[int]]:
    session.expire_all()
    found = places_of(session, session.get_one(Plan, plan_id))
    session.rollback()  # on SQLite an open transaction keeps every writer out
    return found


def rows_of(data: bytes) -> list[list[object]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()


def test_the_list_taken_away_has_everybody_and_no_id(
    client: PageClient, plan_id: int, session: Session
) -> None:
    person = session.query(Person).filter_by(name="学员甲").one()
    person.post = "=HYPERLINK(1)"
    session.execute(update(Enrolment).values(post=""))
    session.commit()
    client.log_in("clerk")
    answer = client.get(f"/filing/plans/{plan_id}/roster.xlsx")
    assert answer.mimetype.endswith("spreadsheetml.sheet")
    assert answer.headers["Cache-Control"] == "no-store"
    rows = rows_of(answer.data)
    assert rows[:2] == [
        ["装配式建筑专题培训班 2022-370811-0001", "", "", "", "", "", "", ""],
        ["序号", "姓名", "工作单位", "职务职称", "证件末四位", "名额", "报名方式", "录入时间"],
    ]
    last4 = {serial: resident_id(serial)[-4:] for serial in (500, 501, 502)}
    since = "2022-06-01 12:00"
    assert [row[1:] for row in rows[2:]] == [
        ["学员甲", "", "'=HYPERLINK(1)", last4[500], "已有名额", "本人报名", since],
        ["学员申", "", "工程师", last4[501], "已有名额", "本人报名", since],
        ["学员甴", "", "工程师", last4[502], "候补中", "本人报名", since],
    ]
    assert all(resident_id(serial) not in str(rows) for serial in last4)


def test_the_printed_list_has_everybody(client: PageClient, plan_id: int) -> None:
    client.log_in("clerk")
    page = BeautifulSoup(client.get(f"/filing/plans/{plan_id}/roster/print").text, "html.parser")
    captions = [caption.get_text(strip=True) for caption in page.select("caption")]
    assert captions == ["共 2 人", "候补 1 人"]
    assert [th.get_text() for th in page.select("tbody th")] == ["学员甲", "学员申", "学员甴"]


def upload(client: PageClient, plan_id: int, data: bytes, name: str = "名单.xlsx"):
    address = f"/filing/plans/{plan_id}/roster"
    fields = key_of(client.get(f"{address}/paste").text, f"{address}/upload")
    sent = {**fields, "sheet": (io.BytesIO(data), name)}
    return client.post(f"{address}/upload", data=sent, content_type="multipart/form-data")


@pytest.fixture
def wide_id(session: Session, world: World) -> int:
    """The id of a class with three seats and nobody in them."""
    plan = filed_plan(session, world, now=NOW, planned_number=3)
    session.commit()
    return plan.id


def test_an_uploaded_list_is_checked_first_and_entered_when_confirmed(
    client: PageClient, wide_id: int, count: Callable[[], int]
) -> None:
    people = [
        ("吕布", resident_id(700), '温侯\t"府"', "中郎将"),
        ("貂蝉", 370811198502147025, "", ""),
        ("", "", "", ""),
        ("董卓", resident_id(702).lower(), "=太师府", None),
    ]
    client.log_in("clerk")
    answer = upload(client, wide_id, write_book([Sheet("x", COLUMNS, people, title="培训名单")]))
    assert (answer.status_code, count()) == (200, 0)
    assert "新增 2 人，已在名单 0 人，重复 0 行，有误 1 行。" in answer.text
    page = BeautifulSoup(answer.text, "html.parser")
    wrong = page.find("caption", string=lambda text: "有误" in (text or ""))
    assert wrong is not None
    row = wrong.find_parent("table").select("tbody td")
    assert [cell.get_text(strip=True) for cell in row[:2]] == ["4", "貂蝉"]
    assert "科学记数" in row[4].get_text()
    address = f"/filing/plans/{wide_id}/roster"
    confirmed = key_of(answer.text, f"{address}/import")
    assert client.post(f"{address}/import", data=confirmed).status_code == 302
    assert count() == 2
    shown = client.get(address).text
    assert all(words in shown for words in ("温侯 &#34;府&#34;", "=太师府", "办班单位录入"))


def test_the_filled_in_template_is_understood(
    client: PageClient, wide_id: int, count: Callable[[], int]
) -> None:
    client.log_in("clerk")
    template = client.get(f"/filing/plans/{wide_id}/roster/template.xlsx").data
    heads = rows_of(template)[0]
    assert heads == ["姓名", "身份证号", "工作单位", "职务职称"]
    columns = tuple(Column(str(h), str(h)) for h in heads)
    filled = write_book([Sheet("x", columns, [("吕布", resident_id(700), "温侯府", "中郎将")])])
    assert "新增 1 人" in upload(client, wide_id, filled).text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "请先选择文件"),
        (b"not a workbook", "无法读取这个文件"),
        (b"PK\x03\x04" + b"\0" * 400, "无法读取这个文件"),
        (b"\xd0\xcf\x11\xe0" * 100, "无法读取这个文件"),
    ],
)
def test_what_is_no_list_is_refused(
    client: PageClient, wide_id: int, count: Callable[[], int], data: bytes, words: str
) -> None:
    client.log_in("clerk")
    answer = upload(client, wide_id, data, "名单.xlsx" if data else "")
    assert (answer.status_code, count()) == (422, 0)
    assert words in answer.text


def test_too_many_rows_are_refused(
    client: PageClient, wide_id: int, count: Callable[[], int]
) -> None:
    client.log_in("clerk")
    rows = [(f"张{n}", "1", "", "") for n in range(2050)]
    answer = upload(client, wide_id, write_book([Sheet("x", COLUMNS, rows)]))
    assert (answer.status_code, count()) == (422, 0)


def test_more_than_the_seats_is_said_and_nobody_can_be_entered(
    client: PageClient, wide_id: int, count: Callable[[], int]
) -> None:
    client.log_in("clerk")
    rows = [("吕布", resident_id(700 + n), "", "") for n in range(4)]
    answer = upload(client, wide_id, write_book([Sheet("x", COLUMNS, rows)]))
    assert "名额不够：会超出 1 人。" in answer.text
    assert "/roster/import" not in answer.text


def test_the_roster_shows_who_waits_and_moves_them_up_by_hand(
    client: PageClient, plan_id: int, session: Session, world: World
) -> None:
    client.log_in("clerk")
    address = f"/filing/plans/{plan_id}/roster"
    page = client.get(address).text
    assert "候补名单" in page
    assert f"{address}/promote" not in page  # no seat is free
    first = session.query(Enrolment).filter_by(place=Place.ENROLLED).first()
    assert first is not None
    first.place, first.cancelled_at = Place.CANCELLED, NOW
    session.commit()
    promote = key_of(client.get(address).text, f"{address}/promote")
    for _ in range(2):
        assert client.post(f"{address}/promote", data=promote).status_code == 302
    assert len(seats(session, plan_id)["seats"]) == 2
    again = client.post(f"{address}/promote", data={})
    assert again.status_code == 302
    assert "没有空出的名额" in client.get(address).text


@pytest.mark.parametrize("who", ["stranger", "officer", "other_officer", "lecturer", "learner"])
def test_who_does_not_keep_the_roster_moves_nobody_and_uploads_nothing(
    client: PageClient, plan_id: int, who: str, world: World, session: Session
) -> None:
    enrol(session, session.get_one(Plan, plan_id), [world["learner2"].person_id or 0], now=NOW)
    session.commit()
    before = seats(session, plan_id)
    client.log_in(who)
    for name in ("promote", "upload"):
        answer = client.post(f"/filing/plans/{plan_id}/roster/{name}")
        assert answer.status_code in {403, 404}
    reads = {"officer": 200, "lecturer": 200}
    for name in ("roster.xlsx", "roster/print"):
        assert client.get(f"/filing/plans/{plan_id}/{name}").status_code == reads.get(who, 404)
    assert seats(session, plan_id) == before


def test_a_text_in_place_of_the_file_is_no_sheet(client: PageClient, plan_id: int) -> None:
    client.log_in("clerk")
    address = f"/filing/plans/{plan_id}/roster"
    sent = {**key_of(client.get(f"{address}/paste").text, f"{address}/upload"), "sheet": "x"}

    assert client.post(f"{address}/upload", data=sent).status_code == 422
