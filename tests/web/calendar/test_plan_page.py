"""The page on which somebody decides whether to go."""

import json
from datetime import date

import pytest
from bs4 import BeautifulSoup

from ce_bases.plans.models import Form, Plan
from ce_bases.web.extensions import make_write_session
from tests.conftest import NOON_1_JUNE as NOW
from tests.conftest import FrozenClock
from tests.factories.hours import enrol
from tests.factories.world import World
from tests.web.calendar.conftest import File
from tests.web.calendar.test_feed_life import cancel, move
from tests.web.client import PageClient
from tests.web.reading import main


def test_it_says_everything_one_needs(client: PageClient, file: File) -> None:
    number = file(
        date(2022, 6, 20), date(2022, 6, 21), fee_cents=35050, fee_item="资料费", fee_basis="成本"
    )

    page = main(client.get(f"/plans/{number}").text)

    for said in (
        "装配式建筑专题培训班",
        "已备案",
        "备案号 2022-370811-0001",
        "6月1日 周三 12:00 任城区人力资源和社会保障局",
        "6月20日 周一 至 6月21日 周二",
        "还有 19 天",
        "09:00–12:00",
        "第一教室 任城区建设路 8 号",
        "8 学时（专业科目）",
        "350.50 元/人（资料费，成本）",
        "计划 50 人，名单上已有 0 人，还有 50 个名额",
        "用户lecturer 济宁市规划设计院 高级工程师",
        "面向本县（市、区）",
        "全区建筑工程专业技术人员",
        "结业测试",
        "电话报名",
        "王老师",
        "0537-2200000",
        "现在在：任城建筑继续教育基地 · 已备案，待开班 · 自 6月1日 周三 12:00",
        "报送备案 · 任城建筑继续教育基地",
        "予以备案 · 任城区人力资源和社会保障局",
    ):
        assert said in page, said
    assert "用户officer" not in page
    assert "用户clerk" not in page


def test_telephones_can_be_tapped(client: PageClient, file: File) -> None:
    page = client.get(f"/plans/{file(date(2022, 6, 20))}").text

    calls = [a["href"] for a in BeautifulSoup(page, "html.parser").select('main a[href^="tel:"]')]
    assert calls == ["tel:0537-2200000", "tel:0537-6588233"]


def test_seats_go_by_the_roster_and_never_below_nothing(
    client: PageClient, file: File, world: World
) -> None:
    number = file(date(2022, 6, 20), planned_number=3)
    with make_write_session() as session:
        enrol(session, session.query(Plan).one(), world.person_ids, now=NOW)
        session.commit()

    page = main(client.get(f"/plans/{number}").text)

    assert "计划 3 人，名单上已有 4 人，还有 0 个名额" in page
    assert "学员3" not in page


@pytest.mark.parametrize(
    ("hours", "state", "seats"),
    [(0, "已备案", True), (18 * 24 + 12, "进行中", True), (20 * 24 - 12 + 12, "已备案", False)],
)
def test_its_state_follows_the_dates(
    client: PageClient, file: File, clock: FrozenClock, hours: int, state: str, seats: bool
) -> None:
    number = file(date(2022, 6, 20))
    clock.forward(hours=hours)

    page = BeautifulSoup(client.get(f"/plans/{number}").text, "html.parser")

    tag = page.select_one("main .tag")
    assert tag is not None
    assert tag.get_text(strip=True) == state
    assert ("个名额" in page.get_text()) == seats


def test_the_deadline_to_enrol_is_shown_and_when_it_has_passed(
    client: PageClient, file: File, clock: FrozenClock
) -> None:
    number = file(date(2022, 6, 20))
    assert "已截止" not in client.get(f"/plans/{number}").text

    clock.forward(days=18, hours=20, minutes=1)

    assert "报名截止 6月20日 周一 08:00 已截止" in main(client.get(f"/plans/{number}").text)


