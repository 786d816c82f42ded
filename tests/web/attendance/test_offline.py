"""What the lecturer's phone asks for and sends by script: its list, its token, its queue."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from ce_bases.attendance.models import AttendanceRecord, RefusedSign, SignEvent
from ce_bases.core.identity import IdVault
from ce_bases.people.models import Person
from ce_bases.web.extensions import db
from tests.conftest import NOON_1_JUNE, FrozenClock
from tests.factories.plans import filed_plan
from tests.factories.rosters import at, enrol, first_session_id
from tests.factories.world import World, resident_id
from tests.rows import count_stored as count
from tests.web.client import PageClient

DEVICE = "0b6f8a52-0000-4000-8000-000000000001"


def millis(moment: Any) -> int:
    return round(moment.timestamp() * 1000)


class Door:
    """A filed session of 20 June 2022, 09:00–12:00, three people, and the lecturer's phone."""

    def __init__(self, session_id: int, world: World) -> None:
        self.url = f"/teach/sessions/{session_id}"
        self.session_id = session_id
        self.people = world.person_ids
        self.account = world["lecturer"].account_id
        self.clerk = world["clerk"].account_id

    def body(self, *items: dict[str, Any], **changes: Any) -> dict[str, Any]:
        return {
            "format": 1,
            "device": DEVICE,
            "account": self.account,
            "items": list(items),
            **changes,
        }

    def tap(self, number: int = 0, moment: Any = None, **changes: Any) -> dict[str, Any]:
        item = {
            "id": str(uuid.uuid4()),
            "kind": "in",
            "person": self.people[number],
            "at": millis(moment or at(8, 40)),
            "seq": 1,
            "offset": 0,
        }
        return {**item, **changes}


@pytest.fixture
def door(session: Session, world: World, clock: FrozenClock) -> Door:
    plan = filed_plan(session, world, now=NOON_1_JUNE)
    enrol(session, plan, world.person_ids[:3], now=NOON_1_JUNE)
    door = Door(first_session_id(plan), world)
    session.commit()
    clock.set(at(8, 50))
    return door


def test_a_queue_is_answered_item_by_item(client: PageClient, door: Door) -> None:
    client.log_in("lecturer")
    good, early, stranger = (
        door.tap(),
        door.tap(1, at(8), kind="out"),
        door.tap(3),
    )
    answer = client.post(f"{door.url}/batch", json=door.body(good, early, stranger))
    assert (answer.status_code, answer.json["verdicts"]) == (
        200,
        [
            {"id": good["id"], "status": "ok"},
            {"id": early["id"], "status": "ok"},
            {
                "id": stranger["id"],
                "status": "refused",
                "code": "not_on_roster",
                "words": "这个人不在名单上。请先由办班单位加入名单，再签到。",
            },
        ],
    )
    rows = {row["p"]: row for row in answer.json["rows"]}
    assert set(rows) == set(door.people[:2])  # those it was about, nobody else
    assert rows[door.people[0]]["in"] == good["at"]
    assert rows[door.people[1]]["off"] is True
    again = client.post(f"{door.url}/batch", json=door.body(good, stranger))
    assert [v["status"] for v in again.json["verdicts"]] == ["there", "refused"]
    assert (count(SignEvent), count(RefusedSign)) == (2, 1)


def test_an_answer_tells_what_the_list_tells(
    client: PageClient, door: Door, clock: FrozenClock
) -> None:
    """The answer is folded from what was read and judged, without looking again at what was written."""
    client.log_in("clerk")
    other = door.body(door.tap(2), account=door.clerk)
    client.post(f"{door.url}/batch", json=other)
    client.log_in("lecturer")
    old, wrong, early = door.tap(0), door.tap(1), door.tap(2, at(8))
    client.post(f"{door.url}/batch", json=door.body(old))
    clock.forward(minutes=16)
    leaving = door.tap(0, at(9, 6), kind="out")
    undo = door.tap(1, kind="annul", annuls=wrong["id"])
    items = [wrong, leaving, undo, door.tap(3), early, old, leaving]
    answer = client.post(f"{door.url}/batch", json=door.body(*items)).json
    listed = client.get(f"{door.url}/register.json").json["rows"]
    assert {row["p"]: row for row in answer["rows"]} == {row["p"]: row for row in listed}
    last = {row["p"]: row["last"][0] for row in listed if "last" in row}
    assert last == {door.people[0]: leaving["id"], door.people[2]: early["id"]}


