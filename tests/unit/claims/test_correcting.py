"""An objection to a claim's hours upheld by putting them right: as crediting would have made them."""

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.audit.models import AuditEntry
from ce_bases.claims import correcting, review
from ce_bases.claims.content import Rank
from ce_bases.claims.correcting import CORRECTABLE, Correction, contested, correct_line, facts_of
from ce_bases.claims.models import Claim
from ce_bases.claims.workflow import ClaimState
from ce_bases.core.clock import moment_at
from ce_bases.core.errors import (
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    RuleViolationError,
    WrongStateError,
)
from ce_bases.credits import objections
from ce_bases.credits.models import Kind, LedgerLine, Objection, ObjectionState, YearRecord
from ce_bases.credits.records import differences
from ce_bases.messages.models import Message
from ce_bases.plans.models import Subject
from tests.conftest import NOON_1_JUNE as NOW
from tests.factories.claims import credited_claim, store_of
from tests.factories.world import World

LATER = NOW + timedelta(days=1)


def contest(
    session: Session, world: World, tmp_path: Path, kind: Kind, **more: Any
) -> tuple[Claim, LedgerLine, Objection]:
    """A credited claim of the learner's, its first line, and their objection to it."""
    claim = credited_claim(session, world, kind, **{"now": NOW, **more}, files=store_of(tmp_path))
    line = session.scalars(select(LedgerLine).order_by(LedgerLine.year)).first()
    assert line is not None
    objection = objections.raise_objection(
        session, line.id, "少计了。", actor=world["learner"], now=more.get("now", NOW)
    )
    return claim, line, objection


def put_right(
    session: Session,
    world: World,
    claim: Claim,
    line: LedgerLine,
    *,
    by: str = "officer2",
    now: datetime = LATER,
    **facts: Any,
) -> None:
    wanted = Correction(line.id, claim.version, "核对了原件。", {**facts_of(claim, line), **facts})
    correct_line(session, claim, wanted, actor=world[by], now=now)


def ledger_of(session: Session) -> list[tuple[int, int, int]]:
    rows = session.scalars(select(LedgerLine).order_by(LedgerLine.id))
    return [(row.version, row.public_halves, row.professional_halves) for row in rows]


@pytest.mark.parametrize(
    ("kind", "facts", "change"),
    [
        (Kind.TRAINING, {"halves": 16}, ((0, 12), (0, 16))),
        (Kind.SELF_STUDY, {"halves": 30}, ((0, 40), (0, 30))),
        (Kind.SELF_STUDY, {"subject": Subject.PUBLIC, "halves": 30}, ((0, 40), (30, 0))),
        (Kind.PUBLICATION, {"subject": Subject.PUBLIC}, ((0, 20), (20, 0))),
        (Kind.ACHIEVEMENT, {"subject": Subject.PUBLIC}, ((0, 20), (20, 0))),
        (Kind.EXPERT_SERVICE, {"minutes": 200}, ((0, 12), (0, 8))),  # ⌊200 ÷ 45 × 2⌋
        (Kind.COMPETITION, {"rank": Rank.PROVINCE}, ((0, 20), (0, 40))),
        (Kind.POSTING, {"until_on": date(2022, 4, 30)}, ((25, 50), (20, 40))),
        (Kind.ABSENCE, {"held_on": date(2022, 2, 1)}, ((25, 50), (20, 40))),
    ],
)
def test_the_line_becomes_what_crediting_would_have_made_of_it(
    session: Session,
    world: World,
    tmp_path: Path,
    kind: Kind,
    facts: dict[str, Any],
    change: tuple[tuple[int, int], tuple[int, int]],
) -> None:
    before, after = change
    claim, line, objection = contest(session, world, tmp_path, kind)
    said, version = claim.content, claim.version
    assert [(c.line.id, c.objection.id) for c in contested(session, claim)] == [
        (line.id, objection.id)
    ]

    put_right(session, world, claim, line, **facts)

    public, professional = before
    assert ledger_of(session) == [(1, *before), (-1, -public, -professional), (2, *after)]
    first, reversal, fresh = session.scalars(select(LedgerLine).order_by(LedgerLine.id))
    assert (reversal.reverses_id, reversal.reason, fresh.reason) == (
        first.id,
        "核对了原件。",
        "核对了原件。",
    )
    same = ("source", "person_id", "year", "kind", "thing_key", "title", "clause", "has_archive")
    assert [getattr(fresh, name) for name in same] == [getattr(first, name) for name in same]
    assert (fresh.posted_by, fresh.posted_at) == (world["officer2"].account_id, LATER)
    record = session.scalars(select(YearRecord)).one()
    assert (record.public_halves, record.professional_halves) == after
    assert list(differences(session)) == []
    assert (objection.state, objection.answer) == (ObjectionState.UPHELD, "核对了原件。")
    # The claim stays what was sent and decided; only its version moves, for older pages.
    session.refresh(claim)
    assert (claim.state, claim.content, claim.version) == (
        ClaimState.CREDITED,
        said,
        version + 1,
    )
    assert contested(session, claim) == []
    told = session.scalars(select(Message).where(Message.kind == "objection_answered")).all()
    assert [message.account_id for message in told] == [world["learner"].account_id]
    act = session.scalars(select(AuditEntry).where(AuditEntry.action == "claim_correct")).one()
    assert (act.subject_id, act.reason) == (str(claim.id), "核对了原件。")


