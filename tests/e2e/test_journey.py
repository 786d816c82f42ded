"""The main job in a browser: file a plan, publish it, take sign-in, credit the hours."""

import io
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from icalendar import Calendar
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pypdf import PdfReader
from sqlalchemy import select

from ce_bases.accounts import service
from ce_bases.accounts.models import Account
from ce_bases.audit.queries import history_of
from ce_bases.credits.models import LedgerLine
from ce_bases.plans.models import Plan
from ce_bases.web.extensions import make_write_session
from tests.conftest import NOON_1_JUNE
from tests.e2e.conftest import PASSWORD, Site, follow, log_in, look
from tests.factories.world import build_world, resident_id

pytestmark = pytest.mark.e2e
PEOPLE = ("clerk", "officer", "lecturer", "learner")


def shanghai(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2022, month, day, hour - 8, minute, tzinfo=UTC)


@pytest.fixture
def people(site: Site) -> None:
    """The small city, with passwords for those who act in the journey."""
    hashed = service.hash_password(PASSWORD)
    with site.app.app_context(), make_write_session() as session:
        build_world(session, now=NOON_1_JUNE)
        for account in session.scalars(select(Account).where(Account.username.in_(PEOPLE))):
            account.password_hash = hashed
        session.commit()


class Visitor:
    """Somebody at a browser of their own; every page they stop at is looked at and checked."""

    def __init__(self, browser: Browser, site: Site, gallery: Path, *, phone: bool = False) -> None:
        size = {"width": 390, "height": 844} if phone else {"width": 1280, "height": 900}
        self.context: BrowserContext = browser.new_context(
            viewport=size, locale="zh-CN", base_url=site.url, accept_downloads=True
        )
        self.page: Page = self.context.new_page()
        self.page.on("console", self._hear)
        self.gallery = gallery
        self.complaints: list[str] = []

    def _hear(self, message: object) -> None:
        if getattr(message, "type", "") == "error" and "the server responded" not in str(message):
            self.complaints.append(str(message))

    def log_in(self, username: str) -> Page:
        log_in(self.page, username)
        return self.page

    def stop_at(self, name: str) -> None:
        """Keep pictures, and let axe find what would keep somebody out."""
        look(self.page, self.gallery, name)
        found = Axe().run(self.page)
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"

    def leave(self) -> None:
        assert self.complaints == []
        self.context.close()


def fill_plan(page: Page, *, opening: str) -> None:
    """The filing form, as a clerk with a paper plan fills it."""
    page.get_by_label("培训班名称").fill("装配式建筑专题培训班")
    for n, (starts, ends, topic) in enumerate(
        (("09:00", "12:00", "装配式建筑设计"), ("14:00", "17:00", "施工与验收"))
    ):
        if n:
            page.get_by_role("button", name="增加一个课次").click()
        row = page.locator("[data-row]").nth(n)
        row.get_by_label("日期").fill(opening)
        row.get_by_label("开始").fill(starts)
        row.get_by_label("结束").fill(ends)
        row.get_by_label("学时").fill("4")
        row.get_by_label("课题").fill(topic)
        row.get_by_label("授课人", exact=True).select_option(index=1)
        row.get_by_label("地点", exact=True).select_option(index=1)
    page.get_by_label("科目", exact=True).select_option(label="专业科目")
    page.get_by_label("培训形式").select_option(label="集中面授")
    page.get_by_label("面向范围").select_option(label="面向本县（市、区）")
    page.get_by_label("培训对象").fill("全区建筑工程专业技术人员")
    page.get_by_label("计划人数").fill("50")
    page.get_by_label("培训目标").fill("掌握装配式建筑设计与施工要点。")
    page.get_by_label("主要内容").fill("设计、生产、运输、安装、验收。")
    page.get_by_label("考核方式").fill("结业测试")
    page.get_by_label("报名方式").fill("电话报名")
    page.get_by_label("报名截止").fill(f"{opening[:8]}08T17:00")
    page.get_by_label("联系人").fill("王老师")
    page.get_by_label("联系电话").fill("0537-2200000")


def everything_is_sent(page: Page) -> None:
    expect(page.locator("[data-strip-line]")).to_contain_text("记录都已发送")


def tap(page: Page, name: str) -> None:
    """Tap a button of the register and wait until it shows."""
    button = page.get_by_role("button", name=name, exact=True)
    button.click()
    expect(button).to_have_count(0)


