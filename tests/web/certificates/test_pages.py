"""Certificates on the site: issue, list, print, check, revoke."""

import io
import re
from datetime import timedelta

import pytest
from PIL import Image

from ce_bases.certificates import limits
from ce_bases.certificates.check_views import MISSES_KEY
from ce_bases.certificates.models import Certificate
from ce_bases.certificates.paper import TEMPLATE, certificate_data
from ce_bases.certificates.signing import Facts, sign
from ce_bases.documents.render import render_png
from ce_bases.web.extensions import make_write_session
from tests.conftest import NOON_1_JUNE as NOW
from tests.conftest import FrozenClock
from tests.factories.certificates import certify, give_hours, give_more
from tests.factories.world import World
from tests.rows import count_stored
from tests.unit.documents.samples import pages_of
from tests.web.client import PageClient
from tests.web.credits.reading import words


def test_a_photo_that_is_a_text_is_none(client: PageClient, world: World) -> None:
    sent = {"idempotency_key": "6f1f2b8c-8a55-4a70-9d0e-0d8f7f1f1a11", "photo": "x.jpg"}

    assert client.post("/certificates/check", data=sent).status_code == 422


def test_a_professional_issues_and_prints_and_anybody_checks(
    client: PageClient, world: World
) -> None:
    with make_write_session() as session:
        give_hours(session, world, now=NOW)
        session.commit()
    client.log_in("learner")
    assert 'href="/me/years/2022/certificate"' in client.get("/me").text
    asked = words(client.get("/me/years/2022/certificate"))
    assert "姓名用户learner" in asked
    assert "公需科目4学时专业科目8学时合计12学时" in asked

    answer = client.post("/me/years/2022/certificate")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/me/certificates")
    page = client.get("/me/certificates")
    number = re.search(r'href="/certificates/([0-9a-f]{32})"', page.text)[1]
    printed = client.get(f"/me/certificates/{number}.pdf")
    assert printed.mimetype == "application/pdf"
    assert number in pages_of(printed.data)[0]

    client.log_out()
    checked = client.get(f"/certificates/{number}")
    shown = words(checked)
    assert checked.headers["Cache-Control"] == "no-store"
    assert checked.headers["X-Robots-Tag"] == "noindex"
    for part in ("有效", "用＊learner", "年度2022", "公需科目4学时", "专业科目8学时", "合计12学时"):
        assert part in shown, part
    assert "用户learner" not in checked.text


def test_a_second_click_gives_the_same_certificate(
    client: PageClient, world: World, issued: Certificate
) -> None:
    client.log_in("learner")
    assert "再次开具得到的是" in words(client.get("/me/years/2022/certificate"))

    client.post("/me/years/2022/certificate")

    assert count_stored(Certificate) == 1


def test_without_hours_there_is_nothing_to_certify(client: PageClient, world: World) -> None:
    client.log_in("learner")

    assert "还没有入账的学时" in words(client.get("/me/years/2022/certificate"))
    assert client.post("/me/years/2022/certificate").status_code == 409
    assert "还没有开具过证明" in words(client.get("/me/certificates"))


@pytest.mark.parametrize("year", [2021, 2023, 99999])
def test_other_years_are_not_found(
    client: PageClient, world: World, issued: Certificate, year: int
) -> None:
    client.log_in("learner")

    assert client.get(f"/me/years/{year}/certificate").status_code == 404
    assert client.post(f"/me/years/{year}/certificate").status_code == 404


def test_the_check_follows_a_correction(
    client: PageClient, world: World, issued: Certificate
) -> None:
    with make_write_session() as session:
        give_more(session, world, now=NOW)
        session.commit()
    assert "开具后学时记录有变动" in words(client.get(f"/certificates/{issued.number}"))

    with make_write_session() as session:
        newer = certify(session, world, now=NOW)
        session.commit()

    page = client.get(f"/certificates/{issued.number}")
    assert "已更正，以新证明为准" in words(page)
    assert f'href="/certificates/{newer.number}"' in page.text
    assert "专业科目8学时" in words(page), "the old one still says what it said"
    assert "专业科目12学时" in words(client.get(f"/certificates/{newer.number}"))


def test_a_bureau_revokes_with_a_reason(
    client: PageClient, world: World, issued: Certificate
) -> None:
    client.log_in("officer")
    assert issued.number in client.get("/desk/certificates").text
    address = f"/desk/certificates/{issued.number}"
    assert "撤销这份证明" in words(client.get(address))
    assert client.post(address, data={"reason": ""}).status_code == 422

    answer = client.post(address, data={"reason": "被他人冒用"})

    assert answer.status_code == 302
    assert "本人不能重新开具" in words(client.get(address))
    client.log_in("learner")
    assert "理由：被他人冒用" in words(client.get("/me/certificates"))
    assert client.post("/me/years/2022/certificate").status_code == 409
    client.log_out()
    shown = words(client.get(f"/certificates/{issued.number}"))
    assert "已撤销" in shown
    assert "被他人冒用" in shown


def test_another_bureau_and_other_people_find_nothing(
    client: PageClient, world: World, issued: Certificate
) -> None:
    client.log_in("other_officer")
    assert issued.number not in client.get("/desk/certificates").text
    assert client.get(f"/desk/certificates/{issued.number}").status_code == 404
    assert (
        client.post(f"/desk/certificates/{issued.number}", data={"reason": "x"}).status_code == 404
    )
    client.log_in("learner2")
    assert client.get(f"/me/certificates/{issued.number}.pdf").status_code == 404
    client.log_in("city_officer")
    assert client.get(f"/desk/certificates/{issued.number}").status_code == 200


