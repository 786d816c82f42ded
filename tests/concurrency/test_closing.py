"""A register is closed while people still sign: no sign later than the closing slips in."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ce_bases.attendance import closing, service
from ce_bases.attendance.intents import SignIntent
from ce_bases.attendance.models import SessionRegister, SignEvent, SignKind, Way
from ce_bases.plans.models import Plan
from ce_bases.web.extensions import in_transaction, make_write_session
from tests.conftest import NOON_1_JUNE, Database
from tests.factories.plans import filed_plan
from tests.factories.rosters import at, enrol, first_session_id, held
from tests.factories.world import World

pytestmark = pytest.mark.concurrency
TAPS = 12


@pytest.fixture
def session_id(session: Session, world: World) -> int:
    plan = filed_plan(session, world, now=NOON_1_JUNE)
    enrol(session, plan, world.person_ids, now=NOON_1_JUNE)
    found = first_session_id(plan)
    session.commit()
    return found


def run(app: Flask, world: World, session_id: int) -> tuple[int, int]:
    """(taps made, late taps that were accepted though the closing had committed before them)."""
    lecturer = world["lecturer"]
    started, late = threading.Event(), []

    def close() -> None:
        with app.app_context():

            def work(db: Session) -> None:
                found = held(db, session_id, lecturer)
                closing.close_register(db, found, actor=lecturer, now=at(12))
                started.set()
                # The taps find the register in the middle of its closing.
                threading.Event().wait(0.4)

            in_transaction(work)

    def tap(number: int) -> None:
        with app.app_context():
            started.wait(10)
            person = world.person_ids[number % len(world.person_ids)]
            intent = SignIntent(str(uuid.uuid4()), person, SignKind.IN, Way.TAP)
            now = at(12) + timedelta(seconds=number + 1)
            outcome = in_transaction(
                lambda db: service.record_sign(
                    db, held(db, session_id, lecturer), intent, actor=lecturer, now=now
                )
            )
            if outcome.accepted:
                late.append(number)

    with ThreadPoolExecutor(TAPS + 1) as pool:
        jobs = [pool.submit(close), *(pool.submit(tap, number) for number in range(TAPS))]
        for job in jobs:
            job.result()
    return TAPS, len(late)


def state(session_id: int) -> tuple[bool, int]:
    with make_write_session() as session:
        register = session.get_one(SessionRegister, session_id)
        events = session.scalar(select(func.count()).select_from(SignEvent)) or 0
        return register.closed_at == at(12), events


def test_no_tap_slips_past_the_closing(app: Flask, world: World, session_id: int) -> None:
    assert run(app, world, session_id) == (TAPS, 0)
    assert state(session_id) == (True, 0)


def test_control_without_the_lock_taps_slip_past(
    app: Flask,
    world: World,
    session_id: int,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On SQLite there is one writer at a time anyway; PostgreSQL shows what the lock is for."""
    monkeypatch.setattr(closing, "hold_in_force", lambda *_held, **_how: None)
    made, late = run(app, world, session_id)
    assert made == TAPS
    assert (late > 0) is (database.backend == "postgresql")
    with make_write_session() as session:
        assert session.scalar(select(func.count()).select_from(Plan)) == 1
