"""A phone's queue sent in the evening, item by item."""

import uuid
from typing import Any

from sqlalchemy.orm import Session

from ce_bases.attendance.batch import take_in
from ce_bases.attendance.delivery import Delivery, Queued
from ce_bases.plans.models import Plan
from tests.factories.rosters import at, first_session_id, held
from tests.factories.world import World

EVENING = at(20)
DEVICE = "0b6f8a52-0000-4000-8000-000000000001"


def new_id() -> str:
    return str(uuid.uuid4())


def send(
    session: Session, world: World, plan: Plan, *items: Queued, by: str = "lecturer", **more: Any
) -> list[tuple[str, bool]]:
    """(code, whether it was a repeat) for each item, in their order."""
    door = held(session, first_session_id(plan), world[by])
    now = more.pop("now", EVENING)
    outcomes = take_in(session, door, Delivery(DEVICE, items), actor=world[by], now=now, **more)
    assert [outcome.event_id for outcome in outcomes] == [item.event_id for item in items]
    return [(outcome.code, outcome.is_repeat) for outcome in outcomes]
