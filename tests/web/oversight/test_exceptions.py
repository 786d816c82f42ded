"""Exceptions: the base asks for one, only its bureau answers, and the mark stays for ever."""

from collections import Counter
from dataclasses import replace
from datetime import date, time

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ce_bases.audit.queries import history_of
from ce_bases.core.clock import moment_at
from ce_bases.core.errors import ForbiddenError, InvalidInputError, WrongStateError
from ce_bases.plans import exceptions, service
from ce_bases.plans.models import (
    ExceptionRequest,
    LeadWaiver,
    Plan,
    PublishedSession,
    Standing,
)
from ce_bases.web import extensions
from ce_bases.web.extensions import in_transaction, make_write_session
from tests.concurrency.together import together
from tests.conftest import FrozenClock
from tests.factories.plans import drafted_plan
from tests.factories.world import World
from tests.web.client import PageClient
from tests.web.reading import fresh, main

LATE = moment_at(date(2022, 6, 11), time(9))  # the class opens on the 20th
LAST = moment_at(date(2022, 6, 10), time(23, 59))
GRANT = {"answer": "grant", "reason": "防汛急需", "document": "任人社函〔2022〕3号"}


@pytest.fixture
def late(session: Session, world: World, clock: FrozenClock) -> Plan:
    plan = drafted_plan(session, world, now=LATE)
    session.commit()
    clock.set(LATE)
    return plan


@pytest.fixture
def asked(session: Session, world: World, late: Plan) -> ExceptionRequest:
    request = exceptions.ask_exception(
        session, late, "临时接到任务", actor=world["clerk"], now=LATE
    )
    session.commit()
    return request


def request_of(plan: Plan) -> int:
    reading = extensions.session()
    reading.rollback()
    return reading.scalars(
        select(ExceptionRequest.id).where(ExceptionRequest.plan_id == plan.id)
    ).one()


def requests() -> int:
    reading = extensions.session()
    reading.rollback()
    return reading.scalar(select(func.count()).select_from(ExceptionRequest)) or 0


def test_whoever_asked_does_not_answer(
    session: Session, world: World, asked: ExceptionRequest
) -> None:
    """One account may have a hat of the base and one of the bureau."""
    asker = replace(world["officer"], account_id=world["clerk"].account_id)
    grant = {"reason": "防汛急需", "document": "任人社函〔2022〕3号"}

    with pytest.raises(ForbiddenError):
        exceptions.grant_exception(session, asked, **grant, actor=asker, now=LATE)
    with pytest.raises(ForbiddenError):
        exceptions.decline_exception(session, asked, reason="不急", actor=asker, now=LATE)

    exceptions.grant_exception(session, asked, **grant, actor=world["officer"], now=LATE)
    assert asked.is_granted


def test_from_the_question_to_the_answer(client: PageClient, late: Plan) -> None:
    client.log_in("clerk")
    page = client.get(f"/filing/plans/{late.id}").text
    assert f"/filing/plans/{late.id}/exception" in page
    form = client.get(f"/filing/plans/{late.id}/exception")
    assert "最迟应在 6月10日" in main(form.text)

    answer = client.post(f"/filing/plans/{late.id}/exception", data={"explanation": "临时接到任务"})

    assert (answer.status_code, answer.location) == (302, f"/filing/plans/{late.id}")
    assert "例外申请等待答复" in main(client.get(answer.location).text)
    client.log_in("officer")
    assert "例外申请：装配式建筑专题培训班" in main(client.get("/inbox").text)
    address = f"/desk/exceptions/{request_of(late)}"
    assert address in client.get("/desk").text
    item = main(client.get(address).text)
    assert "临时接到任务" in item
    assert "装配式建筑施工技术" in item
    assert client.post(address, data=GRANT).location == "/desk"
    assert address not in client.get("/desk").text


