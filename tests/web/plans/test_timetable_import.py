"""A timetable from a spreadsheet: shown row by row, and written only when confirmed."""

import io
import json
from collections.abc import Sequence
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from ce_bases.core.spreadsheets import Sheet, read_rows, write_book
from ce_bases.organisers.models import Lecturer
from ce_bases.plans.amendments import open_change
from ce_bases.plans.details import SessionDetails, details_of
from ce_bases.plans.models import Plan
from ce_bases.plans.queries import open_revision
from ce_bases.plans.standing import shown_revision
from ce_bases.plans.timetable_import import COLUMNS
from ce_bases.web.extensions import make_write_session
from tests.conftest import NOON_1_JUNE as NOW
from tests.factories.plans import drafted_plan, filed_plan, make_session_details, submitted_plan
from tests.factories.world import World
from tests.web.client import PageClient
from tests.web.plans.forms import typed

Cells = Sequence[str | float | None]
GOOD: Cells = (
    "2022-06-20",
    "09:00",
    "12:00",
    "",
    "",
    "第一课",
    "用户 LECTURER",
    "",
    "",
    "第一教室",
)
TYPED: Cells = (
    *("2022年6月21日", "14:00", "17:10", 10, 4, "第二课"),
    *("客座教师", "省立医院", "主任医师", "省立医院", "济南市"),
)


@pytest.fixture
def plan_id(session: Session, world: World) -> int:
    plan = drafted_plan(session, world, now=NOW)
    session.commit()
    return plan.id


def book(*rows: Cells) -> bytes:
    return write_book([Sheet("课程安排", COLUMNS, rows)])


def upload(client: PageClient, plan_id: int, data: bytes, name: str = "课程.xlsx") -> TestResponse:
    address = f"/filing/plans/{plan_id}/timetable"
    sent = {key: value for key, value in typed(client.get(address).text).items() if key != "file"}
    return client.post(
        address,
        data={**sent, "file": (io.BytesIO(data), name)},
        content_type="multipart/form-data",
    )


def confirmation(page: TestResponse) -> dict[str, str]:
    form = BeautifulSoup(page.text, "html.parser").select_one("form[action$='/timetable/import']")
    assert form is not None
    return {str(i["name"]): str(i.get("value", "")) for i in form.select("input[name]")}


def confirm(client: PageClient, plan_id: int, sent: dict[str, str], **changes: str) -> TestResponse:
    return client.post(f"/filing/plans/{plan_id}/timetable/import", data={**sent, **changes})


def stored(plan_id: int) -> list[SessionDetails]:
    """The timetable as it is now, without the lasting ids."""
    with make_write_session() as session:
        details = details_of(shown_revision(session.get_one(Plan, plan_id)))
        return [replace(row, uid="") for row in details.sessions]


def results(page: TestResponse) -> list[str]:
    rows = BeautifulSoup(page.text, "html.parser").select("tbody tr")
    return [row.select("td")[-1].get_text(" ", strip=True) for row in rows]


def test_the_template_is_read_back_by_its_own_headings(client: PageClient, world: World) -> None:
    client.log_in("clerk")

    answer = client.get("/filing/timetable.xlsx")

    assert answer.mimetype.endswith("spreadsheetml.sheet")
    with pytest.raises(Exception, match="没有填写任何一行"):
        read_rows(answer.data, COLUMNS)


def test_what_is_uploaded_is_shown_and_nothing_written(
    client: PageClient, world: World, plan_id: int
) -> None:
    client.log_in("clerk")
    before = stored(plan_id)

    page = upload(client, plan_id, book(GOOD, TYPED))

    assert page.status_code == 200
    assert results(page) == ["可以导入，4 学时", "可以导入，4 学时"]
    assert stored(plan_id) == before


@pytest.mark.parametrize("place", ["replace", "add", ""])
def test_what_is_confirmed_is_written(
    client: PageClient, world: World, plan_id: int, place: str
) -> None:
    client.log_in("clerk")
    before = stored(plan_id)
    sent = confirmation(upload(client, plan_id, book(TYPED, GOOD)))

    answer = confirm(client, plan_id, sent, place=place)

    assert answer.location == f"/filing/plans/{plan_id}/edit#timetable"
    first = make_session_details(world, topic="第一课")
    second = SessionDetails(
        held_on=first.held_on.replace(day=21),
        starts_at=first.starts_at.replace(hour=14),
        ends_at=first.ends_at.replace(hour=17, minute=10),
        halves=8,
        topic="第二课",
        break_minutes=10,
        lecturer_name="客座教师",
        lecturer_unit="省立医院",
        lecturer_title="主任医师",
        venue_name="省立医院",
        venue_address="济南市",
        venue_area="370811",
    )
    kept = [] if place == "replace" else before
    assert stored(plan_id) == [*kept, first, second]
    again = confirm(client, plan_id, sent, place=place)
    assert again.location == answer.location, "sent twice, written once"
    assert stored(plan_id) == [*kept, first, second]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({0: "2022-13-01"}, "日期： 没有这一天，请按 2022-06-20 的样子填写。"),
        ({0: ""}, "日期： 请填写日期。"),
        ({1: "25:00"}, "开始： 没有这个时间，请按 09:00 的样子填写。"),
        ({2: "08:00"}, "结束： 结束时间应晚于开始时间。"),
        ({3: "很久"}, "休息（分钟）： 请填写整数。"),
        ({4: 3.3}, "学时： 学时以 0.5 为一级，如 3.5。"),
        ({4: 5}, "学时： 这段时间最多 4 学时（每学时 45 分钟，扣除休息）。"),
        ({5: "长" * 201}, "课题： 最多 200 个字。"),
    ],
)
def test_a_wrong_row_is_named_and_the_whole_sheet_waits(
    client: PageClient, world: World, plan_id: int, changes: dict[int, str], problem: str
) -> None:
    client.log_in("clerk")
    wrong = [changes.get(n, value) for n, value in enumerate(GOOD)]

    page = upload(client, plan_id, book(TYPED, wrong))

    assert page.status_code == 422
    assert results(page) == ["可以导入，4 学时", problem]
    assert "timetable/import" not in page.text


