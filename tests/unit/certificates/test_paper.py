"""The certificate on paper, read back: words, code, one page, the same bytes every time."""

import io
import time
from dataclasses import replace
from datetime import timedelta

import pytest
import zxingcpp
from PIL import Image
from sqlalchemy.orm import Session

from ce_bases.certificates.models import Certificate
from ce_bases.certificates.paper import TEMPLATE, certificate_data, certificate_pdf, grouped
from ce_bases.certificates.signing import Facts, keys_by_id, public_of, read_code, sign, verify
from ce_bases.core.clock import business_date
from ce_bases.documents.render import render_png
from tests.conftest import KEY_OF_CERTIFICATES as KEY
from tests.conftest import NOON_1_JUNE as NOW
from tests.factories.certificates import certify, give_hours
from tests.factories.world import World
from tests.unit.documents.samples import RARE, pages_of

NUMBER = "0123456789abcdef" * 2
SITE = "https://continuing-education.jining.example"


def certificate(name: str = "王小伟", **changes: object) -> Certificate:
    facts = replace(
        Facts(name, 2022, 61, 125, True, business_date(NOW)),
        **{k: v for k, v in changes.items() if k in Facts.__slots__},
    )
    return Certificate(
        number=NUMBER,
        person_id=1,
        year=facts.year,
        name=name,
        public_halves=facts.public_halves,
        professional_halves=facts.professional_halves,
        is_complete=facts.is_complete,
        need_public_halves=60,
        need_professional_halves=120,
        need_total_halves=180,
        bureau_code="370811",
        url=f"{SITE}/certificates/{NUMBER}#{sign(NUMBER, facts, KEY)}",
        issued_at=NOW,
        issued_by=1,
    )


def test_the_page_says_every_fact() -> None:
    (page,) = pages_of(certificate_pdf(certificate()))

    for part in (
        *("继续教育学时证明", "兹证明王小伟同志", "截至2022年6月1日", "2022年度"),
        *("公需科目30.530", "专业科目62.560", "合计9390", "年度继续教育已完成"),
        *(NUMBER, f"{SITE}/certificates/check"),
    ):
        assert part in page, part


def test_an_unfinished_year_says_so() -> None:
    (page,) = pages_of(certificate_pdf(certificate(is_complete=False, public_halves=9)))

    assert "公需科目4.530" in page
    assert "尚未达到全部要求" in page
    assert "已完成" not in page


@pytest.mark.parametrize("name", [*RARE, "阿" * 60, "#evil[1] *x*"])
def test_rare_long_and_hostile_names_stay_on_one_page(name: str) -> None:
    pages = pages_of(certificate_pdf(certificate(name)))

    assert len(pages) == 1
    assert "".join(name.split()) in pages[0]


def test_a_character_no_font_has_is_printed_as_a_geta_and_signed_as_it_is() -> None:
    unknown = "王\ue863明"
    made = certificate(unknown)

    (page,) = pages_of(certificate_pdf(made))

    assert "兹证明王〓明同志" in page
    assert "字库尚未收录" in page
    assert verify(read_code(made.url), keys_by_id([public_of(KEY)])).name == unknown


@pytest.mark.parametrize("name", ["王小伟", "阿不都热依木·买买提", "阿" * 60])
def test_the_code_is_read_from_a_scan_of_150_dpi(name: str) -> None:
    made = certificate(name)

    (page,) = render_png(TEMPLATE, certificate_data(made), produced_at=NOW, ppi=150)

    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(page)).convert("L"))
    assert code.text == made.url
    assert verify(read_code(code.text), keys_by_id([public_of(KEY)])).name == name


def test_the_stored_row_gives_the_same_bytes_whenever_it_is_printed(
    session: Session, world: World
) -> None:
    give_hours(session, world, now=NOW)
    made = certify(session, world, now=NOW + timedelta(seconds=1, microseconds=5))
    first = certificate_pdf(made)
    session.commit()
    session.expire_all()

    assert certificate_pdf(session.get_one(Certificate, made.id)) == first


def test_a_certificate_takes_well_under_a_second() -> None:
    certificate_pdf(certificate())  # the fonts are found once a process
    started = time.process_time()  # of this process: others may be busy
    certificate_pdf(certificate("张𬭎"))

    assert time.process_time() - started < 1


def test_numbers_are_read_out_in_groups() -> None:
    assert grouped(NUMBER) == "0123 4567 89ab cdef 0123 4567 89ab cdef"
