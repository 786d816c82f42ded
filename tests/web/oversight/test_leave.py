"""An officer on leave: a colleague stands in, is told, and gets the messages of those days."""

from datetime import date, time

import pytest
from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ce_bases.audit.models import AuditEntry
from ce_bases.bureaus import standing_in
from ce_bases.bureaus.models import BureauMember, StandIn
from ce_bases.bureaus.queries import officer_accounts
from ce_bases.bureaus.standing_in import Days
from ce_bases.core.clock import moment_at
from ce_bases.core.errors import ForbiddenError, InvalidInputError, NotFoundError
from ce_bases.messages.models import Message
from ce_bases.web.extensions import in_transaction, make_write_session
from tests.concurrency.together import together
from tests.conftest import NOON_1_JUNE as NOW
from tests.conftest import FrozenClock
from tests.factories.world import World
from tests.web.client import PageClient
from tests.web.oversight.conftest import Submit

DAYS = Days(date(2022, 6, 10), date(2022, 6, 12))
BUREAU = "370811"


def form(world: World, colleague: str = "officer2", **changes: object) -> dict[str, object]:
    sent: dict[str, object] = {
        "colleague": world[colleague].account_id,
        "from_on": "2022-06-10",
        "until_on": "2022-06-12",
    }
    return {**sent, **changes}


def away(world: World, absent: str = "officer", by: str = "officer2", days: Days = DAYS) -> int:
    with make_write_session() as session:
        row = standing_in.hand_over(
            session, world[by].account_id, days, actor=world[absent], now=NOW
        )
        session.commit()
        return row.id


def told(world: World, username: str, kind: str) -> int:
    with make_write_session() as session:
        rows = select(Message.id).where(
            Message.account_id == world[username].account_id, Message.kind == kind
        )
        return len(session.scalars(rows).all())


def stored() -> list[StandIn]:
    with make_write_session() as session:
        return list(session.scalars(select(StandIn).order_by(StandIn.id)))


@pytest.mark.parametrize(("day", "lasts"), [(9, False), (10, True), (12, True), (13, False)])
def test_from_the_first_to_the_last_day_the_colleague_has_the_queue(
    client: PageClient, clock: FrozenClock, world: World, day: int, lasts: bool
) -> None:
    away(world)
    clock.set(moment_at(date(2022, 6, day), time(0, 0)))
    absent, colleague = world["officer"].account_id, world["officer2"].account_id

    with make_write_session() as session:
        reached = officer_accounts(session, BUREAU, today=date(2022, 6, day))
    assert sorted(reached) == ([colleague] if lasts else sorted([absent, colleague]))
    client.log_in("officer2")
    assert ("代 用户officer 处理（至 6月12日" in client.get("/desk").text) is lasts
    client.log_in("officer")
    words = "用户officer 休假（至 6月12日"
    assert (words in client.get("/desk").text) is lasts
    client.log_in("other_officer")
    assert "用户officer" not in client.get("/desk").text


def test_messages_of_those_days_go_to_the_colleague_once(world: World, submit: Submit) -> None:
    away(world, days=Days(date(2022, 6, 1), date(2022, 6, 1)))

    submit()

    assert told(world, "officer", "plan_submit") == 0
    assert told(world, "officer2", "plan_submit") == 1


def test_naming_and_ending_are_recorded_and_told(client: PageClient, world: World) -> None:
    client.log_in("officer")
    assert "用户officer2" in client.get("/desk/leave").text
    assert "用户other_officer" not in client.get("/desk/leave").text
    answer = client.post("/desk/leave", data=form(world))
    assert (answer.status_code, answer.location) == (302, "/desk/leave")
    (row,) = stored()
    assert client.post("/desk/leave", data=form(world)).status_code == 422

    assert client.post(f"/desk/leave/{row.id}/end").location == "/desk/leave"
    assert client.post(f"/desk/leave/{row.id}/end").status_code == 409
    assert told(world, "officer2", "stand_in") == 2
    with make_write_session() as session:
        acts = session.execute(
            select(AuditEntry.action, AuditEntry.after, AuditEntry.account_id)
            .where(AuditEntry.subject_kind == "stand_in")
            .order_by(AuditEntry.id)
        ).all()
    me, other = world["officer"].account_id, world["officer2"].account_id
    assert [tuple(act) for act in acts] == [
        ("hand_over", {"colleague": other, "from": "2022-06-10", "until": "2022-06-12"}, me),
        ("end_stand_in", {"ended": "2022-06-01"}, me),
    ]
    assert client.post("/desk/leave", data=form(world)).status_code == 302


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"colleague": ""}, "请选择一位同事"),
        ({"colleague": "abc"}, "请从列表中选择"),
        ({"colleague": "9" * 30}, "请选择本局现在的一位同事"),
        ({"from_on": "2022-05-31"}, "第一天不能早于今天"),
        ({"until_on": "2022-06-09"}, "最后一天不能早于第一天"),
        ({"until_on": "2022-02-30"}, "没有这一天"),
    ],
)
def test_a_wrong_form_is_refused_beside_the_field(
    client: PageClient, world: World, changes: dict[str, object], words: str
) -> None:
    client.log_in("officer")

    answer = client.post("/desk/leave", data={**form(world), **changes})

    assert answer.status_code == 422
    assert words in answer.text
    assert stored() == []


