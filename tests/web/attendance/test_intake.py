"""The file of a phone without network, taken in at the base: looked at first, then entered once."""

import json
import uuid
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from ce_bases.attendance.models import AttendanceRecord, RefusedSign, SignEvent, WalkIn, Way
from ce_bases.audit.models import AuditEntry
from ce_bases.organisers.models import Lecturer
from ce_bases.web.extensions import make_write_session
from tests.conftest import NOON_1_JUNE, FrozenClock
from tests.factories.plans import filed_plan
from tests.factories.rosters import at, enrol, first_session_id
from tests.factories.world import World
from tests.rows import count_stored as count
from tests.web.client import PageClient

URL = "/filing/offline-file"
DEVICE = "0b6f8a52-0000-4000-8000-000000000001"


@pytest.fixture
def session_id(session: Session, world: World, clock: FrozenClock) -> int:
    """A session of 20 June 2022, 09:00–12:00, three on its roster; it is the evening after."""
    plan = filed_plan(session, world, now=NOON_1_JUNE)
    enrol(session, plan, world.person_ids[:3], now=NOON_1_JUNE)
    found = first_session_id(plan)
    session.commit()
    clock.set(at(20))
    return found


def tap(person: int, **changes: Any) -> dict[str, Any]:
    moment = round(at(8, 40).timestamp() * 1000)
    item = {"id": str(uuid.uuid4()), "kind": "in", "person": person, "at": moment, "seq": 1}
    return {**item, **changes}


def file_of(session_id: int, *items: dict[str, Any], **changes: Any) -> str:
    delivery = {"session": session_id, "account": 1, "items": list(items)}
    told = {"kind": "ce-door-queue", "format": 1, "device": DEVICE, "deliveries": [delivery]}
    return json.dumps({**told, **changes})


def choose(client: PageClient, text: str) -> TestResponse:
    """Send the form with the file; written by hand, the client would leave a large file open."""
    parts = {
        'name="idempotency_key"': str(uuid.uuid4()),
        'name="file"; filename="offline.json"': text,
    }
    body = "".join(
        f"--edge\r\nContent-Disposition: form-data; {name}\r\n\r\n{value}\r\n"
        for name, value in parts.items()
    )
    return client.post(
        URL, data=f"{body}--edge--\r\n".encode(), content_type="multipart/form-data; boundary=edge"
    )


def fields_of(page: str) -> dict[str, str]:
    (form,) = BeautifulSoup(page, "html.parser").find_all("form", action=f"{URL}/confirm")
    return {f["name"]: f["value"] for f in form.find_all("input")}


def results_of(page: str) -> list[list[str]]:
    rows = BeautifulSoup(page, "html.parser").select("tbody tr")
    return [[cell.get_text(" ", strip=True) for cell in row.find_all(["th", "td"])] for row in rows]


def test_looked_at_then_entered_once(client: PageClient, world: World, session_id: int) -> None:
    client.log_in("clerk")
    assert client.get(URL).status_code == 200
    one, stranger = tap(world.person_ids[0]), tap(world.person_ids[3])
    page = choose(client, file_of(session_id, one, stranger)).text
    assert results_of(page) == [
        ["用户learner", "签到", "6月20日 周一 08:40", "✓ 将录入"],
        [
            "不在名单上的人",
            "签到",
            "6月20日 周一 08:40",
            "✕ 这个人不在名单上。请先由办班单位加入名单，再签到。",
        ],
    ]
    assert (count(SignEvent), count(RefusedSign), count(AttendanceRecord)) == (0, 0, 0)
    fields = fields_of(page)
    for _twice in range(2):
        assert client.post(f"{URL}/confirm", data=fields).status_code == 302
    with make_write_session() as session:
        event = session.scalars(select(SignEvent)).one()
        assert (event.way, event.recorded_by, event.device, event.reason, event.occurred_at) == (
            Way.TAP,
            world["clerk"].account_id,
            DEVICE,
            "离线文件（手机 0b6f8a52）",
            at(8, 40),
        )
        acts = session.scalars(select(AuditEntry).where(AuditEntry.action == "take_in_file")).all()
        assert [act.after for act in acts] == [{"accepted": 1, "refused": 1, "device": DEVICE}]
    again = choose(client, file_of(session_id, one)).text
    assert results_of(again) == [["用户learner", "签到", "6月20日 周一 08:40", "已经有了"]]


def test_the_undo_of_the_phone_counts_too(
    client: PageClient, world: World, session_id: int
) -> None:
    client.log_in("clerk")
    sign = tap(world.person_ids[0])
    undo = tap(world.person_ids[0], kind="annul", annuls=sign["id"])
    page = choose(client, file_of(session_id, sign, undo)).text
    assert [row[1:2] + row[3:] for row in results_of(page)] == [
        ["签到", "✓ 将录入"],
        ["撤销", "✓ 将录入"],
    ]
    client.post(f"{URL}/confirm", data=fields_of(page))
    with make_write_session() as session:
        assert session.scalars(select(AttendanceRecord.signed_in_at)).all() == [None]


