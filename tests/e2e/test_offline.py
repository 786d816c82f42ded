"""The lecturer's phone without a network: it goes on, outlives a restart, and sends by itself."""

import itertools
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from sqlalchemy import func, select

from ce_bases.accounts import service
from ce_bases.accounts.models import Account
from ce_bases.attendance import offline_views
from ce_bases.attendance.delivery import read_delivery
from ce_bases.attendance.intents import SignIntent
from ce_bases.attendance.models import (
    AttendanceRecord,
    HeadCount,
    RefusedSign,
    SessionRegister,
    SignEvent,
    SignKind,
    WalkIn,
    Way,
)
from ce_bases.attendance.service import record_sign
from ce_bases.web.extensions import make_write_session
from tests.conftest import NOON_1_JUNE
from tests.e2e.conftest import CHROMIUM, PASSWORD, Site, log_in, look
from tests.factories.plans import filed_plan, make_session_details
from tests.factories.rosters import DAY, at, enrol, first_session_id, held
from tests.factories.world import World, build_world, make_person, resident_id

pytestmark = pytest.mark.e2e
PHONE = {"width": 390, "height": 844}
PEOPLE = 30
INITIALS = "ABCDEFGHJK"


@dataclass(frozen=True)
class City:
    """The small city and thirty professionals of it, by their numbers."""

    world: World
    people: list[int]
    days: Iterator[date]


@pytest.fixture(scope="module")
def city(site: Site) -> City:
    with site.app.app_context(), make_write_session() as session:
        world = build_world(session, now=NOON_1_JUNE)
        for account in session.scalars(
            select(Account).where(Account.username.in_(["lecturer", "clerk"]))
        ):
            account.password_hash = service.hash_password(PASSWORD)
        people = []
        for number in range(PEOPLE):
            person = make_person(session, f"学员{number:02d}", 100 + number, now=NOON_1_JUNE)
            person.initials = INITIALS[number % 10] + "Y"
            people.append(person.id)
        session.commit()
    return City(world, people, (DAY + timedelta(days=n) for n in itertools.count()))


class Hall:
    """A filed session of a day of its own, everybody on its list; sign-in is on."""

    def __init__(self, site: Site, city: City) -> None:
        self.site, self.city = site, city
        day = next(city.days)
        with site.app.app_context(), make_write_session() as session:
            row = make_session_details(city.world, on=day)
            plan = filed_plan(session, city.world, row, now=NOON_1_JUNE)
            enrol(session, plan, city.people, now=NOON_1_JUNE)
            self.session_id = first_session_id(plan)
            session.commit()
        self.path = f"/teach/sessions/{self.session_id}"
        self.now = at(8, 50, day=day)
        site.clock.set(self.now.astimezone(UTC))

    def sign_in(self, *numbers: int) -> None:
        """Sign people in at the server, as the lecturer's tap a moment ago."""
        lecturer = self.city.world["lecturer"]
        with self.site.app.app_context(), make_write_session() as session:
            place = held(session, self.session_id, lecturer)
            for number in numbers:
                intent = SignIntent(str(uuid4()), self.city.people[number], SignKind.IN, Way.TAP)
                record_sign(session, place, intent, actor=lecturer, now=self.now)
            session.commit()

    def count(self, table: type, *where: Any) -> int:
        """How many rows of `table` belong to this session."""
        here = select(func.count()).select_from(table).filter_by(session_id=self.session_id)
        with self.site.app.app_context(), make_write_session() as session:
            return session.scalar(here.where(*where)) or 0

    def signed_in(self) -> int:
        return self.count(AttendanceRecord, AttendanceRecord.signed_in_at.is_not(None))


@pytest.fixture
def hall(site: Site, city: City) -> Hall:
    return Hall(site, city)


