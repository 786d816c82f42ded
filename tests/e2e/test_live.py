"""On a phone: a class over the net, its prompts as they open, and a sheet typed in by keyboard."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from ce_bases.accounts import service as accounts
from ce_bases.accounts.models import Account
from ce_bases.attendance.models import SignEvent
from ce_bases.checkin.codes import make_key
from ce_bases.checkin.live import Prompt, prompts_of
from ce_bases.plans.models import Form
from ce_bases.web.extensions import make_write_session
from tests.conftest import NOON_1_JUNE as NOW
from tests.e2e.conftest import PASSWORD, Site, log_in, look
from tests.factories.plans import filed_plan
from tests.factories.rosters import at, enrol, first_session_id, held
from tests.factories.world import World, build_world

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def prompts(site: Site) -> list[Prompt]:
    """A live class of 20 June 2022, 09:00–12:00, with three people on its roster."""
    with site.app.app_context(), make_write_session() as session:
        world: World = build_world(session, now=NOW)
        plan = filed_plan(
            session, world, now=NOW, form=Form.LIVE, live_address="https://live.example/1"
        )
        enrol(session, plan, world.person_ids[:3], now=NOW)
        door = held(session, first_session_id(plan), world["clerk"])
        hashed = accounts.hash_password(PASSWORD)
        for account in session.scalars(
            select(Account).where(Account.username.in_(("learner", "clerk")))
        ):
            account.password_hash = hashed
        found = prompts_of(door, make_key(str(site.app.config["SECRET_KEY"]), "live prompt"))
        session.commit()
        return found


@pytest.fixture
def page(phone: BrowserContext) -> Page:
    return phone.new_page()


def test_a_prompt_opens_by_itself_and_signs_in(
    site: Site, page: Page, prompts: list[Prompt], gallery: Path
) -> None:
    site.clock.set(prompts[0].opens_at - timedelta(seconds=1))
    log_in(page, "learner")
    page.clock.install()
    page.goto("/me/live")
    expect(page.get_by_text("暂时没有提示")).to_be_visible()
    look(page, gallery, "live-waiting")
    site.clock.set(prompts[0].opens_at)
    page.clock.run_for(15_500)
    button = page.get_by_role("button", name="我在听课")
    expect(button).to_be_visible()
    expect(page.locator("[data-live-says]")).to_have_text("签到提示已出现")
    look(page, gallery, "live-prompt")
    button.click()
    expect(page.get_by_text("已记录。请留意后面的提示。")).to_be_visible()
    with site.app.app_context(), make_write_session() as session:
        event = session.scalars(select(SignEvent)).one()
        assert (event.way, event.occurred_at) == ("live", prompts[0].opens_at)


def test_a_sheet_is_ticked_by_keyboard_alone(
    site: Site, page: Page, prompts: list[Prompt], gallery: Path
) -> None:
    site.clock.set(at(14))
    log_in(page, "clerk")
    page.goto("/filing/sessions/1/paper")
    look(page, gallery, "paper")
    ticks = page.locator("[data-tick]")
    first = ticks.first
    first.focus()
    keys = ("Space", "ArrowRight", "Space", "ArrowDown", "Enter")
    for key in keys:
        page.keyboard.press(key)
    assert page.locator("[data-tick]:checked").count() == 3
    expect(ticks.last).to_be_focused()
