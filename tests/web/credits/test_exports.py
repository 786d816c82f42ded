"""The year to take away, and what a base has posted."""

import io
import json
from datetime import date, time

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from ce_bases.core.clock import moment_at
from ce_bases.credits import service
from ce_bases.credits.models import Kind, LedgerLine, Origin
from ce_bases.credits.records import recompute_records
from ce_bases.web.extensions import make_write_session
from tests.conftest import NOON_1_JUNE as NOW
from tests.conftest import FrozenClock
from tests.factories.hours import held_plan, line_values, post
from tests.factories.plans import make_session_details
from tests.factories.world import World
from tests.unit.documents.samples import pages_of
from tests.web.client import PageClient
from tests.web.credits.reading import words

AFTER = moment_at(date(2022, 6, 21), time(9, 0))
EVENING = {
    "kind": Kind.EXPERT_SERVICE,
    "origin": Origin.CLAIM,
    "starts_at": time(19, 0),
    "professional_halves": 4,
    "clause": "二(二)4(4)",
}


@pytest.fixture
def plan_id(world: World, clock: FrozenClock) -> int:
    """Nine hours of the learner on one day, of which eight count; one line was corrected."""
    with make_write_session() as session:
        plan = held_plan(
            session,
            world,
            make_session_details(world, topic="=上午课", halves=8),
            make_session_details(
                world, topic="下午课", starts=time(13, 0), ends=time(16, 0), halves=8
            ),
            now=NOW,
            people=[world["learner"].person_id],
        )
        service.confirm_attendance(session, plan, actor=world["clerk"], now=AFTER)
        line = session.scalars(select(LedgerLine).where(LedgerLine.starts_at == time(9, 0))).one()
        service.reverse_line(
            session, line, "签到后离场", actor=world["officer"], now=AFTER, replacement=6
        )
        person_id = world["learner"].person_id
        assert person_id is not None
        post(session, line_values(person_id, "claim:1", now=AFTER, title="阅卷", **EVENING))
        recompute_records(session, [(person_id, 2022)], now=AFTER)
        session.commit()
    clock.set(AFTER)
    return plan.id


def test_json_has_every_line_and_what_was_taken_back(
    client: PageClient, world: World, plan_id: int
) -> None:
    client.log_in("learner")

    answer = client.get("/me/years/2022/record.json")

    assert answer.headers["Content-Disposition"] == 'attachment; filename="hours-2022.json"'
    told = json.loads(answer.data)
    assert told["credited"] == {"public": 0, "professional": 8, "all": 8}
    assert told["complete"] is False
    assert [
        (e["title"], e["claimed"]["professional"], e["credited"]["professional"], e["limits"])
        for e in told["lines"]
    ] == [
        ("阅卷", 2, 1, ["daily_cap"]),
        ("装配式建筑专题培训班 · 下午课", 4, 4, []),
        ("装配式建筑专题培训班 · =上午课", 3, 3, []),
    ]
    assert "8 学时上限" in told["lines"][0]["explanation"][1]
    assert told["reversed"][0]["reason"] == "签到后离场"
    assert told["reversed"][0]["hours"] == 4


def test_the_workbook_has_both_and_no_formula(
    client: PageClient, world: World, plan_id: int
) -> None:
    client.log_in("learner")

    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get("/me/years/2022/record.xlsx").data))
    live, taken = (book.get_sheet_by_index(n).to_python() for n in (0, 1))

    assert live[0][0] == "用户learner 2022 年：公需 0 学时，专业 8 学时，合计 8 学时"
    assert [row[3:6] for row in live[2:]] == [[2, 0, 1], [4, 0, 4], [3, 0, 3]]
    assert live[4][1].endswith("=上午课")
    assert taken[1][2:3] == [4]


def test_the_pdf_can_be_read_back(client: PageClient, world: World, plan_id: int) -> None:
    client.log_in("learner")

    text = "".join(pages_of(client.get("/me/years/2022/record.pdf").data))

    for part in ("2022年继续教育学时清单", "下午课", "=上午课", "签到后离场", "8学时上限"):
        assert part in text, part


@pytest.mark.parametrize(
    "path", ["2021/record.json", "2023/record.pdf", "2022/record.exe", "9999/record.xlsx"]
)
def test_there_is_no_other_export(client: PageClient, world: World, path: str) -> None:
    client.log_in("learner")

    assert client.get(f"/me/years/{path}").status_code == 404


def test_an_empty_year_can_be_exported(client: PageClient, world: World) -> None:
    client.log_in("learner2")

    assert json.loads(client.get("/me/years/2022/record.json").data)["lines"] == []
    for kind in ("xlsx", "pdf"):
        assert client.get(f"/me/years/2022/record.{kind}").status_code == 200


def test_a_base_sees_and_exports_what_it_posted(
    client: PageClient, world: World, plan_id: int
) -> None:
    client.log_in("clerk")
    address = f"/filing/plans/{plan_id}/hours"
    assert f'href="{address}"' in client.get(f"/filing/plans/{plan_id}/confirm").text
    shown = words(client.get(address))
    assert "已冲销：签到后离场" in shown
    assert "更正后的记录：签到后离场" in shown

    rows = (
        CalamineWorkbook.from_filelike(io.BytesIO(client.get(f"{address}.xlsx").data))
        .get_sheet_by_index(0)
        .to_python()
    )

    assert sorted(row[6] for row in rows[1:]) == [0, 3, 4]
    assert all(len(str(row[1])) == 4 for row in rows[1:]), "never a full ID"


def test_another_base_finds_nothing(client: PageClient, world: World, plan_id: int) -> None:
    client.log_in("stranger")

    for path in (f"/filing/plans/{plan_id}/hours", f"/filing/plans/{plan_id}/hours.xlsx"):
        assert client.get(path).status_code == 404


def test_before_the_confirmation_there_is_nothing_posted(
    client: PageClient, world: World, clock: FrozenClock
) -> None:
    with make_write_session() as session:
        plan = held_plan(session, world, now=NOW)
        session.commit()
    client.log_in("clerk")

    assert "还没有确认考勤" in words(client.get(f"/filing/plans/{plan.id}/hours"))
