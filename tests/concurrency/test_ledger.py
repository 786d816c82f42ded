"""Many writers on one ledger: each race with its guard, and a control without it that shows it.

The controls use the same statements on the same database; what is missing is named in each.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date, time
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from ce_bases.attendance.models import AttendanceRecord
from ce_bases.core.clock import moment_at
from ce_bases.core.errors import WrongStateError
from ce_bases.credits import records, service
from ce_bases.credits.fold import fold_people
from ce_bases.credits.ledger import COLUMNS, TABLE, attended_lines, post_lines
from ce_bases.credits.models import LedgerLine, YearRecord
from ce_bases.plans.models import Plan
from ce_bases.plans.workflow import PlanState
from ce_bases.policy.notice_2022 import POLICY
from ce_bases.web.extensions import db, in_transaction, make_write_session
from tests.concurrency.together import together
from tests.conftest import NOON_1_JUNE as NOW
from tests.factories.hours import held_plan
from tests.factories.plans import make_session_details
from tests.factories.world import World, make_person

pytestmark = pytest.mark.concurrency

AFTER = moment_at(date(2022, 6, 25), time(9, 0))
CONFIRMERS = 10
WRITERS = 8
PEOPLE = 30


def hall(session: Session, world: World, count: int = PEOPLE) -> list[int]:
    """`count` people more than the world has."""
    people = [make_person(session, f"学员{n}", n, now=NOW).id for n in range(100, 100 + count)]
    assert len(people) == count
    return people


def lines_of_people() -> Counter[tuple[str, int]]:
    with make_write_session() as session:
        rows = session.execute(select(LedgerLine.source, LedgerLine.person_id))
        return Counter((source, person) for source, person in rows)


@pytest.fixture
def crowded_plan(app: Flask, world: World) -> int:
    """A plan of three sessions that PEOPLE attended; its id."""
    with make_write_session() as session:
        hours = [(9, 12), (14, 17), (18, 20)]
        timetable = [
            make_session_details(world, starts=time(a), ends=time(b), halves=4, topic=f"第{a}讲")
            for a, b in hours
        ]
        plan = held_plan(session, world, *timetable, people=hall(session, world), now=NOW)
        session.commit()
        return plan.id


def test_ten_confirmations_at_once_post_each_line_once(
    app: Flask, world: World, crowded_plan: int
) -> None:
    def confirm(number: int) -> str:
        actor = world[("clerk", "clerk2")[number % 2]]

        def work(session: Session) -> str:
            plan = session.get_one(Plan, crowded_plan)
            return str(service.confirm_attendance(session, plan, actor=actor, now=AFTER).lines)

        try:
            return in_transaction(work)
        except WrongStateError:
            return "already"

    answers = Counter(together(app, CONFIRMERS, confirm))

    assert answers == {str(3 * PEOPLE): 1, "already": CONFIRMERS - 1}
    posted = lines_of_people()
    assert (len(posted), set(posted.values())) == (3 * PEOPLE, {1})
    assert verify(app).exit_code == 0


@pytest.fixture
def unkeyed_ledger(app: Flask, crowded_plan: int) -> Iterator[str]:
    """A table like the ledger's, without its key."""
    names = ", ".join(COLUMNS)
    with db.engine.begin() as connection:
        connection.execute(
            text(f"CREATE TABLE unkeyed_ledger AS SELECT {names} FROM ledger_line WHERE 1 = 0")
        )
    yield "unkeyed_ledger"
    with db.engine.begin() as connection:
        connection.execute(text("DROP TABLE unkeyed_ledger"))


