"""One objection, many answers at the same moment: it is answered once, and so is its owner told."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ce_bases.claims import review
from ce_bases.claims.correcting import Correction, correct_line
from ce_bases.claims.models import Claim
from ce_bases.core.clock import moment_at
from ce_bases.core.errors import WrongStateError
from ce_bases.credits import objections, service
from ce_bases.credits.models import Kind, LedgerLine, Objection, ObjectionState
from ce_bases.credits.records import differences
from ce_bases.messages.models import Message
from ce_bases.web.extensions import in_transaction, make_write_session
from tests.concurrency.together import together
from tests.conftest import NOON_1_JUNE as NOW
from tests.factories.claims import credited_claim, store_of
from tests.factories.hours import held_plan
from tests.factories.world import World

pytestmark = pytest.mark.concurrency
AFTER = moment_at(date(2022, 6, 21), time(9, 0))
#: The tenth working day is over: only an objection that waits lets the bureau correct.
LATE = moment_at(date(2022, 7, 8), time(9, 0))
AT_ONCE = 8


def answers_of(app: Flask, work: Callable[[int], str]) -> Counter[str]:
    """What eight at once were told."""

    def run(number: int) -> str:
        try:
            return work(number)
        except WrongStateError:
            return "too late"

    return Counter(together(app, AT_ONCE, run))


@pytest.fixture
def line_id(world: World) -> int:
    """Four hours of the learner, confirmed on 21 June."""
    with make_write_session() as session:
        plan = held_plan(session, world, now=NOW, people=[world["learner"].person_id])
        service.confirm_attendance(session, plan, actor=world["clerk"], now=AFTER)
        session.commit()
        return session.scalars(select(LedgerLine.id)).one()


def raise_it(session: Session, world: World, line_id: int) -> str:
    objections.raise_objection(session, line_id, "少计了", actor=world["learner"], now=AFTER)
    return "raised"


@pytest.fixture
def objection_id(world: World, line_id: int) -> int:
    with make_write_session() as session:
        raise_it(session, world, line_id)
        session.commit()
        return session.scalars(select(Objection.id)).one()


def answers_told(world: World) -> int:
    with make_write_session() as session:
        wanted = select(Message.id).where(
            Message.account_id == world["learner"].account_id,
            Message.kind == "objection_answered",
        )
        return len(session.scalars(wanted).all())


def test_raised_by_many_clicks_it_is_one(app: Flask, world: World, line_id: int) -> None:
    answers = answers_of(app, lambda _: in_transaction(lambda s: raise_it(s, world, line_id)))

    assert answers == {"raised": 1, "too late": AT_ONCE - 1}


def test_declined_and_upheld_at_once_it_is_answered_once(
    app: Flask, world: World, line_id: int, objection_id: int
) -> None:
    def decline(session: Session) -> str:
        found = objections.get_case(session, objection_id, actor=world["officer"])[0]
        objections.answer(
            session, found, "核对无误", supports=False, actor=world["officer"], now=LATE
        )
        return "declined"

    def correct(session: Session) -> str:
        line = session.get_one(LedgerLine, line_id)
        service.reverse_line(session, line, "确实少计", actor=world["officer2"], now=LATE)
        return "upheld"

    answers = answers_of(app, lambda n: in_transaction((decline, correct)[n % 2]))

    assert answers["declined"] + answers["upheld"] == 1
    assert answers["too late"] == AT_ONCE - 1
    with make_write_session() as session:
        objection = session.get_one(Objection, objection_id)
        reversed_by = session.scalars(
            select(LedgerLine.id).where(LedgerLine.reverses_id == line_id)
        ).all()
        assert list(differences(session)) == []
    assert answers[objection.state.value] == 1
    assert len(reversed_by) == answers["upheld"]
    assert answers_told(world) == 1


@dataclass(frozen=True)
class Contested:
    """A credited class of the learner's, and their objection to its line; all by their numbers."""

    claim_id: int
    version: int
    line_id: int
    objection_id: int


@pytest.fixture
def contested(world: World, tmp_path: Path) -> Contested:
    with make_write_session() as session:
        files = store_of(tmp_path)
        claim = credited_claim(session, world, Kind.TRAINING, now=NOW, files=files)
        line = session.scalars(select(LedgerLine)).one()
        found = objections.raise_objection(
            session, line.id, "少计了", actor=world["learner"], now=NOW
        )
        session.commit()
        return Contested(claim.id, claim.version, line.id, found.id)


def end_it(session: Session, world: World, case: Contested, way: str) -> str:
    """Put the hours right, decline, or take the claim back."""
    officer, other = world["officer"], world["officer2"]
    if way == "declined":
        found = objections.get_case(session, case.objection_id, actor=officer)[0]
        objections.answer(session, found, "无误", supports=False, actor=officer, now=LATE)
        return way
    claim = session.get_one(Claim, case.claim_id)
    if way == "corrected":
        wanted = Correction(case.line_id, case.version, "确实少计", {"halves": 16})
        correct_line(session, claim, wanted, actor=other, now=LATE)
    else:
        review.take_back(session, claim, "不实", version=case.version, actor=officer, now=LATE)
    return way


def test_a_claims_hours_put_right_declined_and_taken_back_at_once_end_in_one_of_them(
    app: Flask, world: World, contested: Contested
) -> None:
    ways = ("corrected", "declined", "taken back")
    answers = answers_of(
        app, lambda n: in_transaction(lambda s: end_it(s, world, contested, ways[n % 3]))
    )

    with make_write_session() as session:
        rows = session.scalars(select(LedgerLine).order_by(LedgerLine.id)).all()
        told = [(row.version, row.professional_halves) for row in rows]
        state = session.get_one(Objection, contested.objection_id).state
        assert list(differences(session)) == []
    # Declined first, the claim may still be taken back; nothing else goes together.
    ended = tuple(answers[way] for way in ways)
    assert ended in {(1, 0, 0), (0, 1, 0), (0, 0, 1), (0, 1, 1)}
    reversal = [(-1, -12)] if ended[0] or ended[2] else []
    assert told == [(1, 12), *reversal, *([(2, 16)] if ended[0] else [])]
    assert state.value == ("declined" if ended[1] else "upheld")
    assert answers_told(world) == 1


def test_control_without_the_lock_every_answer_is_given(
    app: Flask, world: World, objection_id: int
) -> None:
    """Missing: the objection's lock before its state is read."""
    judged = Barrier(AT_ONCE)

    def answer(number: int) -> str:
        state = (ObjectionState.DECLINED, ObjectionState.UPHELD)[number % 2]
        with make_write_session() as session:
            waits = session.get_one(Objection, objection_id).state is ObjectionState.OPEN
            session.rollback()  # SQLite's writers queue at BEGIN: the decision is older than that
        judged.wait(timeout=30)

        def work(session: Session) -> str:
            values = {"state": state, "answered_at": LATE, "answer": str(number)}
            session.execute(update(Objection).where(Objection.id == objection_id).values(values))
            return "answered"

        return in_transaction(work) if waits else "too late"

    assert answers_of(app, answer) == {"answered": AT_ONCE}