def test_main_job(  # noqa: PLR0915 -- one journey, told in its order
    site: Site, chromium: Browser, gallery: Path, people: None
) -> None:
    clerk = Visitor(chromium, site, gallery)
    officer = Visitor(chromium, site, gallery)

    # 1. The clerk drafts; too late is refused with a way out and nothing lost; in time is accepted.
    page = clerk.log_in("clerk")
    clerk.stop_at("01-todays-work")
    page.goto("/filing/plans/new")
    fill_plan(page, opening="2022-06-10")
    expect(page.locator("main")).to_contain_text("来不及")
    page.get_by_role("button", name="报送备案").click()
    expect(page.get_by_role("alert").first).to_contain_text("最迟应在")
    expect(page.get_by_role("alert").first).to_contain_text("二(二)3")
    expect(page.get_by_label("培训班名称")).to_have_value("装配式建筑专题培训班")
    expect(page.locator("[data-row]").nth(1).get_by_label("课题")).to_have_value("施工与验收")
    clerk.stop_at("02-too-late")
    for n in (0, 1):
        page.locator("[data-row]").nth(n).get_by_label("日期").fill("2022-06-20")
    page.get_by_role("button", name="报送备案").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("回执")
    expect(page.locator("main")).to_contain_text("任城区人力资源和社会保障局")
    expect(page.locator("main")).to_contain_text("2022年6月1日 12:00:00")
    clerk.stop_at("03-receipt")

    # 2. The officer of the same level sees it and files it.
    page = officer.log_in("officer")
    officer.stop_at("04-queue")
    follow(page, page.get_by_role("link", name="装配式建筑专题培训班"))
    officer.stop_at("05-decide")
    page.get_by_role("button", name="予以备案").click()
    expect(page.locator("main")).to_contain_text("已予以备案")
    officer.stop_at("06-decided")
    officer.leave()

    # 3. Anyone finds it on the calendar, reads its page and takes the feed.
    anyone = Visitor(chromium, site, gallery, phone=True)
    page = anyone.page
    page.goto("/")
    anyone.stop_at("07-front-page")
    page.goto("/calendar?month=2022-06&county=370811&subject=professional")
    anyone.stop_at("08-calendar")
    page.get_by_role("link", name="装配式建筑专题培训班").first.click()
    expect(page.locator("main")).to_contain_text("2022-370811-0001")
    anyone.stop_at("09-plan-page")
    feed = Calendar.from_ical(page.request.get("/calendar.ics").body())
    assert [str(event["SUMMARY"]) for event in feed.walk("VEVENT")] == [
        "装配式建筑专题培训班：装配式建筑设计",
        "装配式建筑专题培训班：施工与验收",
    ]
    anyone.leave()

    # 4. The base pastes the roster and prints the sheet.
    with site.app.app_context(), make_write_session() as session:
        plan_id = session.scalars(select(Plan.id)).one()
    page = clerk.page
    page.goto(f"/filing/plans/{plan_id}/roster/paste")
    lines = ["姓名\t身份证号\t单位\t职务"]
    lines += [f"用户learner\t{resident_id(1).lower()}\t济宁市第一建筑公司\t工程师"]
    lines += [f"学员甲\t{resident_id(21)}\t济宁市第一建筑公司\t工程师", ""]
    lines += [f"学员乙\t{resident_id(22)}\t济宁市规划院\t高级工程师"]
    lines += [f"学员丙\t{resident_id(23)[:-1]}\t济宁市规划院\t工程师"]
    page.locator("textarea").fill("\n".join(lines))
    follow(page, page.get_by_role("button", name="核对名单"))
    clerk.stop_at("10-roster-check")
    page.get_by_role("button", name="录入这 3 人").click()
    expect(page.locator("main")).to_contain_text("学员甲")
    clerk.stop_at("11-roster")
    sheet = page.request.get(
        page.get_by_role("link", name="签到表").first.get_attribute("href") or ""
    )
    text = "".join(p.extract_text() for p in PdfReader(io.BytesIO(sheet.body())).pages)
    assert "2022-370811-0001" in text
    assert "学员乙" in text
    assert resident_id(21) not in text

    # 5. At the door the lecturer taps people in and out on a phone.
    lecturer = Visitor(chromium, site, gallery, phone=True)
    for hours in ((8, 50, 11, 55), (13, 50, 16, 55)):
        site.clock.set(shanghai(6, 20, hours[0], hours[1]))
        page = lecturer.log_in("lecturer")
        lecturer.stop_at(f"12-lecturers-day-{hours[0]}")
        sessions = page.locator("main").get_by_role("link")
        target = "装配式建筑设计" if hours[0] == 8 else "施工与验收"
        follow(page, sessions.filter(has_text=target).first)
        for name in ("用户learner", "学员甲"):
            tap(page, f"{name} 签到")
        if hours[0] == 8:
            expect(page.locator("#counts .is-present")).to_contain_text("2")
            lecturer.stop_at("13-register")
            page.get_by_role("button", name="撤销", exact=True).click()
            expect(page.locator("#counts .is-present")).to_contain_text("1")
            tap(page, "学员甲 签到")
        everything_is_sent(page)
        site.clock.set(shanghai(6, 20, hours[2], hours[3]))
        page.reload()
        for name in ("用户learner", "学员甲"):
            tap(page, f"{name} 签退")
        everything_is_sent(page)
        lecturer.stop_at(f"14-signed-out-{hours[0]}")
        lecturer.context.clear_cookies()
    lecturer.leave()

    # 6. The base confirms; hours are posted once.
    site.clock.set(shanghai(6, 21, 9))
    page = clerk.log_in("clerk")
    clerk.stop_at("15-to-confirm")
    page.goto(f"/filing/plans/{plan_id}/confirm")
    clerk.stop_at("16-confirm")
    page.get_by_role("button", name="确认考勤").click()
    expect(page.locator("main")).to_contain_text("学时已入账")
    clerk.stop_at("17-confirmed")
    clerk.leave()
    with site.app.app_context(), make_write_session() as session:
        lines = session.scalars(select(LedgerLine)).all()
        assert sorted((line.professional_halves, line.version) for line in lines) == [(8, 1)] * 4

    # 7. The professional sees the year.
    learner = Visitor(chromium, site, gallery, phone=True)
    page = learner.log_in("learner")
    expect(page.locator("main")).to_contain_text("装配式建筑专题培训班")
    expect(page.locator("main")).to_contain_text("二(二)4(1)")
    learner.stop_at("18-my-year")
    learner.leave()

    # 8. Every step left a line.
    with site.app.app_context(), make_write_session() as session:
        actions = [line.action for line in history_of(session, "plan", plan_id)]
    assert [a for a in actions if a.startswith("plan_") and a != "plan_save"] == [
        "plan_draft",
        "plan_submit",
        "plan_file",
        "plan_confirm_attendance",
        "plan_credit",
    ]
    assert date(2022, 6, 20) == lines[0].held_on
