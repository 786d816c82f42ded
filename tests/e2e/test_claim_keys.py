"""Claims decided from the keyboard alone: no mouse, and no single key decides."""

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from ce_bases.accounts import service as accounts
from ce_bases.accounts.models import Account
from ce_bases.claims.models import Claim
from ce_bases.claims.workflow import ClaimState
from ce_bases.credits.models import Kind
from ce_bases.web.extensions import make_write_session
from ce_bases.web.uploads import STORE_KEY
from tests.conftest import NOON_1_JUNE as NOW
from tests.e2e.conftest import PASSWORD, Site, logged_in
from tests.factories.claims import confirmed_claim, sent_claim
from tests.factories.world import build_world

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def waiting(site: Site) -> dict[str, int]:
    """Three claims before the bureau and one before the unit; their ids by name."""
    store = site.app.extensions[STORE_KEY]
    with site.app.app_context(), make_write_session() as session:
        world = build_world(session, now=NOW)
        hashed = accounts.hash_password(PASSWORD)
        for account in session.scalars(
            select(Account).where(Account.username.in_(("unit_hr", "officer")))
        ):
            account.password_hash = hashed
        found = {
            kind.value: confirmed_claim(session, world, kind, now=NOW, files=store).id
            for kind in (Kind.PUBLICATION, Kind.EXAM, Kind.COMPETITION)
        }
        found["unit"] = sent_claim(session, world, Kind.ACHIEVEMENT, now=NOW, files=store).id
        session.commit()
    return found


def state_of(site: Site, claim_id: int) -> ClaimState:
    with site.app.app_context(), make_write_session() as session:
        return session.get_one(Claim, claim_id).state


def keys(page: Page, *names: str) -> None:
    for name in names:
        page.keyboard.press(name)


def test_an_officer_returns_skips_and_credits_by_keyboard(
    site: Site, chromium: Browser, waiting: dict[str, int]
) -> None:
    returned, skipped, credited = (waiting[k] for k in ("publication", "exam", "competition"))
    page = logged_in(chromium, site, "officer")
    page.goto("/desk/claims/next")
    page.wait_for_url(f"**/desk/claims/{returned}")
    expect(page.get_by_text("键盘：")).to_be_visible()

    return_with_a_reason(page, site, returned)
    page.wait_for_url(f"**/desk/claims/{skipped}")
    assert state_of(site, returned) is ClaimState.RETURNED
    keys(page, "n")
    page.wait_for_url(f"**/desk/claims/{credited}")
    keys(page, "f")
    expect(page.get_by_role("button", name="认定，学时入账")).to_be_focused()
    assert state_of(site, credited) is ClaimState.WITH_BUREAU
    keys(page, "Enter")
    page.get_by_text("已认定，学时已入账").wait_for()

    assert state_of(site, credited) is ClaimState.CREDITED
    assert state_of(site, skipped) is ClaimState.WITH_BUREAU
    page.context.close()


def return_with_a_reason(page: Page, site: Site, claim_id: int) -> None:
    """R opens the reason, what is typed stays text, Tab and Enter send it back."""
    keys(page, "r")
    reason = page.get_by_label("理由", exact=True)
    expect(reason).to_be_focused()
    page.keyboard.type("fnr 请补首页")
    expect(reason).to_have_value("fnr 请补首页")
    assert state_of(site, claim_id) is ClaimState.WITH_BUREAU
    keys(page, "Tab")
    expect(page.get_by_role("button", name="退回修改")).to_be_focused()
    keys(page, "Enter")


def test_a_unit_confirms_by_keyboard(
    site: Site, chromium: Browser, waiting: dict[str, int]
) -> None:
    page = logged_in(chromium, site, "unit_hr")
    page.goto(f"/unit/claims/{waiting['unit']}")
    expect(page.get_by_text("键盘：")).to_be_visible()

    keys(page, "f")
    expect(page.get_by_role("button", name="确认，报送人社部门")).to_be_focused()
    assert state_of(site, waiting["unit"]) is ClaimState.WITH_UNIT
    keys(page, "Enter")
    page.wait_for_url("**/unit/claims")

    assert state_of(site, waiting["unit"]) is ClaimState.WITH_BUREAU
    page.context.close()
