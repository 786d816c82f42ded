"""A unit reminds whoever is short of hours: once a week, in words of their own."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.accounts.models import Account
from ce_bases.audit.models import AuditEntry
from ce_bases.core.actors import Actor, Role
from ce_bases.core.errors import ForbiddenError
from ce_bases.credits.models import HoursReminder
from ce_bases.credits.records import recompute_records
from ce_bases.credits.reminding import remind_staff, short_of_hours
from ce_bases.credits.staff import StaffFilter
from ce_bases.messages.models import MailAddress, Message, OutgoingMail
from ce_bases.people.models import Affiliation, Person, Unit, UnitMember
from ce_bases.plans.models import Subject
from tests.conftest import NOON_1_JUNE as NOW
from tests.factories.hours import line_values, post
from tests.factories.world import SINCE, World

EVERYBODY = StaffFilter(2022)


@pytest.fixture
def people(session: Session, world: World) -> dict[str, int]:
    """Name → account: the learner has 4 hours, 学员3 is complete, 学员4 has no account."""
    done, without = world.person_ids[2:]
    account = Account(username="third", display_name="学员3", created_at=NOW)
    session.add(account)
    session.flush()
    session.get_one(Person, done).account_id = account.id
    rows = [line_values(world.person_ids[0], "session:99", now=NOW)]
    rows += [
        line_values(
            done,
            f"session:{n}",
            now=NOW,
            held_on=date(2022, 3, n),
            subject=Subject.PUBLIC if n < 5 else Subject.PROFESSIONAL,
            public_halves=16 * (n < 5),
            professional_halves=16 * (n >= 5),
        )
        for n in range(1, 13)
    ]
    post(session, *rows)
    recompute_records(session, [(p, 2022) for p in (*world.person_ids[:1], done)], now=NOW)
    learners = {name: world[name].account_id for name in ("learner", "learner2")}
    return {**learners, "学员3": account.id, "without": without}


def told(session: Session) -> dict[int, dict[str, Any]]:
    found = session.scalars(select(Message).where(Message.kind == "hours_short"))
    return {message.account_id: message.title["values"] for message in found}


def remind(session: Session, world: World, wanted: StaffFilter = EVERYBODY, **more: Any) -> int:
    values = {"actor": world["unit_hr"], "now": NOW, **more}
    return remind_staff(session, wanted, **values)


def test_who_is_short_is_told_what_is_missing(
    session: Session, world: World, people: dict[str, int]
) -> None:
    session.add(
        MailAddress(
            account_id=people["learner"], address="l@example.cn", language="zh", changed_at=NOW
        )
    )

    assert remind(session, world) == 2

    assert told(session) == {
        people["learner"]: {"year": "2022", "hours": "86"},
        people["learner2"]: {"year": "2022", "hours": "90"},
    }
    first = session.scalars(select(Message).where(Message.account_id == people["learner"])).one()
    assert first.body["values"] == {
        "unit": "济宁市第一建筑公司",
        "year": "2022",
    }
    assert (first.endpoint, first.values) == ("credits.year", {"year": 2022})
    assert session.scalars(select(OutgoingMail.message_id)).all() == [first.id]
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "remind_staff")).one()
    assert (entry.subject_kind, entry.subject_id) == ("unit", str(world.unit_id))
    assert entry.after == {"year": 2022, "count": 2, "people": sorted(world.person_ids[:2])}


@pytest.mark.parametrize(
    ("wait", "again"),
    [
        (timedelta(0), 0),
        (timedelta(days=7) - timedelta(seconds=1), 0),
        (timedelta(days=7), 2),
        (timedelta(days=30), 2),
    ],
)
def test_once_a_week(
    session: Session, world: World, people: dict[str, int], wait: timedelta, again: int
) -> None:
    remind(session, world)

    later = NOW + wait
    before = short_of_hours(session, world.unit_id, EVERYBODY, now=later)
    assert (len(before.told), len(before.resting)) == (again, 2 - again)
    assert remind(session, world, now=later) == again
    assert session.query(Message).filter_by(kind="hours_short").count() == 2 + again
    # Nobody told, nothing to record.
    acts = session.query(AuditEntry).filter_by(action="remind_staff").count()
    assert acts == (2 if again else 1)


def test_who_came_since_is_told_although_the_others_rest(
    session: Session, world: World, people: dict[str, int]
) -> None:
    remind(session, world, StaffFilter(2022, q="learner2"))

    assert set(told(session)) == {people["learner2"]}
    assert remind(session, world, now=NOW + timedelta(days=1)) == 1
    assert set(told(session)) == {people["learner"], people["learner2"]}


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (StaffFilter(2022, state="incomplete"), {"learner", "learner2"}),
        (StaffFilter(2022, state="none"), {"learner2"}),
        (StaffFilter(2022, state="complete"), set()),
        (StaffFilter(2022, q="nobody"), set()),
        # A year that is over is not what one is reminded of.
        (StaffFilter(2021), {"learner", "learner2"}),
    ],
)
def test_filters_narrow_down_but_never_reach_who_is_complete(
    session: Session, world: World, people: dict[str, int], wanted: StaffFilter, names: set[str]
) -> None:
    assert remind(session, world, wanted) == len(names)
    assert set(told(session)) == {people[name] for name in names}


def test_who_has_no_account_is_counted_and_not_marked(
    session: Session, world: World, people: dict[str, int]
) -> None:
    found = short_of_hours(session, world.unit_id, EVERYBODY, now=NOW)

    assert [row.id for row in found.unreachable] == [people["without"]]
    remind(session, world)
    marked = set(session.scalars(select(HoursReminder.person_id)))
    assert marked == set(world.person_ids[:2])


def other_unit(session: Session, world: World) -> Actor:
    """Another unit; learner2 works there from 1 June on."""
    unit = Unit(name="济宁市第二建筑公司", credit_code="913708001650012346", area_code="370811")
    account = Account(username="hr_two", display_name="人事二", created_at=NOW)
    session.add_all([unit, account])
    session.flush()
    session.add(UnitMember(unit_id=unit.id, account_id=account.id, since_on=SINCE))
    moved = session.query(Affiliation).filter_by(person_id=world.person_ids[1]).one()
    moved.until_on = date(2022, 6, 1)
    session.add(Affiliation(person_id=moved.person_id, unit_id=unit.id, since_on=date(2022, 6, 1)))
    session.flush()
    return Actor(account.id, Role.UNIT, "人事二", unit.name, unit_id=unit.id)


def test_a_unit_reaches_its_own_people_of_today_only(
    session: Session, world: World, people: dict[str, int]
) -> None:
    other = other_unit(session, world)

    assert remind(session, world) == 1
    assert set(told(session)) == {people["learner"]}
    assert remind(session, world, actor=other) == 1
    assert set(told(session)) == {people["learner"], people["learner2"]}


def test_nobody_but_a_unit_reminds(session: Session, world: World, people: dict[str, int]) -> None:
    for name in ("officer", "clerk", "learner"):
        with pytest.raises(ForbiddenError):
            remind(session, world, actor=world[name])
    assert told(session) == {}
