"""The personnel office reminds its people: from the list, over the number, to the messages."""

import uuid

import pytest
from sqlalchemy import select

from ce_bases.messages.models import Message
from ce_bases.web.extensions import make_write_session
from tests.factories.world import World
from tests.web.client import PageClient
from tests.web.credits.reading import words


def reminded() -> list[int]:
    with make_write_session() as session:
        wanted = select(Message.account_id).where(Message.kind == "hours_short")
        return sorted(session.scalars(wanted))


def press(client: PageClient, **more: str):
    form = {"idempotency_key": str(uuid.uuid4()), **more}
    return client.post("/unit/people/remind", data=form)


def test_from_the_list_over_the_number_to_the_inbox(client: PageClient, world: World) -> None:
    client.log_in("unit_hr")
    assert 'href="/unit/people/remind?q=learner"' in client.get("/unit/people?q=learner").text

    asked = client.get("/unit/people/remind?q=learner")
    assert "将提醒2人" in words(asked)
    assert "只包括按条件筛选出来" in words(asked)
    assert reminded() == []
    done = press(client, q="learner", state="all")

    assert done.headers["Location"] == "/unit/people"
    assert "已提醒2人。" in words(client.get("/unit/people"))
    assert reminded() == sorted(world[name].account_id for name in ("learner", "learner2"))
    again = client.get("/unit/people/remind")
    assert "现在没有需要提醒的人" in words(again)
    assert "7天内提醒过（2人）用户learner、用户learner2" in words(again)
    assert "没有账号（2人）学员3、学员4" in words(again)
    press(client)
    assert "没有需要提醒的人" in words(client.get("/unit/people"))
    assert len(reminded()) == 2

    client.log_in("learner")
    inbox = words(client.get("/inbox"))
    assert "2022年还差90学时" in inbox
    assert "济宁市第一建筑公司提醒您" in inbox
    assert "2022 needs" not in inbox
    assert "90 credit hours are missing" in client.get("/inbox?lang=en").text


def test_a_double_click_reminds_once_and_says_the_same(client: PageClient, world: World) -> None:
    client.log_in("unit_hr")
    key = str(uuid.uuid4())
    for _ in range(2):
        client.post("/unit/people/remind", data={"idempotency_key": key})
        assert "已提醒2人。" in words(client.get("/unit/people"))

    assert len(reminded()) == 2


@pytest.mark.parametrize("query", ["year=2021&state=x&q=%01%25&sort=y", "q=" + "长" * 900])
def test_strange_addresses_are_answered_calmly(
    client: PageClient, world: World, query: str
) -> None:
    client.log_in("unit_hr")

    assert client.get(f"/unit/people/remind?{query}").status_code == 200
    assert client.get(f"/unit/people?{query}").status_code == 200
    assert press(client, q="\0%", state="\0").status_code == 302
    assert reminded() == []


@pytest.mark.parametrize("who", ["learner", "clerk", "officer", "lecturer", "admin"])
def test_other_roles_remind_nobody(client: PageClient, world: World, who: str) -> None:
    client.log_in(who)

    assert client.get("/unit/people/remind").status_code == 403
    assert press(client).status_code == 403
    assert reminded() == []
