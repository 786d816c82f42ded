"""What script adds to filing: deciding with the keyboard, and the grace told while one types."""

from datetime import date

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.accounts import service as accounts
from ce_bases.accounts.models import Account
from ce_bases.plans import service
from ce_bases.plans.models import Plan
from ce_bases.plans.workflow import PlanState
from ce_bases.web.extensions import make_write_session
from tests.conftest import NOON_1_JUNE
from tests.e2e.conftest import PASSWORD, Site, logged_in
from tests.factories.plans import make_session_details, submitted_plan
from tests.factories.world import World, build_world

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def city(site: Site) -> World:
    """The small city, everybody with a password."""
    with site.app.app_context(), make_write_session() as session:
        world = build_world(session, now=NOON_1_JUNE)
        hashed = accounts.hash_password(PASSWORD)
        for account in session.scalars(select(Account)):
            account.password_hash = hashed
        session.commit()
        return world


def submitted(session: Session, city: World, day: int) -> Plan:
    row = make_session_details(city, on=date(2022, 6, day))
    return submitted_plan(session, city, row, now=NOON_1_JUNE)


def state_of(site: Site, plan_id: int) -> PlanState:
    with site.app.app_context(), make_write_session() as session:
        return session.get_one(Plan, plan_id).state


def test_an_officer_decides_with_the_keyboard_and_no_single_key_decides(
    site: Site, chromium: Browser, city: World
) -> None:
    with site.app.app_context(), make_write_session() as session:
        plan_id = submitted(session, city, 20).id
        session.commit()
    page = logged_in(chromium, site, "officer")
    page.goto(f"/desk/plans/{plan_id}")
    expect(page.get_by_text("键盘：")).to_be_visible()

    page.keyboard.press("r")
    expect(page.get_by_label("请补充收费项目和收费依据。")).to_be_focused()
    reason = page.get_by_label("补充说明或其他理由")
    reason.press_sequentially("fnr")
    expect(reason).to_have_value("fnr")
    reason.press("Escape")
    page.keyboard.press("f")
    expect(page.get_by_role("button", name="予以备案")).to_be_focused()
    assert state_of(site, plan_id) is PlanState.SUBMITTED
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk")

    assert state_of(site, plan_id) is PlanState.FILED


def test_a_whole_queue_is_filed_with_two_keys_each_from_the_desk_on(
    site: Site, chromium: Browser, city: World
) -> None:
    with site.app.app_context(), make_write_session() as session:
        plan_ids = [submitted(session, city, day).id for day in (20, 21, 22, 23)]
        session.commit()
    page = logged_in(chromium, site, "officer")
    page.goto("/desk")
    expect(page.get_by_text("键盘：")).to_be_visible()

    page.keyboard.press("n")
    for plan_id in plan_ids:  # the next one opens by itself, in the order of their openings
        page.wait_for_url(f"**/desk/plans/{plan_id}")
        expect(page.get_by_text("键盘：")).to_be_visible()
        page.keyboard.press("f")
        page.keyboard.press("Enter")
    page.wait_for_url("**/desk")

    assert {state_of(site, plan_id) for plan_id in plan_ids} == {PlanState.FILED}


def test_a_returned_plans_form_says_at_once_what_an_extension_costs(
    site: Site, chromium: Browser, city: World
) -> None:
    with site.app.app_context(), make_write_session() as session:
        plan, officer = submitted(session, city, 27), city["officer"]
        service.return_plan(
            session, plan, "请核对", expected_version=plan.version, actor=officer, now=NOON_1_JUNE
        )
        session.commit()
        returned = plan.id
    page = logged_in(chromium, site, "clerk")
    page.goto(f"/filing/plans/{returned}/edit")
    note = page.locator("[data-grace]")
    expect(note).to_contain_text("仍按首次报送")

    page.get_by_label("科目", exact=True).select_option("public")

    expect(note).to_contain_text("按新报送重新核对期限")
    expect(note).to_contain_text("科目改变了")
