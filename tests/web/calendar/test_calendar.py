"""The public calendar: what is on which day, filtered by its address."""

from datetime import date

import pytest
from bs4 import BeautifulSoup, Tag
from sqlalchemy.orm import Session

from ce_bases.bureaus.holidays import Stretch, note_holidays
from ce_bases.plans import service
from ce_bases.plans.models import Form, Plan, Subject
from ce_bases.web.extensions import make_write_session
from tests.conftest import NOON_1_JUNE as NOW
from tests.conftest import FrozenClock
from tests.factories.hours import held_plan_elsewhere
from tests.factories.plans import drafted_plan, submitted_plan
from tests.factories.world import World
from tests.web.calendar.conftest import File
from tests.web.client import PageClient


def cell(page: str, day: str) -> Tag:
    """The grid's cell of a day, e.g. 6月20日 周一."""
    soup = BeautifulSoup(page, "html.parser")
    [found] = [d for d in soup.select(".day") if day in d.get_text()]
    return found


def listed(page: str) -> list[str]:
    soup = BeautifulSoup(page, "html.parser")
    return [a.get_text(strip=True) for a in soup.select(".class-item h3 a")]


def chips(page: str) -> dict[str, str]:
    """Words and count of each filter chip, and where it leads."""
    soup = BeautifulSoup(page, "html.parser")
    return {
        " ".join(a.get_text(" ", strip=True).split()): str(a["href"])
        for a in soup.select(".chips a")
    }


def test_the_month_shows_each_session_on_its_day(client: PageClient, file: File) -> None:
    number = file(date(2022, 6, 20), date(2022, 6, 21), title="装配式专题班")

    page = client.get("/calendar?month=2022-06").text

    for day in ("6月20日 周一", "6月21日 周二"):
        [link] = cell(page, day).select("a")
        assert (link["href"], link.get_text(" ", strip=True)) == (
            f"/plans/{number}",
            "09:00 装配式专题班",
        )
    assert cell(page, "6月22日 周三").select("a") == []


def test_today_rest_days_and_holidays_are_marked(client: PageClient, world: World) -> None:
    page = client.get("/calendar").text

    assert "2022年6月" in page
    assert cell(page, "6月1日 周三")["id"] == "today"
    assert "day--rest" in cell(page, "6月4日 周六")["class"]
    assert "端午节" in cell(page, "6月3日 周五").get_text()
    assert "day--rest" not in cell(page, "6月6日 周一")["class"]
    assert "节假日安排尚未公布" not in page
    assert "节假日安排尚未公布" in client.get("/calendar?month=2030-06").text


@pytest.mark.parametrize("view", ["month=2060-10", "view=week&day=2060-10-02"])
def test_holidays_the_city_noted_are_marked(
    client: PageClient, world: World, session: Session, view: str
) -> None:
    days = Stretch(date(2060, 10, 1), date(2060, 10, 3), "国庆<假>")
    note_holidays(session, days, actor=world["city_officer"], now=NOW)
    session.commit()

    page = BeautifulSoup(client.get(f"/calendar?{view}").text, "html.parser")

    marked = [
        (day.select_one(".day__number b").get_text(), "day--rest" in day["class"])
        for day in page.select(".day")
        if day.select_one(".day__note")
    ]
    assert marked == [("1", True), ("2", True), ("3", True)]
    assert "国庆<假>" in page.get_text()
    assert "只标出了人社部门记下的日子" in page.get_text()


def test_a_busy_day_shows_four_and_leads_to_the_rest(client: PageClient, file: File) -> None:
    for n in range(6):
        file(date(2022, 6, 20), title=f"第{n}班")

    page = client.get("/calendar?month=2022-06&subject=professional").text

    busy = cell(page, "6月20日 周一")
    assert len(busy.select("li")) == 4
    [more] = busy.select(".day__more")
    assert more.get_text() == "另有 2 个"
    assert more["href"] == "/calendar?view=week&day=2022-06-20&subject=professional"
    week = client.get(str(more["href"])).text
    assert len(cell(week, "6月20日 周一").select("li")) == 6


def test_drafts_and_submissions_are_not_public(client: PageClient, world: World) -> None:
    with make_write_session() as session:
        drafted_plan(session, world, title="还是草稿", now=NOW)
        submitted_plan(session, world, title="刚刚报送", now=NOW)
        session.commit()

    for address in (
        "/",
        "/calendar?month=2022-06",
        "/calendar?view=list",
        "/calendar.ics",
        "/bases/{}",
    ):
        answer = client.get(address.format(world.base_id))
        assert "还是草稿" not in answer.text, address
        assert "刚刚报送" not in answer.text, address
    assert client.get("/plans/1").status_code == 404


