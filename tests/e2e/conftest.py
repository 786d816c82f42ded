"""A real server on a real database, a clock that can be moved, and a real browser."""

import os
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import flask_migrate
import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from ce_bases.config import PROJECT_ROOT
from ce_bases.documents.fonts import font_set
from ce_bases.factory import create_app
from ce_bases.web.extensions import db
from tests.conftest import (
    BACKENDS,
    NOON_1_JUNE,
    FrozenClock,
    fresh_postgresql,
    make_settings,
    skip_or_fail,
)

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
# A busy machine answers late; what never comes still fails.
expect.set_options(timeout=20_000)
# Seconds that every answer is held back. A test that looks before the page is there fails with it every time,
# not once in a hundred runs: E2E_DELAY=0.5 make test PYTEST_ARGS=tests/e2e
DELAY = float(os.environ.get("E2E_DELAY", "0"))
PASSWORD = "一句很长的测试密码"
WIDTHS = {"phone": (390, 844), "desk": (1280, 900)}


@dataclass
class Site:
    """A running site: its address, its application and its clock."""

    url: str
    app: Flask
    clock: FrozenClock
    backend: str


@pytest.fixture(scope="module", params=BACKENDS)
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp(f"site-{request.param}")
    if request.param == "sqlite":
        yield from serve(f"sqlite:///{folder / 'site.sqlite'}", folder, request.param)
        return
    for url in fresh_postgresql(f"ce_bases_e2e_{os.getpid()}"):
        yield from serve(url, folder, request.param)


class QuietHandler(WSGIRequestHandler):
    """The application logs its own requests."""

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 -- werkzeug's name
        pass


def serve(url: str, folder: Path, backend: str, *, at: datetime = NOON_1_JUNE) -> Iterator[Site]:
    """A site on an empty database, its clock standing at `at`."""
    clock = FrozenClock(at)
    app = create_app(make_settings(url, folder), clock=clock)
    with app.app_context():
        flask_migrate.upgrade()
    answer = app.wsgi_app

    def answer_late(environ: Any, start_response: Any) -> Any:
        time.sleep(DELAY)
        return answer(environ, start_response)

    if DELAY:
        app.wsgi_app = answer_late  # type: ignore[method-assign]
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=QuietHandler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Site(f"http://127.0.0.1:{server.server_port}", app, clock, backend)
    server.shutdown()
    thread.join()
    server.server_close()
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def chinese_font(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A font configuration that adds the packaged font, so that pictures are readable anywhere."""
    folder = tmp_path_factory.mktemp("fonts")
    conf = folder / "fonts.conf"
    conf.write_text(
        "<?xml version='1.0'?><!DOCTYPE fontconfig SYSTEM 'fonts.dtd'><fontconfig>"
        f"<dir>{font_set().files[0].parent}</dir><dir>/usr/share/fonts</dir>"
        f"<cachedir>{folder / 'cache'}</cachedir></fontconfig>"
    )
    return conf


@pytest.fixture(scope="session")
def chromium(chinese_font: Path) -> Iterator[Browser]:
    if not CHROMIUM:
        skip_or_fail("no Chromium: install it, or name it in CHROMIUM, to run browser tests")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            env={**os.environ, "FONTCONFIG_FILE": str(chinese_font)},
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--disable-background-networking",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def gallery_root() -> Path:
    folder = PROJECT_ROOT / "instance" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def gallery(site: Site, request: pytest.FixtureRequest, gallery_root: Path) -> Path:
    """Where the screenshots of a test are left: instance/screenshots/<test>/<database>."""
    name = request.node.originalname.removeprefix("test_")
    folder = gallery_root / name / site.backend
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def look(page: Page, folder: Path, name: str) -> None:
    """Keep a picture of the whole page at phone and at desk width; back to where it was."""
    page.wait_for_load_state()
    before = page.viewport_size
    for label, (width, height) in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert overflow <= 0, f"{name} is {overflow}px too wide at {width}px"
        page.evaluate("scrollTo(0, 0)")  # what sticks should stand where a reader begins
        page.screenshot(path=folder / f"{name}-{label}.png", full_page=True)
    if before:
        page.set_viewport_size(before)


def follow(page: Page, target: Locator) -> None:
    """Click what leads to another page, and wait until that page stands there."""
    with page.expect_navigation():
        target.click()


def fill_login(page: Page, username: str) -> None:
    """Send the login form that stands on the screen."""
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    follow(page, page.get_by_role("button", name="登录", exact=True))


def log_in(page: Page, username: str) -> None:
    page.goto("/login")
    fill_login(page, username)


def logged_in(browser: Browser, site: Site, username: str) -> Page:
    """A page of a browser of their own at a desk."""
    page = browser.new_context(locale="zh-CN", base_url=site.url).new_page()
    log_in(page, username)
    return page


@pytest.fixture
def phone(site: Site, chromium: Browser) -> Iterator[BrowserContext]:
    width, height = WIDTHS["phone"]
    context = chromium.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN", base_url=site.url
    )
    yield context
    context.close()
