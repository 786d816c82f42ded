"""Changes that meet a page while it is made; and rosters that must not wait for each other."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any, overload

import pytest
from flask import Flask
from sqlalchemy import text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from werkzeug.test import Client

from ce_bases.core.public_state import STRIPES, stripe_of
from ce_bases.core.state_reader import StateReader
from ce_bases.organisers.models import Organiser
from ce_bases.plans.models import Plan
from ce_bases.web.extensions import db, make_write_session
from ce_bases.web.page_cache import PageCache, State
from tests.conftest import NOON_1_JUNE as NOW
from tests.conftest import FrozenClock
from tests.factories.plans import filed_plan, make_session_details
from tests.factories.rosters import enrol
from tests.factories.world import World

pytestmark = pytest.mark.concurrency

Happening = Callable[[], None]


class Meeting:
    """The application; once, something happens before or after it has read the content."""

    def __init__(self, app: Flask) -> None:
        self.inner = app.wsgi_app.wsgi_app
        self.before: list[Happening] = []
        self.after: list[Happening] = []

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        while self.before:
            self.before.pop()()
        answer = list(self.inner(environ, start_response))
        while self.after:
            self.after.pop()()
        return answer


class Late(Sequence[int]):
    """Numbers that are read when they are used, not when they were asked for."""

    def __init__(self, state: StateReader) -> None:
        self.state = state

    def __len__(self) -> int:
        return STRIPES + 1

    @overload
    def __getitem__(self, index: int) -> int: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[int]: ...
    def __getitem__(self, index: int | slice) -> int | Sequence[int]:
        return (self.state.all() or ())[index]


class LateReader(StateReader):
    """The control: with it a page is kept under the numbers of after its content was read."""

    def all(self) -> Sequence[int] | None:
        return Late(StateReader(db.engine))


@pytest.fixture
def meeting(app: Flask) -> Meeting:
    return Meeting(app)


@pytest.fixture
def state(app: Flask) -> Iterator[StateReader]:
    reader = StateReader(db.engine)
    yield reader
    reader.close()


def opener(app: Flask, world: World, meeting: Meeting, state: State) -> Callable[[], str]:
    """Opens the page of 任城区's base; what it says about it."""
    cache = PageCache(meeting, state=state, clock=FrozenClock(NOW), seconds=60, passed=())
    browser = Client(cache, use_cookies=False)

    def open_page() -> str:
        with app.app_context():
            html = browser.get(f"/bases/{world.base_id}").text
        return next((name for name in ("新介绍", "旧介绍") if name in html), "")

    return open_page


def describe(session: Session, world: World, words: str) -> None:
    base = update(Organiser).where(Organiser.id == world.base_id)
    session.execute(base.values(about=words))


def commit(world: World, words: str) -> None:
    with make_write_session() as session:
        describe(session, world, words)
        session.commit()


@pytest.mark.parametrize(("reader", "then"), [(StateReader, "新介绍"), (LateReader, "旧介绍")])
def test_a_change_after_the_content_was_read(
    app: Flask, world: World, meeting: Meeting, reader: type[StateReader], then: str
) -> None:
    """The old page is kept under the old number; the control keeps it under the new one."""
    commit(world, "旧介绍")
    open_page = opener(app, world, meeting, reader(db.engine))
    meeting.after.append(lambda: commit(world, "新介绍"))

    assert open_page() == "旧介绍"
    assert [open_page() for _ in range(2)] == [then, then]


def test_a_change_between_the_numbers_and_the_content(
    app: Flask, world: World, meeting: Meeting, state: StateReader
) -> None:
    """Newer than its number says: it is made once more than needed, and never wrong."""
    commit(world, "旧介绍")
    open_page = opener(app, world, meeting, state)
    meeting.before.append(lambda: commit(world, "新介绍"))

    assert [open_page() for _ in range(3)] == ["新介绍"] * 3


@pytest.mark.parametrize(("ends", "then"), [("commit", "新介绍"), ("rollback", "旧介绍")])
def test_a_change_that_is_not_committed_yet(
    app: Flask, world: World, meeting: Meeting, state: StateReader, ends: str, then: str
) -> None:
    commit(world, "旧介绍")
    open_page = opener(app, world, meeting, state)
    with make_write_session() as session:
        describe(session, world, "新介绍")
        assert [open_page() for _ in range(2)] == ["旧介绍", "旧介绍"]
        getattr(session, ends)()

    assert [open_page() for _ in range(2)] == [then, then]


def two_plans(world: World) -> tuple[int, int]:
    with make_write_session() as session:
        days = (date(2022, 6, 20), date(2022, 6, 21))
        rows = [[make_session_details(world, on=day)] for day in days]
        first, second = (filed_plan(session, world, *row, now=NOW) for row in rows)
        session.commit()
        return first.id, second.id


@pytest.mark.parametrize("at_once", [False, True], ids=["at the commit", "control: at once"])
def test_enrolling_holds_up_no_other_class(app: Flask, world: World, at_once: bool) -> None:
    """Even one whose numbers are the same: nothing is locked before the commit."""
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time, whatever the numbers are")
    first, second = two_plans(world)
    same_number = text("UPDATE public_state SET number = number + 1 WHERE scope = :scope")
    with make_write_session() as one, make_write_session() as other:
        if at_once:
            one.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        enrol_in(one, first, world)
        other.execute(text("SET LOCAL lock_timeout = '200ms'"))
        enrol_in(other, second, world)
        if at_once:
            with pytest.raises(OperationalError, match="lock timeout"):
                other.execute(same_number, {"scope": stripe_of(first)})
            other.rollback()
        else:
            other.execute(same_number, {"scope": stripe_of(first)})
            other.commit()
        one.commit()


def enrol_in(session: Session, plan_id: int, world: World) -> None:
    enrol(session, session.get_one(Plan, plan_id), world.person_ids[:1], now=NOW)
    session.flush()