class Phone:
    """A browser with storage of its own that can be switched off and on."""

    def __init__(self, chromium: Browser, site: Site, folder: Path, font: Path) -> None:
        self.kind, self.site, self.folder = chromium.browser_type, site, folder
        self.env = {**os.environ, "FONTCONFIG_FILE": str(font)}
        self.context: BrowserContext
        self.page: Page
        self.complaints: list[str] = []
        self.switch_on()

    def switch_on(self, *, offline: bool = False) -> None:
        self.context = self.kind.launch_persistent_context(
            self.folder,
            executable_path=CHROMIUM,
            env=self.env,
            args=["--no-sandbox", "--disable-gpu"],
            viewport=PHONE,
            locale="zh-CN",
            base_url=self.site.url,
            accept_downloads=True,
            has_touch=True,
            offline=offline,
        )
        self.page = self.context.pages[0]
        self.page.set_default_timeout(15000)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def switch_off(self) -> None:
        self.context.close()

    def log_in(self, username: str = "lecturer") -> None:
        log_in(self.page, username)

    def open(self, hall: Hall) -> None:
        """The visit beforehand: the page, its worker, its list."""
        self.page.goto(hall.path)
        # Active is enough: a page that was on its way when it became so is served by it when it opens again.
        self.wait_until("navigator.serviceWorker.getRegistration().then((r) => Boolean(r?.active))")
        expect(self.strip).to_contain_text("上次同步")

    def wait_until(self, expression: str) -> None:
        """Until `expression` is true; Playwright's own waiting is refused by the page's policy."""
        for _ in range(900):  # a busy machine installs the worker late
            if self.page.evaluate(expression):
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(expression)

    @property
    def strip(self) -> Any:
        return self.page.locator("[data-strip-line]")

    def tap(self, name: str) -> None:
        button = self.page.get_by_role("button", name=name, exact=True)
        button.click()
        expect(button).to_have_count(0)

    def stored(self) -> str:
        """Everything this browser keeps of the site, as text."""
        return json.dumps(
            self.page.evaluate(
                """async () => {
                    const kept = {};
                    const db = await new Promise((done) => {
                        indexedDB.open("ce-door").onsuccess = (e) => done(e.target.result);
                    });
                    for (const name of db.objectStoreNames) {
                        kept[name] = await new Promise((done) => {
                            const all = db.transaction(name).objectStore(name).getAll();
                            all.onsuccess = () => done(all.result);
                        });
                    }
                    db.close();
                    kept.caches = {};
                    for (const name of await caches.keys()) {
                        for (const request of await (await caches.open(name)).keys()) {
                            const body = await (await caches.match(request)).text();
                            if (!/\\.(css|js|svg)/.test(request.url)) kept.caches[request.url] = body;
                        }
                    }
                    kept.local = { ...localStorage };
                    return kept;
                }"""
            ),
            ensure_ascii=False,
        )


@pytest.fixture
def phone(hall: Hall, chromium: Browser, tmp_path: Path, chinese_font: Path) -> Iterator[Phone]:
    phone = Phone(chromium, hall.site, tmp_path / "phone", chinese_font)
    yield phone
    phone.switch_off()
    assert phone.complaints == []


def go_offline_and_sign_everybody_in(hall: Hall, phone: Phone, gallery: Path) -> None:
    phone.log_in()
    phone.open(hall)
    phone.context.set_offline(True)
    phone.page.reload()
    expect(phone.strip).to_contain_text("没有网络")
    expect(phone.page.locator("h1")).to_have_text("装配式建筑施工技术")
    for number in range(PEOPLE):
        phone.tap(f"学员{number:02d} 签到")
    expect(phone.strip).to_contain_text("30 条待发送")
    expect(phone.page.locator("#counts .is-present")).to_contain_text("30")
    phone.page.evaluate("scrollTo(0, 0)")
    phone.page.screenshot(path=gallery / "offline.png")
    assert hall.count(SignEvent) == 0


def test_a_class_without_network(hall: Hall, phone: Phone, gallery: Path) -> None:
    go_offline_and_sign_everybody_in(hall, phone, gallery)

    phone.switch_off()
    phone.switch_on(offline=True)
    phone.page.goto(hall.path)
    expect(phone.strip).to_contain_text("30 条待发送")
    expect(phone.page.locator(".register__row.is-in")).to_have_count(30)
    kept = phone.stored()
    assert all(resident_id(100 + n) not in kept for n in range(PEOPLE))

    phone.context.set_offline(False)
    expect(phone.strip).to_contain_text(
        "记录都在", timeout=15000
    )  # the login ended with the browser
    phone.page.screenshot(path=gallery / "log-in-again.png")
    assert (hall.count(SignEvent), "30 条待发送" in phone.strip.inner_text()) == (0, True)
    phone.log_in()
    phone.page.goto(hall.path)
    expect(phone.strip).to_contain_text("记录都已发送", timeout=15000)
    assert (hall.signed_in(), hall.count(SignEvent), hall.count(RefusedSign)) == (30, 30, 0)
    look(phone.page, gallery, "sent")