def test_a_name_that_two_lecturers_share_needs_the_unit(
    client: PageClient, session: Session, world: World, plan_id: int
) -> None:
    session.add(
        Lecturer(organiser_id=world.base_id, name="用户lecturer", unit_name="别处", title="讲师")
    )
    session.commit()
    client.log_in("clerk")

    unclear = upload(client, plan_id, book(GOOD))
    clear = upload(client, plan_id, book([*GOOD[:7], "别处", *GOOD[8:]]))

    assert results(unclear) == ["授课人： 名单里有 2 位这个姓名的授课人，请填写单位。"]
    assert results(clear) == ["可以导入，4 学时"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "请选择文件"),
        (b"not a workbook", "无法读取这个文件"),
        (b"PK\x03\x04" + b"\0" * 100, "无法读取这个文件"),
        (write_book([Sheet("x", COLUMNS[:2], [("2022-06-20", "09:00")])]), "表头里缺少"),
        (book(*[GOOD] * 121), "一次最多导入 120 行"),
    ],
)
def test_what_is_no_timetable_is_refused(
    client: PageClient, world: World, plan_id: int, data: bytes, words: str
) -> None:
    client.log_in("clerk")

    page = upload(client, plan_id, data, "" if data == b"" else "x.xlsx")

    assert page.status_code == 422
    assert words in page.text


@pytest.mark.parametrize(
    "rows",
    [
        *("", "x", "[]", "{}", "[1]", '[["x", {}]]', "[[1, 2]]", "[" * 5000),
        json.dumps([[5, {"held_on": "2022-06-20"}]]),
        json.dumps([[5, {"held_on": ["2022"], "starts_at": None}]]),
    ],
)
def test_a_confirmation_nobody_was_shown_writes_nothing(
    client: PageClient, world: World, plan_id: int, rows: str
) -> None:
    client.log_in("clerk")
    before = stored(plan_id)
    sent = confirmation(upload(client, plan_id, book(GOOD)))

    answer = confirm(client, plan_id, sent, rows=rows)

    assert answer.status_code == 422
    assert "重新上传" in answer.text
    assert stored(plan_id) == before


def test_too_many_sessions_are_refused(client: PageClient, world: World, plan_id: int) -> None:
    client.log_in("clerk")
    sent = confirmation(upload(client, plan_id, book(*[GOOD] * 120)))

    assert confirm(client, plan_id, sent, place="add").status_code == 422
    assert len(stored(plan_id)) == 1


def test_a_colleagues_newer_text_is_not_written_over(
    client: PageClient, world: World, plan_id: int
) -> None:
    client.log_in("clerk")
    sent = confirmation(upload(client, plan_id, book(GOOD)))
    other = confirmation(upload(client, plan_id, book(TYPED)))
    assert confirm(client, plan_id, other, place="replace").status_code == 302

    answer = confirm(client, plan_id, sent, place="replace")

    assert answer.status_code == 409
    assert [row.topic for row in stored(plan_id)] == ["第二课"]


def test_a_change_of_a_filed_plan_takes_a_sheet_and_what_is_on_file_stays(
    client: PageClient, world: World, session: Session
) -> None:
    plan = filed_plan(session, world, now=NOW)
    before = details_of(shown_revision(plan)).sessions
    open_change(session, plan, actor=world["clerk"], now=NOW)
    session.commit()
    client.log_in("clerk")

    seen = upload(client, plan.id, book(TYPED))
    answer = confirm(client, plan.id, confirmation(seen))

    assert (seen.status_code, answer.status_code) == (200, 302)
    with make_write_session() as fresh:
        found = fresh.get_one(Plan, plan.id)
        change = open_revision(found)
        assert change is not None
        assert [row.topic for row in details_of(change).sessions] == [
            *(row.topic for row in before),
            "第二课",
        ]
        assert details_of(shown_revision(found)).sessions == before


def test_strangers_and_submitted_plans_are_left_alone(
    client: PageClient, session: Session, world: World, plan_id: int
) -> None:
    submitted = submitted_plan(session, world, now=NOW)
    session.commit()
    client.log_in("clerk")
    sent = confirmation(upload(client, plan_id, book(GOOD)))
    assert client.get(f"/filing/plans/{submitted.id}/timetable").status_code == 409
    assert confirm(client, submitted.id, sent).status_code == 409
    client.log_in("stranger")
    for missing in (plan_id, 987654):
        assert client.get(f"/filing/plans/{missing}/timetable").status_code == 404
        assert confirm(client, missing, sent).status_code == 404
    client.log_in("officer")
    assert client.get(f"/filing/plans/{plan_id}/timetable").status_code == 403
