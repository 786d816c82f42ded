"""Ending the sign-in of a session at the door, and the base opening it again."""

import pytest
from sqlalchemy import select

from ce_bases.attendance.models import RefusedSign, SessionRegister
from ce_bases.web.extensions import make_write_session
from tests.conftest import FrozenClock
from tests.factories.rosters import at
from tests.web.attendance.test_register import Door, count, door, forms_of, tap
from tests.web.client import PageClient

__all__ = ["door"]


def closed(door: Door) -> bool:
    with make_write_session() as session:
        found = session.scalar(
            select(SessionRegister.closed_at).where(SessionRegister.session_id == door.session_id)
        )
        return found is not None


def close(client: PageClient, door: Door) -> None:
    (fields,) = forms_of(client.get(f"{door.url}/close").text, f"{door.url}/close")
    for _ in range(2):
        assert client.post(f"{door.url}/close", data=fields).status_code == 302


def test_the_lecturer_sees_who_is_unsigned_and_ends_it_once(
    client: PageClient, door: Door, clock: FrozenClock
) -> None:
    client.log_in("lecturer")
    assert f"{door.url}/close" in client.get(door.url).text
    assert forms_of(client.get(f"{door.url}/close").text, f"{door.url}/close") == []
    client.post(f"{door.url}/sign", data=tap(door))
    clock.set(at(12))
    page = client.get(f"{door.url}/close").text
    assert all(words in page for words in ("还有 2 人没有签到", "还有 1 人没有签退", door.names[1]))

    close(client, door)

    assert closed(door)
    assert "签到已结束，不再点名。" in client.get(door.url).text
    clock.set(at(12, 1))
    refused = client.post(f"{door.url}/sign", data=tap(door, 1))
    assert (refused.status_code, count(RefusedSign)) == (422, 1)
    assert "这个课次的签到已经结束" in refused.text


def test_too_early_is_refused_whatever_the_browser_sends(client: PageClient, door: Door) -> None:
    client.log_in("lecturer")
    answer = client.post(f"{door.url}/close")
    assert answer.status_code == 409
    assert "6月20日 周一 11:45 起可以结束" in answer.text
    assert not closed(door)


def test_the_base_reopens_with_a_reason(client: PageClient, door: Door, clock: FrozenClock) -> None:
    clock.set(at(12))
    client.log_in("clerk")
    close(client, door)
    overview = f"/filing/sessions/{door.session_id}/attendance"
    url = f"/filing/sessions/{door.session_id}/reopen"
    assert url in client.get(overview).text
    (fields,) = [
        {"idempotency_key": f["idempotency_key"]} for f in forms_of(client.get(url).text, url)
    ]
    assert client.post(url, data={**fields, "reason": " "}).status_code == 422
    assert closed(door)
    for _ in range(2):
        answer = client.post(url, data={**fields, "reason": "还有人在签退"})
        assert answer.headers["Location"] == overview
    assert not closed(door)
    assert url not in client.get(overview).text


@pytest.mark.parametrize(
    ("username", "close_status", "reopen_status"),
    [
        ("stranger", 404, 404),
        ("officer", 404, 404),
        ("lecturer", 302, 403),
        ("learner", 403, 403),
        ("unit_hr", 403, 403),
    ],
)
def test_who_ends_and_who_reopens(
    client: PageClient,
    door: Door,
    clock: FrozenClock,
    username: str,
    close_status: int,
    reopen_status: int,
) -> None:
    clock.set(at(12))
    client.log_in(username)
    url = f"/filing/sessions/{door.session_id}/reopen"
    assert client.get(url).status_code == reopen_status
    assert client.post(url, data={"reason": "x"}).status_code == reopen_status
    assert client.post(f"{door.url}/close").status_code == close_status
    assert closed(door) is (close_status == 302)


def test_heads_and_flags_stand_on_the_overview_for_base_and_bureau(
    client: PageClient, door: Door, clock: FrozenClock
) -> None:
    client.log_in("lecturer")
    clock.set(at(8))
    client.post(f"{door.url}/sign", data=tap(door))
    client.post(f"{door.url}/sign", data=tap(door, 1))
    for heads, words in ((3, "比签到多 1 人"), (2, "与签到人数相符"), (1, "比签到少 1 人")):
        client.post(f"{door.url}/headcount", data={"headcount": heads})
        page = client.get(f"/filing/sessions/{door.session_id}/attendance").text
        assert words in page
    for username in ("clerk", "officer"):
        client.log_in(username)
        page = client.get(f"/filing/sessions/{door.session_id}/attendance").text
        assert "签到 2 人，多于现场清点的 1 人" in page
        assert f"在签到、签退时间以外点名 2 人：{door.names[0]}、{door.names[1]}" in page
    assert "考勤提示" in client.get(f"/desk/plans/{door.plan_id}").text
