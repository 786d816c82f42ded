"""Plans on the public calendar."""

from collections.abc import Callable
from datetime import date, time

import pytest

from ce_bases.core.clock import moment_at
from ce_bases.plans.models import Plan
from ce_bases.web.extensions import make_write_session
from tests.conftest import NOON_1_JUNE as NOW
from tests.factories.plans import filed_plan, make_session_details
from tests.factories.world import World

File = Callable[..., str]


@pytest.fixture
def file(world: World) -> File:
    """File a plan of 任城区's base and commit; its filing number."""

    def file_plan(*days: date, **changes: object) -> str:
        with make_write_session() as session:
            changes.setdefault("enrol_closes_at", moment_at(days[0], time(8, 0)))
            rows = [make_session_details(world, on=day) for day in days]
            plan: Plan = filed_plan(session, world, *rows, now=NOW, **changes)
            session.commit()
            assert plan.filing_number is not None
            return plan.filing_number

    return file_plan
