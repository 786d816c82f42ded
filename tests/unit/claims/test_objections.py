"""Objections to the hours of a claim: the bureau that decided on it answers, nobody else."""

from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ce_bases.claims import review
from ce_bases.claims.models import Claim
from ce_bases.claims.workflow import ClaimState
from ce_bases.core.clock import moment_at
from ce_bases.core.errors import ForbiddenError, NotFoundError, WrongStateError
from ce_bases.credits import objections
from ce_bases.credits.models import Kind, LedgerLine, Objection, ObjectionState
from ce_bases.credits.records import differences
from ce_bases.messages.models import Message
from tests.conftest import NOON_1_JUNE as NOW
from tests.factories.claims import credited_claim, store_of
from tests.factories.world import World

LATER = NOW + timedelta(days=1)


@pytest.fixture
def claim(session: Session, world: World, tmp_path: Path) -> Claim:
    """A paper of the learner's, credited at noon of 1 June."""
    return credited_claim(session, world, now=NOW, files=store_of(tmp_path))


@pytest.fixture
def line(session: Session, claim: Claim) -> LedgerLine:
    return session.scalars(select(LedgerLine)).one()


def raise_it(
    session: Session, world: World, line: LedgerLine, *, now: datetime = LATER
) -> Objection:
    return objections.raise_objection(
        session, line.id, "应计公需科目。", actor=world["learner"], now=now
    )


def told(session: Session, kind: str) -> dict[int, str]:
    found = session.scalars(select(Message).where(Message.kind == kind))
    return {message.account_id: message.endpoint for message in found}


def test_it_goes_to_the_bureau_that_decided_and_to_no_base(
    session: Session, world: World, line: LedgerLine
) -> None:
    objection = raise_it(session, world, line)

    assert (objection.plan_id, objection.bureau_code) == (None, "370811")
    assert objection.to_bureau
    officers = [world[name].account_id for name in ("officer", "officer2")]
    assert told(session, "objection_raised") == dict.fromkeys(officers, "credits.desk_objection")
    found = session.execute(objections.waiting(world["officer"])).one()
    assert (found[0].id, found[3]) == (objection.id, None)
    for who in ("clerk", "stranger", "other_officer", "city_officer"):
        assert session.execute(objections.waiting(world[who])).all() == []
        with pytest.raises(NotFoundError):
            objections.get_case(session, objection.id, actor=world[who])
        with pytest.raises(ForbiddenError):
            objections.answer(session, objection, "不", supports=False, actor=world[who], now=LATER)
    assert objection.state is ObjectionState.OPEN


@pytest.mark.parametrize(
    ("day", "in_time"), [(date(2022, 6, 16), True), (date(2022, 6, 17), False)]
)
def test_until_the_tenth_working_day_after_the_crediting(
    session: Session, world: World, line: LedgerLine, day: date, in_time: bool
) -> None:
    """2 June to 16 June without 3 June, the Dragon Boat holiday, and the weekends."""
    now = moment_at(day, time(23, 59))

    if in_time:
        assert raise_it(session, world, line, now=now).state is ObjectionState.OPEN
    else:
        with pytest.raises(WrongStateError, match="异议期已于"):
            raise_it(session, world, line, now=now)


def test_declined_by_the_bureau_is_the_last_word(
    session: Session, world: World, line: LedgerLine
) -> None:
    objection = raise_it(session, world, line)
    objections.answer(
        session, objection, "刊物属专业领域。", supports=False, actor=world["officer"], now=LATER
    )

    assert objection.state is ObjectionState.DECLINED
    owner = world["learner"].account_id
    assert told(session, "objection_answered") == {owner: "credits.year"}
    with pytest.raises(WrongStateError, match="已经答复"):
        raise_it(session, world, line)


def test_taking_the_claim_back_upholds_it_and_the_claim_may_be_made_again(
    session: Session, world: World, claim: Claim, line: LedgerLine, tmp_path: Path
) -> None:
    objection = raise_it(session, world, line)
    review.take_back(
        session, claim, "应计公需。", version=claim.version, actor=world["officer2"], now=LATER
    )

    assert (objection.state, objection.answer) == (ObjectionState.UPHELD, "应计公需。")
    assert objection.answered_by == world["officer2"].account_id
    assert list(differences(session)) == []
    with pytest.raises(WrongStateError):
        raise_it(session, world, line)
    again = credited_claim(session, world, now=LATER, files=store_of(tmp_path))
    assert again.state is ClaimState.CREDITED


def test_a_claim_over_two_years_answers_the_objection_to_either_line(
    session: Session, world: World, tmp_path: Path
) -> None:
    claim = credited_claim(
        session,
        world,
        Kind.POSTING,
        now=moment_at(date(2023, 5, 8), time(9)),
        files=store_of(tmp_path),
        held_on=date(2022, 3, 1),
        until_on=date(2023, 4, 30),
    )
    _first, second = session.scalars(select(LedgerLine).order_by(LedgerLine.year))
    objection = raise_it(session, world, second, now=moment_at(date(2023, 5, 9), time(9)))
    review.take_back(
        session,
        claim,
        "月份有误。",
        version=claim.version,
        actor=world["officer"],
        now=moment_at(date(2023, 5, 10), time(9)),
    )

    assert (second.source, objection.state) == (f"claim:{claim.id}:2023", ObjectionState.UPHELD)


@pytest.mark.parametrize(
    "values",
    [{"bureau_code": None}, {"to_bureau": False}],
    ids=["without a judge", "to a base that is none"],
)
def test_the_database_wants_a_judge(
    session: Session, world: World, line: LedgerLine, values: dict[str, object]
) -> None:
    row = {"line_id": line.id, "person_id": line.person_id, "state": ObjectionState.OPEN}
    row |= {"reason": "x", "raised_at": NOW, "bureau_code": "370811", "to_bureau": True}
    session.add(Objection(**{**row, **values}))
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()
