"""At the door: what is accepted, flagged, refused, repeated, taken back and made up for."""

import uuid
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.attendance.correction import annul, make_up
from ce_bases.attendance.heads import Counted, count_heads
from ce_bases.attendance.intents import AnnulIntent, SignIntent, SignOutcome
from ce_bases.attendance.models import AttendanceRecord, RefusedSign, SignEvent, SignKind, Way
from ce_bases.attendance.queries import Summary, summaries_of
from ce_bases.attendance.service import record_sign
from ce_bases.core.actors import Actor
from ce_bases.core.errors import ForbiddenError, InvalidInputError, UserFacingError
from ce_bases.organisers.models import Lecturer
from ce_bases.plans.models import Plan
from tests.conftest import NOON_1_JUNE
from tests.factories.plans import filed_plan, make_session_details
from tests.factories.rosters import at, enrol, first_session_id, held
from tests.factories.world import World
from tests.rows import count


def sign_intent(person_id: int, kind: SignKind = SignKind.IN, way: Way = Way.TAP) -> SignIntent:
    return SignIntent(str(uuid.uuid4()), person_id, kind, way)


def tap(
    session: Session,
    world: World,
    plan: Plan,
    person_id: int,
    *,
    now: datetime,
    kind: SignKind = SignKind.IN,
    way: Way = Way.TAP,
    by: str = "lecturer",
) -> SignOutcome:
    found = held(session, first_session_id(plan), world[by])
    intent = sign_intent(person_id, kind, way)
    return record_sign(session, found, intent, actor=world[by], now=now)


def record_of(session: Session, plan: Plan, person_id: int) -> AttendanceRecord | None:
    return session.get(AttendanceRecord, (first_session_id(plan), person_id))


def test_in_and_out_make_attendance(session: Session, world: World, plan: Plan) -> None:
    person = world.person_ids[0]
    tap(session, world, plan, person, now=at(8, 52))
    record = record_of(session, plan, person)
    assert record is not None
    assert (record.signed_in_at, record.attended) == (at(8, 52), False)
    tap(session, world, plan, person, now=at(12, 5), kind=SignKind.OUT)
    assert (record.signed_out_at, record.attended) == (at(12, 5), True)
    assert (record.by_hand, record.off_hours) == (False, False)


@pytest.mark.parametrize(
    ("moment", "off_hours"),
    [
        (at(8, 29, 59), True),
        (at(8, 30), False),
        (at(9, 15), False),
        (at(9, 15, 1), True),
        (at(23, 59, 59), True),
        (at(0), True),
    ],
)
def test_a_tap_counts_all_day_and_is_flagged_outside_the_window(
    session: Session, world: World, plan: Plan, moment: datetime, off_hours: bool
) -> None:
    outcome = tap(session, world, plan, world.person_ids[0], now=moment)
    record = record_of(session, plan, world.person_ids[0])
    assert record is not None
    assert (outcome.code, outcome.off_hours, record.off_hours) == ("", off_hours, off_hours)


IN_BY_CODE = (SignKind.IN, Way.ROTATING_CODE)
OUT_BY_CODE = (SignKind.OUT, Way.ROTATING_CODE)


@pytest.mark.parametrize(
    ("sign", "moment", "code"),
    [
        ((SignKind.IN, Way.TAP), at(23, 59, 59, day=date(2022, 6, 19)), "not_yet"),
        ((SignKind.IN, Way.TAP), at(0, 0, 0, day=date(2022, 6, 21)), "day_over"),
        (IN_BY_CODE, at(8, 29, 59), "too_early"),
        (IN_BY_CODE, at(8, 30), ""),
        (IN_BY_CODE, at(9, 15), ""),
        (IN_BY_CODE, at(9, 15, 1), "too_late"),
        (OUT_BY_CODE, at(11, 44, 59), "too_early"),
        (OUT_BY_CODE, at(11, 45), ""),
        (OUT_BY_CODE, at(12, 30), ""),
        (OUT_BY_CODE, at(12, 30, 1), "too_late"),
    ],
)
def test_the_window_to_the_second(
    session: Session,
    world: World,
    plan: Plan,
    sign: tuple[SignKind, Way],
    moment: datetime,
    code: str,
) -> None:
    kind, way = sign
    outcome = tap(session, world, plan, world.person_ids[0], now=moment, kind=kind, way=way)
    refused = session.scalars(select(RefusedSign.code)).all()
    assert (outcome.code, refused) == (code, [code] if code else [])
    assert count(session, SignEvent) == (0 if code else 1)