def test_granted_the_mark_is_on_everything_public(
    client: PageClient, asked: ExceptionRequest, late: Plan, world: World
) -> None:
    client.log_in("officer")
    client.post(f"/desk/exceptions/{asked.id}", data=GRANT)
    client.log_in("clerk")
    assert "例外申请已获同意" in main(client.get("/inbox").text)
    assert "任人社函〔2022〕3号" in main(client.get(f"/filing/plans/{late.id}").text)
    with make_write_session() as session:
        plan = session.get_one(Plan, late.id)
        revision = service.submit_plan(session, plan, actor=world["clerk"], now=LATE)
        assert revision.lead_waiver is LeadWaiver.EXCEPTION
        service.file_plan(
            session, plan, expected_version=plan.version, actor=world["officer"], now=LATE
        )
        session.commit()
        number = plan.filing_number
    receipt = main(client.get(f"/filing/plans/{late.id}/receipt").text)
    assert "例外 文号：任人社函〔2022〕3号" in receipt
    public = main(client.get(f"/plans/{number}").text)
    assert "例外备案" in public
    assert "任人社函〔2022〕3号" in public
    assert extensions.session().scalars(select(PublishedSession.has_exception)).all() == [True]


def test_declined_the_base_reads_why_and_stays_too_late(
    client: PageClient, asked: ExceptionRequest, late: Plan, world: World, session: Session
) -> None:
    client.log_in("officer")
    client.post(f"/desk/exceptions/{asked.id}", data={"answer": "decline", "reason": "可以推迟"})

    client.log_in("clerk")
    words = main(client.get(f"/filing/plans/{late.id}").text)
    assert "例外申请没有获得同意" in words
    assert "可以推迟" in words
    assert f"/filing/plans/{late.id}/exception" in client.get(f"/filing/plans/{late.id}").text
    plan = fresh(late)
    assert (plan.has_exception, plan.revisions[0].standing) == (False, Standing.WORKING)
    lines = [
        (line.action, line.actor_name, line.reason)
        for line in history_of(extensions.session(), "plan", late.id)
    ]
    assert lines[1:] == [
        ("ask_exception", "用户clerk", "临时接到任务"),
        ("decline_exception", "用户officer", "可以推迟"),
    ]


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"answer": "grant", "reason": "", "document": "文 1 号"}, "reason"),
        ({"answer": "grant", "reason": "急需", "document": " "}, "document"),
        ({"answer": "decline", "reason": " "}, "reason"),
        ({"answer": "grant", "reason": "急需", "document": "文" * 121}, "document"),
    ],
)
def test_an_answer_needs_its_reason_and_a_grant_its_document(
    client: PageClient, asked: ExceptionRequest, late: Plan, sent: dict[str, str], field: str
) -> None:
    client.log_in("officer")

    answer = client.post(f"/desk/exceptions/{asked.id}", data=sent)

    assert answer.status_code == 422
    errors = BeautifulSoup(answer.text, "html.parser").select(".field__error")
    assert [str(error["id"]) for error in errors] == [f"{field}-error"]
    assert not fresh(late).has_exception


@pytest.mark.parametrize("answer", ["", "file", "grant\n"])
def test_a_mangled_answer_does_nothing(
    client: PageClient, asked: ExceptionRequest, late: Plan, answer: str
) -> None:
    client.log_in("officer")

    sent = client.post(f"/desk/exceptions/{asked.id}", data={**GRANT, "answer": answer})

    assert sent.status_code == 422
    assert not fresh(late).has_exception


@pytest.mark.parametrize("username", ["other_officer", "city_officer"])
def test_another_bureau_finds_nothing(
    client: PageClient, asked: ExceptionRequest, late: Plan, username: str
) -> None:
    client.log_in(username)

    assert client.get(f"/desk/exceptions/{asked.id}").status_code == 404
    assert client.post(f"/desk/exceptions/{asked.id}", data=GRANT).status_code == 404
    assert "装配式建筑专题培训班" not in client.get("/desk").text
    assert not fresh(late).has_exception


def test_no_base_grants_itself_one(client: PageClient, asked: ExceptionRequest, late: Plan) -> None:
    for username in ("clerk", "stranger"):
        client.log_in(username)
        assert client.post(f"/desk/exceptions/{asked.id}", data=GRANT).status_code == 403
    assert not fresh(late).has_exception


