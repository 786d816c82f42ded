"""Clerks of one base on one plan at the same moment, and bureaus numbering many at once."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ce_bases.audit.models import AuditEntry
from ce_bases.core.errors import WrongStateError
from ce_bases.core.locks import lock
from ce_bases.plans import service
from ce_bases.plans.details import content_hash
from ce_bases.plans.models import FilingSerial, Plan, PlanRevision, Standing
from ce_bases.plans.queries import open_revision
from ce_bases.plans.workflow import PlanState
from ce_bases.web.extensions import in_transaction, make_write_session
from tests.concurrency.together import together
from tests.conftest import NOON_1_JUNE as NOW
from tests.factories.plans import drafted_plan, make_details, make_session_details, submitted_plan
from tests.factories.world import World

pytestmark = pytest.mark.concurrency

CLERKS = 10


def attempt(work: Callable[[Session], str]) -> str:
    try:
        return in_transaction(work)
    except WrongStateError:
        return "too late"


def clerk(world: World, number: int):
    return world[("clerk", "clerk2")[number % 2]]


@pytest.fixture
def draft(world: World) -> Plan:
    with make_write_session() as session:
        plan = drafted_plan(session, world, now=NOW)
        session.commit()
        return plan


def acts(plan_id: int) -> Counter[str]:
    with make_write_session() as session:
        return Counter(
            session.scalars(
                select(AuditEntry.action).where(
                    AuditEntry.subject_kind == "plan", AuditEntry.subject_id == str(plan_id)
                )
            )
        )


def test_clerks_submitting_one_plan_at_once_submit_it_once(
    app: Flask, world: World, draft: Plan
) -> None:
    def submit(number: int) -> str:
        def work(session: Session) -> str:
            plan = session.get_one(Plan, draft.id)
            service.submit_plan(session, plan, actor=clerk(world, number), now=NOW)
            return "submitted"

        return attempt(work)

    answers = together(app, CLERKS, submit)

    assert Counter(answers) == {"submitted": 1, "too late": CLERKS - 1}
    assert acts(draft.id) == {"plan_draft": 1, "plan_submit": 1}
    with make_write_session() as session:
        standings = session.scalars(select(PlanRevision.standing)).all()
    assert standings == [Standing.PENDING]


def test_control_without_the_lock_every_clerk_submits(
    app: Flask, world: World, draft: Plan
) -> None:
    """Missing: the plan's lock before its state is read, and the version in the UPDATE."""
    judged = Barrier(CLERKS)

    def submit(_number: int) -> str:
        with make_write_session() as session:
            is_draft = session.get_one(Plan, draft.id).state is PlanState.DRAFT
            session.rollback()  # SQLite's writers queue at BEGIN: the decision is older than that
            judged.wait(timeout=30)
            if not is_draft:
                return "too late"
            values = {"state": PlanState.SUBMITTED, "version": Plan.version + 1}
            session.execute(update(Plan).where(Plan.id == draft.id).values(values))
            session.commit()
            return "submitted"

    assert together(app, CLERKS, submit) == ["submitted"] * CLERKS


def test_clerks_saving_one_draft_at_once_keep_exactly_one_text(
    app: Flask, world: World, draft: Plan
) -> None:
    def save(number: int) -> str:
        def work(session: Session) -> str:
            service.save_draft(
                session,
                session.get_one(Plan, draft.id),
                make_details(world, title=f"第 {number} 人写的"),
                expected_version=draft.version,
                actor=clerk(world, number),
                now=NOW + timedelta(seconds=number),
            )
            return f"第 {number} 人写的"

        return attempt(work)

    answers = Counter(together(app, CLERKS, save))

    with make_write_session() as session:
        kept = open_revision(session.get_one(Plan, draft.id))
        assert kept is not None
        assert answers == {kept.title: 1, "too late": CLERKS - 1}
    assert acts(draft.id) == {"plan_draft": 1, "plan_save": 1}


@pytest.fixture
def pending(world: World) -> list[int]:
    """Ten submitted plans, on days of their own."""
    with make_write_session() as session:
        plans = [
            submitted_plan(
                session, world, make_session_details(world, on=date(2022, 7, 1 + n)), now=NOW
            )
            for n in range(CLERKS)
        ]
        session.commit()
        return [plan.id for plan in plans]


def test_plans_filed_at_once_get_each_number_once(
    app: Flask, world: World, pending: list[int]
) -> None:
    def file(number: int) -> str:
        def work(session: Session) -> str:
            plan = session.get_one(Plan, pending[number])
            return service.file_plan(
                session, plan, expected_version=plan.version, actor=world["officer"], now=NOW
            )

        return in_transaction(work)

    answers = together(app, CLERKS, file)

    assert sorted(answers) == [f"2022-370811-{n:04d}" for n in range(1, CLERKS + 1)]


def test_control_read_then_write_gives_one_number_to_many(app: Flask, world: World) -> None:
    """Missing: the serial counted by the database in the statement that gives it out."""
    with make_write_session() as session:
        session.add(FilingSerial(year=2022, bureau_code="370811", last=0))
        session.commit()
    judged = Barrier(CLERKS)

    def file(_number: int) -> str:
        with make_write_session() as session:
            serial = session.scalars(select(FilingSerial.last)).one() + 1
            session.rollback()
            judged.wait(timeout=30)
            session.execute(update(FilingSerial).values(last=serial))
            session.commit()
            return f"2022-370811-{serial:04d}"

    assert Counter(together(app, CLERKS, file)) == {"2022-370811-0001": CLERKS}


def save_meanwhile(world: World, plan: Plan) -> None:
    """A colleague moves the class by a week in a transaction of their own."""
    moved = make_session_details(world, on=date(2022, 6, 27))
    in_transaction(
        lambda session: service.save_draft(
            session,
            session.get_one(Plan, plan.id),
            make_details(world, moved),
            expected_version=plan.version,
            actor=world["clerk2"],
            now=NOW,
        )
    )


def loaded_before(plan_id: int, session: Session) -> tuple[Plan, PlanRevision]:
    """The plan and its content as a session remembers them from before its lock."""
    plan = session.get_one(Plan, plan_id)
    (revision,) = plan.revisions
    assert [entry.held_on for entry in revision.entries] == [date(2022, 6, 20)]
    session.commit()  # keeps what was read, ends the transaction
    return plan, revision


def test_what_is_sealed_is_what_stands_in_the_database(
    app: Flask, world: World, draft: Plan
) -> None:
    with make_write_session() as session:
        plan, seen = loaded_before(draft.id, session)
        save_meanwhile(world, draft)

        sealed = service.submit_plan(session, plan, actor=world["clerk"], now=NOW)

        session.commit()
        assert sealed is seen
        digest, last = sealed.content_hash, sealed.last_filing_on
    with make_write_session() as session:
        stored = session.get_one(PlanRevision, sealed.id)
        assert (content_hash(stored), last) == (digest, date(2022, 6, 17))


def test_control_the_plans_lock_alone_leaves_its_content_stale(
    app: Flask, world: World, draft: Plan
) -> None:
    """Missing: the revisions read again under the lock."""
    with make_write_session() as session:
        plan, seen = loaded_before(draft.id, session)
        save_meanwhile(world, draft)

        lock(session, plan)

        assert plan.revisions == [seen]
        assert seen.opens_on == date(2022, 6, 20)
