"""A substitute's link: one session, its hours only, the first browser only, and nothing else."""

import re
import uuid
from datetime import date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from ce_bases.attendance.models import DoorLink, SignEvent
from ce_bases.audit.models import AuditEntry
from ce_bases.core.access import TABLE, Action, grant_for
from ce_bases.core.actors import Role
from ce_bases.web.extensions import make_write_session
from tests.conftest import FrozenClock
from tests.factories.rosters import at
from tests.web.attendance.test_register import Door, count, door, tap
from tests.web.client import PageClient
from tests.web.site.test_access import _rules

__all__ = ["door"]


def lend(client: PageClient, door: Door, name: str = "赵替课") -> str:
    """The path of a new link, as the page shows it once."""
    client.log_in("clerk")
    url = f"/filing/sessions/{door.session_id}/substitutes"
    page = client.post(url, data={"name": name}).text
    found = re.search(r'value="http://localhost(/door/[^"]+)"', page)
    assert found, page
    assert found[1] not in client.get(url).text
    client.log_out()
    return found[1]


def links_shown(page: str) -> list[str]:
    return re.findall(r'value="http://localhost(/door/[^"]+)"', page)


def test_a_form_sent_twice_is_one_link(client: PageClient, door: Door, app: Flask) -> None:
    client.log_in("clerk")
    url = f"/filing/sessions/{door.session_id}/substitutes"
    sent = {"name": "赵替课", "idempotency_key": str(uuid.uuid4())}
    pages = [client.post(url, data=sent) for _ in range(2)]
    assert [page.headers["Cache-Control"] for page in pages] == ["no-store"] * 2
    first, second = (links_shown(page.text) for page in pages)
    assert (first, count(DoorLink)) == (second, 1)
    assert browser(app).post(first[0]).status_code == 303
    # Another content under the same key is refused; another key is another link.
    assert client.post(url, data={**sent, "name": "钱替课"}).status_code == 422
    others = [client.post(url, data={**sent, "idempotency_key": str(uuid.uuid4())}).text]
    others += [client.post(url, data={"name": "赵替课"}).text for _ in range(2)]
    assert len({*first, *(link for page in others for link in links_shown(page))}) == 4
    assert count(DoorLink) == 4


def test_the_key_alone_does_not_tell_the_link(client: PageClient, door: Door) -> None:
    """Two clerks who send the same key get two links."""
    key, shown = str(uuid.uuid4()), set()
    for clerk in ("clerk", "clerk2"):
        client.log_in(clerk)
        url = f"/filing/sessions/{door.session_id}/substitutes"
        shown |= {*links_shown(client.post(url, data={"name": "赵", "idempotency_key": key}).text)}
    assert (len(shown), count(DoorLink)) == (2, 2)


def browser(app: Flask) -> PageClient:
    found = app.test_client()
    assert isinstance(found, PageClient)
    return found


def test_a_substitute_taps_in_and_everything_says_who(
    client: PageClient, door: Door, app: Flask
) -> None:
    link = lend(client, door)
    phone = browser(app)
    page = phone.get(link).text
    assert "赵替课，请为这个课次点名" in page
    assert count(DoorLink) == 1
    opened = phone.post(link)
    assert opened.headers["Location"] == door.url
    register = phone.get(door.url).text
    assert "替课人 赵替课（用户clerk 发放链接）" in register
    assert "/attendance" not in re.sub(r"/static[^\"]*", "", register)
    assert phone.post(f"{door.url}/sign", data=tap(door)).status_code == 302
    assert phone.post(f"{door.url}/headcount", data={"headcount": 3}).status_code == 302
    for path in ("screen", "scan", "close"):
        assert phone.get(f"{door.url}/{path}").status_code == 200
    assert door.names[0] not in phone.get("/teach").text
    with make_write_session() as session:
        event = session.scalars(select(SignEvent)).one()
        link_row = session.scalars(select(DoorLink)).one()
        assert event.recorded_by == link_row.account_id
        acts = session.scalars(
            select(AuditEntry).where(AuditEntry.actor_role == "substitute").order_by(AuditEntry.id)
        ).all()
    assert [(act.action, act.actor_name) for act in acts] == [
        ("open_door_link", "替课人 赵替课（用户clerk 发放链接）"),
        ("count_heads", "替课人 赵替课（用户clerk 发放链接）"),
    ]
    assert phone.get(link).headers["Location"] == door.url


def test_the_first_browser_keeps_it(client: PageClient, door: Door, app: Flask) -> None:
    link = lend(client, door)
    assert browser(app).post(link).status_code == 303
    other = browser(app)
    assert "已经在一部手机上打开" in other.get(link).text
    assert other.post(link).status_code == 409
    assert other.get(door.url).status_code == 302