@pytest.mark.parametrize("username", ["stranger", "city_clerk"])
def test_another_base_can_neither_see_nor_ask(
    client: PageClient, late: Plan, username: str
) -> None:
    client.log_in(username)

    assert client.get(f"/filing/plans/{late.id}/exception").status_code == 404
    sent = client.post(f"/filing/plans/{late.id}/exception", data={"explanation": "x"})
    assert (sent.status_code, requests()) == (404, 0)


def test_in_time_there_is_nothing_to_ask(
    client: PageClient, late: Plan, clock: FrozenClock
) -> None:
    clock.set(LAST)
    client.log_in("clerk")

    assert client.get(f"/filing/plans/{late.id}/exception").status_code == 409
    sent = client.post(f"/filing/plans/{late.id}/exception", data={"explanation": "x"})
    assert (sent.status_code, requests()) == (409, 0)


def test_without_an_explanation_or_twice_nothing_is_asked(client: PageClient, late: Plan) -> None:
    client.log_in("clerk")
    address = f"/filing/plans/{late.id}/exception"

    assert client.post(address, data={"explanation": "  "}).status_code == 422
    assert client.post(address, data={"explanation": "长" * 1001}).status_code == 422
    assert requests() == 0
    client.post(address, data={"explanation": "临时接到任务"})
    assert client.post(address, data={"explanation": "临时接到任务"}).status_code == 409
    assert requests() == 1


def test_an_incomplete_plan_is_completed_first(
    session: Session, world: World, clock: FrozenClock
) -> None:
    plan = drafted_plan(session, world, now=LATE, aims="")

    with pytest.raises(InvalidInputError) as refusal:
        exceptions.ask_exception(session, plan, "临时", actor=world["clerk"], now=LATE)

    assert set(refusal.value.problems) == {"aims"}


def test_the_draft_is_the_bases_own_again_after_the_answer(
    client: PageClient, asked: ExceptionRequest, late: Plan
) -> None:
    client.log_in("officer")
    assert "装配式建筑施工技术" in client.get(f"/desk/exceptions/{asked.id}").text
    assert client.get(f"/desk/plans/{late.id}").status_code == 404

    client.post(f"/desk/exceptions/{asked.id}", data=GRANT)

    page = client.get(f"/desk/exceptions/{asked.id}").text
    assert "装配式建筑施工技术" not in page
    assert "任人社函〔2022〕3号" in page


def test_a_withdrawn_plan_leaves_the_desk(
    session: Session, client: PageClient, asked: ExceptionRequest, late: Plan, world: World
) -> None:
    service.withdraw_plan(session, late, actor=world["clerk"], now=LATE)
    session.commit()
    client.log_in("officer")

    assert f"/desk/exceptions/{asked.id}" not in client.get("/desk").text
    assert client.post(f"/desk/exceptions/{asked.id}", data=GRANT).status_code == 409


def test_services_refuse_whoever_calls_them(
    session: Session, asked: ExceptionRequest, world: World
) -> None:
    for username in ("other_officer", "city_officer", "clerk"):
        with pytest.raises(ForbiddenError):
            exceptions.grant_exception(
                session, asked, reason="急", document="1", actor=world[username], now=LATE
            )
        with pytest.raises(ForbiddenError):
            exceptions.decline_exception(
                session, asked, reason="急", actor=world[username], now=LATE
            )


@pytest.mark.concurrency
def test_two_officers_at_once_give_one_answer(
    app: Flask, asked: ExceptionRequest, late: Plan, world: World
) -> None:
    def answer(number: int) -> str:
        def work(session: Session) -> str:
            request = session.get_one(ExceptionRequest, asked.id)
            actor = world[("officer", "officer2")[number % 2]]
            if number % 2:
                exceptions.decline_exception(session, request, reason="不急", actor=actor, now=LATE)
                return "declined"
            exceptions.grant_exception(
                session, request, reason="急", document="1 号", actor=actor, now=LATE
            )
            return "granted"

        try:
            return in_transaction(work)
        except WrongStateError:
            return "told"

    answers = Counter(together(app, 6, answer))

    assert answers["told"] == 5
    assert fresh(late).has_exception is (answers["granted"] == 1)
