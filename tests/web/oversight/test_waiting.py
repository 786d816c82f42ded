"""What waits on the desk beside the filings: one number each, of one's own bureau only."""

from datetime import date, time, timedelta
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.attendance.models import LateSign, SignKind
from ce_bases.claims import review
from ce_bases.claims.review import Decision, Outcome
from ce_bases.core.clock import moment_at
from ce_bases.credits import objections, service
from ce_bases.credits.models import LedgerLine
from ce_bases.plans import exceptions
from tests.conftest import NOON_1_JUNE as NOW
from tests.conftest import FrozenClock
from tests.factories.claims import confirmed_claim, store_of
from tests.factories.hours import attend, enrol
from tests.factories.plans import drafted_plan, filed_plan, make_session_details
from tests.factories.world import World
from tests.unit.credits.test_late import arrive
from tests.web.client import PageClient

AFTER = moment_at(date(2022, 6, 21), time(9))
CLAIMS, LATE = "项学时申报待认定", "人次确认后才到的签到待核对"
OBJECTIONS, EXCEPTIONS = "件学时异议待答复", "件例外申请待答复"
#: The tenth working day after AFTER.
LAST = date(2022, 7, 5)


def numbers(client: PageClient) -> dict[str, tuple[str, str]]:
    """Words of each tile → (figure, link)."""
    page = BeautifulSoup(client.get("/desk").text, "html.parser")
    tiles = {}
    for tile in page.select("main a.stat"):
        figure, words = tile.select_one("b"), tile.select_one("span")
        assert figure is not None
        assert words is not None
        tiles[words.get_text()] = (figure.get_text(), str(tile["href"]))
    return {words: tiles[words] for words in (CLAIMS, LATE, OBJECTIONS, EXCEPTIONS)}


@pytest.fixture
def plan_id(session: Session, world: World, clock: FrozenClock, tmp_path: Path) -> int:
    """One of each waits for 任城区; the late request is two signs of one person."""
    plan = filed_plan(session, world, now=NOW)
    enrol(session, plan, world.person_ids[:2], now=NOW)
    attend(session, plan, world.person_ids[1:2], now=NOW)
    service.confirm_attendance(session, plan, actor=world["clerk"], now=AFTER)
    arrive(session, world, plan, SignKind.IN, SignKind.OUT)
    line = session.scalars(select(LedgerLine)).one()
    objections.raise_objection(session, line.id, "下午也参加了", actor=world["learner2"], now=AFTER)
    confirmed_claim(session, world, now=AFTER, files=store_of(tmp_path))
    row = make_session_details(world, on=date(2022, 6, 24))
    late = drafted_plan(
        session, world, row, now=AFTER, enrol_closes_at=moment_at(date(2022, 6, 23), time(9))
    )
    exceptions.ask_exception(session, late, "临时接到任务", actor=world["clerk"], now=AFTER)
    session.commit()
    clock.set(AFTER)
    return plan.id


def test_each_kind_is_one_number_that_leads_to_it(client: PageClient, plan_id: int) -> None:
    client.log_in("officer")

    assert numbers(client) == {
        CLAIMS: ("1", "/desk/claims"),
        LATE: ("1", "#late"),
        OBJECTIONS: ("1", "/desk/objections"),
        EXCEPTIONS: ("1", "#exceptions"),
    }
    page = BeautifulSoup(client.get("/desk").text, "html.parser")
    row = page.select_one("#late tbody tr")
    assert row is not None
    assert row.select_one(f'a[href="/desk/plans/{plan_id}/late"]') is not None
    assert "1 人次" in row.get_text()
    assert "7月5日" in row.get_text()


@pytest.mark.parametrize("username", ["other_officer", "city_officer"])
def test_another_bureau_counts_nothing_of_it(
    client: PageClient, plan_id: int, username: str
) -> None:
    client.log_in(username)

    assert {figure for figure, _link in numbers(client).values()} == {"0"}
    assert f"/desk/plans/{plan_id}/late" not in client.get("/desk").text


def test_what_is_answered_waits_no_more(
    client: PageClient, session: Session, world: World, plan_id: int
) -> None:
    for sign in session.scalars(select(LateSign)):
        sign.upheld, sign.answer = False, "没有到场"
        sign.answered_at, sign.answered_by = AFTER, world["officer"].account_id
    objection = session.scalars(select(objections.Objection)).one()
    objections.answer(
        session, objection, "记录无误", supports=False, actor=world["officer"], now=AFTER
    )
    claim = session.scalars(select(review.Claim)).one()
    decision = Decision(Outcome.CREDIT, claim.version)
    review.decide(session, claim, decision, actor=world["officer"], now=AFTER)
    request = session.scalars(select(exceptions.ExceptionRequest)).one()
    exceptions.decline_exception(
        session, request, reason="没有依据", actor=world["officer"], now=AFTER
    )
    session.commit()
    client.log_in("officer")

    assert {figure for figure, _link in numbers(client).values()} == {"0"}


@pytest.mark.parametrize(("days", "figure"), [(-1, "1"), (0, "1"), (1, "0")])
def test_a_late_sign_waits_until_the_last_day_of_objection(
    client: PageClient, plan_id: int, clock: FrozenClock, days: int, figure: str
) -> None:
    clock.set(moment_at(LAST + timedelta(days=days), time(23, 59)))
    client.log_in("officer")

    assert numbers(client)[LATE][0] == figure