def test_taking_back_without_network(hall: Hall, phone: Phone) -> None:
    hall.sign_in(3, 4)
    phone.log_in()
    phone.open(hall)
    phone.context.set_offline(True)
    # Sent before: needs an undo of its own. Tapped since then: never leaves the phone.
    phone.tap("撤销 学员03 的签到记录")
    phone.tap("学员03 签到")
    expect(phone.strip).to_contain_text("2 条待发送")
    phone.tap("撤销 学员03 的签到记录")
    expect(phone.strip).to_contain_text("1 条待发送")
    phone.context.set_offline(False)
    expect(phone.strip).to_contain_text("记录都已发送", timeout=15000)
    assert (hall.count(SignEvent), hall.signed_in()) == (3, 1)
    expect(phone.page.get_by_role("button", name="学员03 签到", exact=True)).to_have_count(1)


def test_an_installation_that_failed_is_tried_again(
    hall: Hall, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reception that lets the page through may not last for the files behind it."""
    site = hall.site.app.wsgi_app
    asked = []

    def weak(environ: dict[str, Any], start_response: Any) -> Any:
        if environ["PATH_INFO"] == "/teach/offline":
            asked.append(len(asked))
            if len(asked) == 1:
                start_response("503 Service Unavailable", [("Content-Length", "0")])
                return []
        return site(environ, start_response)

    monkeypatch.setattr(hall.site.app, "wsgi_app", weak)
    phone.log_in()
    phone.open(hall)
    assert asked == [0, 1]
    assert not phone.page.locator("[data-cannot]").is_visible()
    assert phone.complaints == []


def test_only_an_answer_empties_the_queue(hall: Hall, phone: Phone) -> None:
    phone.log_in()
    phone.open(hall)
    answers = iter([500, 502, 403, 404, 422, 429])
    asked: list[int] = []

    def answer(route: Route) -> None:
        asked.append(next(answers, 503))
        route.fulfill(status=asked[-1])

    phone.page.route("**/batch", answer)
    phone.tap("学员03 签到")
    while len(asked) < 6:
        phone.page.evaluate("dispatchEvent(new Event('online'))")
        phone.page.wait_for_timeout(100)
        expect(phone.strip).to_contain_text("1 条待发送")
    assert hall.count(SignEvent) == 0
    phone.page.unroute("**/batch")
    phone.page.reload()
    expect(phone.strip).to_contain_text("记录都已发送", timeout=15000)
    assert hall.count(SignEvent) == 1


def test_a_new_release_keeps_the_queue(
    hall: Hall, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall.sign_in(4)
    phone.log_in()
    phone.open(hall)
    caches = "caches.keys().then((names) => names.join())"
    old = phone.page.evaluate(caches)
    phone.context.set_offline(True)
    phone.tap("学员04 签退")
    phone.context.route("**/batch", lambda route: route.abort())
    monkeypatch.setattr(offline_views, "_digest", lambda _name: "the next release")
    phone.context.set_offline(False)
    phone.page.reload()
    phone.wait_until(
        f"caches.keys().then((names) => names.length === 1 && names[0] !== {json.dumps(old)})"
    )
    expect(phone.strip).to_contain_text("1 条待发送")
    assert hall.count(SignEvent) == 1
    phone.context.unroute("**/batch")
    phone.page.reload()
    expect(phone.strip).to_contain_text("记录都已发送", timeout=15000)
    assert hall.count(SignEvent) == 2


def test_a_queue_of_a_newer_format_is_left_alone(hall: Hall, phone: Phone) -> None:
    """An old page that meets a newer database opens it and touches nothing it does not know."""
    hall.sign_in(5)
    phone.log_in()
    phone.open(hall)
    phone.page.evaluate(
        """async () => {
            const db = await new Promise((done) => {
                const asked = indexedDB.open("ce-door", 99);
                asked.onupgradeneeded = () => asked.result.createObjectStore("later");
                asked.onsuccess = () => done(asked.result);
            });
            const queue = db.transaction("queue", "readwrite").objectStore("queue");
            queue.put({ id: "of-the-future", format: 99, seq: 1, session: 1 });
            await new Promise((done) => (queue.transaction.oncomplete = done));
            db.close();
        }"""
    )
    phone.page.reload()
    expect(phone.strip).to_contain_text("1 条待发送")
    phone.tap("学员05 签退")
    phone.page.wait_for_timeout(500)
    assert "of-the-future" in phone.stored()
    expect(phone.strip).to_contain_text("1 条待发送")


def test_two_phones_agree_in_the_end(
    hall: Hall, chromium: Browser, tmp_path: Path, chinese_font: Path
) -> None:
    hall.sign_in(6, 7, 8)
    phones = [Phone(chromium, hall.site, tmp_path / f"phone{n}", chinese_font) for n in range(2)]
    for phone in phones:
        phone.log_in()
        phone.open(hall)
        phone.context.set_offline(True)
    phones[0].tap("学员06 签退")
    phones[0].tap("学员07 签退")
    phones[1].tap("学员07 签退")
    phones[1].tap("撤销 学员08 的签到记录")
    for phone in phones:
        phone.context.set_offline(False)
        expect(phone.strip).to_contain_text("记录都已发送", timeout=15000)
    shown = []
    for phone in phones:
        phone.page.reload()
        expect(phone.page.locator("[data-roster] form")).to_have_count(0)  # the script's own rows
        expect(phone.page.locator(".register__row .register__waits")).to_have_count(0)
        expect(phone.page.get_by_role("button", name="学员08 签到", exact=True)).to_have_count(1)
        shown.append(phone.page.locator("[data-roster] .register__name").all_inner_texts())
        phone.switch_off()
    assert shown[0] == shown[1]
    assert len(shown[0]) == PEOPLE


def note_guest(phone: Phone, name: str, last4: str, remark: str = "") -> None:
    for label, text in (("姓名", name), ("身份证号末四位", last4), ("备注", remark)):
        phone.page.locator("[data-guest-form]").get_by_label(label).fill(text)
    phone.page.get_by_role("button", name="记下这个人").click()


def count_heads(phone: Phone, number: str) -> None:
    phone.page.get_by_label("现场清点人数").fill(number)
    phone.page.get_by_role("button", name="记下人数").click()


def note_some_and_be_told(phone: Phone) -> None:
    """Without a network: what cannot be right is said at once, the rest waits."""
    said = phone.page.locator("[data-guest-said]")
    note_guest(phone, "孙建国", "77")
    expect(said).to_have_text("应为四位，最后一位可以是 X。")
    note_guest(phone, "孙建国", "077x", f"证件 {resident_id(5)}")
    expect(said).to_have_text("备注里不要写身份证号。")
    note_guest(phone, "孙建国", "077x", "市二建，替人来")
    expect(said).to_be_hidden()
    expect(phone.strip).to_contain_text("1 条待发送")
    note_guest(phone, "孙建国", "077X")
    expect(said).to_have_text("这个人已经记下，不用再记。")
    note_guest(phone, "周走错", "1234")
    expect(phone.strip).to_contain_text("2 条待发送")
    count_heads(phone, "many")
    counted = phone.page.locator("[data-heads-said]")
    expect(counted).to_have_text("人数应为 0 至 100000 的整数。")
    count_heads(phone, "31")
    expect(counted).to_contain_text("已记 31 人")
    expect(phone.strip).to_contain_text("3 条待发送")
    phone.page.get_by_role("button", name="撤回 周走错 的登记").click()
    expect(phone.strip).to_contain_text("2 条待发送")
    assert resident_id(5) not in phone.stored()


def test_heads_and_guests_without_network(hall: Hall, phone: Phone, gallery: Path) -> None:
    phone.log_in()
    phone.open(hall)
    phone.context.set_offline(True)
    phone.page.reload()
    expect(phone.strip).to_contain_text("没有网络")
    note_some_and_be_told(phone)
    look(phone.page, gallery, "guests-offline")

    phone.switch_off()
    phone.switch_on(offline=True)
    phone.page.goto(hall.path)
    expect(phone.page.locator("[data-guests-queued]")).to_contain_text("孙建国")
    assert (hall.count(WalkIn), hall.count(HeadCount)) == (0, 0)

    phone.context.set_offline(False)
    phone.log_in()
    phone.page.goto(hall.path)
    expect(phone.strip).to_contain_text("记录都已发送", timeout=15000)
    expect(phone.page.locator("[data-guests-sent]")).to_contain_text("孙建国")
    expect(phone.page.locator("[data-guests-queued]")).to_be_hidden()
    expect(phone.page.locator("[data-heads-said]")).to_contain_text("已记 31 人")
    look(phone.page, gallery, "guests-sent")
    assert kept_at_the_server(hall) == [("孙建国", "077X", "市二建，替人来"), 31]
    # With a network it is the same, only at once; what the server knows better is said.
    note_guest(phone, "孙建国", "077X")
    expect(phone.page.locator(".strip__refused")).to_contain_text("孙建国 记下现场人员")
    phone.page.get_by_role("button", name="知道了").click()
    assert (hall.count(WalkIn), hall.count(HeadCount)) == (1, 1)


def kept_at_the_server(hall: Hall) -> list[object]:
    with hall.site.app.app_context(), make_write_session() as session:
        walk_in = session.scalars(select(WalkIn).filter_by(session_id=hall.session_id)).one()
        heads = session.get_one(SessionRegister, hall.session_id).headcount
        return [(walk_in.name, walk_in.last4, walk_in.remark), heads]


def test_a_queue_of_the_page_before_is_sent(hall: Hall, phone: Phone) -> None:
    """Format 1, as the last release kept it: no item of it is stranded by this page."""
    hall.sign_in(0)
    phone.log_in()
    phone.open(hall)
    phone.context.route("**/batch", lambda route: route.abort())
    phone.page.evaluate(
        """async () => {
            const db = await new Promise((done) => {
                indexedDB.open("ce-door").onsuccess = (e) => done(e.target.result);
            });
            const all = (name) => new Promise((done) => {
                const asked = db.transaction(name).objectStore(name).getAll();
                asked.onsuccess = () => done(asked.result);
            });
            const [register] = await all("registers");
            const person = register.rows.find((row) => row.in && !row.out).p;
            const queue = db.transaction("queue", "readwrite").objectStore("queue");
            const { session, account } = register;
            const item = { format: 1, id: crypto.randomUUID(), session, account, kind: "out", person };
            queue.put({ ...item, at: register.now, offset: 0, seq: 1 });
            await new Promise((done) => (queue.transaction.oncomplete = done));
            db.close();
        }"""
    )
    phone.context.unroute("**/batch")
    phone.page.reload()
    expect(phone.strip).to_contain_text("记录都已发送", timeout=15000)
    assert hall.count(SignEvent) == 2


def test_the_queue_as_a_file_and_what_is_forgotten(hall: Hall, phone: Phone) -> None:
    hall.sign_in(10)
    phone.log_in()
    phone.open(hall)
    phone.context.set_offline(True)
    phone.tap("学员10 签退")
    with phone.page.expect_download() as download:
        phone.page.get_by_role("button", name="导出文件").click()
    saved = json.loads(Path(download.value.path()).read_text())
    (delivery,) = saved["deliveries"]
    assert (saved["kind"], saved["format"], delivery["session"]) == (
        "ce-door-queue",
        1,
        hall.session_id,
    )
    read = read_delivery({**delivery, "format": 1, "device": saved["device"]})
    assert ([item.kind for item in read.items], read.broken) == (["out"], [])
    assert "学员10" not in json.dumps(saved, ensure_ascii=False)

    phone.context.route("**/batch", lambda route: route.abort())
    phone.context.set_offline(False)
    phone.page.goto(hall.path)
    phone.page.get_by_role("button", name="菜单").click()
    phone.page.get_by_role("button", name="退出").click()
    phone.page.wait_for_url("**/login")
    phone.page.wait_for_load_state("networkidle")
    kept = json.loads(phone.stored())
    assert (kept["registers"], len(kept["queue"])) == ([], 1)
    assert "学员" not in json.dumps(kept, ensure_ascii=False)
