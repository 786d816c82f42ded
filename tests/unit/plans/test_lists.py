"""The bureau's queue and the base's lists."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from ce_bases.plans import lists
from tests.conftest import NOON_1_JUNE
from tests.factories.plans import (
    drafted_plan,
    filed_plan,
    make_session_details,
    return_plan,
    submitted_plan,
)
from tests.factories.world import World


def titles(session: Session, world: World, username: str) -> list[str]:
    rows = session.execute(lists.queue_of(world[username]))
    return [revision.title for _plan, revision in rows]


@pytest.fixture
def city(session: Session, world: World) -> World:
    def on(day: int) -> object:
        return make_session_details(world, on=date(2022, 6, day))

    submitted_plan(session, world, on(25), title="later", now=NOON_1_JUNE)
    submitted_plan(session, world, on(20), title="sooner", now=NOON_1_JUNE)
    submitted_plan(
        session, world, on(25), title="earlier sent", now=NOON_1_JUNE - timedelta(days=1)
    )
    drafted_plan(session, world, on(21), title="draft", now=NOON_1_JUNE)
    filed_plan(session, world, on(22), title="filed", now=NOON_1_JUNE)
    back = submitted_plan(session, world, on(23), title="returned", now=NOON_1_JUNE)
    return_plan(session, world, back, reason="x", now=NOON_1_JUNE)
    session.flush()
    return world


def test_the_queue_opens_soonest_first(session: Session, city: World) -> None:
    assert titles(session, city, "officer") == ["sooner", "earlier sent", "later"]


@pytest.mark.parametrize(
    "username", ["other_officer", "city_officer", "clerk", "learner", "lecturer", "admin"]
)
def test_the_queue_is_its_own_bureaus(session: Session, city: World, username: str) -> None:
    assert titles(session, city, username) == []


def test_counts_agree_with_the_lists(session: Session, city: World) -> None:
    today = date(2022, 6, 22)
    clerk = city["clerk"]

    counts = lists.count_by_state(session, clerk, today=today)

    assert counts == {"submitted": 3, "draft": 1, "under_way": 1, "returned": 1}
    for state, count in counts.items():
        rows = session.execute(lists.plans_of(clerk, lists.Wanted(state=state), today=today)).all()
        assert len(rows) == count, state


def test_sessions_coming_are_filed_ones_of_the_next_days(session: Session, city: World) -> None:
    def coming(day: int) -> list[date]:
        found = lists.sessions_coming(session, city["clerk"], today=date(2022, 6, day))
        return [entry.held_on for entry in found]

    assert (coming(15), coming(16), coming(22), coming(23)) == (
        [],
        [date(2022, 6, 22)],
        [date(2022, 6, 22)],
        [],
    )
