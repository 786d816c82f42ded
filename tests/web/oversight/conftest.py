"""Filings that wait on the desk of 任城区."""

import uuid
from collections.abc import Callable
from datetime import date, time

import pytest
from werkzeug.test import TestResponse

from ce_bases.core.clock import moment_at
from ce_bases.plans.models import Plan
from ce_bases.web.extensions import make_write_session
from tests.conftest import NOON_1_JUNE as NOW
from tests.factories.plans import make_session_details, submitted_plan
from tests.factories.world import World
from tests.web.client import PageClient

Submit = Callable[..., int]
Decide = Callable[..., TestResponse]


@pytest.fixture
def submit(world: World) -> Submit:
    """Submit a plan that opens on a day and commit; its id."""

    def submit_plan(on: date = date(2022, 6, 20), **changes: object) -> int:
        with make_write_session() as session:
            row = make_session_details(world, on=on)
            changes.setdefault("enrol_closes_at", moment_at(on, time(8, 0)))
            plan = submitted_plan(session, world, row, now=NOW, **changes)
            session.commit()
            return plan.id

    return submit_plan


def stored(plan_id: int) -> Plan:
    with make_write_session() as session:
        return session.get_one(Plan, plan_id)


@pytest.fixture
def decide(client: PageClient) -> Decide:
    """Send the decision of whoever is logged in, on the version the plan has now."""

    def send(plan_id: int, decision: str, **data: object) -> TestResponse:
        form = {
            "decision": decision,
            "version": stored(plan_id).version,
            "idempotency_key": str(uuid.uuid4()),
        }
        return client.post(f"/desk/plans/{plan_id}/decision", data={**form, **data})

    return send
