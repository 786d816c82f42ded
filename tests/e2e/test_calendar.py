"""On a phone: a class is found, opened and subscribed to; a draft saves itself."""

import re
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from icalendar import Calendar
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from ce_bases.accounts import service as accounts
from ce_bases.accounts.models import Account
from ce_bases.plans import service
from ce_bases.plans.details import details_of
from ce_bases.plans.models import Plan
from ce_bases.plans.queries import open_revision
from ce_bases.web.extensions import make_write_session
from tests.conftest import NOON_1_JUNE as NOW
from tests.e2e.conftest import PASSWORD, Site, follow, log_in, look
from tests.factories.plans import drafted_plan, filed_plan, make_details, make_session_details
from tests.factories.rosters import enrol
from tests.factories.world import World, build_world

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def world(site: Site) -> World:
    """Two filed classes of 任城区 in June and a draft; a password for those who log in."""
    with site.app.app_context(), make_write_session() as session:
        world = build_world(session, now=NOW)
        for day, title in ((20, "装配式建筑专题培训班"), (22, "工程造价管理研修班")):
            row = make_session_details(world, on=date(2022, 6, day), topic=title)
            plan = filed_plan(session, world, row, now=NOW, title=title, enrol_closes_at=None)
        enrol(session, plan, world.person_ids[:1], now=NOW)
        drafted_plan(session, world, now=NOW, title="等人来写的草稿")
        hashed = accounts.hash_password(PASSWORD)
        for account in session.scalars(
            select(Account).where(Account.username.in_(("learner", "clerk")))
        ):
            account.password_hash = hashed
        session.commit()
        return world


def summaries(page: Page, address: str) -> list[str]:
    """What a calendar app finds under a feed's address."""
    answer = page.request.get(urlsplit(address).path + "?" + urlsplit(address).query)
    assert answer.ok
    return [str(e["SUMMARY"]) for e in Calendar.from_ical(answer.body()).walk("VEVENT")]


def test_a_class_is_found_opened_and_subscribed_to(
    phone: BrowserContext, world: World, gallery: Path
) -> None:
    page = phone.new_page()
    address = find(page, gallery)

    page.get_by_role("link", name="工程造价管理研修班").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("工程造价管理研修班")
    expect(page.get_by_role("link", name="0537-2200000")).to_have_attribute(
        "href", "tel:0537-2200000"
    )
    look(page, gallery, "plan")
    page.get_by_role("button", name="复制").click()
    expect(page.get_by_role("button", name="已复制")).to_be_visible()

    page.goto(address)
    follow(page, page.get_by_role("link", name="订阅这个日历"))
    link = page.get_by_role("link", name="一键订阅").get_attribute("href")
    assert link is not None
    assert link.startswith("webcal://127.0.0.1")
    assert link.endswith("/calendar.ics?county=370811&q=%E9%80%A0%E4%BB%B7")
    assert page.get_by_label("订阅地址").input_value().split("://")[1] == link.split("://")[1]
    assert summaries(page, link) == ["工程造价管理研修班：工程造价管理研修班"]
    look(page, gallery, "subscribe")


def find(page: Page, gallery: Path) -> str:
    """By county and a word of two characters; the address of what was found, which can be sent."""
    page.goto("/calendar")
    look(page, gallery, "calendar")
    page.get_by_role("button", name="按县区、单位或关键词查找").click()
    expect(page.get_by_label("课题、讲师、单位")).to_be_in_viewport()
    page.get_by_label("县（市、区）").select_option(label="任城区（2）")
    page.get_by_label("课题、讲师、单位").fill("造价")
    page.get_by_role("button", name="筛选").click()
    expect(page.get_by_role("link", name="清除全部筛选")).to_be_visible()
    expect(page.locator("main")).to_contain_text("只看：任城区 · 造价")
    expect(page.locator(".month .title")).to_have_text(["工程造价管理研修班"])
    address = page.url
    assert "county=370811" in address
    page.goto(address)  # as somebody would who was sent it
    expect(page.locator(".month .title")).to_have_text(["工程造价管理研修班"])
    return address


def test_a_professional_s_own_calendar(phone: BrowserContext, world: World, gallery: Path) -> None:
    page = phone.new_page()
    log_in(page, "learner")
    page.goto("/me/calendar")
    follow(page, page.get_by_role("button", name="生成订阅地址"))
    address = page.get_by_label("订阅地址").input_value()
    look(page, gallery, "own")
    assert summaries(page, address) == ["工程造价管理研修班：工程造价管理研修班"]

    page.locator("summary", has_text="停用").click()
    page.get_by_role("button", name="停用订阅地址").click()
    expect(page.get_by_role("button", name="生成订阅地址")).to_be_visible()
    assert page.request.get(urlsplit(address).path).status == 404


def test_a_draft_saves_itself(
    phone: BrowserContext, world: World, gallery: Path, site: Site
) -> None:
    page = phone.new_page()
    log_in(page, "clerk")
    page.goto("/filing/plans/new")
    page.get_by_label("培训班名称").fill("边写边存的班")
    line = page.locator("[data-autosave]")
    expect(line).to_have_text("已自动保存 12:00", timeout=10_000)
    expect(page).to_have_url(re.compile("/edit$"))

    page.locator('[name="sessions-0-held_on"]').fill("2022-07-20")
    page.locator('[name="sessions-0-starts_at"]').fill("09:00")
    expect(line).to_contain_text("第 1 个课次：请填写结束时间。", timeout=10_000)
    page.locator('[name="sessions-0-ends_at"]').fill("12:00")
    expect(line).to_have_text("已自动保存 12:00", timeout=10_000)
    look(page, gallery, "saved")
    page.reload()
    expect(page.get_by_label("培训班名称")).to_have_value("边写边存的班")
    expect(page.locator('[name="sessions-0-ends_at"]')).to_have_value("12:00")

    plan_id = saved_by_a_colleague(site, world)
    page.get_by_label("联系人").fill("我写的")
    expect(line).to_contain_text("已停止自动保存", timeout=10_000)
    look(page, gallery, "stopped")
    assert page.get_by_label("联系人").input_value() == "我写的"
    with site.app.app_context(), make_write_session() as session:
        revision = open_revision(session.get_one(Plan, plan_id))
        assert revision is not None
        assert details_of(revision).title == "同事的版本"


def saved_by_a_colleague(site: Site, world: World) -> int:
    """The id of the newest plan, which somebody else has just written over."""
    with site.app.app_context(), make_write_session() as session:
        plan = session.scalars(select(Plan).order_by(Plan.id.desc())).first()
        assert plan is not None
        service.save_draft(
            session,
            plan,
            make_details(world, title="同事的版本"),
            expected_version=plan.version,
            actor=world["clerk2"],
            now=NOW,
        )
        session.commit()
        return plan.id