def test_a_tap_is_few_statements(client: PageClient, door: Door, app: Flask) -> None:
    """What makes a tap dear is asking; the door's own questions may only become fewer."""
    client.log_in("lecturer")
    client.post(f"{door.url}/batch", json=door.body(door.tap()))
    asked: list[str] = []

    def listen(_c: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        asked.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", listen)
    answer = client.post(f"{door.url}/batch", json=door.body(door.tap(1)))
    event.remove(engine, "before_cursor_execute", listen)
    assert [verdict["status"] for verdict in answer.json["verdicts"]] == ["ok"]
    tables = ("timetable_entry", "enrolment", "sign_event", "attendance_record", "refused_sign")
    # Finding out who is logged in is every page's; a substitute's link names a session, too.
    own = [s for s in asked if any(name in s for name in tables) and "door_link" not in s]
    verbs = ["SELECT", "SELECT", "SELECT", "INSERT", "INSERT"]
    assert [statement.split()[0] for statement in own] == verbs


def test_the_list_holds_what_the_page_shows_and_no_number(
    client: PageClient, door: Door, session: Session
) -> None:
    client.log_in("lecturer")
    answer = client.get(f"{door.url}/register.json")
    assert answer.headers["Cache-Control"] == "no-store"
    told = answer.json
    person = session.get_one(Person, door.people[0])
    assert [row for row in told["rows"] if row["p"] == person.id] == [
        {
            "p": person.id,
            "n": person.name,
            "i": person.initials,
            "l": person.id_last4,
            "u": "济宁市规划设计院",
            "in": None,
            "out": None,
            "by": False,
            "off": False,
        }
    ]
    assert (told["now"], told["starts"], told["needsOut"]) == (
        millis(at(8, 50)),
        millis(at(9)),
        True,
    )
    assert told["windows"] == {
        "in": [millis(at(8, 30)), millis(at(9, 15))],
        "out": [millis(at(11, 45)), millis(at(12, 30))],
    }
    assert (told["closed"], told["heads"], told["account"]) == ("", None, door.account)
    for serial in range(1, 5):
        assert resident_id(serial) not in answer.text


def walk_in(name: str = "孙建国", moment: Any = None) -> dict[str, Any]:
    told = {"name": name, "last4": "077X", "remark": "市二建"}
    return {"id": str(uuid.uuid4()), "kind": "walk_in", "at": millis(moment or at(8, 45)), **told}


def parting(guest: dict[str, Any], moment: Any, kind: str = "walk_in_out") -> dict[str, Any]:
    return {"id": str(uuid.uuid4()), "kind": kind, "at": millis(moment), "guest": guest["id"]}


def test_those_on_no_list_come_and_leave_by_the_queue(
    client: PageClient, door: Door, clock: FrozenClock
) -> None:
    client.log_in("clerk")
    theirs = walk_in("周走错")
    client.post(f"{door.url}/batch", json=door.body(theirs, format=3, account=door.clerk))
    client.log_in("lecturer")
    guest, wrong = walk_in(), walk_in("吴多余")
    items = [guest, wrong, parting(wrong, at(8, 46), "walk_in_back")]
    answer = client.post(f"{door.url}/batch", json=door.body(*items, format=3))
    assert [v["status"] for v in answer.json["verdicts"]] == ["ok"] * 3
    told = client.get(f"{door.url}/register.json").json
    came = {"l": "077X", "r": "市二建", "came": millis(at(8, 45)), "left": None, "leaves": True}
    assert (told["guests"], told["walkIns"]) == (
        2,
        [
            {"g": theirs["id"], "n": "周走错", **came},
            {"g": guest["id"], "n": "孙建国", **came, "undo": millis(at(9))},
        ],
    )
    clock.set(at(12, 5))
    leaving = parting(guest, at(12, 1))
    unknown = parting(walk_in(), at(12, 1))
    for status in ("ok", "there"):
        answer = client.post(f"{door.url}/batch", json=door.body(leaving, unknown, format=3))
        verdict = {"id": unknown["id"], "status": "refused", "code": "unknown_guest"}
        words = "这位现场人员没有登记下来，离场或撤回没有记录。"
        assert answer.json["verdicts"] == [
            {"id": leaving["id"], "status": status},
            {**verdict, "words": words},
        ]
    told = client.get(f"{door.url}/register.json").json
    assert [(one["left"], one["leaves"]) for one in told["walkIns"]] == [
        (None, True),
        (leaving["at"], False),
    ]
    assert "12:01 离场" in client.get(door.url).text


def test_what_may_be_taken_back_is_told(client: PageClient, door: Door) -> None:
    client.log_in("lecturer")
    tap = door.tap()
    client.post(f"{door.url}/batch", json=door.body(tap))
    rows = client.get(f"{door.url}/register.json").json["rows"]
    assert [row["last"] for row in rows if "last" in row] == [[tap["id"], "in", millis(at(9, 5))]]
    undo = door.tap(kind="annul", annuls=tap["id"])
    answer = client.post(f"{door.url}/batch", json=door.body(undo))
    assert [v["status"] for v in answer.json["verdicts"]] == ["ok"]
    assert [(row["in"], "last" in row) for row in answer.json["rows"]] == [(None, False)]


def test_a_queue_of_another_account_is_not_taken(client: PageClient, door: Door) -> None:
    client.log_in("clerk")
    answer = client.post(f"{door.url}/batch", json=door.body(door.tap()))
    assert (answer.status_code, answer.json["code"]) == (409, "other_account")
    assert (count(SignEvent), count(RefusedSign)) == (0, 0)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"x",
        b"null",
        b"[]",
        b'{"format": 1}',
        b"[" * 100_000,
        b'{"format": 1, "items": [{"id": "' + b"x" * 40 + b'"}]}',
        b'{"format": 1' + b"0" * 5000 + b"}",
        "\ud800".encode("utf-8", "surrogatepass"),
    ],
)
def test_a_body_that_is_no_queue_is_refused_whole(
    client: PageClient, door: Door, body: bytes
) -> None:
    client.log_in("lecturer")
    answer = client.post(f"{door.url}/batch", data=body, content_type="application/json")
    assert answer.status_code == 422
    assert (count(SignEvent), count(RefusedSign)) == (0, 0)


