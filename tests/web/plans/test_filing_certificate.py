"""The proof of a filing as a PDF: of what is on file, for those who may read the plan."""

import io
from dataclasses import replace
from datetime import timedelta

import pytest
import zxingcpp
from flask import Flask
from PIL import Image
from pypdf import PdfReader
from sqlalchemy.orm import Session

from ce_bases.documents.receipt import proof_data
from ce_bases.documents.render import render_png
from ce_bases.plans import amendments, service
from ce_bases.plans.certificate_views import certificate_of
from ce_bases.plans.details import details_of
from ce_bases.plans.models import Plan
from tests.conftest import NOON_1_JUNE as NOW
from tests.factories.plans import filed_plan, submitted_plan
from tests.factories.world import World
from tests.web.client import PageClient


@pytest.fixture
def filed(session: Session, world: World) -> Plan:
    plan = filed_plan(session, world, now=NOW)
    session.commit()
    return plan


def address(plan: Plan) -> str:
    return f"/filing/plans/{plan.id}/filing-certificate.pdf"


def words(pdf: bytes) -> str:
    pages = PdfReader(io.BytesIO(pdf)).pages
    return "".join("".join(page.extract_text() for page in pages).split()).replace("\u200b", "")


@pytest.mark.parametrize("username", ["clerk", "officer", "city_officer"])
def test_it_names_number_times_content_and_bureau(
    client: PageClient, filed: Plan, username: str
) -> None:
    client.log_in(username)
    assert "/filing-certificate.pdf" in client.get(f"/filing/plans/{filed.id}").text

    answer = client.get(address(filed))

    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    text = words(answer.data)
    for part in (
        *("备案号2022-370811-0001", "备案时间2022年6月1日12:00:00", "装配式建筑专题培训班"),
        *("任城区人力资源和社会保障局", "开班日期2022年6月20日", "提前天数19天"),
        *(filed.revisions[0].content_hash, "http://localhost/plans/2022-370811-0001"),
    ):
        assert part in text, part
    assert "例外" not in text
    assert answer.data == client.get(address(filed)).data


def test_its_code_leads_to_the_public_page(app: Flask, filed: Plan) -> None:
    with app.test_request_context():
        certificate, _proof = certificate_of(filed)
    data = proof_data(certificate)

    (page,) = render_png("filing_certificate.typ", data, produced_at=NOW)

    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(page)).convert("L"))
    assert code.text == "http://localhost/plans/2022-370811-0001"


def test_after_a_change_it_proves_what_is_on_file_now(
    session: Session, client: PageClient, filed: Plan, world: World
) -> None:
    change = amendments.open_change(session, filed, actor=world["clerk"], now=NOW)
    service.save_draft(
        session,
        filed,
        replace(details_of(change), title="新的名称"),
        expected_version=filed.version,
        actor=world["clerk"],
        now=NOW,
    )
    session.flush()
    later = NOW + timedelta(days=1)
    amendments.send_change(
        session, filed, expected_version=filed.version, actor=world["clerk"], now=later
    )
    session.commit()
    client.log_in("clerk")

    text = words(client.get(address(filed)).data)

    assert "新的名称" in text
    assert "最近变更生效2022年6月2日12:00:00" in text
    assert filed.revisions[-1].content_hash in text


def test_an_exception_is_printed_on_it(session: Session, client: PageClient, filed: Plan) -> None:
    filed.exception_reason, filed.exception_document = "急需", "任人社函〔2022〕3号"
    session.commit()
    client.log_in("clerk")

    assert "例外文号：任人社函〔2022〕3号" in words(client.get(address(filed)).data)


def test_without_a_filing_or_after_cancelling_there_is_none(
    session: Session, client: PageClient, filed: Plan, world: World
) -> None:
    service.cancel_plan(session, filed, "人数不足", actor=world["clerk"], now=NOW)
    waiting = submitted_plan(session, world, now=NOW)
    session.commit()
    client.log_in("clerk")

    assert client.get(address(filed)).status_code == 404
    assert client.get(address(waiting)).status_code == 404
    assert "filing-certificate" not in client.get(f"/filing/plans/{filed.id}").text


@pytest.mark.parametrize("username", ["stranger", "other_officer", "city_clerk"])
def test_a_stranger_finds_nothing(client: PageClient, filed: Plan, username: str) -> None:
    client.log_in(username)

    assert client.get(address(filed)).status_code == 404
