"""Many phones at one door: the same event once, the same person folded whole, on both databases."""

import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from ce_bases.attendance import service
from ce_bases.attendance.intents import SignIntent, SignOutcome
from ce_bases.attendance.models import AttendanceRecord, SignEvent, SignKind, Way
from ce_bases.enrolment.models import Enrolment
from ce_bases.enrolment.parsing import read_text
from ce_bases.enrolment.service import import_roster
from ce_bases.people.models import Person
from ce_bases.plans.models import Plan
from ce_bases.web.extensions import in_transaction, make_write_session
from tests.concurrency.together import together
from tests.conftest import NOON_1_JUNE
from tests.factories.plans import filed_plan
from tests.factories.rosters import at, enrol, first_session_id, held
from tests.factories.world import VAULT, World, resident_id

pytestmark = pytest.mark.concurrency
THREADS = 20


@pytest.fixture
def door(session: Session, world: World) -> tuple[int, int]:
    """The ids of a filed session and of one person on its roster."""
    plan = filed_plan(session, world, now=NOON_1_JUNE)
    enrol(session, plan, world.person_ids[:1], now=NOON_1_JUNE)
    session_id = first_session_id(plan)
    session.commit()
    return session_id, world.person_ids[0]


def signer(world: World, door: tuple[int, int], ids: list[str]) -> Callable[[int], SignOutcome]:
    session_id, person_id = door
    lecturer = world["lecturer"]

    def sign(number: int) -> SignOutcome:
        intent = SignIntent(ids[number], person_id, SignKind.IN, Way.TAP)
        return in_transaction(
            lambda db: service.record_sign(
                db, held(db, session_id, lecturer), intent, actor=lecturer, now=at(8, 50, number)
            )
        )

    return sign


def events() -> int:
    with make_write_session() as session:
        return session.scalar(select(func.count()).select_from(SignEvent)) or 0


def test_the_same_event_from_twenty_threads_is_one_event(
    app: Flask, world: World, door: tuple[int, int]
) -> None:
    answers = together(app, THREADS, signer(world, door, [str(uuid.uuid4())] * THREADS))
    assert [answer.accepted for answer in answers] == [True] * THREADS
    assert sorted(answer.is_repeat for answer in answers) == [False] + [True] * (THREADS - 1)
    assert events() == 1


def test_control_twenty_different_events_are_twenty(
    app: Flask, world: World, door: tuple[int, int]
) -> None:
    """The harness does its work: without the shared id every thread adds its event.

    The record is still one, and folded over all of them: the earliest sign-in counts.
    """
    answers = together(
        app, THREADS, signer(world, door, [str(uuid.uuid4()) for _ in range(THREADS)])
    )
    assert [(answer.accepted, answer.is_repeat) for answer in answers] == [(True, False)] * THREADS
    assert events() == THREADS
    with make_write_session() as session:
        record = session.scalars(select(AttendanceRecord)).one()
        assert record.signed_in_at == at(8, 50, 0)


def test_control_without_the_lookup_the_unique_key_still_refuses(
    app: Flask, world: World, door: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the guard removed the same harness fails, and loudly: no thread but one gets through."""
    monkeypatch.setattr(service, "find_answer", lambda *_args: None)
    sign = signer(world, door, [str(uuid.uuid4())] * THREADS)
    failures = []

    def attempt(number: int) -> SignOutcome:
        try:
            return sign(number)
        except Exception as error:
            failures.append(type(error).__name__)
            return SignOutcome("", 0, code="failed")

    together(app, THREADS, attempt)
    assert (len(failures), set(failures), events()) == (THREADS - 1, {"IntegrityError"}, 1)


def test_two_clerks_adding_the_same_people_make_one_of_each(
    app: Flask, world: World, door: tuple[int, int]
) -> None:
    numbers = [resident_id(n) for n in range(700, 720)]
    with make_write_session() as session:
        plan_ids = [session.scalars(select(Plan.id)).one()]
        second = filed_plan(session, world, now=NOON_1_JUNE, title="另一个班")
        plan_ids.append(second.id)
        session.execute(delete(Enrolment))
        session.commit()

    def bring(number: int) -> SignOutcome:
        order = numbers if number % 2 else numbers[::-1]
        rows = read_text("\n".join(f"吕布\t{n}" for n in order))
        clerk = world["clerk" if number % 2 else "clerk2"]

        def work(db: Session) -> None:
            plan = db.get_one(Plan, plan_ids[number % 2])
            import_roster(db, plan, rows, vault=VAULT, actor=clerk, now=NOON_1_JUNE)

        in_transaction(work)
        return SignOutcome("", 0)

    together(app, THREADS, bring)
    with make_write_session() as session:
        people = select(func.count()).select_from(Person).where(Person.name == "吕布")
        assert session.scalar(people) == 20
        seats = select(Enrolment.plan_id, func.count()).group_by(Enrolment.plan_id)
        assert dict(session.execute(seats).all()) == dict.fromkeys(plan_ids, 20)