def test_a_short_session_has_no_sign_out(session: Session, world: World) -> None:
    details = make_session_details(world, halves=5)
    plan = filed_plan(session, world, details, now=NOON_1_JUNE)
    person = world.person_ids[0]
    enrol(session, plan, [person], now=NOON_1_JUNE)
    tap(session, world, plan, person, now=at(9))
    record = record_of(session, plan, person)
    assert record is not None
    assert record.attended
    refused = tap(session, world, plan, person, now=at(12), kind=SignKind.OUT)
    assert refused.code == "no_sign_out"


def test_who_is_not_on_the_roster_is_refused_and_it_is_kept(
    session: Session, world: World, plan: Plan
) -> None:
    outcome = tap(session, world, plan, world.person_ids[3], now=at(9))
    kept = session.scalars(select(RefusedSign)).one()
    assert outcome.code == "not_on_roster"
    assert (kept.code, kept.person_id, kept.way, kept.at) == (
        "not_on_roster",
        world.person_ids[3],
        Way.TAP,
        at(9),
    )
    assert count(session, SignEvent) == 0


def test_a_cancelled_class_takes_no_sign_in(session: Session, world: World, plan: Plan) -> None:
    from ce_bases.plans.service import cancel_plan

    cancel_plan(session, plan, reason="讲师生病", actor=world["clerk"], now=NOON_1_JUNE)
    outcome = tap(session, world, plan, world.person_ids[0], now=at(9))
    assert outcome.code == "cancelled"


def test_the_same_event_twice_adds_nothing(session: Session, world: World, plan: Plan) -> None:
    lecturer = world["lecturer"]
    found = held(session, first_session_id(plan), lecturer)
    intent = sign_intent(world.person_ids[0])
    first = record_sign(session, found, intent, actor=lecturer, now=at(9))
    second = record_sign(session, found, intent, actor=lecturer, now=at(9, 1))
    assert (first.is_repeat, second.is_repeat, second.accepted) == (False, True, True)
    assert count(session, SignEvent) == 1


def test_a_refused_event_twice_is_refused_alike(session: Session, world: World, plan: Plan) -> None:
    lecturer = world["lecturer"]
    found = held(session, first_session_id(plan), lecturer)
    intent = sign_intent(world.person_ids[3])
    answers = [record_sign(session, found, intent, actor=lecturer, now=at(9)) for _ in range(2)]
    assert [(a.code, a.is_repeat) for a in answers] == [
        ("not_on_roster", False),
        ("not_on_roster", True),
    ]
    assert count(session, RefusedSign) == 1


@pytest.mark.parametrize("changed", ["person", "kind", "actor"])
def test_the_same_id_with_another_content_is_a_422(
    session: Session, world: World, plan: Plan, changed: str
) -> None:
    found = held(session, first_session_id(plan), world["lecturer"])
    intent = sign_intent(world.person_ids[0])
    record_sign(session, found, intent, actor=world["lecturer"], now=at(9))
    actor = world["clerk"] if changed == "actor" else world["lecturer"]
    other = SignIntent(
        intent.event_id,
        world.person_ids[1] if changed == "person" else intent.person_id,
        SignKind.OUT if changed == "kind" else intent.kind,
        intent.way,
    )
    with pytest.raises(UserFacingError) as refusal:
        record_sign(session, found, other, actor=actor, now=at(9))
    assert refusal.value.status == 422
    assert count(session, SignEvent) == 1


def undo(
    session: Session, world: World, plan: Plan, *, by: str, now: datetime, reason: str = ""
) -> SignOutcome:
    """Take back the first event of the plan's first session."""
    found = held(session, first_session_id(plan), world[by])
    target = session.scalars(select(SignEvent).order_by(SignEvent.id).limit(1)).one()
    intent = AnnulIntent(str(uuid.uuid4()), target.event_id, reason)
    return annul(session, found, intent, actor=world[by], now=now)


@pytest.mark.parametrize(
    ("after", "code"),
    [
        (timedelta(minutes=14, seconds=59), ""),
        (timedelta(minutes=15), ""),
        (timedelta(minutes=15, seconds=1), "undo_too_late"),
    ],
)
def test_the_recorder_may_undo_for_15_minutes(
    session: Session, world: World, plan: Plan, after: timedelta, code: str
) -> None:
    person = world.person_ids[0]
    tap(session, world, plan, person, now=at(9))
    outcome = undo(session, world, plan, by="lecturer", now=at(9) + after)
    record = record_of(session, plan, person)
    assert record is not None
    assert (outcome.code, record.signed_in_at) == (code, at(9) if code else None)