def test_every_kind_that_is_claimed_says_what_may_be_put_right() -> None:
    claimed = set(Kind) - {Kind.LECTURE, Kind.ONLINE_COURSE}
    assert claimed - set(CORRECTABLE) == {Kind.EXAM}


def test_a_cap_holds_for_what_is_put_right(session: Session, world: World, tmp_path: Path) -> None:
    claim, line, _ = contest(session, world, tmp_path, Kind.SELF_STUDY)
    put_right(session, world, claim, line, halves=100)
    record = session.scalars(select(YearRecord)).one()
    assert record.professional_halves == 80  # 40 学时 a year, whatever is claimed


@pytest.mark.parametrize(
    ("kind", "facts", "field"),
    [
        (Kind.TRAINING, {"halves": 0}, "halves"),
        (Kind.TRAINING, {"halves": 49}, "halves"),
        (Kind.TRAINING, {"halves": None}, "halves"),
        (Kind.SELF_STUDY, {"halves": 1999}, "halves"),
        (Kind.SELF_STUDY, {"subject": None}, "subject"),
        (Kind.EXPERT_SERVICE, {"minutes": 24 * 60 + 1}, "minutes"),
        (Kind.COMPETITION, {"rank": None}, "rank"),
        (Kind.POSTING, {"until_on": date(2021, 12, 31)}, "until_on"),
        (Kind.POSTING, {"held_on": date(2022, 5, 1), "until_on": date(2022, 4, 1)}, "until_on"),
        (Kind.POSTING, {"until_on": date(2022, 6, 30)}, "until_on"),  # still to come
        (Kind.POSTING, {"until_on": date(2023, 1, 31)}, "until_on"),
    ],
)
def test_what_the_kind_does_not_allow_is_said_at_its_field(
    session: Session,
    world: World,
    tmp_path: Path,
    kind: Kind,
    facts: dict[str, Any],
    field: str,
) -> None:
    claim, line, objection = contest(session, world, tmp_path, kind)
    before = ledger_of(session)
    with pytest.raises(InvalidInputError) as refused:
        put_right(session, world, claim, line, **facts)
    assert field in refused.value.problems
    assert (ledger_of(session), objection.state) == (before, ObjectionState.OPEN)


@pytest.mark.parametrize(
    ("kind", "facts", "words"),
    [
        (Kind.EXAM, {}, "固定的"),
        (Kind.EXAM, {"halves": 40}, "固定的"),
        (Kind.PUBLICATION, {"halves": 40}, "固定的"),
        (Kind.TRAINING, {"subject": Subject.PUBLIC}, "固定的"),
        (Kind.COMPETITION, {"subject": Subject.PUBLIC}, "固定的"),
        (Kind.TRAINING, {}, "相同"),
        (Kind.PUBLICATION, {}, "相同"),
        (Kind.EXPERT_SERVICE, {"minutes": 10}, "没有学时可记"),
        (Kind.POSTING, {"held_on": date(2022, 5, 25)}, "没有学时可记"),
    ],
)
def test_what_is_fixed_the_same_or_nothing_is_refused(
    session: Session,
    world: World,
    tmp_path: Path,
    kind: Kind,
    facts: dict[str, Any],
    words: str,
) -> None:
    claim, line, objection = contest(session, world, tmp_path, kind)
    before = ledger_of(session)
    with pytest.raises(RuleViolationError, match=words):
        put_right(session, world, claim, line, **facts)
    assert (ledger_of(session), objection.state) == (before, ObjectionState.OPEN)


def test_only_while_an_objection_waits(session: Session, world: World, tmp_path: Path) -> None:
    claim, line, objection = contest(session, world, tmp_path, Kind.TRAINING)
    objections.answer(session, objection, "不", supports=False, actor=world["officer"], now=LATER)
    assert contested(session, claim) == []
    with pytest.raises(WrongStateError, match="没有待答复的异议"):
        put_right(session, world, claim, line, halves=16)


