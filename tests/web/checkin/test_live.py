"""The page that waits for the prompts of a class over the net."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.attendance.models import RefusedSign, SignEvent
from ce_bases.checkin.codes import make_key
from ce_bases.checkin.live import Prompt, prompts_of
from ce_bases.plans.models import Form
from ce_bases.web.extensions import make_write_session
from tests.conftest import NOON_1_JUNE, FrozenClock
from tests.factories.plans import filed_plan
from tests.factories.rosters import at, enrol, first_session_id, held
from tests.factories.world import World
from tests.rows import count_stored as count
from tests.web.client import PageClient


@dataclass
class Live:
    session_id: int
    prompts: list[Prompt]

    @property
    def url(self) -> str:
        return f"/me/live/{self.session_id}"


@pytest.fixture
def live(session: Session, world: World, app: Flask, clock: FrozenClock) -> Live:
    plan = filed_plan(
        session, world, now=NOON_1_JUNE, form=Form.LIVE, live_address="https://live.example/1"
    )
    enrol(session, plan, world.person_ids[:1], now=NOON_1_JUNE)
    key = make_key(str(app.config["SECRET_KEY"]), "live prompt")
    door = held(session, first_session_id(plan), world["clerk"])
    found = Live(door.session_id, prompts_of(door, key))
    session.commit()
    clock.set(at(8, 25))
    return found


def test_waiting_then_a_prompt_then_signed_in(
    client: PageClient, live: Live, clock: FrozenClock
) -> None:
    client.log_in("learner")
    assert "/me/live" in client.get("/me/classes").text
    page = client.get("/me/live").text
    assert "暂时没有提示" in page
    assert 'http-equiv="refresh" content="30"' in page
    clock.set(live.prompts[0].opens_at + timedelta(seconds=5))
    page = client.get("/me/live").text
    assert f'action="{live.url}"' in page
    assert f'action="{live.url}"' in client.get("/me/live/part").text
    for _ in range(2):
        assert client.post(live.url).status_code == 303
    assert count(SignEvent) == 1
    page = client.get("/me/live").text
    assert f'action="{live.url}"' not in page
    assert "已签到" in page
    with make_write_session() as session:
        assert len(session.scalars(select(SignEvent.device)).one()) == 32


def test_the_waiting_page_does_not_tell_when(client: PageClient, live: Live) -> None:
    client.log_in("learner")
    page = client.get("/me/live").text
    for prompt in live.prompts:
        local = prompt.opens_at + timedelta(hours=8)
        assert f"{local:%H:%M}" not in page.replace("09:00–12:00", "")


def test_a_click_without_a_prompt_is_refused_and_kept(
    client: PageClient, live: Live, clock: FrozenClock
) -> None:
    client.log_in("learner")
    clock.set(live.prompts[0].closes_at)
    answer = client.post(live.url)
    assert answer.status_code == 422
    assert "现在没有签到提示，没有记录" in answer.text
    assert "http-equiv" not in answer.text
    assert (count(SignEvent), count(RefusedSign)) == (0, 1)


@pytest.mark.parametrize(
    ("username", "status"), [("learner2", 404), ("clerk", 403), ("lecturer", 403), ("officer", 403)]
)
def test_strangers_answer_nothing(
    client: PageClient, live: Live, clock: FrozenClock, username: str, status: int
) -> None:
    clock.set(live.prompts[0].opens_at)
    client.log_in(username)
    assert client.post(live.url).status_code == status
    assert (count(SignEvent), count(RefusedSign)) == (0, 0)
    page = client.get("/me/live")
    assert page.status_code == (200 if username == "learner2" else 403)
    assert "没有您在名单上的直播或远程课" in page.text or page.status_code == 403


def test_a_class_in_a_hall_is_not_here(
    client: PageClient, session: Session, world: World, clock: FrozenClock
) -> None:
    plan = filed_plan(session, world, now=NOON_1_JUNE)
    enrol(session, plan, world.person_ids[:1], now=NOON_1_JUNE)
    session_id = first_session_id(plan)
    session.commit()
    clock.set(at(9))
    client.log_in("learner")
    assert "没有您在名单上的直播或远程课" in client.get("/me/live").text
    assert client.post(f"/me/live/{session_id}").status_code == 404
