"""A base's venues and lecturers: listed, added, changed, taken out of use."""

import uuid

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.audit.queries import history_of
from ce_bases.organisers.models import Lecturer, Venue
from tests.factories.world import VAULT, World, resident_id
from tests.web.client import PageClient
from tests.web.reading import look

KEY = "5b0cbb6c-21c5-4d4f-9d0a-1a4f6f0e9d11"
VENUE = {
    "idempotency_key": KEY,
    "name": "三楼报告厅",
    "address": "任城区建设路 8 号",
    "area_code": "370811",
    "capacity": "120",
}
LECTURER = {
    "idempotency_key": KEY,
    "name": "孔老师",
    "unit_name": "任城区教研室",
    "title": "正高级教师",
    "field": "物理",
    "number": "",
}
PAGES = [
    "/filing/venues",
    "/filing/venues/new",
    "/filing/lecturers",
    "/filing/lecturers/new",
    "/filing/staff",
    "/filing/staff/new",
]


def with_key(sent: dict[str, str]) -> dict[str, str]:
    """What a freshly opened form would send."""
    return sent | {"idempotency_key": str(uuid.uuid4())}


@pytest.mark.parametrize("path", PAGES)
def test_a_clerk_opens_every_page(client: PageClient, world: World, path: str) -> None:
    client.log_in("clerk")
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    "username", ["learner", "unit_hr", "lecturer", "officer", "city_officer", "admin"]
)
def test_other_roles_are_refused(
    client: PageClient, world: World, path: str, username: str
) -> None:
    client.log_in(username)
    assert client.get(path).status_code == 403


@pytest.mark.parametrize("path", PAGES)
def test_nobody_is_asked_to_log_in(client: PageClient, world: World, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.location.split("?")[0]) == (302, "/login")


def test_a_venue_is_added_once(client: PageClient, world: World) -> None:
    client.log_in("clerk")
    first = client.post("/filing/venues/new", data=VENUE)
    again = client.post("/filing/venues/new", data=VENUE)
    assert [(a.status_code, a.location) for a in (first, again)] == [(302, "/filing/venues")] * 2
    venue = look().scalars(select(Venue).where(Venue.name == "三楼报告厅")).one()
    assert (venue.organiser_id, venue.capacity, venue.is_active) == (world.base_id, 120, True)
    assert [e.action for e in history_of(look(), "venue", venue.id)] == ["add_venue"]
    assert "三楼报告厅" in client.get("/filing/venues").text


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"name": "第一教室"}, "本单位已经有同名的场地，请换一个名称。"),
        ({"name": ""}, "请填写场地名称。"),
        ({"capacity": "0"}, "请填写 1 到 5000 之间的数。"),
        ({"capacity": "许多"}, "请填写整数。"),
        ({"capacity": ""}, "请填写最多容纳人数。"),
        ({"area_code": "999999"}, "请从列表中选择。"),
        ({"area_code": ""}, "请选择所在县（市、区）。"),
        ({"name": "教" * 81}, "最多 80 个字。"),
    ],
)
def test_a_wrong_venue_is_shown_again_with_what_was_typed(
    client: PageClient, world: World, changes: dict[str, str], problem: str
) -> None:
    client.log_in("clerk")
    answer = client.post("/filing/venues/new", data=VENUE | changes)
    assert answer.status_code == 422
    assert problem in answer.text
    assert "任城区建设路 8 号" in answer.text


def test_a_venue_is_changed_and_taken_out_of_use(client: PageClient, world: World) -> None:
    client.log_in("clerk")
    path = f"/filing/venues/{world.venue_id}"
    assert "第一教室" in client.get(path).text
    assert client.post(path, data=with_key(VENUE)).status_code == 302
    assert client.post(f"{path}/rest").status_code == 302
    venue = look().get_one(Venue, world.venue_id)
    assert (venue.name, venue.capacity, venue.is_active) == ("三楼报告厅", 120, False)
    lines = [(e.before, e.after) for e in history_of(look(), "venue", venue.id)]
    assert lines == [
        ({"name": "第一教室", "capacity": 60}, {"name": "三楼报告厅", "capacity": 120}),
        ({"is_active": True}, {"is_active": False}),
    ]
    assert client.post(f"{path}/use").status_code == 302
    assert look().get_one(Venue, world.venue_id).is_active


def test_a_lecturer_is_added_changed_and_taken_out_of_use(client: PageClient, world: World) -> None:
    client.log_in("clerk")
    number = resident_id(900)
    answer = client.post("/filing/lecturers/new", data=LECTURER | {"number": number})
    assert (answer.status_code, answer.location) == (302, "/filing/lecturers")
    lecturer = look().scalars(select(Lecturer).where(Lecturer.name == "孔老师")).one()
    assert lecturer.identity_index == VAULT.index(number)
    path = f"/filing/lecturers/{lecturer.id}"
    assert number not in client.get(path).text
    assert client.post(path, data=with_key(LECTURER | {"title": "高级教师"})).status_code == 302
    assert client.post(f"{path}/rest").status_code == 302
    lecturer = look().get_one(Lecturer, lecturer.id)
    assert (lecturer.title, lecturer.is_active) == ("高级教师", False)
    assert lecturer.identity_index == VAULT.index(number)
    lines = history_of(look(), "lecturer", lecturer.id)
    assert [line.action for line in lines] == ["add_lecturer", "change_lecturer", "change_lecturer"]
    assert number not in str([(line.before, line.after) for line in lines])


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        ("370811198502140011", "身份证号校验位不符，请逐位核对。"),
        ("370811850214001", "这是 15 位旧身份证号，请改用现行的 18 位号码。"),
        (resident_id(901), "这个身份证号的授课人已经在本单位的名单里。"),
    ],
)
def test_a_lecturers_wrong_resident_id_is_refused(
    client: PageClient, world: World, session: Session, number: str, problem: str
) -> None:
    session.get_one(Lecturer, world.lecturer_id).identity_index = VAULT.index(resident_id(901))
    session.commit()
    client.log_in("clerk")
    answer = client.post("/filing/lecturers/new", data=LECTURER | {"number": number})
    assert answer.status_code == 422
    assert problem in answer.text


def test_lecturers_are_found_by_part_of_a_name(client: PageClient, world: World) -> None:
    client.log_in("clerk")
    assert "规划设计院" in client.get("/filing/lecturers?q=规划").text
    assert "没有符合条件的授课人" in client.get("/filing/lecturers?q=100%25").text


def test_somebody_elses_lists_look_like_missing_ones(client: PageClient, world: World) -> None:
    client.log_in("stranger")
    got = [
        client.get(f"/filing/venues/{world.venue_id}").status_code,
        client.post(f"/filing/venues/{world.venue_id}", data=VENUE).status_code,
        client.post(f"/filing/venues/{world.venue_id}/rest").status_code,
        client.get(f"/filing/lecturers/{world.lecturer_id}").status_code,
        client.post(f"/filing/lecturers/{world.lecturer_id}", data=LECTURER).status_code,
        client.post(f"/filing/lecturers/{world.lecturer_id}/rest").status_code,
        client.get(f"/filing/lecturers/{world.lecturer_id}/account").status_code,
        client.get("/filing/venues/99999").status_code,
    ]
    assert got == [404] * 8


def test_a_page_without_rows_offers_the_first_step(
    app: Flask, client: PageClient, world: World
) -> None:
    client.log_in("city_clerk")
    assert "新增第一个场地" in client.get("/filing/venues").text
    assert "新增第一位授课人" in client.get("/filing/lecturers").text
