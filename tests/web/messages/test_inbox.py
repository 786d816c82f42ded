"""The inbox: one's own messages, read one by one or all, and where mail goes."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from ce_bases.core.text import Text, msg
from ce_bases.messages import queries, service
from ce_bases.messages.models import Message
from ce_bases.messages.notes import Note
from ce_bases.web.extensions import make_write_session
from tests.conftest import NOON_1_JUNE as NOON
from tests.factories.world import World
from tests.web.client import PageClient


def tell(world: World, username: str, body: str, *, endpoint: str = "calendar.lectures") -> int:
    with make_write_session() as db:
        note = Note("told", msg("消息"), Text(body), endpoint)
        service.notify(db, [world[username].account_id], note, now=NOON)
        db.commit()
        return max(db.scalars(select(Message.id)))


def unread(world: World, username: str) -> int:
    with make_write_session() as db:
        return len(db.scalars(queries.inbox(world[username], unread=True)).all())


def shown(client: PageClient, address: str = "/inbox") -> list[str]:
    page = BeautifulSoup(client.get(address).text, "html.parser")
    return [item.p.text for item in page.select(".inbox__item") if item.p]


def test_an_empty_inbox_says_what_will_be_there(client: PageClient, world: World) -> None:
    client.log_in("learner")
    page = client.get("/inbox").text

    assert "还没有消息" in page
    assert "全部标为已读" not in page


@pytest.mark.parametrize(
    "username", ["learner", "clerk", "officer", "lecturer", "unit_hr", "admin"]
)
def test_every_account_has_an_inbox_of_its_own(
    client: PageClient, world: World, username: str
) -> None:
    tell(world, username, "给本人的")
    tell(world, "city_officer", "给别人的")
    client.log_in(username)

    assert shown(client) == ["给本人的"]
    assert "1条未读" in BeautifulSoup(client.get("/account").text, "html.parser").get_text()


def test_opening_marks_read_and_leads_to_the_page(client: PageClient, world: World) -> None:
    message_id = tell(world, "learner", "甲")
    tell(world, "learner", "乙")
    client.log_in("learner")
    answer = client.post(f"/inbox/{message_id}/open")

    assert (answer.status_code, answer.location) == (302, "/lectures")
    assert shown(client, "/inbox?show=unread") == ["乙"]
    assert shown(client) == ["乙", "甲"]


def test_a_page_that_is_gone_leads_back_to_the_inbox(client: PageClient, world: World) -> None:
    message_id = tell(world, "learner", "甲", endpoint="old.page")
    client.log_in("learner")

    assert "标为已读：消息" in client.get("/inbox").text
    assert client.post(f"/inbox/{message_id}/open").location == "/inbox"


def test_somebody_elses_message_is_as_good_as_missing(client: PageClient, world: World) -> None:
    message_id = tell(world, "learner", "甲")
    client.log_in("learner2")
    theirs, missing = (client.post(f"/inbox/{n}/open") for n in (message_id, 987654))

    assert (theirs.status_code, missing.status_code) == (404, 404)
    assert unread(world, "learner") == 1


def test_all_read_leaves_what_came_after_the_page(client: PageClient, world: World) -> None:
    tell(world, "learner", "甲")
    client.log_in("learner")
    page = BeautifulSoup(client.get("/inbox").text, "html.parser")
    until = page.select_one('input[name="until"]')
    assert until is not None
    with make_write_session() as db:
        note = Note("told", msg("消息"), Text("乙"), "calendar.lectures")
        account = world["learner"].account_id
        service.notify(db, [account], note, now=NOON + timedelta(seconds=1))
        db.commit()
    client.post("/inbox/read", data={"until": until["value"]})

    assert shown(client, "/inbox?show=unread") == ["乙"]
    client.post("/inbox/read", data={"until": "nonsense"})
    client.post("/inbox/read", data={"until": (NOON + timedelta(days=1)).isoformat()})
    assert "没有未读消息" in client.get("/inbox?show=unread").text


def test_long_lists_have_pages_and_texts_are_escaped(client: PageClient, world: World) -> None:
    for number in range(26):
        tell(world, "learner", f"<b>{number}</b>")
    client.log_in("learner")

    assert "共 26 条" in client.get("/inbox").text
    assert shown(client, "/inbox?page=2") == ["<b>0</b>"]


def test_an_address_for_mail_is_set_refused_and_removed(client: PageClient, world: World) -> None:
    client.log_in("learner")
    assert "没有开通邮件发送" in client.get("/account/mail").text
    key = {"idempotency_key": "00000000-0000-4000-8000-00000000000"}

    refused = client.post(
        "/account/mail", data={"address": "nobody", **{k: v + "1" for k, v in key.items()}}
    )
    assert refused.status_code == 422
    assert "请填写完整的邮箱地址" in refused.text
    client.post("/account/mail", data={"address": "a@b.cn", **{k: v + "2" for k, v in key.items()}})
    assert "a@b.cn" in client.get("/inbox").text
    client.post("/account/mail", data={"address": "", **{k: v + "3" for k, v in key.items()}})
    assert "a@b.cn" not in client.get("/inbox").text
