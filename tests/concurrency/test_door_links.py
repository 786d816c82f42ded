"""Many browsers open one substitute's link at once: one of them keeps it."""

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ce_bases.accounts.models import LoginSession
from ce_bases.attendance import substitutes
from ce_bases.core.errors import WrongStateError
from ce_bases.web.extensions import in_transaction, make_write_session
from tests.concurrency.together import together
from tests.conftest import NOON_1_JUNE
from tests.factories.plans import filed_plan
from tests.factories.rosters import at, first_session_id, held
from tests.factories.world import World

pytestmark = pytest.mark.concurrency
BROWSERS = 10


@pytest.fixture
def token(session: Session, world: World) -> str:
    plan = filed_plan(session, world, now=NOON_1_JUNE)
    door = held(session, first_session_id(plan), world["clerk"])
    clerk = world["clerk"]
    substitutes.lend_door(session, door, "赵替课", "token", actor=clerk, now=NOON_1_JUNE)
    session.commit()
    return "token"


def opened(app: Flask, token: str) -> tuple[int, int]:
    """(browsers that got in, logins there are), of ten that start together."""

    def run(_number: int) -> bool:
        try:
            in_transaction(lambda db: substitutes.open_link(db, token, agent="x", now=at(8, 30)))
        except WrongStateError:
            return False
        return True

    got_in = sum(together(app, BROWSERS, run))
    with make_write_session() as session:
        return got_in, session.scalar(select(func.count()).select_from(LoginSession)) or 0


def test_one_browser_keeps_the_link(app: Flask, world: World, token: str) -> None:
    assert opened(app, token) == (1, 1)


def test_control_without_the_judgement_all_get_in(
    app: Flask, world: World, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The harness does its work: with the guard removed every browser begins a login."""
    monkeypatch.setattr(substitutes, "obstacle", lambda *_: None)
    assert opened(app, token) == (BROWSERS, BROWSERS)