def test_search_engines_read_each_session(client: PageClient, file: File) -> None:
    number = file(date(2022, 6, 20), title='</script>"<b>')

    page = client.get(f"/plans/{number}").text

    script = BeautifulSoup(page, "html.parser").find("script", type="application/ld+json")
    assert script is not None
    assert json.loads(script.get_text()) == [
        {
            "@context": "https://schema.org",
            "@type": "EducationEvent",
            "name": '</script>"<b>：装配式建筑施工技术',
            "url": f"http://localhost/plans/{number}",
            "startDate": "2022-06-20T09:00:00+08:00",
            "endDate": "2022-06-20T12:00:00+08:00",
            "eventStatus": "https://schema.org/EventScheduled",
            "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
            "location": {"@type": "Place", "name": "第一教室", "address": "任城区建设路 8 号"},
            "organizer": {
                "@type": "Organization",
                "name": "任城建筑继续教育基地",
                "telephone": "0537-2200000",
            },
            "performer": {"@type": "Person", "name": "用户lecturer"},
            "isAccessibleForFree": True,
            "offers": {
                "@type": "Offer",
                "price": "0.00",
                "priceCurrency": "CNY",
                "url": f"http://localhost/plans/{number}",
            },
        }
    ]


def statuses(page: str) -> list[tuple[str, str, str | None]]:
    """Start, status and former start of each session, as a search engine reads them."""
    script = BeautifulSoup(page, "html.parser").find("script", type="application/ld+json")
    assert script is not None
    return [
        (
            each["startDate"][:10],
            each["eventStatus"].removeprefix("https://schema.org/Event"),
            each.get("previousStartDate", "")[:10] or None,
        )
        for each in json.loads(script.get_text())
    ]


def test_search_engines_are_told_from_when_a_session_was_moved(
    client: PageClient, file: File, world: World, clock: FrozenClock
) -> None:
    page = f"/plans/{file(date(2022, 6, 20), date(2022, 6, 21))}"
    for days in (2, 3):
        clock.forward(hours=1)
        move(world, days=days, now=clock())

    moved = ("2022-06-26", "Rescheduled", "2022-06-21")
    assert statuses(client.get(page).text) == [("2022-06-20", "Scheduled", None), moved]
    clock.forward(hours=1)
    move(world, days=-5, now=clock())  # back again, not before the opening: told, not refiled
    still = [("2022-06-20", "Scheduled", None), ("2022-06-21", "Scheduled", None)]
    assert statuses(client.get(page).text) == still
    clock.forward(hours=1)
    cancel(world, now=clock())
    assert [status for _start, status, _first in statuses(client.get(page).text)] == [
        "Cancelled",
        "Cancelled",
    ]


def test_a_shared_link_shows_what_when_and_where(client: PageClient, file: File) -> None:
    number = file(date(2022, 6, 20), title='急救"<b>&')

    page = BeautifulSoup(client.get(f"/plans/{number}").text, "html.parser")

    said = {str(m["property"]): str(m["content"]) for m in page.select("meta[property]")}
    image = said.pop("og:image")
    assert said == {
        "og:type": "website",
        "og:site_name": "济宁继续教育",
        "og:title": '急救"<b>&',
        "og:description": (
            "2022年6月20日 星期一，第一教室，任城建筑继续教育基地，4 学时（专业科目）"
        ),
    }
    assert client.get(image.removeprefix("http://localhost")).mimetype == "image/png"
    canonical = page.select_one("link[rel=canonical]")
    assert canonical is not None
    assert canonical["href"] == f"http://localhost/plans/{number}"


def test_the_address_can_be_copied(client: PageClient, file: File) -> None:
    number = file(date(2022, 6, 20))

    page = BeautifulSoup(client.get(f"/plans/{number}").text, "html.parser")

    [button] = page.select("[data-copy-text]")
    assert (button["data-copy-text"], button.has_attr("hidden")) == ("任城区建设路 8 号", True)


def test_a_live_class_shows_its_address_and_takes_it_to_calendars(
    client: PageClient, file: File
) -> None:
    number = file(date(2022, 6, 20), form=Form.LIVE, live_address="https://live.example/a?b=1&c=2")

    assert "https://live.example/a?b=1&amp;c=2" in client.get(f"/plans/{number}").text
    feed = client.get(f"/plans/{number}.ics").text
    assert "CONFERENCE;VALUE=URI:https://live.example/a?b=1&c=2" in feed


@pytest.mark.parametrize(
    "number", ["2022-370811-0002", "x", "1", "%00", "..%2f..%2fetc", "2022-370811-0001%20", "９"]
)
def test_any_other_number_is_not_found(client: PageClient, file: File, number: str) -> None:
    file(date(2022, 6, 20))

    assert client.get(f"/plans/{number}").status_code == 404
    assert client.get(f"/plans/{number}.ics").status_code == 404
