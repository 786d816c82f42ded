"""On a phone: see the year, object to a line, issue a certificate; somebody checks it by number."""

from datetime import date, time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from ce_bases.accounts.queries import find_account
from ce_bases.accounts.service import hash_password
from ce_bases.core.clock import moment_at
from ce_bases.credits import service
from ce_bases.web.extensions import make_write_session
from tests.conftest import NOON_1_JUNE as NOW
from tests.e2e.conftest import PASSWORD, WIDTHS, Site, follow, log_in, look
from tests.e2e.test_every_page import problems_of
from tests.factories.hours import held_plan
from tests.factories.world import build_world

pytestmark = pytest.mark.e2e
AFTER = moment_at(date(2022, 6, 21), time(9, 0))


def prepare(site: Site) -> None:
    """The learner has four hours, confirmed this morning."""
    with site.app.app_context(), make_write_session() as session:
        world = build_world(session, now=NOW)
        plan = held_plan(session, world, now=NOW, people=[world["learner"].person_id])
        service.confirm_attendance(session, plan, actor=world["clerk"], now=AFTER)
        account = find_account(session, "learner")
        assert account is not None
        account.password_hash = hash_password(PASSWORD)
        session.commit()
    site.clock.set(AFTER)


def test_from_the_year_to_the_check(site: Site, chromium: Browser, gallery: Path) -> None:
    prepare(site)
    number = issue_on_a_phone(site, chromium, gallery)
    check_at_an_office(site, chromium, gallery, number)


def issue_on_a_phone(site: Site, chromium: Browser, gallery: Path) -> str:
    """Object to a line and issue a certificate; its number as it is shown."""
    width, height = WIDTHS["phone"]
    context = chromium.new_context(
        base_url=site.url, locale="zh-CN", viewport={"width": width, "height": height}
    )
    page = context.new_page()
    log_in(page, "learner")
    expect(page.get_by_role("heading", name="2022 年我的学时")).to_be_visible()
    look(page, gallery, "year")

    follow(page, page.get_by_role("link", name="对这条学时有异议"))
    page.get_by_label("哪里不对").fill("下午也参加了，应计 4 学时")
    look(page, gallery, "objection")
    assert problems_of(page, "the objection") == []
    page.set_viewport_size({"width": width, "height": height})
    page.get_by_role("button", name="提出异议").click()
    expect(page.get_by_text("异议待答复")).to_be_visible()

    follow(page, page.get_by_role("link", name="开具学时证明"))
    look(page, gallery, "issue")
    page.get_by_role("button", name="确认开具").click()
    expect(page.get_by_text("证明已开具")).to_be_visible()
    look(page, gallery, "certificates")
    number = page.locator("a[href^='/certificates/']").first.inner_text()
    context.close()
    return number


def check_at_an_office(site: Site, chromium: Browser, gallery: Path, number: str) -> None:
    office = chromium.new_context(base_url=site.url, locale="zh-CN").new_page()
    office.goto("/")
    follow(office, office.get_by_role("link", name="查验学时证明"))
    office.get_by_label("证明编号或二维码内容").fill(number)
    office.get_by_role("button", name="查验").click()
    expect(office.get_by_text("内容与现在的学时记录一致")).to_be_visible()
    expect(office.get_by_text("用＊learner")).to_be_visible()
    look(office, gallery, "check")
    office.context.close()
