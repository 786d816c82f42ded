"""A class is moved while somebody taps: the tap is judged by the times that are on file then."""

import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import time

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.attendance import door_state, service
from ce_bases.attendance.batch import take_in, take_in_at_door
from ce_bases.attendance.delivery import Delivery, QueuedSign
from ce_bases.attendance.intents import SignIntent
from ce_bases.attendance.models import SignEvent, SignKind, Way
from ce_bases.plans import amendments, queries
from ce_bases.plans import service as plans
from ce_bases.plans.details import details_of
from ce_bases.plans.models import Plan
from ce_bases.web.extensions import in_transaction, make_write_session
from tests.conftest import NOON_1_JUNE as NOW
from tests.conftest import Database
from tests.factories.plans import filed_plan
from tests.factories.rosters import at, enrol, first_session_id, held
from tests.factories.world import World

pytestmark = pytest.mark.concurrency
#: Long enough for a tap that was begun meanwhile to have read and to wait.
WHILE = 0.5
Tap = Callable[[Session, World, int], object]


def one_by_one(db: Session, world: World, session_id: int) -> None:
    intent = SignIntent(str(uuid.uuid4()), world.person_ids[0], SignKind.IN, Way.TAP)
    lecturer = world["lecturer"]
    found = held(db, session_id, lecturer)
    service.record_sign(db, found, intent, actor=lecturer, now=at(8, 50))


def delivery(world: World) -> Delivery:
    tap = QueuedSign(str(uuid.uuid4()), SignKind.IN, world.person_ids[0], at(8, 50))
    return Delivery("phone", [tap])


def from_a_phone(db: Session, world: World, session_id: int) -> None:
    take_in_at_door(db, session_id, delivery(world), actor=world["lecturer"], now=at(8, 50))


def from_a_file(db: Session, world: World, session_id: int) -> None:
    clerk = world["clerk"]
    found = held(db, session_id, clerk)
    take_in(db, found, delivery(world), actor=clerk, now=at(8, 50), reason="手机没有网络")


@pytest.fixture
def plan(session: Session, world: World) -> Plan:
    """A class of 09:00 with one person; a change to 14:00 of that day is written, not sent."""
    plan = filed_plan(session, world, now=NOW)
    enrol(session, plan, world.person_ids[:1], now=NOW)
    copy = amendments.open_change(session, plan, actor=world["clerk"], now=NOW)
    session.flush()
    details = details_of(copy)
    (row,) = details.sessions
    later = replace(row, starts_at=time(14), ends_at=time(17))
    plans.save_draft(
        session,
        plan,
        replace(details, sessions=(later,)),
        expected_version=plan.version,
        actor=world["clerk"],
        now=NOW,
    )
    session.commit()
    return plan


def judged(app: Flask, world: World, plan: Plan, tap: Tap) -> bool:
    """Whether a tap of 08:50 that meets the move half-way is found outside the class's time."""
    session_id, plan_id = first_session_id(plan), plan.id
    moving = threading.Event()

    def move() -> None:
        with app.app_context():

            def work(db: Session) -> None:
                found = db.get_one(Plan, plan_id)
                amendments.send_change(
                    db, found, expected_version=found.version, actor=world["clerk"], now=NOW
                )
                db.flush()
                moving.set()
                threading.Event().wait(WHILE)

            in_transaction(work)

    def sign() -> None:
        with app.app_context():
            assert moving.wait(10)
            in_transaction(lambda db: tap(db, world, session_id))

    with ThreadPoolExecutor(2) as pool:
        for job in [pool.submit(move), pool.submit(sign)]:
            job.result()
    with make_write_session() as session:
        return session.scalars(select(SignEvent)).one().off_hours


@pytest.mark.parametrize("tap", [one_by_one, from_a_phone, from_a_file])
def test_a_tap_goes_by_the_times_on_file(app: Flask, world: World, plan: Plan, tap: Tap) -> None:
    assert judged(app, world, plan, tap)


@pytest.mark.parametrize("tap", [one_by_one, from_a_phone, from_a_file])
def test_control_without_the_second_look_it_goes_by_the_old_times(
    app: Flask,
    world: World,
    plan: Plan,
    tap: Tap,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On SQLite there is one writer at a time anyway; PostgreSQL shows what the look is for."""
    for module in (queries, door_state):
        monkeypatch.setattr(module, "need_as_read", lambda _plan, _version: None)
    assert judged(app, world, plan, tap) is (database.backend == "sqlite")
