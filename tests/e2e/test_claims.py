"""The claim's journey in a browser: the professional on a phone, unit and officer at a desk."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from ce_bases.accounts import service
from ce_bases.accounts.models import Account
from ce_bases.credits.models import LedgerLine
from ce_bases.web.extensions import make_write_session
from tests.conftest import NOON_1_JUNE
from tests.e2e.conftest import PASSWORD, Site, follow
from tests.e2e.test_journey import Visitor
from tests.factories.claims import PDF
from tests.factories.world import build_world

pytestmark = pytest.mark.e2e
PEOPLE = ("learner", "unit_hr", "officer")
#: A whole picture a browser can draw: one pixel.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108020000009077"
    "53de0000000c49444154789c63f8ffff3f0005fe02fe0def46b80000000049454e44ae426082"
)


@pytest.fixture
def people(site: Site) -> None:
    """The small city, with passwords for those who act in the journey."""
    hashed = service.hash_password(PASSWORD)
    with site.app.app_context(), make_write_session() as session:
        build_world(session, now=NOON_1_JUNE)
        for account in session.scalars(select(Account).where(Account.username.in_(PEOPLE))):
            account.password_hash = hashed
        session.commit()


def write_a_paper(learner: Visitor) -> None:
    """Choose, look at the limit, fill in all but the date, and be told so."""
    page = learner.page
    page.goto("/me/claims")
    learner.stop_at("01-nothing-yet")
    follow(page, page.get_by_role("link", name="开始申报"))
    learner.stop_at("02-choose")
    page.get_by_role("link", name="我发表了论文，或出版了书").click()
    expect(page.get_by_text("2022 年成果、论文还可计 30 学时")).to_be_visible()
    page.get_by_label("论文或著作的题目").fill("装配式节点抗震性能研究")
    page.get_by_label("刊物或出版社").fill("建筑结构学报")
    page.get_by_label("刊号和期号、DOI 或书号").fill("ISSN 1000-6869 2022(3):12")
    page.get_by_role("button", name="提交申报").click()
    expect(page.get_by_role("alert")).to_contain_text("请填写日期。")
    learner.stop_at("03-not-complete")
    page.get_by_label("发表或出版日期").fill("2022-03-01")


def prove_and_send(learner: Visitor) -> None:
    """Add a photo and a scan, keep it, read what it would come to, send it."""
    page = learner.page
    photo = {"name": "首页.png", "mimeType": "image/png", "buffer": PNG}
    scan = {"name": "目录.pdf", "mimeType": "application/pdf", "buffer": PDF}
    page.get_by_label("证明材料").set_input_files([photo, scan])
    page.get_by_role("button", name="先保存").click()
    expect(page.get_by_text("预计计入 10 学时")).to_be_visible()
    expect(page.get_by_role("link", name="目录.pdf")).to_be_visible()
    learner.stop_at("04-saved")
    page.get_by_role("button", name="提交申报").click()
    expect(page.get_by_text("用人单位：济宁市第一建筑公司")).to_be_visible()
    learner.stop_at("05-sent")


def confirm_at_the_unit(unit: Visitor) -> None:
    page = unit.page
    follow(page, page.get_by_role("link", name="学时申报确认"))
    unit.stop_at("06-unit-queue")
    page.get_by_role("link", name="装配式节点抗震性能研究").click()
    # It arrives a moment after the page.
    expect(page.locator(".evidence img")).to_have_js_property("naturalWidth", 1)
    unit.stop_at("07-unit-item")
    page.get_by_role("button", name="确认，报送人社部门").click()
    expect(page.get_by_text("等待处理的申报都处理完了。")).to_be_visible()
    follow(page, page.get_by_role("link", name="用表格导入申报"))
    unit.stop_at("08-import")


def credit_at_the_desk(officer: Visitor) -> None:
    """The decision is made from the keyboard."""
    page = officer.page
    follow(page, page.get_by_role("link", name="学时申报认定"))
    officer.stop_at("09-desk-queue")
    page.get_by_role("link", name="逐项核对").click()
    expect(page.get_by_text("认定后预计计入 10 学时")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="目录.pdf").click()
    assert Path(download.value.path()).read_bytes() == PDF
    officer.stop_at("10-desk-item")
    page.get_by_role("button", name="认定，学时入账").press("Enter")
    expect(page.get_by_text("等待处理的申报都处理完了。")).to_be_visible()


def test_claim(site: Site, people: None, chromium: Browser, gallery: Path) -> None:
    learner = Visitor(chromium, site, gallery, phone=True)
    learner.log_in("learner")
    write_a_paper(learner)
    prove_and_send(learner)

    unit = Visitor(chromium, site, gallery)
    unit.log_in("unit_hr")
    confirm_at_the_unit(unit)
    unit.leave()

    officer = Visitor(chromium, site, gallery)
    officer.log_in("officer")
    credit_at_the_desk(officer)
    officer.leave()

    learner.page.goto("/me")
    lines = learner.page.get_by_role("table")
    expect(lines.get_by_role("rowheader", name="装配式节点抗震性能研究")).to_be_visible()
    expect(lines.get_by_role("link", name="对这条学时有异议")).to_be_visible()
    learner.stop_at("11-credited")
    learner.leave()
    with site.app.app_context(), make_write_session() as session:
        (line,) = session.scalars(select(LedgerLine)).all()
    assert (line.source, line.professional_halves) == ("claim:1", 20)