@pytest.mark.parametrize(("q", "found"), [("用户", True), ("张", False), ("ffff", False)])
def test_a_bureau_finds_by_name_or_number(
    client: PageClient, world: World, issued: Certificate, q: str, found: bool
) -> None:
    client.log_in("officer")

    assert (issued.number in client.get(f"/desk/certificates?q={q}").text) is found
    assert issued.number in client.get(f"/desk/certificates?q={issued.number[:6].upper()}").text


# -- the check by anybody -----------------------------------------------------------------------


def test_a_typed_number_leads_to_its_page(client: PageClient, issued: Certificate) -> None:
    assert "查验学时证明" in words(client.get("/certificates/check"))
    typed = " ".join(issued.number[i : i + 4] for i in range(0, 32, 4)).upper()

    answer = client.post("/certificates/check", data={"code": typed})

    assert answer.headers["Location"] == f"/certificates/{issued.number}"
    again = client.get(f"/certificates/{issued.number.upper()}")
    assert again.headers["Location"] == f"/certificates/{issued.number}"


def test_a_pasted_code_is_judged_by_its_signature(client: PageClient, issued: Certificate) -> None:
    page = client.post("/certificates/check", data={"code": issued.url})

    assert page.status_code == 200
    assert "二维码的签名有效" in words(page)
    assert "用户learner" in page.text, "the reader gave the whole name"
    assert "有效本平台开具" in words(page)


def test_a_photograph_of_the_code_is_read(client: PageClient, issued: Certificate) -> None:
    (png,) = render_png(TEMPLATE, certificate_data(issued), produced_at=NOW, ppi=150)
    photo = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").rotate(7, fillcolor="white").save(photo, "JPEG")
    photo.seek(0)
    data = {"code": "", "photo": (photo, "photo.jpg")}

    page = client.post("/certificates/check", data=data, content_type="multipart/form-data")

    assert "二维码的签名有效" in words(page)


def test_a_photograph_without_a_code_and_no_picture_are_refused(client: PageClient) -> None:
    blank = io.BytesIO()
    Image.new("RGB", (200, 200), "white").save(blank, "PNG")
    blank.seek(0)
    for file in ((blank, "a.png"), (io.BytesIO(b"no picture"), "a.png")):
        page = client.post(
            "/certificates/check", data={"photo": file}, content_type="multipart/form-data"
        )
        assert page.status_code == 422


def test_forged_codes_are_refused(client: PageClient, issued: Certificate) -> None:
    better = Facts("用户learner", 2022, 60, 120, True, NOW.date())
    address, _hash, payload = issued.url.partition("#")
    body = sign(issued.number, better, b"x" * 32).split(".")[2]
    version, key_id, _body, signature = payload.split(".")
    altered = f"{address}#{version}.{key_id}.{body}.{signature}"
    foreign = f"{address}#{sign(issued.number, better, b'x' * 32)}"

    for text, said in ((altered, "内容与签名不符"), (foreign, "签名不是本网站的密钥")):
        page = client.post("/certificates/check", data={"code": text})
        assert page.status_code == 422
        assert said in words(page)
        assert "有效本平台开具" not in words(page)


def test_a_good_signature_without_an_entry_is_said(client: PageClient, issued: Certificate) -> None:
    from tests.conftest import KEY_OF_CERTIFICATES

    facts = Facts("王伟", 2022, 60, 120, True, NOW.date())
    code = (
        f"https://ce.example/certificates/{'f' * 32}#{sign('f' * 32, facts, KEY_OF_CERTIFICATES)}"
    )

    assert "登记库里没有这个编号" in words(client.post("/certificates/check", data={"code": code}))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "请输入证明上的32位编号"),
        ("370811198502140011", "请输入证明上的32位编号"),
        ("f" * 32, "没有这个编号的证明"),
        ("x" * 5000, "最多"),
        ("\x00" * 32, "请输入证明上的32位编号"),
    ],
    ids=["empty", "an ID", "unknown", "endless", "nul"],
)
def test_what_is_no_certificate_is_said_beside_the_field(
    client: PageClient, world: World, text: str, said: str
) -> None:
    page = client.post("/certificates/check", data={"code": text})

    assert page.status_code == 422
    assert said in words(page)


@pytest.mark.parametrize("path", ["x", "f" * 32, "370811198502140011", "..%2f", "%E5%AD%A6"])
def test_addresses_of_no_certificate_are_not_found(
    client: PageClient, world: World, path: str
) -> None:
    assert client.get(f"/certificates/{path}").status_code == 404


def test_trying_numbers_out_is_stopped_for_a_while(
    client: PageClient, clock: FrozenClock, issued: Certificate
) -> None:
    client.application.extensions.pop(MISSES_KEY, None)
    for n in range(limits.MOST):
        assert client.get(f"/certificates/{n:032x}").status_code == 404

    stopped = client.get(f"/certificates/{issued.number}")

    assert stopped.status_code == 429
    assert stopped.headers["Retry-After"] == "601"
    elsewhere = client.get(
        f"/certificates/{issued.number}", environ_overrides={"REMOTE_ADDR": "192.0.2.7"}
    )
    assert elsewhere.status_code == 200
    clock.set(NOW + limits.WINDOW + timedelta(seconds=1))
    assert client.get(f"/certificates/{issued.number}").status_code == 200


def test_the_key_is_published(client: PageClient, world: World) -> None:
    answer = client.get("/certificates/key.txt")

    assert answer.mimetype == "text/plain"
    assert re.search(r"^[0-9a-f]{8} ed25519 [A-Za-z0-9+/]{43}= current$", answer.text, re.MULTILINE)


def test_the_english_pages_are_english(client: PageClient, issued: Certificate) -> None:
    page = client.get(f"/certificates/{issued.number}?lang=en")

    assert "Result of the check" in page.text
