"""Claims at the same moment: one decision, one line, one holder; each with its control."""

from collections import Counter
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from ce_bases.claims import review, service
from ce_bases.claims.models import Claim
from ce_bases.claims.posting import ledger_lines
from ce_bases.claims.review import Decision, Outcome
from ce_bases.claims.workflow import ClaimState
from ce_bases.core.errors import RuleViolationError, WrongStateError
from ce_bases.credits.fold import year_of
from ce_bases.credits.models import Kind, LedgerLine
from ce_bases.credits.records import differences
from ce_bases.web.extensions import in_transaction, make_write_session
from tests.concurrency.together import together
from tests.conftest import NOON_1_JUNE as NOW
from tests.factories.claims import confirmed_claim, drafted_claim, store_of
from tests.factories.world import World
from tests.rows import count_stored

pytestmark = pytest.mark.concurrency

AT_ONCE = 8


@pytest.fixture
def waiting(world: World, tmp_path: Path) -> Claim:
    with make_write_session() as session:
        claim = confirmed_claim(session, world, now=NOW, files=store_of(tmp_path))
        session.commit()
        return claim


def test_officers_at_once_make_one_decision_and_the_others_learn_whose(
    app: Flask, world: World, waiting: Claim
) -> None:
    outcomes = (Outcome.CREDIT, Outcome.REFUSE, Outcome.RETURN)

    def judge(number: int) -> str:
        actor = world[("officer", "officer2")[number % 2]]
        decision = Decision(outcomes[number % 3], waiting.version, "材料不清。")

        def work(session: Session) -> str:
            claim = session.get_one(Claim, waiting.id)
            review.decide(session, claim, decision, actor=actor, now=NOW + timedelta(seconds=1))
            return "decided"

        try:
            return in_transaction(work)
        except WrongStateError as refusal:
            return str(refusal.message.values.get("name"))

    answers = together(app, AT_ONCE, judge)

    winner = answers.index("decided")
    name = world[("officer", "officer2")[winner % 2]].name
    assert Counter(answers) == {"decided": 1, name: AT_ONCE - 1}
    with make_write_session() as session:
        claim = session.get_one(Claim, waiting.id)
        assert list(differences(session)) == []
    is_credited = outcomes[winner % 3] is Outcome.CREDIT
    assert (claim.state is ClaimState.CREDITED) == is_credited
    assert count_stored(LedgerLine) == int(is_credited)


def test_control_without_lock_and_version_several_decide(
    app: Flask, world: World, waiting: Claim
) -> None:
    """Missing: the claim's lock before its state is read, and the version that was looked at."""
    judged = Barrier(AT_ONCE)

    def judge(_number: int) -> str:
        with make_write_session() as session:
            claim = session.get_one(Claim, waiting.id)
            is_waiting = claim.state is ClaimState.WITH_BUREAU
            session.rollback()  # SQLite's writers queue at BEGIN: the decision is older than that
            judged.wait(timeout=30)
            if is_waiting:
                values = {"state": ClaimState.RETURNED, "reason": "x", "version": Claim.version + 1}
                session.execute(update(Claim).where(Claim.id == waiting.id).values(values))
                session.commit()
                return "decided"
        return "too late"

    assert together(app, AT_ONCE, judge) == ["decided"] * AT_ONCE


def test_control_without_the_ledgers_key_a_claim_is_posted_again_and_again(
    app: Flask, world: World, waiting: Claim
) -> None:
    """Missing: the source `claim:<id>`, under which a line is there only once."""
    with make_write_session() as session:
        claim = session.get_one(Claim, waiting.id)
        (line,) = ledger_lines(claim, actor=world["officer"], now=NOW)

    def post(number: int) -> str:
        def work(session: Session) -> str:
            session.execute(insert(LedgerLine).values({**line, "source": f"loose:{number}"}))
            return "posted"

        return in_transaction(work)

    assert together(app, AT_ONCE, post) == ["posted"] * AT_ONCE
    assert count_stored(LedgerLine) == AT_ONCE


def _drafts(world: World, folder: Path) -> list[int]:
    """As many drafts of one paper by one person as there are clicks."""
    with make_write_session() as session:
        ids = [
            drafted_claim(session, world, now=NOW, files=store_of(folder)).id
            for _ in range(AT_ONCE)
        ]
        session.commit()
    return ids


def test_one_paper_sent_several_times_at_once_is_claimed_once(
    app: Flask, world: World, tmp_path: Path
) -> None:
    ids = _drafts(world, tmp_path)

    def send(number: int) -> str:
        def work(session: Session) -> str:
            claim = session.get_one(Claim, ids[number])
            service.send_claim(session, claim, actor=world["learner"], now=NOW)
            return "sent"

        try:
            return in_transaction(work)
        except RuleViolationError:
            return "claimed already"

    assert Counter(together(app, AT_ONCE, send)) == {"sent": 1, "claimed already": AT_ONCE - 1}


def test_control_without_the_key_every_copy_is_sent(
    app: Flask, world: World, tmp_path: Path
) -> None:
    """Missing: `thing_key`, which names the thing, in the row and its unique index."""
    ids = _drafts(world, tmp_path)

    def send(number: int) -> str:
        def work(session: Session) -> str:
            values = {
                "state": ClaimState.WITH_UNIT,
                "unit_id": world.unit_id,
                "bureau_code": "370811",
                "sent_at": NOW,
            }
            session.execute(update(Claim).where(Claim.id == ids[number]).values(values))
            return "sent"

        return in_transaction(work)

    assert together(app, AT_ONCE, send) == ["sent"] * AT_ONCE


def test_works_decided_at_once_never_pass_the_cap(app: Flask, world: World, tmp_path: Path) -> None:
    with make_write_session() as session:
        ids = [
            confirmed_claim(
                session,
                world,
                (Kind.PUBLICATION, Kind.ACHIEVEMENT)[number % 2],
                now=NOW,
                files=store_of(tmp_path),
                number=f"WORK-{number}",
            ).id
            for number in range(AT_ONCE)
        ]
        session.commit()

    def judge(number: int) -> str:
        def work(session: Session) -> str:
            claim = session.get_one(Claim, ids[number])
            decision = Decision(Outcome.CREDIT, claim.version)
            review.decide(session, claim, decision, actor=world["officer"], now=NOW)
            return "credited"

        return in_transaction(work)

    assert together(app, AT_ONCE, judge) == ["credited"] * AT_ONCE
    with make_write_session() as session:
        assert list(differences(session)) == []
        claim = session.get_one(Claim, ids[0])
        assert year_of(session, claim.person_id, 2022).result.total_halves == 60
