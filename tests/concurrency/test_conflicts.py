"""Classes in one room at one time, submitted at the same moment: one of them is."""

from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from datetime import date
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from ce_bases.core.errors import InvalidInputError
from ce_bases.organisers.models import Lecturer
from ce_bases.plans import bookings, conflicts, service
from ce_bases.plans.models import Plan
from ce_bases.policy import notice_2022, registry
from ce_bases.web.extensions import db, in_transaction, make_write_session
from tests.concurrency.test_plans import CLERKS
from tests.concurrency.together import together
from tests.conftest import NOON_1_JUNE as NOW
from tests.factories.plans import drafted_plan, make_session_details
from tests.factories.world import World

pytestmark = pytest.mark.concurrency


@pytest.fixture
def drafts(world: World) -> list[int]:
    """Ten drafts of one base with one lecturer in one room at one time."""
    with make_write_session() as session:
        plans = [drafted_plan(session, world, now=NOW) for _ in range(CLERKS)]
        session.commit()
        return [plan.id for plan in plans]


def submit_together(app: Flask, world: World, plan_ids: list[int], usernames: list[str]) -> Any:
    def submit(number: int) -> str:
        def work(session: Session) -> str:
            plan = session.get_one(Plan, plan_ids[number])
            service.submit_plan(session, plan, actor=world[usernames[number]], now=NOW)
            return "submitted"

        try:
            return in_transaction(work)
        except InvalidInputError as refusal:
            return " ".join(sorted(refusal.problems))

    return Counter(together(app, CLERKS, submit))


def test_of_classes_that_clash_one_is_submitted(
    app: Flask, world: World, drafts: list[int]
) -> None:
    answers = submit_together(app, world, drafts, ["clerk", "clerk2"] * (CLERKS // 2))

    assert answers == {
        "submitted": 1,
        "sessions-0-lecturer_id sessions-0-venue_id": CLERKS - 1,
    }


def test_where_a_lecturer_elsewhere_blocks_two_bases_wait_for_each_other(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = replace(notice_2022.POLICY.conflicts, lecturer_elsewhere="block")
    policy = replace(notice_2022.POLICY, conflicts=rule)
    monkeypatch.setitem(registry._BY_YEAR, 2022, policy)
    with make_write_session() as session:
        for lecturer_id in (world.lecturer_id, world.other_lecturer_id):
            session.get_one(Lecturer, lecturer_id).identity_index = "f" * 64
        theirs = replace(
            make_session_details(world),
            lecturer_id=world.other_lecturer_id,
            venue_id=world.other_venue_id,
        )
        usernames = ["clerk", "stranger"] * (CLERKS // 2)
        plans = [
            drafted_plan(session, world, row, actor=world[name], now=NOW)
            for name, row in zip(
                usernames, [make_session_details(world), theirs] * (CLERKS // 2), strict=True
            )
        ]
        session.commit()
        plan_ids = [plan.id for plan in plans]

    answers = submit_together(app, world, plan_ids, usernames)

    assert answers["submitted"] == 1
    assert sum(answers.values()) == CLERKS


def test_control_without_the_lock_more_than_one_is_submitted(
    app: Flask, world: World, drafts: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Missing: people and places held before what is taken is read.

    On SQLite the transaction itself is the lock: there the decision is read before it begins.
    """
    read = Barrier(CLERKS)
    taken_on = bookings.taken_on
    engine: Engine = db.engine

    def taken_before_anyone_writes(
        session: Session, lists: bookings.Lists, days: Collection[date], **plan: int | None
    ) -> list[bookings.Taken]:
        if engine.dialect.name == "postgresql":
            answer = taken_on(session, lists, days, **plan)
            read.wait(timeout=30)
            return answer
        return []  # what everyone read before the first one began

    monkeypatch.setattr(conflicts, "hold_people_and_places", lambda *_args: None)
    monkeypatch.setattr(conflicts, "taken_on", taken_before_anyone_writes)

    answers = submit_together(app, world, drafts, ["clerk", "clerk2"] * (CLERKS // 2))

    assert answers == {"submitted": CLERKS}