@pytest.mark.parametrize(
    ("moment", "good"),
    [(at(7, 59, 59), False), (at(8), True), (at(13), True), (at(13, 0, 1), False)],
)
def test_an_hour_before_to_an_hour_after(
    client: PageClient, door: Door, app: Flask, clock: FrozenClock, moment: datetime, good: bool
) -> None:
    link = lend(client, door)
    clock.set(moment)
    assert browser(app).post(link).status_code == (303 if good else 409)


def test_it_ends_with_its_hours_and_when_it_is_taken_back(
    client: PageClient, door: Door, app: Flask, clock: FrozenClock
) -> None:
    first, second = browser(app), browser(app)
    first.post(lend(client, door))
    second.post(lend(client, door, "钱替课"))
    url = f"/filing/sessions/{door.session_id}/substitutes"
    with make_write_session() as session:
        link_id = session.scalars(select(DoorLink.id).where(DoorLink.name == "赵替课")).one()
    client.log_in("clerk")
    for _ in range(2):
        assert client.post(f"{url}/{link_id}/revoke").status_code == 302
    assert first.post(f"{door.url}/sign", data=tap(door)).status_code == 401
    assert second.post(f"{door.url}/sign", data=tap(door)).status_code == 302
    clock.set(at(13, 0, 1))
    assert second.get(door.url).status_code == 302
    assert second.post(f"{door.url}/sign", data=tap(door, 1)).status_code == 401
    assert count(SignEvent) == 1
    clock.set(at(13, 0, 1))
    assert client.post(url, data={"name": "孙替课"}).status_code == 409


def test_a_substitute_opens_nothing_else(client: PageClient, door: Door, app: Flask) -> None:
    """Every route: the table gives them the register of one session and their own login."""
    phone = browser(app)
    phone.post(lend(client, door))
    granted = {action for action in TABLE if grant_for(Role.SUBSTITUTE, action)}
    assert granted - {a for a in Action if grant_for(Role.PUBLIC, a)} == {
        Action.TAKE_SIGN_IN,
        Action.KEEP_ACCOUNT,
    }
    for method, address, action in _rules(app):
        if address == "/logout" or action in granted:
            continue
        assert phone.open(address, method=method).status_code == 403, (method, address)


@pytest.fixture
def other_session(client: PageClient, door: Door, world: Any) -> int:
    """Another session of the same class's base, in another plan."""
    from tests.conftest import NOON_1_JUNE
    from tests.factories.plans import filed_plan, make_session_details
    from tests.factories.rosters import enrol, first_session_id

    with make_write_session() as session:
        details = make_session_details(world, on=date(2022, 6, 21))
        plan = filed_plan(session, world, details, now=NOON_1_JUNE, title="另一个班")
        enrol(session, plan, world.person_ids[:1], now=NOON_1_JUNE)
        session.commit()
        return first_session_id(plan)


def test_another_session_is_not_found(
    client: PageClient, door: Door, app: Flask, other_session: int
) -> None:
    phone = browser(app)
    phone.post(lend(client, door))
    url = f"/teach/sessions/{other_session}"
    for path in ("", "/screen", "/scan", "/close"):
        assert phone.get(url + path).status_code == 404
    for path in ("/sign", "/undo", "/headcount", "/close", "/scan"):
        data = {**tap(door), "annuls_id": tap(door)["event_id"], "headcount": 1, "code": "AAAAAAAA"}
        assert phone.post(url + path, data=data).status_code == 404
    assert count(SignEvent) == 0
    assert "另一个班" not in phone.get("/teach").text


@pytest.mark.parametrize(
    ("username", "status"),
    [("stranger", 404), ("officer", 404), ("lecturer", 403), ("learner", 403)],
)
def test_who_lends_a_door(client: PageClient, door: Door, username: str, status: int) -> None:
    client.log_in(username)
    url = f"/filing/sessions/{door.session_id}/substitutes"
    assert client.get(url).status_code == status
    assert client.post(url, data={"name": "赵"}).status_code == status
    assert client.post(f"{url}/1/revoke").status_code == status
    assert count(DoorLink) == 0


def test_bad_links_and_names(client: PageClient, door: Door) -> None:
    assert client.get("/door/nothing").status_code == 404
    assert client.post("/door/nothing").status_code == 404
    client.log_in("clerk")
    url = f"/filing/sessions/{door.session_id}/substitutes"
    for name in ("", " ", "长" * 21):
        assert client.post(url, data={"name": name}).status_code == 422
    assert client.post(f"{url}/999/revoke").status_code == 404
    assert count(DoorLink) == 0
