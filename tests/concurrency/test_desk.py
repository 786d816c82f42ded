"""Officers deciding one filing at the same moment: one decision, and a control without the guard."""

from collections import Counter
from datetime import timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select, update

from ce_bases.audit.models import AuditEntry
from ce_bases.core.errors import WrongStateError
from ce_bases.oversight.service import Decision, Outcome, decide
from ce_bases.plans.models import Plan, PublishedSession
from ce_bases.plans.workflow import PlanState
from ce_bases.web.extensions import in_transaction, make_write_session
from tests.concurrency.together import together
from tests.conftest import NOON_1_JUNE as NOW
from tests.factories.plans import submitted_plan
from tests.factories.world import World

pytestmark = pytest.mark.concurrency

OFFICERS = 10
OUTCOMES = (Outcome.FILE, Outcome.RETURN, Outcome.REFUSE)


@pytest.fixture
def waiting(world: World) -> Plan:
    with make_write_session() as session:
        plan = submitted_plan(session, world, now=NOW)
        session.commit()
        return plan


def acts_on(plan_id: int) -> Counter[str]:
    with make_write_session() as session:
        rows = session.scalars(
            select(AuditEntry.action).where(
                AuditEntry.subject_kind == "plan", AuditEntry.subject_id == str(plan_id)
            )
        )
        return Counter(a for a in rows if a in {f"plan_{outcome}" for outcome in OUTCOMES})


def test_officers_at_once_make_one_decision_and_the_others_learn_whose(
    app: Flask, world: World, waiting: Plan
) -> None:
    seen = waiting.version

    def judge(number: int) -> str:
        actor = world[("officer", "officer2")[number % 2]]
        decision = Decision(OUTCOMES[number % 3], seen, "请补正。")
        now = NOW + timedelta(seconds=number)

        def work(session):
            plan = session.get_one(Plan, waiting.id)
            decide(session, plan, decision, actor=actor, now=now)
            return "decided"

        try:
            return in_transaction(work)
        except WrongStateError as refusal:
            return str(refusal.message.values.get("name"))

    answers = together(app, OFFICERS, judge)

    winner = world[("officer", "officer2")[answers.index("decided") % 2]].name
    assert Counter(answers) == {"decided": 1, winner: OFFICERS - 1}
    assert sum(acts_on(waiting.id).values()) == 1
    with make_write_session() as session:
        plan = session.get_one(Plan, waiting.id)
        published = session.scalars(select(PublishedSession.filing_number)).all()
    is_filed = plan.state is PlanState.FILED
    assert published == (["2022-370811-0001"] if is_filed else [])
    assert plan.filing_number == ("2022-370811-0001" if is_filed else None)


def test_control_without_lock_and_version_several_decide(
    app: Flask, world: World, waiting: Plan
) -> None:
    """Missing: the plan's lock before its state is read, and the version in the UPDATE."""
    judged = Barrier(OFFICERS)

    def judge(number: int) -> str:
        with make_write_session() as session:
            plan = session.get_one(Plan, waiting.id)
            is_waiting = plan.state is PlanState.SUBMITTED
            session.rollback()  # SQLite's writers queue at BEGIN: the decision is older than that
            judged.wait(timeout=30)
            if is_waiting:
                values = {"state": PlanState.REFUSED, "version": Plan.version + 1}
                session.execute(update(Plan).where(Plan.id == waiting.id).values(values))
                session.commit()
                return "decided"
        return "too late"

    assert together(app, OFFICERS, judge) == ["decided"] * OFFICERS
    with make_write_session() as session:
        assert session.get_one(Plan, waiting.id).version == waiting.version + OFFICERS
