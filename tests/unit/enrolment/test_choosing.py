"""Enrolling oneself: seats, the waiting list, moving up, what overlaps, until when."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from sqlalchemy.orm import Session

from ce_bases.core.clock import moment_at
from ce_bases.core.errors import ForbiddenError, NotFoundError, RuleViolationError, WrongStateError
from ce_bases.enrolment import choosing, queries, service
from ce_bases.enrolment.models import Enrolment, Place, Via
from ce_bases.enrolment.overlaps import Overlap, overlaps_of
from ce_bases.enrolment.queries import Seats
from ce_bases.organisers.models import Venue
from ce_bases.plans.models import Plan
from ce_bases.plans.service import cancel_plan
from ce_bases.policy import registry
from tests.conftest import NOON_1_JUNE as NOW
from tests.factories.joining import make_learners, places_of, told
from tests.factories.plans import filed_plan, make_session_details, submitted_plan
from tests.factories.rosters import at, enrol
from tests.factories.world import World

TITLE = "装配式建筑专题培训班"


@pytest.fixture
def plan(session: Session, world: World) -> Plan:
    """A class of two seats."""
    return filed_plan(session, world, now=NOW, planned_number=2)


def join(session: Session, plan: Plan, actor, minutes: int = 0) -> Enrolment:
    return choosing.enrol_oneself(session, plan, actor=actor, now=NOW + timedelta(minutes=minutes))


def quit_(session: Session, plan: Plan, actor, minutes: int = 0) -> None:
    choosing.cancel_own(session, plan, actor=actor, now=NOW + timedelta(minutes=minutes))


def test_seats_go_to_the_first_and_the_others_wait_in_order(
    session: Session, world: World, plan: Plan
) -> None:
    people = make_learners(session, world, 4, now=NOW)
    places = [join(session, plan, actor, minute) for minute, actor in enumerate(people)]
    ids = [actor.person_id for actor in people]
    assert places_of(session, plan) == {"seats": ids[:2], "waiting": ids[2:]}
    assert [queries.find_position(session, place) for place in places] == [None, None, 1, 2]
    assert [place.via for place in places] == [Via.SELF] * 4
    assert queries.public_seats(session, [plan.id, 987]) == {plan.id: Seats(2, 2, 2)}
    assert [told(session, actor) for actor in people] == [
        [("enrolled", f"报名成功：{TITLE}")],
        [("enrolled", f"报名成功：{TITLE}")],
        [("waiting", f"已列入候补：{TITLE}")],
        [("waiting", f"已列入候补：{TITLE}")],
    ]


def test_the_first_in_the_list_moves_up_when_somebody_cancels_and_is_told(
    session: Session, world: World, plan: Plan
) -> None:
    people = make_learners(session, world, 4, now=NOW)
    for minute, actor in enumerate(people):
        join(session, plan, actor, minute)
    quit_(session, plan, people[0], 10)
    ids = [actor.person_id for actor in people]
    assert places_of(session, plan) == {"seats": ids[1:3], "waiting": ids[3:]}
    assert told(session, people[2])[1:] == [("promoted", f"候补递补成功：{TITLE}")]
    assert told(session, people[3]) == [("waiting", f"已列入候补：{TITLE}")]
    # Who comes back queues anew, behind those who wait.
    join(session, plan, people[0], 11)
    assert places_of(session, plan)["waiting"] == [ids[3], ids[0]]


def test_leaving_the_waiting_list_moves_nobody_into_a_seat(
    session: Session, world: World, plan: Plan
) -> None:
    people = make_learners(session, world, 4, now=NOW)
    for minute, actor in enumerate(people):
        join(session, plan, actor, minute)
    quit_(session, plan, people[2])
    ids = [actor.person_id for actor in people]
    assert places_of(session, plan) == {"seats": ids[:2], "waiting": [ids[3]]}


def test_somebody_taken_off_makes_room_and_both_are_told(
    session: Session, world: World, plan: Plan
) -> None:
    people = make_learners(session, world, 3, now=NOW)
    places = [join(session, plan, actor, minute) for minute, actor in enumerate(people)]
    later = NOW + timedelta(minutes=10)
    service.remove(session, plan, places[0], actor=world["clerk"], now=later)
    ids = [actor.person_id for actor in people]
    assert places_of(session, plan) == {"seats": ids[1:], "waiting": []}
    assert [told(session, actor)[-1][0] for actor in people] == [
        "taken_off",
        "enrolled",
        "promoted",
    ]


def test_nobody_overtakes_those_who_wait(session: Session, world: World, plan: Plan) -> None:
    people = make_learners(session, world, 4, now=NOW)
    first, *_ = [join(session, plan, actor, minute) for minute, actor in enumerate(people[:3])]
    # A seat that nobody was moved into, as when a room turns out larger than was known.
    first.place, first.cancelled_at = Place.CANCELLED, NOW
    session.flush()
    assert join(session, plan, people[3], 5).place is Place.WAITING
    ids = [actor.person_id for actor in people]
    assert places_of(session, plan) == {"seats": ids[1:3], "waiting": [ids[3]]}


def test_a_smaller_room_is_the_limit(session: Session, world: World) -> None:
    plan = filed_plan(session, world, now=NOW, planned_number=50)
    session.get_one(Venue, world.venue_id).capacity = 1
    people = make_learners(session, world, 2, now=NOW)
    assert [join(session, plan, actor).place for actor in people] == [Place.ENROLLED, Place.WAITING]
    assert queries.public_seats(session, [plan.id])[plan.id] == Seats(1, 1, 1)


def test_already_enrolled_is_said_and_changes_nothing(
    session: Session, world: World, plan: Plan
) -> None:
    join(session, plan, world["learner"])
    with pytest.raises(WrongStateError) as refused:
        join(session, plan, world["learner"])
    assert "您已经报过这个班了：已有名额" in str(refused.value.message)
    assert len(told(session, world["learner"])) == 1


def test_nothing_to_cancel_is_said(session: Session, world: World, plan: Plan) -> None:
    with pytest.raises(WrongStateError):
        quit_(session, plan, world["learner"])


@pytest.mark.parametrize(("seconds", "is_open"), [(-1, True), (0, False), (1, False)])
def test_enrolment_is_open_up_to_its_closing_time(
    session: Session, world: World, seconds: int, is_open: bool
) -> None:
    closing = moment_at(date(2022, 6, 18), time(17))
    plan = filed_plan(session, world, now=NOW, enrol_closes_at=closing)
    now = closing + timedelta(seconds=seconds)
    enrol(session, plan, [world["learner2"].person_id], now=NOW)
    for verb, who in ((choosing.enrol_oneself, "learner"), (choosing.cancel_own, "learner2")):
        if is_open:
            verb(session, plan, actor=world[who], now=now)
            continue
        with pytest.raises(WrongStateError) as refused:
            verb(session, plan, actor=world[who], now=now)
        assert "0537-2200000" in str(refused.value.next_step)


@pytest.mark.parametrize(("seconds", "is_open"), [(-1, True), (0, False)])
def test_without_a_closing_time_it_closes_at_the_opening(
    session: Session, world: World, seconds: int, is_open: bool
) -> None:
    plan = filed_plan(session, world, now=NOW, enrol_closes_at=None)
    now = at(9) + timedelta(seconds=seconds)
    if is_open:
        choosing.enrol_oneself(session, plan, actor=world["learner"], now=now)
    else:
        with pytest.raises(WrongStateError):
            choosing.enrol_oneself(session, plan, actor=world["learner"], now=now)


def test_a_cancelled_class_refuses_and_tells_everybody(
    session: Session, world: World, plan: Plan
) -> None:
    people = make_learners(session, world, 3, now=NOW)
    for minute, actor in enumerate(people):
        join(session, plan, actor, minute)
    later = NOW + timedelta(minutes=10)
    cancel_plan(session, plan, "讲师生病", actor=world["clerk"], now=later)
    for actor in people:
        assert told(session, actor)[-1] == ("class_cancelled", f"培训班已取消：{TITLE}")
    with pytest.raises(WrongStateError) as refused:
        join(session, plan, world["learner"])
    assert str(refused.value.message) == "这个培训班已取消。"


def test_a_class_not_on_file_is_not_there(session: Session, world: World) -> None:
    plan = submitted_plan(session, world, now=NOW)
    with pytest.raises(NotFoundError):
        join(session, plan, world["learner"])


@pytest.mark.parametrize("who", ["clerk", "unit_hr", "officer", "lecturer", "admin"])
def test_only_a_professional_enrols_as_one(
    session: Session, world: World, plan: Plan, who: str
) -> None:
    with pytest.raises(ForbiddenError):
        join(session, plan, world[who])


def test_who_has_signed_in_cannot_cancel(session: Session, world: World) -> None:
    from tests.unit.attendance.test_service import tap

    plan = filed_plan(session, world, now=NOW, enrol_closes_at=at(18))
    place = join(session, plan, world["learner"])
    tap(session, world, plan, place.person_id, now=at(8, 50))
    with pytest.raises(WrongStateError):
        choosing.cancel_own(session, plan, actor=world["learner"], now=at(9, 30))


def _at(world: World, starts: tuple[int, int], ends: tuple[int, int], day: int = 20):
    return make_session_details(
        world, on=date(2022, 6, day), starts=time(*starts), ends=time(*ends), halves=2
    )


@pytest.mark.parametrize(
    ("times", "overlaps"),
    [
        (((8, 0), (9, 0), 20), False),
        (((8, 0), (9, 1), 20), True),
        (((9, 30), (10, 30), 20), True),
        (((11, 59), (14, 0), 20), True),
        (((12, 0), (14, 0), 20), False),
        (((9, 0), (12, 0), 21), False),
    ],
)
def test_overlaps_are_half_open_and_of_one_day(
    session: Session, world: World, plan: Plan, times, overlaps: bool
) -> None:
    starts, ends, day = times
    other = filed_plan(session, world, _at(world, *times), now=NOW, title="另一个班")
    learner = world["learner"].person_id
    join(session, other, world["learner"])
    expected = Overlap(
        learner,
        "另一个班",
        "装配式建筑施工技术",
        date(2022, 6, day),
        time(*starts),
        time(*ends),
        "第一教室",
    )
    assert overlaps_of(session, plan.id, [learner, world["learner2"].person_id]) == (
        {learner: [expected]} if overlaps else {}
    )
    # It is a warning: one may enrol all the same.
    assert join(session, plan, world["learner"]).place is Place.ENROLLED


def test_given_up_and_cancelled_classes_do_not_overlap(
    session: Session, world: World, plan: Plan
) -> None:
    for title in ("放弃的", "取消的"):
        other = filed_plan(session, world, _at(world, (9, 0), (11, 0)), now=NOW, title=title)
        join(session, other, world["learner"])
        if title == "放弃的":
            quit_(session, other, world["learner"])
        else:
            cancel_plan(session, other, "天气", actor=world["clerk"], now=NOW)
    assert overlaps_of(session, plan.id, [world["learner"].person_id]) == {}


def test_a_policy_that_blocks_overlaps_refuses(
    session: Session, world: World, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = registry.policy_for(2022)
    strict = replace(policy, conflicts=replace(policy.conflicts, learner="block"))
    monkeypatch.setattr(registry, "_BY_YEAR", {2022: strict})
    other = filed_plan(session, world, _at(world, (9, 0), (11, 0)), now=NOW, title="另一个班")
    join(session, other, world["learner"])
    with pytest.raises(RuleViolationError):
        join(session, plan, world["learner"])


def test_the_year_begins_at_midnight_in_jining(
    session: Session, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = registry.policy_for(2022)
    strict = replace(policy, conflicts=replace(policy.conflicts, learner="block"))
    entry = make_session_details(world, on=date(2023, 1, 20))
    first, second = (
        filed_plan(session, world, entry, now=NOW, title=title, enrol_closes_at=None)
        for title in ("甲", "乙")
    )
    monkeypatch.setattr(registry, "_BY_YEAR", {2022: policy, 2023: strict})
    midnight = moment_at(date(2023, 1, 1), time(0))
    before, after = midnight - timedelta(seconds=1), midnight
    learner = world["learner"]
    for plan in (first, second):
        choosing.enrol_oneself(session, plan, actor=learner, now=before)
    choosing.cancel_own(session, second, actor=learner, now=before)

    with pytest.raises(RuleViolationError):
        choosing.enrol_oneself(session, second, actor=learner, now=after)


def test_a_unit_enrols_its_people_in_their_order_and_they_are_told_by_whom(
    session: Session, world: World, plan: Plan
) -> None:
    chosen = [world.person_ids[n] for n in (2, 0, 1)]
    hr = world["unit_hr"]
    done = choosing.enrol_staff(session, plan, [*chosen, chosen[0]], actor=hr, now=NOW)
    assert [len(done.seated), len(done.waiting)] == [2, 1]
    assert places_of(session, plan) == {"seats": sorted(chosen[:2]), "waiting": [chosen[2]]}
    assert {row.via for row in done.seated} == {Via.UNIT}
    assert {row.unit_name for row in done.seated} == {"济宁市第一建筑公司"}
    assert told(session, world["learner"]) == [("enrolled", f"已为您报名：{TITLE}")]
    again = choosing.enrol_staff(session, plan, chosen, actor=hr, now=NOW)
    assert [len(again.seated), len(again.waiting)] == [0, 0]
    later = NOW + timedelta(minutes=10)
    choosing.cancel_staff(session, plan, chosen[1], actor=hr, now=later)
    assert told(session, world["learner"])[1:] == [("taken_off", f"报名已取消：{TITLE}")]
    assert places_of(session, plan)["waiting"] == []


def test_a_unit_cannot_touch_the_people_of_another(
    session: Session, world: World, plan: Plan
) -> None:
    stranger = make_learners(session, world, 1, now=NOW)[0]
    join(session, plan, stranger)
    assert stranger.person_id is not None
    hr = world["unit_hr"]
    both = [world.person_ids[0], stranger.person_id]
    with pytest.raises(NotFoundError):
        choosing.enrol_staff(session, plan, both, actor=hr, now=NOW)
    with pytest.raises(NotFoundError):
        choosing.cancel_staff(session, plan, stranger.person_id, actor=hr, now=NOW)
    assert places_of(session, plan) == {"seats": [stranger.person_id], "waiting": []}


def test_by_hand_the_base_moves_up_one_also_after_the_opening(
    session: Session, world: World, plan: Plan
) -> None:
    people = make_learners(session, world, 4, now=NOW)
    places = [join(session, plan, actor, minute) for minute, actor in enumerate(people)]
    clerk = world["clerk"]
    for place in places[:2]:
        service.remove(session, plan, place, actor=clerk, now=at(9, 30))
    ids = [actor.person_id for actor in people]
    # The class has opened: nobody is sent there without the base's word.
    assert places_of(session, plan) == {"seats": [], "waiting": ids[2:]}
    assert service.promote_next(session, plan, actor=clerk, now=at(9, 31)).person_id == ids[2]
    assert places_of(session, plan) == {"seats": [ids[2]], "waiting": [ids[3]]}
    assert told(session, people[2])[-1][0] == "promoted"
    service.promote_next(session, plan, actor=clerk, now=at(9, 32))
    with pytest.raises(WrongStateError):
        service.promote_next(session, plan, actor=clerk, now=at(9, 33))
    with pytest.raises(ForbiddenError):
        service.promote_next(session, plan, actor=world["stranger"], now=at(9, 34))


def test_who_waits_is_seated_when_the_base_enters_them(
    session: Session, world: World, plan: Plan
) -> None:
    from tests.unit.enrolment.test_service import bring, number_of

    first = join(session, plan, world["learner"])
    join(session, plan, world["learner2"])
    late = make_learners(session, world, 1, now=NOW)[0]
    place = join(session, plan, late, 5)
    service.remove(session, plan, first, actor=world["clerk"], now=at(10))
    assert place.place is Place.WAITING
    assert late.person_id is not None
    name, number = number_of(session, late.person_id)
    bring(session, plan, world, f"{name}\t{number}")
    assert (place.place, place.waiting_since, place.via) == (Place.ENROLLED, None, Via.ROSTER)