def test_twice_is_once_and_an_older_page_is_told(
    session: Session, world: World, tmp_path: Path
) -> None:
    claim, line, _ = contest(session, world, tmp_path, Kind.TRAINING)
    seen = claim.version
    put_right(session, world, claim, line, halves=16)
    stale = Correction(line.id, seen, "再来一次。", {"halves": 18})
    with pytest.raises(WrongStateError, match="更正学时"):
        correct_line(session, claim, stale, actor=world["officer"], now=LATER)
    with pytest.raises(WrongStateError, match="刚刚已被更正"):
        put_right(session, world, claim, line, halves=18)
    assert len(ledger_of(session)) == 3


def test_the_new_line_can_be_contested_put_right_and_taken_back(
    session: Session, world: World, tmp_path: Path
) -> None:
    claim, line, _ = contest(session, world, tmp_path, Kind.TRAINING)
    put_right(session, world, claim, line, halves=16)
    fresh = session.scalars(select(LedgerLine).where(LedgerLine.version == 2)).one()
    objections.raise_objection(session, fresh.id, "还是少。", actor=world["learner"], now=LATER)
    assert facts_of(claim, fresh) == {"halves": 16}
    put_right(session, world, claim, fresh, halves=14)
    assert ledger_of(session)[3:] == [(-2, 0, -16), (3, 0, 14)]
    session.refresh(claim)
    review.take_back(
        session, claim, "材料不实。", version=claim.version, actor=world["officer"], now=LATER
    )
    assert ledger_of(session)[5:] == [(-3, 0, -14)]
    assert claim.state is ClaimState.REVERSED
    assert session.scalars(select(YearRecord.professional_halves)).one() == 0
    assert list(differences(session)) == []


def test_of_a_claim_over_two_years_only_the_contested_year_changes(
    session: Session, world: World, tmp_path: Path
) -> None:
    moment = moment_at(date(2023, 5, 8), time(9))
    more = {"now": moment, "held_on": date(2022, 3, 1), "until_on": date(2023, 4, 30)}
    claim, line, _ = contest(session, world, tmp_path, Kind.POSTING, **more)
    assert (line.year, facts_of(claim, line)) == (
        2022,
        {"held_on": date(2022, 3, 1), "until_on": date(2022, 12, 31)},
    )
    later = moment + timedelta(days=1)
    put_right(session, world, claim, line, now=later, held_on=date(2022, 1, 1))
    rows = session.scalars(select(LedgerLine).order_by(LedgerLine.id)).all()
    assert [(row.source, row.version, row.year, row.public_halves) for row in rows] == [
        (f"claim:{claim.id}:2022", 1, 2022, 50),
        (f"claim:{claim.id}:2023", 1, 2023, 20),
        (f"claim:{claim.id}:2022", -1, 2022, -50),
        (f"claim:{claim.id}:2022", 2, 2022, 60),
    ]
    assert list(differences(session)) == []
    with pytest.raises(WrongStateError, match="没有待答复的异议"):
        put_right(session, world, claim, rows[1], now=later, until_on=date(2023, 3, 31))


def test_strangers_the_claimant_and_who_confirmed_it_put_nothing_right(
    session: Session, world: World, tmp_path: Path
) -> None:
    claim, line, objection = contest(session, world, tmp_path, Kind.TRAINING)
    for who in ("clerk", "unit_hr", "other_officer", "city_officer", "learner"):
        with pytest.raises((NotFoundError, ForbiddenError)):
            put_right(session, world, claim, line, by=who, halves=16)
    claim.person.account_id = world["officer2"].account_id
    session.flush()
    with pytest.raises(ForbiddenError):
        put_right(session, world, claim, line, by="officer2", halves=16)
    other = credited_claim(
        session, world, Kind.EXAM, now=NOW, by="learner2", files=store_of(tmp_path)
    )
    foreign = Correction(line.id, other.version, "不", {})
    with pytest.raises((WrongStateError, NotFoundError)):
        correct_line(session, other, foreign, actor=world["officer"], now=LATER)
    gone = Correction(10**9, claim.version, "不", {"halves": 16})
    with pytest.raises(NotFoundError):
        correct_line(session, claim, gone, actor=world["officer"], now=LATER)
    assert (len(ledger_of(session)), objection.state) == (2, ObjectionState.OPEN)
    assert correcting.contested(session, claim) != []


def test_without_a_reason_nothing_is_put_right(
    session: Session, world: World, tmp_path: Path
) -> None:
    claim, line, _ = contest(session, world, tmp_path, Kind.TRAINING)
    for reason in ("", "  ", "长" * 501):
        wanted = Correction(line.id, claim.version, reason, {"halves": 16})
        with pytest.raises(InvalidInputError):
            correct_line(session, claim, wanted, actor=world["officer"], now=LATER)
    assert len(ledger_of(session)) == 1