def test_another_s_event_is_the_base_s_to_correct_with_a_reason(
    session: Session, world: World, plan: Plan
) -> None:
    tap(session, world, plan, world.person_ids[0], now=at(9), by="clerk")
    assert undo(session, world, plan, by="lecturer", now=at(9, 1)).code == "not_recorder"
    with pytest.raises(InvalidInputError):
        undo(session, world, plan, by="clerk2", now=at(9, 1))
    assert undo(session, world, plan, by="clerk2", now=at(18), reason="点错了人").accepted
    again = undo(session, world, plan, by="clerk2", now=at(18), reason="点错了人")
    assert (again.accepted, again.is_repeat, count(session, SignEvent)) == (True, True, 2)
    record = record_of(session, plan, world.person_ids[0])
    assert record is not None
    assert (record.signed_in_at, record.attended) == (None, False)


def make_up_for(
    session: Session,
    world: World,
    plan: Plan,
    person_id: int,
    *,
    now: datetime,
    by: str | Actor = "clerk",
    reason: str = "手机没电，纸质签到表第 3 行",
) -> SignOutcome:
    actor = world[by] if isinstance(by, str) else by
    found = held(session, first_session_id(plan), actor)
    intent = SignIntent(str(uuid.uuid4()), person_id, SignKind.IN, Way.MAKE_UP, reason=reason)
    return make_up(session, found, intent, actor=actor, now=now)


def test_a_make_up_counts_and_is_marked_for_ever(
    session: Session, world: World, plan: Plan
) -> None:
    person = world.person_ids[0]
    assert make_up_for(session, world, plan, person, now=at(14)).accepted
    record = record_of(session, plan, person)
    assert record is not None
    assert (record.signed_in_at, record.signed_out_at) == (at(9), at(12))
    assert (record.attended, record.by_hand, record.off_hours) == (True, True, False)
    assert make_up_for(session, world, plan, person, now=at(14)).code == "already_attended"


def test_a_make_up_adds_only_what_is_missing(session: Session, world: World, plan: Plan) -> None:
    person = world.person_ids[0]
    tap(session, world, plan, person, now=at(8, 50))
    make_up_for(session, world, plan, person, now=at(14))
    events = session.scalars(select(SignEvent).order_by(SignEvent.id)).all()
    assert [(e.kind, e.way, e.occurred_at) for e in events] == [
        (SignKind.IN, Way.TAP, at(8, 50)),
        (SignKind.OUT, Way.MAKE_UP, at(12)),
    ]


@pytest.mark.parametrize(
    ("moment", "code"),
    [
        (at(11, 59, 59), "make_up_too_early"),
        (at(12), ""),
        (at(12, day=date(2022, 6, 22)), ""),
        (at(12, 0, 1, day=date(2022, 6, 22)), "make_up_too_late"),
    ],
)
def test_a_make_up_within_48_hours(
    session: Session, world: World, plan: Plan, moment: datetime, code: str
) -> None:
    outcome = make_up_for(session, world, plan, world.person_ids[0], now=moment)
    assert outcome.code == code


def test_a_make_up_wants_a_reason_and_a_second_person(
    session: Session, world: World, plan: Plan
) -> None:
    person = world.person_ids[0]
    with pytest.raises(InvalidInputError):
        make_up_for(session, world, plan, person, now=at(14), reason="")
    with pytest.raises(ForbiddenError):
        make_up_for(session, world, plan, person, now=at(14), by="lecturer")
    lecturer = session.get_one(Lecturer, world.lecturer_id)
    lecturer.account_id = world["clerk"].account_id
    assert make_up_for(session, world, plan, person, now=at(14)).code == "second_person"
    assert make_up_for(session, world, plan, person, now=at(14), by="clerk2").accepted


def test_the_counts_of_a_session_and_the_attendance_of_a_plan(
    session: Session, world: World, plan: Plan
) -> None:
    first, second, third = world.person_ids[:3]
    tap(session, world, plan, first, now=at(8, 50))
    tap(session, world, plan, first, now=at(12), kind=SignKind.OUT)
    tap(session, world, plan, second, now=at(10))
    make_up_for(session, world, plan, third, now=at(14))
    session_id = first_session_id(plan)
    found = held(session, session_id, world["lecturer"])
    count_heads(
        session,
        found,
        Counted(str(uuid.uuid4()), 41, at(9, 30)),
        actor=world["lecturer"],
        now=at(9, 30),
    )
    count_heads(
        session,
        found,
        Counted(str(uuid.uuid4()), 42, at(9, 40)),
        actor=world["lecturer"],
        now=at(9, 40),
    )
    assert summaries_of(session, {session_id: plan.id}) == {
        session_id: Summary(3, 3, 2, 2, 1, 1, 42)
    }
