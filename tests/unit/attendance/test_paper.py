"""Typing in a signed sheet: what is missing is added, marked, in time, with its proof."""

import uuid
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.attendance.evidence import Proof
from ce_bases.attendance.intents import SignIntent
from ce_bases.attendance.models import (
    AttendanceRecord,
    LateSign,
    SessionEvidence,
    SignEvent,
    SignKind,
    Way,
)
from ce_bases.attendance.paper import SignedSheet, enter_sheet
from ce_bases.attendance.service import record_sign
from ce_bases.audit.models import AuditEntry
from ce_bases.core.errors import ForbiddenError, InvalidInputError, WrongStateError
from ce_bases.core.filestore import FileStore
from ce_bases.core.uploads import read_upload
from ce_bases.files.models import StoredFile
from ce_bases.organisers.models import Lecturer
from ce_bases.plans.models import Plan
from ce_bases.plans.workflow import PlanState
from tests.factories.rosters import at, first_session_id, held
from tests.factories.world import World
from tests.rows import count

IN_TIME = at(14)
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def sheet(tmp_path: Path, ins: list[int], outs: list[int], key: str = "") -> SignedSheet:
    proof = Proof(read_upload("签到表.pdf", PDF), FileStore(tmp_path))
    return SignedSheet(key or str(uuid.uuid4()), frozenset(ins), frozenset(outs), proof)


def enter(
    session: Session,
    world: World,
    plan: Plan,
    given: SignedSheet,
    *,
    by: str = "clerk",
    now: datetime = IN_TIME,
) -> int:
    found = held(session, first_session_id(plan), world["clerk"])
    return enter_sheet(session, found, given, actor=world[by], now=now)


def test_missing_signs_are_added_and_marked(
    session: Session, world: World, plan: Plan, tmp_path: Path
) -> None:
    one, two, three = world.person_ids[:3]
    tapped = SignIntent(str(uuid.uuid4()), one, SignKind.IN, Way.TAP)
    door = held(session, first_session_id(plan), world["lecturer"])
    record_sign(session, door, tapped, actor=world["lecturer"], now=at(8, 50))

    people = enter(session, world, plan, sheet(tmp_path, [one, two], [one, two, three]))

    assert people == 3
    session.expire_all()
    rows = session.scalars(select(AttendanceRecord).order_by(AttendanceRecord.person_id)).all()
    told = [(r.signed_in_at, r.signed_out_at, r.attended, r.by_hand, r.off_hours) for r in rows]
    assert told == [
        (at(8, 50), at(12), True, True, False),
        (at(9), at(12), True, True, False),
        (None, at(12), False, True, False),
    ]
    ways = session.scalars(select(SignEvent.way).order_by(SignEvent.id)).all()
    assert ways == [Way.TAP] + [Way.PAPER] * 4
    act = session.scalars(select(AuditEntry).where(AuditEntry.action == "enter_paper_sheet")).one()
    kept = session.scalars(select(SessionEvidence)).one()
    assert act.after == {"people": 3, "signs": 4, "evidence": kept.id}
    assert session.get_one(StoredFile, kept.file_id).original_name == "签到表.pdf"


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (at(11, 59, 59), "课次结束后才能录入"),
        (at(12), ""),
        (at(12, day=date(2022, 6, 22)), ""),
        (at(12, 0, 1, day=date(2022, 6, 22)), "已超过课后 48 小时"),
    ],
)
def test_the_time_to_the_second(
    session: Session, world: World, plan: Plan, tmp_path: Path, now: datetime, words: str
) -> None:
    given = sheet(tmp_path, world.person_ids[:1], [])
    if words:
        with pytest.raises(WrongStateError, match=words):
            enter(session, world, plan, given, now=now)
        assert (count(session, SignEvent), count(session, SessionEvidence)) == (0, 0)
    else:
        assert enter(session, world, plan, given, now=now) == 1


def test_nothing_ticked_or_a_stranger_ticked_is_refused(
    session: Session, world: World, plan: Plan, tmp_path: Path
) -> None:
    with pytest.raises(InvalidInputError, match="至少勾选"):
        enter(session, world, plan, sheet(tmp_path, [], []))
    for stranger in (world.person_ids[3], 10**9):
        with pytest.raises(InvalidInputError, match="名单有变动"):
            enter(session, world, plan, sheet(tmp_path, [world.person_ids[0]], [stranger]))
    assert (count(session, SignEvent), count(session, StoredFile)) == (0, 0)


@pytest.mark.parametrize("by", ["lecturer", "stranger", "officer", "learner"])
def test_only_the_base_types_it_in(
    session: Session, world: World, plan: Plan, tmp_path: Path, by: str
) -> None:
    with pytest.raises(ForbiddenError):
        enter(session, world, plan, sheet(tmp_path, world.person_ids[:1], []), by=by)


def test_a_clerk_who_taught_the_class_needs_a_second_person(
    session: Session, world: World, plan: Plan, tmp_path: Path
) -> None:
    session.get_one(Lecturer, world.lecturer_id).account_id = world["clerk"].account_id
    session.flush()
    given = sheet(tmp_path, world.person_ids[:1], [])
    with pytest.raises(ForbiddenError, match="授课人以外"):
        enter(session, world, plan, given)
    assert enter(session, world, plan, given, by="clerk2") == 1


def test_after_the_confirmation_nothing_is_typed_in(
    session: Session, world: World, plan: Plan, tmp_path: Path
) -> None:
    plan.state = PlanState.CREDITED
    session.flush()
    with pytest.raises(WrongStateError, match="考勤已经确认"):
        enter(session, world, plan, sheet(tmp_path, world.person_ids[:1], []))


@pytest.mark.parametrize(
    ("happened", "kept"),
    [
        (at(0), 1),
        (at(23, 59, 59), 1),
        (at(23, 59, 59, day=date(2022, 6, 19)), 0),
        (at(0, day=date(2022, 6, 21)), 0),
    ],
)
def test_a_tap_that_arrives_after_the_confirmation_is_a_request(
    session: Session, world: World, plan: Plan, happened: datetime, kept: int
) -> None:
    plan.state = PlanState.CREDITED
    session.flush()
    lecturer, person = world["lecturer"], world.person_ids[0]
    door = held(session, first_session_id(plan), lecturer)
    intent = SignIntent(str(uuid.uuid4()), person, SignKind.IN, Way.TAP, occurred_at=happened)
    arrives = at(9, day=date(2022, 6, 27))

    for _ in range(2):
        outcome = record_sign(session, door, intent, actor=lecturer, now=arrives)
        assert outcome.code == "confirmed"

    assert (count(session, SignEvent), count(session, LateSign)) == (0, kept)
    for late in session.scalars(select(LateSign)):
        told = (late.event_id, late.person_id, late.kind, late.way, late.occurred_at)
        assert told == (intent.event_id, person, SignKind.IN, Way.TAP, happened)
        assert (late.received_at, late.recorded_by) == (arrives, lecturer.account_id)