def test_control_without_lock_and_key_the_same_confirmation_posts_lines_again(
    app: Flask, world: World, crowded_plan: int, unkeyed_ledger: str
) -> None:
    """Missing: the plan's lock before its state is read, and the ledger's unique key."""
    unkeyed = TABLE.to_metadata(type(TABLE.metadata)(), name=unkeyed_ledger)
    judged = Barrier(CONFIRMERS)

    def confirm(_number: int) -> str:
        with make_write_session() as session:
            plan = session.get_one(Plan, crowded_plan)
            assert plan.state is PlanState.FILED
            lines = attended_lines(plan, 2022, POLICY, actor=world["clerk"], now=AFTER)
            session.rollback()  # SQLite's writers queue at BEGIN: the decision is older than that
            judged.wait(timeout=30)
            session.execute(insert(unkeyed).from_select(COLUMNS, lines, include_defaults=False))
            session.commit()
        return "done"

    together(app, CONFIRMERS, confirm)

    with make_write_session() as session:
        posted = Counter(
            (source, person)
            for source, person in session.execute(select(unkeyed.c.source, unkeyed.c.person_id))
        )
    assert (len(posted), set(posted.values())) == (3 * PEOPLE, {CONFIRMERS})


@pytest.fixture
def many_plans(app: Flask, world: World) -> list[int]:
    """WRITERS plans on the same two days that the same PEOPLE attended."""
    days = [date(2022, 6, 20), date(2022, 6, 21)]
    with make_write_session() as session:
        people = hall(session, world)
        plans = []
        for number in range(WRITERS):
            starts, ends = time(6 + 2 * number), time(7 + 2 * number, 55)
            timetable = [
                make_session_details(world, on=day, starts=starts, ends=ends, halves=5)
                for day in days
            ]
            plans.append(held_plan(session, world, *timetable, people=people, now=NOW).id)
        session.commit()
    return plans


def test_eight_writers_for_the_same_people_and_days_leave_the_folds_figures(
    app: Flask, world: World, many_plans: list[int]
) -> None:
    def confirm(number: int) -> str:
        def work(session: Session) -> str:
            plan = session.get_one(Plan, many_plans[number])
            actor = world["clerk"]
            return str(service.confirm_attendance(session, plan, actor=actor, now=AFTER).lines)

        return in_transaction(work)

    answers = Counter(together(app, WRITERS, confirm))

    assert answers == {str(2 * PEOPLE): WRITERS}
    assert sum(lines_of_people().values()) == 2 * PEOPLE * WRITERS
    with make_write_session() as session:
        found = session.execute(
            select(YearRecord.professional_halves, YearRecord.lines).distinct()
        ).all()
    # Eight classes of 2.5 学时 on each of two days: eight hours a day are left.
    assert [tuple(row) for row in found] == [(32, 2 * WRITERS)]
    checked = verify(app)
    assert (checked.exit_code, checked.output) == (0, f"{PEOPLE} year records equal the ledger\n")


def test_control_without_the_lock_records_miss_what_others_post(
    app: Flask, world: World, many_plans: list[int]
) -> None:
    """Missing: the people's lock; each writer folds what it saw before the others committed."""
    with make_write_session() as session:
        people = sorted(session.scalars(select(AttendanceRecord.person_id).distinct()))
    folded, stored = Barrier(WRITERS), Barrier(WRITERS)

    def confirm(number: int) -> str:
        with make_write_session() as session:
            plan = session.get_one(Plan, many_plans[number])
            lines = attended_lines(plan, 2022, POLICY, actor=world["clerk"], now=AFTER)
            posted = post_lines(session, lines)
            folds = fold_people(session, 2022, people, POLICY)
            if db.engine.dialect.name == "sqlite":
                session.commit()  # its writers queue at BEGIN: the record is a later transaction
            folded.wait(timeout=30)
            figures = {(p, 2022): records.figures_of(f) for p, f in folds.items()}
            saw_all = sum(each.lines for each in figures.values()) == 2 * PEOPLE * WRITERS
            if not saw_all:
                stored.wait(timeout=30)  # or luck might let the one who saw all be the last
            records._store(session, figures, AFTER)
            session.commit()
            if saw_all:
                stored.wait(timeout=30)
        return str(posted)

    assert Counter(together(app, WRITERS, confirm)) == {str(2 * PEOPLE): WRITERS}
    checked = verify(app)
    assert checked.exit_code == 1
    assert "year 2022" in checked.output


def verify(app: Flask):
    return app.test_cli_runner().invoke(args=["ledger", "verify"])