def test_a_cancelled_class_stays_struck_out(client: PageClient, file: File, world: World) -> None:
    number = file(date(2022, 6, 20))
    with make_write_session() as session:
        plan = session.query(Plan).one()
        service.cancel_plan(session, plan, "授课人<病>了", actor=world["clerk"], now=NOW)
        session.commit()

    [item] = cell(client.get("/calendar?month=2022-06").text, "6月20日 周一").select("li")
    page = client.get(f"/plans/{number}").text
    feed = client.get("/calendar.ics").text

    assert "is-cancelled" in item["class"]
    assert "已取消" in item.get_text()
    assert "授课人&lt;病&gt;了" in page
    assert "https://schema.org/EventCancelled" in page
    assert "STATUS:CANCELLED" in feed
    assert "SEQUENCE:1" in feed
    assert listed(client.get("/").text) == []


@pytest.fixture
def four(file: File, world: World) -> None:
    """Two classes and a lecture of 任城区, one class of 曲阜市, all on 20 June."""
    file(date(2022, 6, 20), title="专业班")
    file(date(2022, 6, 20), title="公需班", subject=Subject.PUBLIC)
    file(date(2022, 6, 20), title="讲座", subject=Subject.PUBLIC, form=Form.LECTURE)
    with make_write_session() as session:
        held_plan_elsewhere(session, world, people=[], now=NOW)
        session.commit()


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", {"专业班", "公需班", "讲座", "装配式建筑专题培训班"}),
        ("county=370811", {"专业班", "公需班", "讲座"}),
        ("county=370881", {"装配式建筑专题培训班"}),
        ("county=370826", set()),
        ("organiser={other}", {"装配式建筑专题培训班"}),
        ("subject=public", {"公需班", "讲座"}),
        ("form=lecture", {"讲座"}),
        ("q=孔讲师", {"装配式建筑专题培训班"}),
        ("q=任城+公需", {"公需班"}),
        ("q=2022-370881", {"装配式建筑专题培训班"}),
        ("q=%25", set()),
        ("county=370811&subject=public&form=lecture&q=讲座", {"讲座"}),
        ("month=2022-06", {"专业班", "公需班", "讲座", "装配式建筑专题培训班"}),
        ("month=2022-05", set()),
    ],
)
@pytest.mark.usefixtures("four")
def test_filters_narrow_page_and_feed_alike(
    client: PageClient, world: World, query: str, titles: set[str]
) -> None:
    query = query.replace("{other}", str(world.other_base_id))
    assert set(listed(client.get(f"/calendar?view=list&{query}").text)) == titles
    if "month" not in query:
        feed = client.get(f"/calendar.ics?{query}").text.replace("\r\n ", "")
        found = {
            line.split(":")[1].split("：")[0]
            for line in feed.splitlines()
            if line.startswith("SUMMARY")
        }
        assert found == titles


@pytest.mark.usefixtures("four")
def test_chips_say_what_choosing_them_would_show(client: PageClient) -> None:
    page = client.get("/calendar?month=2022-06&county=370811&subject=public").text

    assert {words: href for words, href in chips(page).items() if words[-1].isdigit()} == {
        "全部 3": "/calendar?month=2022-06&county=370811",
        "公需科目 2": "/calendar?month=2022-06&county=370811&subject=public",
        "专业科目 1": "/calendar?month=2022-06&county=370811&subject=professional",
        "全部 2": "/calendar?month=2022-06&county=370811&subject=public",
        "集中面授 1": "/calendar?month=2022-06&county=370811&subject=public&form=face_to_face",
        "公益课堂 1": "/calendar?month=2022-06&county=370811&subject=public&form=lecture",
        "还有名额 2": "/calendar?month=2022-06&county=370811&subject=public&free=1",
    }
    assert "任城区（2）" in page
    assert "曲阜市（0）" in page
    assert 'href="/subscribe?county=370811&amp;subject=public"' in page


def test_the_filter_form_keeps_the_rest_of_the_address(client: PageClient, world: World) -> None:
    page = client.get("/calendar?view=list&month=2022-07&subject=public&q=x&county=370811").text

    form = BeautifulSoup(page, "html.parser").select_one("main form")
    assert form is not None
    hidden = {str(f["name"]): str(f["value"]) for f in form.select("input[type=hidden]")}
    assert hidden == {"view": "list", "month": "2022-07", "subject": "public"}