@pytest.mark.parametrize("path", ["batch", "register.json"])
@pytest.mark.parametrize(
    ("username", "status"),
    [
        ("stranger", 404),
        ("officer", 404),
        ("city_officer", 404),
        ("learner", 403),
        ("unit_hr", 403),
        ("admin", 403),
    ],
)
def test_who_is_not_let_in(
    client: PageClient, world: World, door: Door, path: str, username: str, status: int
) -> None:
    client.log_in(username)
    account = world[username].account_id
    if path == "batch":
        body = door.body(door.tap(), account=account)
        answer = client.post(f"{door.url}/batch", json=body)
    else:
        answer = client.get(f"{door.url}/{path}")
    assert answer.status_code == status
    assert (count(SignEvent), count(RefusedSign), count(AttendanceRecord)) == (0, 0, 0)


def test_without_a_login_nothing_is_recorded_and_the_phone_can_tell(
    client: PageClient, door: Door
) -> None:
    answer = client.post(f"{door.url}/batch", json=door.body(door.tap()))
    assert (answer.status_code, answer.mimetype) == (401, "text/html")
    assert client.get("/teach/token").status_code == 302
    assert count(SignEvent) == 0


@pytest.fixture
def guarded(app: Flask) -> Iterator[None]:
    """The site with its guard against forged posts, which other tests leave out."""
    app.config["WTF_CSRF_ENABLED"] = True
    yield
    app.config["WTF_CSRF_ENABLED"] = False


@pytest.mark.usefixtures("guarded")
def test_a_queue_needs_the_token_of_this_login(client: PageClient, door: Door) -> None:
    client.log_in("lecturer")
    send = f"{door.url}/batch"
    body = door.body(door.tap())
    assert client.post(send, json=body).status_code == 400
    first = client.get("/teach/token").json["token"]
    assert client.post(send, json=body, headers={"X-CSRFToken": "x" + first}).status_code == 400
    assert count(SignEvent) == 0
    client.log_in("lecturer")  # a new login: the old token is worth nothing
    assert client.post(send, json=body, headers={"X-CSRFToken": first}).status_code == 400
    fresh = client.get("/teach/token").json
    assert (fresh["account"], fresh["now"]) == (door.account, millis(at(8, 50)))
    answer = client.post(send, json=body, headers={"X-CSRFToken": fresh["token"]})
    assert (answer.status_code, count(SignEvent)) == (200, 1)


def test_the_vault_is_not_asked(client: PageClient, door: Door, monkeypatch: Any) -> None:
    """The list is drawn without ever opening a number."""

    def refuse(*_args: object) -> str:
        raise AssertionError("a number was opened")

    monkeypatch.setattr(IdVault, "open", refuse)
    client.log_in("lecturer")
    assert client.get(f"{door.url}/register.json").status_code == 200
