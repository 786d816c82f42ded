"""Codes read by the camera: a certificate's at an office, a learner's at the door.

The browser's decoder and its camera are stood in for, since this machine has neither; what the
pages do with what they are given is real. Photographs are decoded for real in tests/web.
"""

from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from ce_bases.accounts import service as accounts
from ce_bases.accounts.models import Account
from ce_bases.attendance.models import SignEvent
from ce_bases.web.extensions import make_write_session
from tests.conftest import NOON_1_JUNE as NOW
from tests.e2e.conftest import PASSWORD, Site, log_in, look
from tests.e2e.test_every_page import problems_of
from tests.factories.certificates import certify, give_hours
from tests.factories.plans import filed_plan
from tests.factories.rosters import at, enrol, first_session_id
from tests.factories.world import build_world

pytestmark = pytest.mark.e2e
DECODER = """
window.shown = [];
window.BarcodeDetector = class {
  static async getSupportedFormats() { return ["qr_code"]; }
  async detect() { return window.shown.map((rawValue) => ({ rawValue })); }
};
"""
CAMERA = """
navigator.mediaDevices.getUserMedia = async () => {
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d");
  setInterval(() => pen.fillRect(0, 0, 16, 16), 100);
  return canvas.captureStream(10);
};
"""
NO_CAMERA = """
navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("", "NotAllowedError"); };
"""


@dataclass(frozen=True)
class Door:
    """A class at whose door the learner stands, and what the QR of their certificate says."""

    session_id: int
    certificate: str


@pytest.fixture(scope="module")
def door(site: Site) -> Door:
    with site.app.app_context(), make_write_session() as session:
        world = build_world(session, now=NOW)
        hashed = accounts.hash_password(PASSWORD)
        for account in session.scalars(
            select(Account).where(Account.username.in_(("learner", "lecturer")))
        ):
            account.password_hash = hashed
        plan = filed_plan(session, world, now=NOW)
        enrol(session, plan, world.person_ids[:1], now=NOW)
        give_hours(session, world, now=NOW)
        found = Door(first_session_id(plan), certify(session, world, now=NOW).url)
        session.commit()
    site.clock.set(at(8, 50))
    return found


def show(page: Page, *texts: str) -> None:
    """Hold codes before the camera."""
    page.evaluate("texts => { window.shown = texts; }", list(texts))


def test_a_certificates_code_is_read_and_checked(
    site: Site, door: Door, phone: BrowserContext, gallery: Path
) -> None:
    phone.add_init_script(DECODER + CAMERA)
    page = phone.new_page()
    page.goto("/certificates/check")
    page.get_by_role("button", name="用摄像头扫描二维码").click()
    expect(page.get_by_label("摄像头画面")).to_be_visible()
    look(page, gallery, "camera")
    assert problems_of(page, "the camera") == []
    show(page, "CE:ABCDEFGH")
    expect(page.get_by_text("这不是学时证明的二维码。")).to_be_visible()
    show(page, "CE:ABCDEFGH", door.certificate)

    expect(page.get_by_text("二维码的签名有效，内容没有被改动")).to_be_visible()
    expect(page.get_by_text("二维码上写的是：用户learner，2022 年")).to_be_visible()
    look(page, gallery, "checked")
    page.goto("/certificates/check")
    page.get_by_role("button", name="用摄像头扫描二维码").click()
    show(page, door.certificate.replace("#1.", "#1.0"))
    expect(page.get_by_role("alert")).to_be_visible()


def test_without_a_camera_the_number_is_typed(
    site: Site, door: Door, phone: BrowserContext, gallery: Path
) -> None:
    phone.add_init_script(DECODER + NO_CAMERA)
    page = phone.new_page()
    page.goto("/certificates/check")
    page.get_by_role("button", name="用摄像头扫描二维码").click()

    expect(page.get_by_text("摄像头打不开。请选一张照片，或输入编号。")).to_be_visible()
    expect(page.get_by_label("摄像头画面")).to_be_hidden()
    look(page, gallery, "no-camera")
    page.get_by_label("证明编号或二维码内容").fill(door.certificate)
    page.get_by_role("button", name="查验", exact=True).click()
    expect(page.get_by_text("二维码的签名有效，内容没有被改动")).to_be_visible()


def test_a_browser_that_cannot_decode_offers_no_camera(
    site: Site, door: Door, phone: BrowserContext
) -> None:
    phone.add_init_script("delete window.BarcodeDetector;")
    page = phone.new_page()
    page.goto("/certificates/check")

    expect(page.get_by_role("heading", name="不联网核对")).to_be_visible()
    expect(page.get_by_role("button", name="用摄像头扫描二维码")).to_be_hidden()


def test_a_learners_code_is_read_at_the_door(
    site: Site, door: Door, phone: BrowserContext, gallery: Path
) -> None:
    page = phone.new_page()
    log_in(page, "learner")
    page.goto("/me/code")
    code = page.locator(".own-code__text").inner_text().replace("-", "")
    phone.clear_cookies()
    phone.add_init_script(DECODER + CAMERA)
    log_in(page, "lecturer")
    page.goto(f"/teach/sessions/{door.session_id}/scan")
    expect(page.get_by_label("摄像头画面")).to_be_visible()
    show(page, "https://ce.example/certificates", f"CE:{code}")

    expect(page.get_by_text("已签到 08:50")).to_be_visible()
    look(page, gallery, "door")
    with site.app.app_context(), make_write_session() as session:
        assert [event.way for event in session.scalars(select(SignEvent))] == ["personal_code"]
