"""A clerk plans a class of every Saturday by keyboard, warned of what it collides with."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from ce_bases.accounts import service
from ce_bases.accounts.models import Account
from ce_bases.plans.models import Plan, TimetableEntry
from ce_bases.web.extensions import make_write_session
from tests.conftest import NOON_1_JUNE
from tests.e2e.conftest import PASSWORD, Site, look
from tests.factories.plans import drafted_plan, make_session_details
from tests.factories.world import build_world

pytestmark = pytest.mark.e2e


@pytest.fixture
def busy_saturday(site: Site) -> None:
    """The clerk's password, and a colleague's draft on 2 July in the same room."""
    hashed = service.hash_password(PASSWORD)
    with site.app.app_context(), make_write_session() as session:
        world = build_world(session, now=NOON_1_JUNE)
        clerk = session.scalars(select(Account).where(Account.username == "clerk")).one()
        clerk.password_hash = hashed
        saturday = make_session_details(world, on=datetime(2022, 7, 2, tzinfo=UTC).date())
        drafted_plan(session, world, saturday, now=NOON_1_JUNE, title="先写的班")
        session.commit()


def log_in(page: Page) -> None:
    page.goto("/login")
    page.get_by_label("用户名").fill("clerk")
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/filing")


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the field or button of this name has the focus."""
    for _ in range(90):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "(document.activeElement.labels?.[0] ?? document.activeElement).innerText.trim()"
        )
        if focused.startswith(name):
            return
    raise AssertionError(f"the keyboard never reaches {name}")


def type_date(page: Page, day: str) -> None:
    """As a keyboard does: month, day, year in the order of the browser's own control."""
    page.evaluate(
        "day => { const field = document.activeElement; field.value = day;"
        " field.dispatchEvent(new Event('input', { bubbles: true })); }",
        day,
    )


def fill_first_session(page: Page) -> None:
    page.get_by_label("培训班名称").focus()
    page.keyboard.type("周六班")
    tab_to(page, "日期")
    type_date(page, "2022-06-18")
    tab_to(page, "开始")
    type_date(page, "09:00")
    tab_to(page, "结束")
    type_date(page, "12:00")
    tab_to(page, "课题")
    page.keyboard.type("每周一课")
    tab_to(page, "授课人")
    page.keyboard.press("ArrowDown")
    tab_to(page, "地点")
    page.keyboard.press("ArrowDown")


def repeat_until(page: Page, day: str) -> None:
    tab_to(page, "重复一个课次")
    page.keyboard.press("Enter")
    tab_to(page, "重复到")
    type_date(page, day)
    tab_to(page, "重复这个课次")
    page.keyboard.press("Enter")


def days_of_the_last_plan(site: Site) -> list[str]:
    with site.app.app_context(), make_write_session() as session:
        plan = session.scalars(select(Plan).order_by(Plan.id.desc())).first()
        assert plan is not None
        entries = session.scalars(
            select(TimetableEntry.held_on)
            .where(TimetableEntry.revision_id == plan.revisions[-1].id)
            .order_by(TimetableEntry.held_on)
        )
        return [f"{day:%m-%d}" for day in entries]


def test_every_saturday_by_keyboard(
    site: Site, chromium: Browser, busy_saturday: None, gallery: Path
) -> None:
    context = chromium.new_context(base_url=site.url, locale="zh-CN")
    page = context.new_page()
    log_in(page)
    page.goto("/filing/plans/new")

    fill_first_session(page)
    repeat_until(page, "2022-07-09")

    expect(page.locator("[data-rows] [data-row]")).to_have_count(4)
    expect(page.get_by_text("已增加 3 个课次")).to_be_visible()
    assert page.get_by_label("培训班名称").input_value() == "周六班", "nothing typed is lost"
    third = page.locator("[data-row]").nth(2)
    expect(third.get_by_text("草稿“先写的班”").first).to_be_visible()
    expect(page.locator("[data-clashes]")).to_contain_text("第 3 个课次")
    look(page, gallery, "every-saturday")

    third.get_by_role("button", name="复制这个课次").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-rows] [data-row]")).to_have_count(5)
    copied = page.locator("[data-row]").nth(4)
    expect(copied.get_by_label("日期")).to_be_focused()
    type_date(page, "2022-07-16")
    page.get_by_label("培训班名称").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("草稿已保存（").first).to_be_visible()
    context.close()

    assert days_of_the_last_plan(site) == ["06-18", "06-25", "07-02", "07-09", "07-16"]
