"""Prompts of a class over the net: where they may open, that nobody guesses them, what they do."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.attendance.intents import SignOutcome
from ce_bases.attendance.models import AttendanceRecord, RefusedSign, SignEvent, SignKind, Way
from ce_bases.checkin.codes import make_key
from ce_bases.checkin.live import LiveAnswer, Prompt, answer_prompt, open_prompt, prompts_of
from ce_bases.core.errors import ForbiddenError
from ce_bases.plans.models import Form, Plan
from ce_bases.plans.queries import SessionInForce
from ce_bases.policy.attendance import Timing, window
from ce_bases.policy.live import slots
from ce_bases.policy.notice_2022 import POLICY
from ce_bases.policy.shapes import LiveRule
from tests.conftest import NOON_1_JUNE
from tests.factories.plans import filed_plan
from tests.factories.rosters import at, enrol, first_session_id, held
from tests.factories.world import World
from tests.rows import count

KEY = make_key("a secret", "live prompt")
TIMING = Timing(at(9), at(12), halves=8, is_lecture=False)
RULE, LIVE = POLICY.attendance, POLICY.live


@pytest.fixture
def plan(session: Session, world: World) -> Plan:
    """A live class of 20 June 2022, 09:00–12:00; the first two people are on its roster."""
    plan = filed_plan(
        session, world, now=NOON_1_JUNE, form=Form.LIVE, live_address="https://live.example/1"
    )
    enrol(session, plan, world.person_ids[:2], now=NOON_1_JUNE)
    return plan


@pytest.fixture
def door(session: Session, world: World, plan: Plan) -> SessionInForce:
    return held(session, first_session_id(plan), world["clerk"])


def answer(
    session: Session, world: World, door: SessionInForce, prompt: Prompt, **later: float
) -> SignOutcome:
    moment = prompt.opens_at + timedelta(**later)
    given = LiveAnswer("phone", KEY)
    return answer_prompt(session, door, given, actor=world["learner"], now=moment)


@pytest.mark.parametrize("kind", ["in", "out"])
def test_slots_cut_the_window_and_prompts_stay_inside(kind: str) -> None:
    opens, closes = window(kind, TIMING, RULE)
    found = slots(kind, TIMING, RULE, LIVE)

    assert [first for first, _ in found] == [opens + timedelta(minutes=15 * n) for n in range(3)]
    assert {last - first for first, last in found} == {timedelta(minutes=12)}
    assert found[-1][1] + timedelta(minutes=LIVE.open_minutes) == closes


def test_prompts_that_do_not_fit_are_an_error_of_the_policy() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        slots("in", TIMING, RULE, LiveRule(prompts_a_window=10, open_minutes=5))


def test_every_worker_agrees_and_another_key_draws_others(door: SessionInForce) -> None:
    first, again, other = (prompts_of(door, key) for key in (KEY, KEY, make_key("b", "live")))

    assert first == again
    assert [prompt.opens_at for prompt in first] != [prompt.opens_at for prompt in other]
    assert [(p.kind.value, p.number) for p in first] == [
        (kind, number) for kind in ("in", "out") for number in range(3)
    ]
    assert all(p.closes_at - p.opens_at == timedelta(minutes=3) for p in first)


def test_the_moments_are_spread_over_the_whole_slot(door: SessionInForce) -> None:
    """No moment is likelier than another: 1,000 keys fill every minute of the first slot."""
    begin = slots("in", TIMING, RULE, LIVE)[0][0]
    minutes = [
        int((prompts_of(door, make_key(str(n), "live"))[0].opens_at - begin).total_seconds()) // 60
        for n in range(1000)
    ]

    shares = [minutes.count(minute) for minute in range(12)]
    assert min(shares) > 50
    assert max(shares) < 120
    assert sum(shares) + minutes.count(12) == 1000


@pytest.mark.parametrize(
    ("later", "accepted"), [(-0.001, False), (0, True), (179.999, True), (180, False)]
)
def test_a_prompt_is_open_for_three_minutes_to_the_moment(
    session: Session, world: World, door: SessionInForce, later: float, accepted: bool
) -> None:
    prompt = prompts_of(door, KEY)[2]

    outcome = answer(session, world, door, prompt, seconds=later)

    assert outcome.code == ("" if accepted else "no_prompt")
    assert (count(session, SignEvent), count(session, RefusedSign)) == (
        (1, 0) if accepted else (0, 1)
    )


def test_answers_sign_in_and_out_with_the_phone_they_came_from(
    session: Session, world: World, door: SessionInForce
) -> None:
    prompts = prompts_of(door, KEY)
    for prompt in (prompts[1], prompts[3]):
        for later in (10, 20):
            assert answer(session, world, door, prompt, seconds=later).accepted

    record = session.get_one(AttendanceRecord, (door.session_id, world.person_ids[0]))
    assert record.signed_in_at == prompts[1].opens_at + timedelta(seconds=10)
    assert record.signed_out_at == prompts[3].opens_at + timedelta(seconds=10)
    assert (record.attended, record.by_hand, record.off_hours) == (True, False, False)
    events = session.scalars(select(SignEvent).order_by(SignEvent.id)).all()
    assert [(e.kind, e.way, e.device) for e in events] == [
        (SignKind.IN, Way.LIVE, "phone"),
        (SignKind.OUT, Way.LIVE, "phone"),
    ]


def test_clicks_without_a_prompt_are_kept_once_a_minute(
    session: Session, world: World, door: SessionInForce
) -> None:
    moment = at(7, 0, 30)
    assert open_prompt(door, KEY, moment) is None
    for later in (0, 10, 29, 30, 89):
        given = LiveAnswer("phone", KEY)
        now = moment + timedelta(seconds=later)
        outcome = answer_prompt(session, door, given, actor=world["learner"], now=now)
        assert outcome.code == "no_prompt"

    refused = session.scalars(select(RefusedSign)).all()
    assert [(r.code, r.way, r.person_id) for r in refused] == [
        ("no_prompt", Way.LIVE, world.person_ids[0])
    ] * 2


def test_who_is_not_on_the_roster_is_refused_and_a_clerk_answers_nothing(
    session: Session, world: World, plan: Plan
) -> None:
    door = held(session, first_session_id(plan), world["clerk"])
    prompt = prompts_of(door, KEY)[0]
    given = LiveAnswer("x", KEY)
    stranger = replace(world["learner"], person_id=world.person_ids[3])

    outcome = answer_prompt(session, door, given, actor=stranger, now=prompt.opens_at)

    assert outcome.code == "not_on_roster"
    with pytest.raises(ForbiddenError):
        answer_prompt(session, door, given, actor=world["clerk"], now=prompt.opens_at)


def test_a_class_in_a_hall_has_no_prompts(session: Session, world: World) -> None:
    plan = filed_plan(session, world, now=NOON_1_JUNE)
    enrol(session, plan, world.person_ids[:1], now=NOON_1_JUNE)
    door = held(session, first_session_id(plan), world["clerk"])
    moment = prompts_of(door, KEY)[0].opens_at
    with pytest.raises(ForbiddenError):
        answer_prompt(session, door, LiveAnswer("x", KEY), actor=world["learner"], now=moment)
