"""The code on the wall, a phone that scans it and one that types it; both log in afterwards."""

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from ce_bases.accounts import service
from ce_bases.accounts.models import Account
from ce_bases.attendance.models import RefusedSign, SignEvent
from ce_bases.web.extensions import make_write_session
from tests.conftest import NOON_1_JUNE
from tests.e2e.conftest import PASSWORD, WIDTHS, Site, fill_login, follow, log_in, look
from tests.e2e.test_every_page import problems_of
from tests.factories.plans import filed_plan
from tests.factories.rosters import at, enrol, first_session_id
from tests.factories.world import build_world

pytestmark = pytest.mark.e2e
LEARNERS = ("learner", "learner2")


@pytest.fixture(scope="module")
def session_id(site: Site) -> int:
    """A class of 20 June 2022, 09:00–12:00, with both learners on its roster."""
    hashed = service.hash_password(PASSWORD)
    with site.app.app_context(), make_write_session() as session:
        world = build_world(session, now=NOON_1_JUNE)
        for account in session.scalars(
            select(Account).where(Account.username.in_(("lecturer", *LEARNERS)))
        ):
            account.password_hash = hashed
        plan = filed_plan(session, world, now=NOON_1_JUNE)
        people = [world[name].person_id or 0 for name in LEARNERS]
        enrol(session, plan, people, now=NOON_1_JUNE)
        session.commit()
        return first_session_id(plan)


def open_page(chromium: Browser, site: Site, size: str) -> Page:
    width, height = WIDTHS[size]
    context = chromium.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN", base_url=site.url
    )
    page = context.new_page()
    page.set_default_timeout(20_000)
    return page


@pytest.fixture
def wall(site: Site, chromium: Browser, session_id: int) -> Iterator[Page]:
    """The lecturer's projector, whose own clock moves only when it is told to."""
    site.clock.set(at(8, 50))
    page = open_page(chromium, site, "desk")
    log_in(page, "lecturer")
    page.clock.install()
    page.goto(f"/teach/sessions/{session_id}")
    follow(page, page.get_by_role("link", name="投屏动态码"))
    yield page
    page.context.close()


@pytest.fixture
def phone(site: Site, chromium: Browser) -> Iterator[Page]:
    page = open_page(chromium, site, "phone")
    yield page
    page.context.close()


def seen_by_a_camera(page: Page) -> str:
    """What the code on the screen says, read from a picture of the screen."""
    picture = Image.open(io.BytesIO(page.screenshot()))
    (found,) = zxingcpp.read_barcodes(picture)
    return found.text


def check(site: Site, page: Page, gallery: Path, name: str) -> None:
    """Keep a picture; axe looks once, the page is the same whatever the database."""
    look(page, gallery, name)
    if site.backend == "sqlite":
        size = page.viewport_size
        assert problems_of(page, name) == []
        page.set_viewport_size(size or {"width": 390, "height": 844})


def events(site: Site) -> list[tuple[str, object, object]]:
    with site.app.app_context(), make_write_session() as session:
        rows = session.scalars(select(SignEvent).order_by(SignEvent.id))
        return [(event.way.value, event.occurred_at, event.received_at) for event in rows]


def fill_the_screen(wall: Page, gallery: Path) -> str:
    """The wall full-screen and seen whole; the address a camera reads from it."""
    full = wall.get_by_role("button", name="全屏显示")
    full.click()
    expect(full).to_be_hidden()
    assert wall.evaluate("document.fullscreenElement === document.documentElement")
    assert wall.evaluate("document.documentElement.scrollHeight <= innerHeight")
    wall.screenshot(path=gallery / "wall-full-screen.png")
    expect(wall.locator(".projector__count")).to_contain_text("0 / 2")
    return seen_by_a_camera(wall)


def test_scanned_before_the_login_and_signed_in_at_the_scan(
    site: Site, wall: Page, phone: Page, gallery: Path
) -> None:
    address = fill_the_screen(wall, gallery)
    assert address.startswith(f"{site.url}/s/")

    phone.goto(address)
    expect(phone.locator("h1")).to_have_text("08:50 已扫码")
    check(site, phone, gallery, "scanned")
    follow(phone, phone.get_by_role("link", name="登录并签到"))
    site.clock.set(at(8, 55))  # the password has to be looked for
    fill_login(phone, "learner")
    expect(phone.locator("h1")).to_have_text("08:50 已扫码")
    check(site, phone, gallery, "here")
    phone.get_by_role("button", name="是我，签到").click()
    expect(phone.locator("h1")).to_have_text("已签到 08:50")
    check(site, phone, gallery, "signed")
    assert events(site) == [("rotating_code", at(8, 50), at(8, 55))]

    wall.clock.run_for(20_500)  # the next step: another code, and the count
    expect(wall.locator(".projector__count")).to_contain_text("1 / 2")
    assert seen_by_a_camera(wall) != address
    check(site, wall, gallery, "wall")
    the_old_code_is_refused(site, phone, address, gallery)


def the_old_code_is_refused(site: Site, phone: Page, address: str, gallery: Path) -> None:
    """Somebody to whom the picture was sent comes too late, and is told what to do."""
    phone.context.clear_cookies()
    answer = phone.goto(address)
    assert answer is not None
    assert answer.status == 422
    check(site, phone, gallery, "too-old")
    with site.app.app_context(), make_write_session() as session:
        assert [row.code for row in session.scalars(select(RefusedSign))] == ["code_expired"]


def test_the_six_digits_do_the_same(site: Site, wall: Page, phone: Page, gallery: Path) -> None:
    before = events(site)
    digits = wall.locator(".projector__code").inner_text()
    site.clock.set(at(8, 50) + timedelta(seconds=25))  # of the step before: still good
    phone.goto("/s")
    check(site, phone, gallery, "digits")
    phone.get_by_label("屏幕上的 6 位数字").fill(digits)
    phone.get_by_role("button", name="签到").click()
    expect(phone.locator("h1")).to_have_text("08:50 已扫码")
    site.clock.set(at(8, 52))
    follow(phone, phone.get_by_role("link", name="登录并签到"))
    fill_login(phone, "learner2")
    phone.get_by_role("button", name="是我，签到").click()
    expect(phone.locator("h1")).to_have_text("已签到 08:50")
    scanned = at(8, 50) + timedelta(seconds=25)
    assert events(site)[len(before) :] == [("rotating_code", scanned, at(8, 52))]
    wall.clock.run_for(20_500)
    expect(wall.locator(".projector__count")).to_contain_text(f"{len(before) + 1} / 2")
