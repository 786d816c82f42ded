"""The bureau's page of signs that arrived after the confirmation."""

from datetime import date, time

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from ce_bases.attendance.models import LateSign, SignKind
from ce_bases.core.clock import moment_at
from ce_bases.credits import service
from ce_bases.credits.models import LedgerLine
from ce_bases.web.extensions import make_write_session
from tests.conftest import NOON_1_JUNE as NOW
from tests.conftest import FrozenClock
from tests.factories.hours import attend, enrol
from tests.factories.plans import filed_plan
from tests.factories.rosters import first_session_id
from tests.factories.world import World
from tests.rows import count_stored
from tests.unit.credits.test_late import arrive
from tests.web.client import PageClient

AFTER = moment_at(date(2022, 6, 21), time(9))


@pytest.fixture
def late(world: World, clock: FrozenClock) -> tuple[str, str]:
    """The page, and the address to which the one request is answered."""
    with make_write_session() as session:
        plan = filed_plan(session, world, now=NOW)
        enrol(session, plan, world.person_ids[:2], now=NOW)
        attend(session, plan, world.person_ids[1:2], now=NOW)
        service.confirm_attendance(session, plan, actor=world["clerk"], now=AFTER)
        arrive(session, world, plan, SignKind.IN, SignKind.OUT)
        session_id, plan_id = first_session_id(plan), plan.id
        session.commit()
    clock.set(AFTER)
    page = f"/desk/plans/{plan_id}/late"
    return page, f"{page}/{session_id}/{world.person_ids[0]}"


def test_the_officer_upholds_it_once(client: PageClient, late: tuple[str, str]) -> None:
    page, address = late
    client.log_in("officer")
    assert page in client.get(page.removesuffix("/late") + "/hours").text
    form = BeautifulSoup(client.get(page).text, "html.parser").find("form", action=address)
    key = form.find("input", {"name": "idempotency_key"})["value"]
    data = {"idempotency_key": key, "decision": "uphold"}
    assert client.post(address, data=data).status_code == 422
    for _ in range(2):
        answer = client.post(address, data={**data, "reason": "核对属实"})
        assert answer.headers["Location"] == page
    assert count_stored(LedgerLine) == 2
    assert "已采纳" in client.get(page).text


def test_base_and_learner_see_the_request(
    client: PageClient, late: tuple[str, str], world: World
) -> None:
    session_id = late[1].split("/")[-2]
    client.log_in("clerk")
    overview = client.get(f"/filing/sessions/{session_id}/attendance").text
    assert "确认以后才到的签到" in overview
    assert "待受理部门核对" in overview


@pytest.mark.parametrize(
    ("username", "status"),
    [("clerk", 403), ("other_officer", 404), ("city_officer", 404), ("learner", 403)],
)
def test_strangers_answer_nothing(
    client: PageClient, late: tuple[str, str], username: str, status: int
) -> None:
    page, address = late
    client.log_in(username)
    assert client.get(page).status_code == status
    data = {"decision": "uphold", "reason": "x"}
    assert client.post(address, data=data).status_code == status
    with make_write_session() as session:
        assert set(session.scalars(select(LateSign.upheld))) == {None}
