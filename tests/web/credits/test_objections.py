"""The pages of an objection, from the line to the answer."""

import re
from datetime import date, time

import pytest
from sqlalchemy import select

from ce_bases.core.clock import moment_at
from ce_bases.credits import service
from ce_bases.credits.models import LedgerLine, Objection
from ce_bases.web.extensions import make_write_session
from tests.conftest import NOON_1_JUNE as NOW
from tests.conftest import FrozenClock
from tests.factories.hours import held_plan
from tests.factories.world import World
from tests.web.client import PageClient
from tests.web.credits.reading import words

AFTER = moment_at(date(2022, 6, 21), time(9, 0))


@pytest.fixture
def line_id(world: World, clock: FrozenClock) -> int:
    with make_write_session() as session:
        plan = held_plan(session, world, now=NOW, people=[world["learner"].person_id])
        service.confirm_attendance(session, plan, actor=world["clerk"], now=AFTER)
        session.commit()
        found = session.scalars(select(LedgerLine.id)).one()
    clock.set(AFTER)
    return found


def raise_it(client: PageClient, line_id: int) -> int:
    client.log_in("learner")
    answer = client.post(f"/me/lines/{line_id}/objection", data={"reason": "下午也参加了"})
    assert answer.status_code == 302
    with make_write_session() as session:
        return session.scalars(select(Objection.id)).one()


def test_from_the_line_to_the_correction(client: PageClient, world: World, line_id: int) -> None:
    client.log_in("learner")
    address = f"/me/lines/{line_id}/objection"
    assert f'href="{address}"' in client.get("/me").text
    assert "异议期至7月5日周二" in words(client.get(address))
    assert client.post(address, data={"reason": " "}).status_code == 422

    objection_id = raise_it(client, line_id)

    assert "异议待答复" in words(client.get("/me"))
    assert client.post(address, data={"reason": "再说一遍"}).status_code == 409
    client.log_in("clerk")
    assert f'href="/filing/objections/{objection_id}"' in client.get("/filing/objections").text
    case = f"/filing/objections/{objection_id}"
    assert "下午也参加了" in words(client.get(case))
    assert client.post(case, data={"answer": "support"}).status_code == 422
    done = client.post(case, data={"answer": "support", "words": "漏录一次签到"})
    assert done.headers["Location"] == case
    assert "没有待答复" in words(client.get("/filing/objections"))

    client.log_in("officer")
    desk = client.get(f"/desk/objections/{objection_id}")
    assert "漏录一次签到" in words(desk)
    correct = re.search(r'href="(/desk/plans/\d+/hours/\d+)"', desk.text)[1]
    client.post(correct, data={"decision": "replace", "hours": "2", "reason": "核实更正"})

    assert "异议成立，已更正" in words(client.get("/desk/objections?all=1"))
    client.log_in("learner")
    assert "您的学时异议成立" in words(client.get("/inbox"))


def test_a_bureau_declines_with_a_reason(client: PageClient, world: World, line_id: int) -> None:
    objection_id = raise_it(client, line_id)
    client.log_in("officer")
    case = f"/desk/objections/{objection_id}"
    assert client.post(case, data={"words": ""}).status_code == 422

    client.post(case, data={"words": "记录无误"})

    client.log_in("learner")
    shown = words(client.get("/me"))
    assert "异议未采纳·人社部门：记录无误" in shown
    assert "对这条学时有异议" not in shown


def test_strangers_find_nothing(client: PageClient, world: World, line_id: int) -> None:
    objection_id = raise_it(client, line_id)
    client.log_in("learner2")
    assert client.get(f"/me/lines/{line_id}/objection").status_code == 404
    assert client.post(f"/me/lines/{line_id}/objection", data={"reason": "x"}).status_code == 404
    for who, space in (("stranger", "filing"), ("other_officer", "desk")):
        client.log_in(who)
        assert client.get(f"/{space}/objections/{objection_id}").status_code == 404
        assert "没有" in words(client.get(f"/{space}/objections?all=1"))


def test_after_the_days_the_page_says_so(
    client: PageClient, world: World, line_id: int, clock: FrozenClock
) -> None:
    clock.set(moment_at(date(2022, 7, 6), time(0, 0)))
    client.log_in("learner")

    assert "对这条学时有异议" not in words(client.get("/me"))
    assert "现在不能提出异议" in words(client.get(f"/me/lines/{line_id}/objection"))
    assert client.post(f"/me/lines/{line_id}/objection", data={"reason": "x"}).status_code == 409
