"""Every kind of page, for everybody, with a full city behind it: accessible, and not too wide."""

import json
from collections import Counter, deque
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from playwright.sync_api import Browser, Page
from werkzeug.exceptions import HTTPException

from tests.e2e.conftest import WIDTHS, Site, serve

pytestmark = pytest.mark.e2e
MORNING = datetime(2026, 6, 10, 2, 0, tzinfo=UTC)
ROLES = ("", "clerk", "officer", "city", "lecturer", "learner", "unit", "admin")
MOST_OF_A_KIND = 12

#: Addresses that answer with something else than a page of ours, or only to a link of one's own.
NO_PAGES = {
    *("plans.grace_answer", "plans.attachment", "calendar.notice"),
    *("static", "bootstrap.static", "home.healthz", "home.readyz", "home.robots", "home.sitemap"),
    *("accounts.home", "accounts.use_link", "calendar.base_feed", "oversight.next_item"),
    "calendar.personal_feed",
    *("plans.window", "checkin.screen_part", "checkin.live_part"),
    *("attendance_review.proof", "attendance_review.door_link"),
    *("claims.evidence", "claims.picture", "claims.unit_next", "claims.desk_next"),
    *(f"attendance_offline.{name}" for name in ("token", "state", "worker")),
    *("certificates.key", "certificates.pdf", "credits.export_year"),
    *("credits.base_posted_xlsx",),
}

#: Public pages lead everybody here; who is neither learner nor unit is told to switch roles.
FOR_LEARNERS = {"enrolment.own"}


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory):
    """The demo city on SQLite, at ten in the morning of a working day."""
    folder = tmp_path_factory.mktemp("city")
    for site in serve(f"sqlite:///{folder / 'city.sqlite'}", folder, "sqlite", at=MORNING):
        loaded = site.app.test_cli_runner().invoke(args=["demo", "load"])
        assert loaded.exit_code == 0, loaded.output
        yield site


def endpoint_of(site: Site, address: str) -> str | None:
    """The endpoint a GET of `address` reaches, if it is one of the site's."""
    parts = urlsplit(address)
    try:
        return site.app.url_map.bind("localhost").match(parts.path, method="GET")[0]
    except HTTPException:
        return None


def problems_of(page: Page, address: str) -> list[str]:
    """What axe finds, and whether the page is wider than the screen, at both widths."""
    found = []
    for label, (width, height) in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if overflow > 0:
            found.append(f"{address} at {label}: {overflow}px too wide")
        report = Axe().run(page)
        found += [
            f"{address} at {label}: {v['id']} {v['nodes'][0]['target']}"
            for v in report.response["violations"]
        ]
    return found


def links_of(html: str, site: Site) -> list[str]:
    """The addresses of the site a page links to, whole."""
    found = BeautifulSoup(html, "html.parser").select("a[href]")
    addresses = [urljoin(site.url, str(link["href"])) for link in found]
    return [address for address in addresses if address.startswith(site.url)]


def walk(page: Page, site: Site) -> tuple[set[str], list[str]]:
    """Follow links from where the visitor stands; each kind of page is looked at once.

    Others of its kind are only read for their links: a plan in another state leads elsewhere.
    """
    seen: Counter[str] = Counter()
    problems: list[str] = []
    waiting, known = deque([page.url]), {page.url}
    while waiting:
        address = waiting.popleft()
        endpoint = endpoint_of(site, address)
        if endpoint is None or endpoint in NO_PAGES or seen[endpoint] >= MOST_OF_A_KIND:
            continue
        answer = page.request.get(address)
        if endpoint in FOR_LEARNERS and answer.status == 403:
            continue
        assert answer.status == 200, (address, answer.status)
        seen[endpoint] += 1
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        if seen[endpoint] == 1:
            page.goto(address)
            problems += problems_of(page, urlsplit(address).path)
        new = [link for link in links_of(answer.text(), site) if link not in known]
        known.update(new)
        waiting.extend(new)
    return set(seen), problems


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role or "anyone")
def test_every_page_of_a_role(city: Site, chromium: Browser, role: str, gallery_root: Path) -> None:
    accounts = json.loads(
        city.app.test_cli_runner().invoke(args=["demo", "accounts", "--json"]).stdout
    )
    context = chromium.new_context(base_url=city.url, locale="zh-CN")
    page = context.new_page()
    page.goto("/login" if role else "/")
    if role:
        password = next(a["password"] for a in accounts if a["username"] == role)
        page.get_by_label("用户名").fill(role)
        page.get_by_label("密码", exact=True).fill(password)
        page.get_by_role("button", name="登录", exact=True).click()
        page.wait_for_load_state()
    page.screenshot(path=gallery_root / f"home-of-{role or 'anyone'}.png", full_page=True)

    seen, problems = walk(page, city)
    context.close()

    assert problems == []
    WALKED.update(seen)


WALKED: set[str] = set()


def test_no_kind_of_page_was_missed(city: Site) -> None:
    pages = {
        rule.endpoint for rule in city.app.url_map.iter_rules() if "GET" in (rule.methods or set())
    }

    missed = sorted(pages - NO_PAGES - WALKED - ONLY_IN_THE_JOURNEY)
    assert not missed, "\n".join(missed)


#: Pages no link leads to: they stand between two steps, and the journey looks at them.
ONLY_IN_THE_JOURNEY: set[str] = {
    # Linked for ten working days after a confirmation only.
    "credits.object_to_line",
    *("calendar.search", "accounts.login"),
    # Between a scan and its answer: `test_door` looks at them.
    *("checkin.scan", "checkin.here", "checkin.type_digits", "checkin.signed"),
    "credits.due_summary",
    # Linked from the confirmation page of a class whose hours are posted; the walk sees a dozen.
    "credits.base_posted",
}
