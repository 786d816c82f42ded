"""The class that most tests of attendance are about."""

import pytest
from sqlalchemy.orm import Session

from ce_bases.plans.models import Plan
from tests.conftest import NOON_1_JUNE
from tests.factories.plans import filed_plan
from tests.factories.rosters import enrol
from tests.factories.world import World


@pytest.fixture
def plan(session: Session, world: World) -> Plan:
    """Filed: 20 June 2022, 09:00–12:00, 4 学时 (so with sign-out); three on the roster."""
    plan = filed_plan(session, world, now=NOON_1_JUNE)
    enrol(session, plan, world.person_ids[:3], now=NOON_1_JUNE)
    return plan
