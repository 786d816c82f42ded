"""A room that takes more people: who waits for a seat in it moves up at once, and is told."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.audit.models import AuditEntry
from ce_bases.core.actors import Actor
from ce_bases.enrolment import choosing
from ce_bases.organisers import service as organisers
from ce_bases.organisers.models import Venue
from ce_bases.organisers.service import VenueDetails
from ce_bases.plans.models import Plan
from tests.conftest import NOON_1_JUNE as NOW
from tests.factories.joining import make_learners, places_of, told
from tests.factories.plans import filed_plan, make_session_details
from tests.factories.rosters import at
from tests.factories.world import World

ROOM = VenueDetails("第一教室", "任城区建设路 8 号", "370811", 60)


def resize(session: Session, world: World, capacity: int, *, minutes: int = 60) -> None:
    """The clerk writes the room down anew."""
    room = session.get_one(Venue, world.venue_id)
    organisers.change_venue(
        session,
        room,
        replace(ROOM, capacity=capacity),
        actor=world["clerk"],
        now=NOW + timedelta(minutes=minutes),
    )


def fill(session: Session, plan: Plan, people: list[Actor]) -> list[int]:
    """Have these people come one a minute; their ids."""
    for minute, actor in enumerate(people):
        moment = NOW + timedelta(minutes=minute)
        choosing.enrol_oneself(session, plan, actor=actor, now=moment)
    return [actor.person_id or 0 for actor in people]


@pytest.fixture
def plan(session: Session, world: World) -> Plan:
    """A class for four in a room that has two chairs left."""
    plan = filed_plan(session, world, now=NOW, planned_number=4)
    resize(session, world, 2, minutes=0)
    return plan


def test_those_who_wait_longest_move_up_to_the_new_capacity_and_are_told(
    session: Session, world: World, plan: Plan
) -> None:
    people = make_learners(session, world, 5, now=NOW)
    ids = fill(session, plan, people)
    assert places_of(session, plan) == {"seats": ids[:2], "waiting": ids[2:]}

    resize(session, world, 3)

    assert places_of(session, plan) == {"seats": ids[:3], "waiting": ids[3:]}
    kinds = [[kind for kind, _title in told(session, actor)] for actor in people]
    assert kinds == [["enrolled"]] * 2 + [["waiting", "promoted"]] + [["waiting"]] * 2
    last = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(2)).all()
    assert [entry.action for entry in last] == ["promote_waiting", "change_venue"]
    assert last[0].after == {"people": ids[2:3]}


def test_the_planned_number_stays_the_limit(session: Session, world: World, plan: Plan) -> None:
    people = make_learners(session, world, 6, now=NOW)
    ids = fill(session, plan, people)
    resize(session, world, 200)
    assert places_of(session, plan) == {"seats": ids[:4], "waiting": ids[4:]}


@pytest.mark.parametrize("capacity", [1, 2])
def test_a_smaller_or_equal_room_moves_nobody_and_takes_no_seat_away(
    session: Session, world: World, plan: Plan, capacity: int
) -> None:
    ids = fill(session, plan, make_learners(session, world, 3, now=NOW))
    resize(session, world, capacity)
    assert places_of(session, plan) == {"seats": ids[:2], "waiting": ids[2:]}


def test_another_room_of_the_class_that_is_smaller_still_holds_them_back(
    session: Session, world: World
) -> None:
    small = organisers.add_venue(
        session, replace(ROOM, name="小教室", capacity=2), actor=world["clerk"], now=NOW
    )
    rows = (
        make_session_details(world),
        replace(make_session_details(world, on=date(2022, 6, 21)), venue_id=small.id),
    )
    plan = filed_plan(session, world, *rows, now=NOW, planned_number=2)
    ids = fill(session, plan, make_learners(session, world, 3, now=NOW))
    resize(session, world, 200)
    assert places_of(session, plan) == {"seats": ids[:2], "waiting": ids[2:]}


def test_once_the_class_has_opened_the_base_decides_by_hand(
    session: Session, world: World, plan: Plan
) -> None:
    ids = fill(session, plan, make_learners(session, world, 3, now=NOW))
    minutes = int((at(9, 0) - NOW).total_seconds()) // 60
    resize(session, world, 30, minutes=minutes)
    assert places_of(session, plan) == {"seats": ids[:2], "waiting": ids[2:]}


def test_every_class_in_the_room_is_seen_to_and_no_other(
    session: Session, world: World, plan: Plan
) -> None:
    second = filed_plan(
        session,
        world,
        make_session_details(world, on=date(2022, 6, 27)),
        now=NOW,
        planned_number=2,
    )
    yard = replace(
        make_session_details(world, on=date(2022, 6, 28)),
        venue_id=None,
        venue_name="操场",
        venue_address="任城区建设路 8 号",
    )
    elsewhere = filed_plan(
        session,
        world,
        yard,
        now=NOW,
        planned_number=2,
    )
    resize(session, world, 1, minutes=0)
    people = make_learners(session, world, 3, now=NOW)
    ids, *_same = [fill(session, each, people) for each in (plan, second, elsewhere)]

    resize(session, world, 2)

    assert places_of(session, plan) == {"seats": ids[:2], "waiting": ids[2:]}
    assert places_of(session, second) == {"seats": ids[:2], "waiting": ids[2:]}
    assert places_of(session, elsewhere) == {"seats": ids[:2], "waiting": ids[2:]}
    kinds = [kind for kind, _title in told(session, people[1])]
    assert kinds == ["waiting", "waiting", "enrolled", "promoted", "promoted"]
