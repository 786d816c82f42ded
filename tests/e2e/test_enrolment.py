"""Enrolling on a phone: find a class, take the last seat, give it up; the next one moves up."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from ce_bases.accounts import service
from ce_bases.accounts.models import Account
from ce_bases.web.extensions import make_write_session
from tests.conftest import NOON_1_JUNE
from tests.e2e.conftest import PASSWORD, Site, fill_login, follow
from tests.e2e.test_journey import Visitor
from tests.factories.plans import filed_plan
from tests.factories.world import build_world

pytestmark = pytest.mark.e2e
TITLE = "装配式建筑专题培训班"


@pytest.fixture
def one_seat(site: Site) -> None:
    """A published class with a single seat, and two professionals who can log in."""
    hashed = service.hash_password(PASSWORD)
    with site.app.app_context(), make_write_session() as session:
        world = build_world(session, now=NOON_1_JUNE)
        filed_plan(session, world, now=NOON_1_JUNE, planned_number=1)
        both = Account.username.in_(("learner", "learner2"))
        for account in session.scalars(select(Account).where(both)):
            account.password_hash = hashed
        session.commit()


def find_class(page: Page) -> None:
    """From the calendar to the public page, as anyone finds it."""
    page.goto("/calendar?view=list&month=2022-06")
    page.get_by_role("link", name=TITLE).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)


def log_in_here(page: Page, username: str) -> None:
    """The login stands between the link and the page it leads to."""
    fill_login(page, username)
    expect(page).to_have_url(re.compile(r"/me/plans/2022-370811-0001$"))


def test_the_last_seat_goes_on_to_the_next(  # noqa: PLR0915 -- one journey, told in its order
    site: Site, chromium: Browser, gallery: Path, one_seat: None
) -> None:
    first = Visitor(chromium, site, gallery, phone=True)
    second = Visitor(chromium, site, gallery, phone=True)

    # 1. Found on the calendar, logged in, enrolled: the seat is there to see.
    page = first.page
    find_class(page)
    first.stop_at("01-public-page")
    follow(page, page.get_by_role("link", name="报名", exact=True))
    log_in_here(page, "learner")
    expect(page.locator("main")).to_contain_text("共 1 个，还有 1 个")
    first.stop_at("02-before-confirming")
    page.get_by_role("button", name="确认报名").click()
    expect(page.locator("main")).to_contain_text("您已有名额")
    first.stop_at("03-enrolled")
    page.get_by_role("link", name="我的培训班").last.click()
    expect(page.locator("main")).to_contain_text("接下来的培训")
    first.stop_at("04-my-classes")

    # 2. The next one finds it full and waits.
    page = second.page
    find_class(page)
    follow(page, page.get_by_role("link", name="加入候补"))
    log_in_here(page, "learner2")
    second.stop_at("05-full")
    page.get_by_role("button", name="加入候补").click()
    expect(page.locator("main")).to_contain_text("您是候补第 1 位")
    second.stop_at("06-waiting")

    # 3. The first gives the seat up; nothing goes without a second word.
    page = first.page
    follow(page, page.get_by_role("link", name=f"查看或取消{TITLE}的报名"))
    page.locator("summary", has_text="取消报名").click()
    first.stop_at("07-about-to-cancel")
    page.get_by_role("button", name="确定取消").click()
    expect(page.locator("main")).to_contain_text("加入候补")
    first.stop_at("08-cancelled")
    first.leave()

    # 4. The next one has it, and finds the word in the inbox.
    page = second.page
    page.goto("/inbox")
    expect(page.locator("main")).to_contain_text(f"候补递补成功：{TITLE}")
    second.stop_at("09-inbox")
    page.get_by_role("button", name=f"查看：候补递补成功：{TITLE}").click()
    expect(page.locator("main")).to_contain_text("您已有名额")
    second.leave()