def test_a_long_list_has_pages_that_keep_the_filters(client: PageClient, file: File) -> None:
    file(*(date(2022, 6, 20 + n) for n in range(10)), title="甲")
    file(*(date(2022, 7, 1 + n) for n in range(10)), title="乙")
    file(*(date(2022, 8, 1 + n) for n in range(10)), title="丙")

    first = client.get("/calendar?view=list&county=370811").text
    second = client.get("/calendar?view=list&county=370811&page=2").text
    beyond = client.get("/calendar?view=list&county=370811&page=99").text

    assert len(listed(first)) == 25
    assert listed(second) == listed(beyond) == ["丙"] * 5
    assert 'href="/calendar?view=list&amp;county=370811&amp;page=2"' in first


@pytest.mark.parametrize(
    "query",
    [
        "month=2022-13",
        "month=0000-00",
        "month=9999-12",
        "month=2099-12",
        "month=2000-01",
        "month[]=2022-06",
        "view=zzz",
        "view=week&day=2022-02-30",
        "view=week&day=2099-12-31",
        "view=week&month=2023-01",
        "view=list&month=2099-12",
        "view=list&page=-1",
        "view=list&page=x",
        "view=list&page=99999999999999999999",
        "county=<script>&subject=1&form='",
        "organiser=x",
        "organiser=99999999999999",
        "q=%ff%ed%a0%80",
        "q=" + "%F0%9F%92%A9" * 100,
        "q=%5C%25_%5B%27%22%3B--",
        "lang=zz",
    ],
)
def test_strange_values_in_the_address_are_no_error(
    client: PageClient, file: File, query: str
) -> None:
    file(date(2022, 6, 20))

    assert client.get(f"/calendar?{query}").status_code == 200
    assert client.get(f"/calendar.ics?{query}").status_code == 200
    assert client.get(f"/subscribe?{query}").status_code == 200
    assert client.get(f"/bases?{query}").status_code == 200


def test_an_organiser_that_does_not_exist_is_not_found(client: PageClient, world: World) -> None:
    for address in (
        "/calendar?organiser=999",
        "/calendar.ics?organiser=999",
        "/bases/999",
        "/bases/999.ics",
    ):
        assert client.get(address).status_code == 404, address


def test_the_ends_of_the_calendar_have_no_further_page(client: PageClient, world: World) -> None:
    assert "month=1999" not in client.get("/calendar?month=2000-01").text
    assert "month=2100" not in client.get("/calendar?month=2099-12").text


def test_an_empty_month_offers_what_comes(client: PageClient, world: World) -> None:
    page = client.get("/calendar?month=2022-09&county=370811").text

    assert "这段时间没有符合条件的培训" in page
    assert 'href="/calendar?view=list&amp;county=370811"' in page


@pytest.mark.parametrize(
    "hostile",
    [
        '"><script>alert(1)</script>',
        "</title><script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "{{7*7}}{% raw %}",
        "javascript:alert(1)",
        "</script><script>alert(1)</script>",
        "%(name)s %s",
        "' OR 1=1 --",
    ],
)
def test_hostile_words_stay_words(
    client: PageClient, file: File, world: World, hostile: str
) -> None:
    number = file(
        date(2022, 6, 20), title=hostile, outline=hostile, remarks=hostile, enrol_how=hostile
    )

    for address in (
        "/",
        "/calendar?month=2022-06",
        "/calendar?view=list",
        f"/plans/{number}",
        f"/bases/{world.base_id}",
        "/search?number=2022",
    ):
        page = client.get(address)
        assert "<script>alert" not in page.text, address
        assert "<img src=x" not in page.text, address
        assert "49" not in BeautifulSoup(page.text, "html.parser").select_one("main").get_text(), (
            address
        )
    typed = client.get("/calendar", query_string={"q": hostile, "view": "list"})
    assert "<script>alert" not in typed.text
    assert typed.status_code == 200
    assert client.get("/search", query_string={"number": hostile}).status_code == 200


def test_only_the_newest_day_moves_the_page(
    client: PageClient, file: File, clock: FrozenClock
) -> None:
    file(date(2022, 6, 20))
    page = client.get("/calendar?month=2022-06")
    clock.forward(hours=11)

    assert client.get("/calendar?month=2022-06").data == page.data
    assert page.headers["Cache-Control"] == "public, no-cache"
    assert {v.strip() for v in page.headers["Vary"].split(",")} >= {"Accept-Language", "Cookie"}
    clock.forward(hours=2)
    assert client.get("/calendar?month=2022-06").data != page.data


def test_english_readers_get_the_page_in_english_and_clauses_in_chinese(
    client: PageClient, file: File
) -> None:
    file(date(2022, 6, 20))

    page = client.get("/calendar?month=2022-06", headers={"Accept-Language": "en"})

    assert '<html lang="en">' in page.text
