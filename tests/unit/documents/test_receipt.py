"""Receipts and filing certificates read back."""

import io

import zxingcpp
from PIL import Image

from ce_bases.documents.receipt import filing_certificate_pdf, proof_data, receipt_pdf
from ce_bases.documents.render import render_png
from tests.unit.documents.samples import (
    NOW,
    SESSION,
    URL,
    make_certificate,
    make_receipt,
    pages_of,
)


def test_a_receipt_says_what_was_sealed() -> None:
    (page,) = pages_of(receipt_pdf(make_receipt(), produced_at=NOW))

    for part in (
        *("培训计划报送回执", "装配式建筑专题培训班", "收到时间2022年6月10日08:52:03"),
        *("任城区人力资源和社会保障局", "6月20日周一09:00–12:00装配式建筑节点构造王高工第一教室4"),
        *("ab12cd34" * 4, URL, "不表示已经备案", "第1页/共1页"),
    ):
        assert part in page, part
    assert "备案号" not in page


def test_a_certificate_carries_number_bureau_and_day() -> None:
    (page,) = pages_of(filing_certificate_pdf(make_certificate(), produced_at=NOW))

    for part in (
        *("培训计划备案凭证", "备案号2022-370811-0007", "ab12cd34" * 4, URL),
        "任城区人力资源和社会保障局2022年6月11日",
    ):
        assert part in page, part
    assert "批准" not in page


def test_a_long_timetable_repeats_its_head_on_every_page() -> None:
    receipt = make_receipt(sessions=(SESSION,) * 60, filing_number="2022-370811-0007")

    pages = pages_of(receipt_pdf(receipt, produced_at=NOW))

    assert len(pages) > 1
    assert sum(page.count("装配式建筑节点构造") for page in pages) == 60
    assert all("授课人地点学时" in page for page in pages)
    assert all("备案号2022-370811-0007" in page for page in pages)


def test_the_longest_texts_and_no_sessions_are_printed() -> None:
    long = "长" * 10_000
    receipt = make_receipt(
        plan_title=long,
        sessions=((long, "x" * 10_000, long, long, long, "4"),),
        facts=((long, long),),
    )

    assert "长…" in "".join(pages_of(receipt_pdf(receipt, produced_at=NOW)))
    assert pages_of(receipt_pdf(make_receipt(sessions=(), url=""), produced_at=NOW))


def test_text_is_never_markup_and_the_bytes_are_always_the_same() -> None:
    certificate = make_certificate(plan_title="#evil[1] \x00*x*")

    first, second = (filing_certificate_pdf(certificate, produced_at=NOW) for _ in range(2))

    assert first == second
    assert "#evil[1]*x*" in pages_of(first)[0]


def test_the_code_is_read_from_a_scan_of_150_dpi() -> None:
    data = proof_data(make_certificate())

    (page,) = render_png("filing_certificate.typ", data, produced_at=NOW, ppi=150)

    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(page)).convert("L"))
    assert code.text == URL
