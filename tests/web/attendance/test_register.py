"""The register at the door: one tap in, one out, undo, search, and who is not let in."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from sqlalchemy.orm import Session

from ce_bases.attendance.models import AttendanceRecord, RefusedSign, SignEvent
from ce_bases.people.models import Person
from tests.conftest import NOON_1_JUNE, FrozenClock
from tests.factories.plans import filed_plan
from tests.factories.rosters import at, enrol, first_session_id
from tests.factories.world import World
from tests.rows import count_stored as count
from tests.web.client import PageClient


@dataclass
class Door:
    """A filed session of 20 June 2022, 09:00–12:00, with three people on its roster."""

    session_id: int
    plan_id: int
    person_ids: list[int]
    names: list[str]

    @property
    def url(self) -> str:
        return f"/teach/sessions/{self.session_id}"


@pytest.fixture
def door(session: Session, world: World, clock: FrozenClock) -> Door:
    plan = filed_plan(session, world, now=NOON_1_JUNE)
    people = world.person_ids[:3]
    enrol(session, plan, people, now=NOON_1_JUNE)
    names = [session.get_one(Person, i).name for i in people]
    door = Door(first_session_id(plan), plan.id, people, names)
    session.commit()
    clock.set(at(8, 50))
    return door


def tap(door: Door, number: int = 0, kind: str = "in", **changes: Any) -> dict[str, Any]:
    fields = {
        "event_id": str(uuid.uuid4()),
        "person_id": door.person_ids[number],
        "kind": kind,
    }
    return {**fields, **changes}


def forms_of(page: str, action: str) -> list[dict[str, str]]:
    found = BeautifulSoup(page, "html.parser").find_all("form", action=action)
    return [
        {f["name"]: f["value"] for f in form.find_all("input") if f.get("type") != "file"}
        for form in found
    ]


def figures(page: str) -> list[str]:
    counts = BeautifulSoup(page, "html.parser").find(id="counts")
    assert isinstance(counts, Tag)
    return [b.text for b in counts.find_all("b")]


def test_a_tap_without_script(client: PageClient, door: Door) -> None:
    client.log_in("lecturer")
    page = client.get(door.url).text
    assert figures(page) == ["3", "0", "3"]
    fields = forms_of(page, f"{door.url}/sign")[0]
    answer = client.post(f"{door.url}/sign", data=fields)
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{door.url}#p{fields['person_id']}"
    page = client.get(door.url).text
    assert figures(page) == ["3", "1", "2"]
    assert "签到 08:50" in page
    again = client.post(f"{door.url}/sign", data=fields)
    assert (again.status_code, count(SignEvent)) == (302, 1)


def test_the_script_gets_the_pieces_that_changed(client: PageClient, door: Door) -> None:
    client.log_in("lecturer")
    headers = {"Accept": "application/json"}
    sent = tap(door)
    first = client.post(f"{door.url}/sign", data=sent, headers=headers)
    second = client.post(f"{door.url}/sign", data=sent, headers=headers)
    assert [(a.status_code, a.json["accepted"], a.json["repeat"]) for a in (first, second)] == [
        (200, True, False),
        (200, True, True),
    ]
    assert first.json["event_id"] == sent["event_id"]
    assert f'id="p{door.person_ids[0]}"' in first.json["row"]
    assert "is-in" in first.json["row"]
    assert figures(first.json["counts"]) == ["3", "1", "2"]
    assert "撤销" in first.json["undo"]
    assert count(SignEvent) == 1


def test_the_same_id_for_somebody_else_is_refused(client: PageClient, door: Door) -> None:
    client.log_in("lecturer")
    sent = tap(door)
    assert client.post(f"{door.url}/sign", data=sent).status_code == 302
    other = {**sent, "person_id": door.person_ids[1]}
    assert client.post(f"{door.url}/sign", data=other).status_code == 422
    assert count(SignEvent) == 1


def test_who_is_not_on_the_roster_is_refused_and_kept(
    client: PageClient, world: World, door: Door
) -> None:
    client.log_in("lecturer")
    sent = tap(door, person_id=world.person_ids[3])
    answer = client.post(f"{door.url}/sign", data=sent)
    assert answer.status_code == 422
    assert "不在名单上" in answer.text
    json = client.post(f"{door.url}/sign", data=sent, headers={"Accept": "application/json"})
    assert (json.status_code, json.json["code"], json.json["repeat"]) == (
        422,
        "not_on_roster",
        True,
    )
    assert (count(SignEvent), count(RefusedSign)) == (0, 1)


@pytest.mark.parametrize(
    "changes",
    [
        {"event_id": ""},
        {"event_id": "1"},
        {"person_id": "x"},
        {"person_id": "-1"},
        {"person_id": "9" * 30},
        {"kind": "annul"},
        {"kind": "<b>"},
    ],
)
def test_bad_input_is_a_422(client: PageClient, door: Door, changes: dict[str, Any]) -> None:
    client.log_in("lecturer")
    assert client.post(f"{door.url}/sign", data=tap(door, **changes)).status_code == 422
    assert count(SignEvent) == 0


def test_out_after_in_then_the_person_is_done(
    client: PageClient, door: Door, clock: FrozenClock
) -> None:
    client.log_in("lecturer")
    client.post(f"{door.url}/sign", data=tap(door))
    clock.set(at(12, 1))
    kinds = [f["kind"] for f in forms_of(client.get(door.url).text, f"{door.url}/sign")]
    assert sorted(kinds) == ["in", "in", "out"]
    client.post(f"{door.url}/sign", data=tap(door, kind="out"))
    page = client.get(door.url).text
    assert "签退 12:01" in page
    assert len(forms_of(page, f"{door.url}/sign")) == 2


@pytest.mark.parametrize(("seconds", "undone"), [(14 * 60 + 59, True), (15 * 60 + 1, False)])
def test_undo_for_15_minutes(
    client: PageClient, door: Door, clock: FrozenClock, seconds: int, undone: bool
) -> None:
    client.log_in("lecturer")
    client.post(f"{door.url}/sign", data=tap(door))
    fields = forms_of(client.get(door.url).text, f"{door.url}/undo")[0]
    clock.forward(seconds=seconds)
    assert bool(forms_of(client.get(door.url).text, f"{door.url}/undo")) is undone
    answer = client.post(f"{door.url}/undo", data=fields)
    assert answer.status_code == (302 if undone else 422)
    assert figures(client.get(door.url).text)[1] == ("0" if undone else "1")
    if not undone:
        assert "已超过 15 分钟" in answer.text


def test_finding_somebody_without_script(client: PageClient, door: Door) -> None:
    client.log_in("lecturer")
    client.post(f"{door.url}/sign", data=tap(door))

    def shown(**query: str) -> list[str]:
        page = BeautifulSoup(client.get(door.url, query_string=query).text, "html.parser")
        return sorted(tag.text for tag in page.select(".register__name b"))

    assert shown() == sorted(door.names)
    assert shown(show="missing") == sorted(door.names[1:])
    assert shown(q=door.names[2]) == [door.names[2]]
    assert shown(q="没有这个人") == []
    assert shown(q="<script>") == []


def test_the_filter_is_kept_through_a_tap(client: PageClient, door: Door) -> None:
    client.log_in("lecturer")
    page = client.get(f"{door.url}?show=missing").text
    action = f"{door.url}/sign?show=missing"
    answer = client.post(action, data=forms_of(page, action)[0])
    assert answer.headers["Location"].startswith(f"{door.url}?show=missing#p")


def test_heads_are_counted(client: PageClient, door: Door) -> None:
    client.log_in("lecturer")
    (fields,) = forms_of(client.get(door.url).text, f"{door.url}/headcount")
    assert (
        client.post(f"{door.url}/headcount", data={**fields, "headcount": "-1"}).status_code == 422
    )
    assert (
        client.post(f"{door.url}/headcount", data={**fields, "headcount": "42"}).status_code == 302
    )
    assert "已记 42 人" in client.get(door.url).text


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (at(8, day=at(8).date().replace(day=19)), "还没有到上课日"),
        (at(8, day=at(8).date().replace(day=21)), "上课日已过"),
    ],
)
def test_on_another_day_nobody_can_be_tapped(
    client: PageClient, door: Door, clock: FrozenClock, moment: Any, words: str
) -> None:
    clock.set(moment)
    client.log_in("lecturer")
    page = client.get(door.url).text
    assert words in page
    assert forms_of(page, f"{door.url}/sign") == []


def test_today_lists_what_one_teaches(client: PageClient, door: Door, clock: FrozenClock) -> None:
    for username, sees in (("lecturer", True), ("clerk", True), ("stranger", False)):
        client.log_in(username)
        page = client.get("/teach").text
        assert (door.url in page) is sees, username
        assert ("今天没有课" in page) is not sees
    for days, words in ((1, "上过的课"), (-3, "将要上的课")):
        clock.forward(days=days)
        client.log_in("lecturer")
        assert words in client.get("/teach").text


ADDRESSES = ("", "/sheet.pdf", "/sign", "/undo", "/headcount")


@pytest.mark.parametrize("path", ADDRESSES)
@pytest.mark.parametrize(
    ("username", "status"),
    [
        ("stranger", 404),
        ("officer", 404),
        ("other_officer", 404),
        ("city_officer", 404),
        ("learner", 403),
        ("unit_hr", 403),
        ("admin", 403),
    ],
)
def test_who_is_not_let_in(
    client: PageClient, door: Door, path: str, username: str, status: int
) -> None:
    client.log_in(username)
    data = {**tap(door), "annuls_id": str(uuid.uuid4()), "headcount": 1}
    data["idempotency_key"] = str(uuid.uuid4())
    send: Callable[..., Any] = client.get if path in {"", "/sheet.pdf"} else client.post
    extra = {} if send == client.get else {"data": data}
    assert send(f"{door.url}{path}", **extra).status_code == status
    assert count(SignEvent) == count(RefusedSign) == 0


def test_a_lecturer_of_another_session_sees_nothing(
    client: PageClient, session: Session, world: World, door: Door
) -> None:
    from ce_bases.organisers.models import Lecturer

    session.get_one(Lecturer, world.lecturer_id).account_id = world["clerk2"].account_id
    session.get_one(Lecturer, world.other_lecturer_id).account_id = world["lecturer"].account_id
    session.commit()
    client.log_in("lecturer")
    assert client.get(door.url).status_code == 404
    assert client.post(f"{door.url}/sign", data=tap(door)).status_code == 404
    assert client.get(f"{door.url}/sheet.pdf").status_code == 404
    assert client.get(f"/filing/sessions/{door.session_id}/attendance").status_code == 404


def test_reading_changes_nothing(client: PageClient, door: Door) -> None:
    client.log_in("lecturer")
    for path in ("", "?q=a", "/sheet.pdf"):
        assert client.get(f"{door.url}{path}").status_code == 200
    assert client.get(f"{door.url}/sign").status_code == 405
    assert (count(SignEvent), count(AttendanceRecord), count(RefusedSign)) == (0, 0, 0)


def test_the_sheet_is_a_pdf_named_by_its_date(client: PageClient, door: Door) -> None:
    client.log_in("clerk")
    answer = client.get(f"/filing/sessions/{door.session_id}/sheet.pdf")
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF-")
    assert 'filename="sign-in-20220620-0900-' in answer.headers["Content-Disposition"]
    assert answer.headers["X-Names-To-Write"] == "0"