@pytest.mark.parametrize(
    ("moment", "entered"),
    [
        (at(12, day=at(12).date().replace(day=22)), 1),
        (at(12, 0, 1, day=at(12).date().replace(day=22)), 0),
    ],
)
def test_for_48_hours_after_the_class(
    client: PageClient, world: World, session_id: int, clock: FrozenClock, moment: Any, entered: int
) -> None:
    clock.set(moment)
    client.log_in("clerk")
    page = choose(client, file_of(session_id, tap(world.person_ids[0]))).text
    assert ("已超过课后 48 小时" in page) is not bool(entered)
    client.post(f"{URL}/confirm", data=fields_of(page))
    assert count(SignEvent) == entered


def test_the_lecturer_does_not_enter_their_own(
    client: PageClient, session: Session, world: World, session_id: int
) -> None:
    session.get_one(Lecturer, world.lecturer_id).account_id = world["clerk"].account_id
    session.commit()
    client.log_in("clerk")
    page = choose(client, file_of(session_id, tap(world.person_ids[0]))).text
    assert "须由授课人以外的人办理" in page
    client.post(f"{URL}/confirm", data=fields_of(page))
    assert count(SignEvent) == 0


def test_a_strangers_class_stays_unnamed(client: PageClient, world: World, session_id: int) -> None:
    client.log_in("stranger")
    page = choose(client, file_of(session_id, tap(world.person_ids[0]))).text
    assert "这个课次不是本单位的" in page
    assert "装配式" not in page
    assert "用户learner" not in page
    client.post(f"{URL}/confirm", data=fields_of(page))
    assert (count(SignEvent), count(RefusedSign)) == (0, 0)


@pytest.mark.parametrize("username", ["lecturer", "learner", "officer", "unit_hr", "admin"])
def test_who_is_not_let_in(client: PageClient, session_id: int, username: str) -> None:
    client.log_in(username)
    assert client.get(URL).status_code == 403
    assert choose(client, file_of(session_id)).status_code == 403
    assert client.post(f"{URL}/confirm", data={"content": "x"}).status_code == 403


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "null",
        "[]",
        "[" * 50_000,
        "{}",
        '{"kind": "ce-door-queue"}',
        '{"kind": "ce-door-queue", "format": 1, "deliveries": []}',
        '{"kind": "ce-door-queue", "format": 1, "deliveries": [null]}',
        '{"kind": "ce-door-queue", "format": 1, "deliveries": [{"session": "1", "items": []}]}',
        '{"kind": "ce-door-queue", "format": 7, "deliveries": [{"session": 1, "items": []}]}',
        '{"kind": "ce-door-queue", "format": 1, "deliveries": [{"session": 1}]}',
        "\0",
        "x" * 1_000_001,
    ],
)
def test_what_is_no_such_file_is_refused_in_words(
    client: PageClient, session_id: int, text: str
) -> None:
    client.log_in("clerk")
    answer = choose(client, text)
    assert answer.status_code == 422
    assert "请检查以下内容" in answer.text
    confirm = {"idempotency_key": str(uuid.uuid4()), "content": text[:5000]}
    assert client.post(f"{URL}/confirm", data=confirm).status_code == 422
    assert count(SignEvent) == 0


def test_no_file_chosen(client: PageClient, session_id: int) -> None:
    client.log_in("clerk")
    answer = client.post(URL, data={"idempotency_key": str(uuid.uuid4())})
    assert (answer.status_code, "请选择文件" in answer.text) == (422, True)


def test_the_overview_leads_here(client: PageClient, session_id: int) -> None:
    client.log_in("clerk")
    assert URL in client.get(f"/filing/sessions/{session_id}/attendance").text
    client.log_in("lecturer")
    assert URL not in client.get(f"/filing/sessions/{session_id}/attendance").text


def test_those_on_no_list_and_their_leaving(
    client: PageClient, world: World, session_id: int
) -> None:
    at_nine = round(at(9).timestamp() * 1000)
    guest = {"id": str(uuid.uuid4()), "kind": "walk_in", "name": "孙建国", "last4": "077X"}
    known = {"id": str(uuid.uuid4()), "kind": "walk_in_out", "guest": guest["id"]}
    unknown = {"id": str(uuid.uuid4()), "kind": "walk_in_back", "guest": str(uuid.uuid4())}
    items = [{**item, "at": at_nine} for item in (guest, known, unknown)]
    client.log_in("clerk")
    text = file_of(session_id, *items, format=3)
    page = choose(client, text).text
    moment = results_of(page)[0][2]
    assert results_of(page) == [
        ["孙建国", "记下现场人员", moment, "✓ 将录入"],
        ["孙建国", "现场人员离场", moment, "✓ 将录入"],
        [
            "不在名单上的人",
            "撤回现场人员",
            moment,
            "✕ 这位现场人员没有登记下来，离场或撤回没有记录。",
        ],
    ]
    assert count(WalkIn) == 0
    client.post(f"{URL}/confirm", data=fields_of(page))
    with make_write_session() as session:
        assert session.scalars(select(WalkIn.left_at)).one() == at(9)
    again = results_of(choose(client, text).text)
    assert [row[3] for row in again[:2]] == ["已经有了"] * 2
    assert [row[0] for row in again[:2]] == ["孙建国"] * 2