@pytest.mark.parametrize("colleague", ["officer", "other_officer", "clerk"])
def test_only_a_colleague_of_the_bureau_stands_in(
    client: PageClient, world: World, colleague: str
) -> None:
    client.log_in("officer")

    answer = client.post("/desk/leave", data=form(world, colleague))

    assert answer.status_code == 422
    assert "请选择本局现在的一位同事" in answer.text
    assert stored() == []


@pytest.mark.parametrize(("day", "status"), [("2022-06-12", 422), ("2022-06-13", 302)])
def test_who_is_away_on_those_days_cannot_stand_in(
    client: PageClient, world: World, day: str, status: int
) -> None:
    away(world)
    client.log_in("officer2")

    data = form(world, "officer", from_on=day, until_on="2022-06-20")

    assert client.post("/desk/leave", data=data).status_code == status


def test_a_leave_that_is_over_makes_room_for_the_next(
    client: PageClient, world: World, clock: FrozenClock
) -> None:
    first = away(world)
    next_one = form(world, from_on="2022-06-20", until_on="2022-06-20")
    clock.set(moment_at(date(2022, 6, 12), time(23, 59)))
    client.log_in("officer")
    assert client.post("/desk/leave", data=next_one).status_code == 422
    clock.set(moment_at(date(2022, 6, 13), time(0, 0)))
    assert client.post(f"/desk/leave/{first}/end").status_code == 409

    assert client.post("/desk/leave", data=next_one).status_code == 302
    assert [row.ended_at is None for row in stored()] == [False, True]


def test_a_colleague_who_left_the_bureau_gets_nothing(session: Session, world: World) -> None:
    away(world)
    absent, colleague = world["officer"].account_id, world["officer2"].account_id
    member = session.scalars(select(BureauMember).where(BureauMember.account_id == colleague)).one()
    member.until_on = date(2022, 6, 11)
    session.flush()

    assert list(officer_accounts(session, BUREAU, today=date(2022, 6, 10))) == [colleague]
    assert list(officer_accounts(session, BUREAU, today=date(2022, 6, 11))) == [absent]


@pytest.mark.parametrize(
    ("username", "status"),
    [("officer2", 404), ("other_officer", 404), ("city_officer", 404), ("clerk", 403)],
)
def test_nobody_else_ends_a_leave(
    client: PageClient, world: World, username: str, status: int
) -> None:
    leave_id = away(world)
    client.log_in(username)

    assert client.post(f"/desk/leave/{leave_id}/end").status_code == status
    assert stored()[0].ended_at is None
    with make_write_session() as session:
        row = session.get_one(StandIn, leave_id)
        with pytest.raises((NotFoundError, ForbiddenError)):
            standing_in.end_early(session, row, actor=world[username], now=NOW)


@pytest.mark.parametrize(
    "changes", [{"colleague_account_id": "self"}, {"until_on": date(2022, 6, 9)}, {"again": True}]
)
def test_the_database_refuses_it_too(
    session: Session, world: World, changes: dict[str, object]
) -> None:
    me, other = world["officer"].account_id, world["officer2"].account_id
    row = {"bureau_code": BUREAU, "account_id": me, "colleague_account_id": other}
    row |= {"from_on": DAYS.from_on, "until_on": DAYS.until_on, "ended_at": None}
    if "again" in changes:
        session.execute(insert(StandIn).values(row))
    else:
        row |= {name: me if value == "self" else value for name, value in changes.items()}

    with pytest.raises(IntegrityError):
        session.execute(insert(StandIn).values(row))


def test_two_who_name_each_other_at_once_are_not_both_away(app: Flask, world: World) -> None:
    pairs = [("officer", "officer2"), ("officer2", "officer")]

    def run(number: int) -> str:
        absent, colleague = pairs[number]

        def work(session):
            standing_in.hand_over(
                session, world[colleague].account_id, DAYS, actor=world[absent], now=NOW
            )
            return "away"

        try:
            return in_transaction(work)
        except InvalidInputError as refusal:
            return str(refusal.message)

    answers = sorted(together(app, 2, run))

    assert answers == ["away", "这位同事那几天也休假，请选择另一位。"]
    assert len(stored()) == 1
