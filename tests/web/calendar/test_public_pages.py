"""Bases, lectures, the search by number, the filing window, and the help to subscribe."""

from datetime import date

import pytest
from bs4 import BeautifulSoup

from ce_bases.organisers.models import Level, Organiser, OrganiserKind
from ce_bases.plans.models import Form, Subject
from ce_bases.web.extensions import make_write_session
from tests.conftest import NOON_1_JUNE as NOW
from tests.conftest import FrozenClock
from tests.factories.world import World
from tests.web.calendar.conftest import File
from tests.web.calendar.test_calendar import listed
from tests.web.client import PageClient
from tests.web.reading import main


@pytest.mark.parametrize(
    "typed",
    [
        "2022-370811-0001",
        "２０２２－３７０８１１－０００１",
        " 2022370811 0001",
        "备案号2022-370811-1",
    ],
)
def test_a_whole_number_opens_the_plan(client: PageClient, file: File, typed: str) -> None:
    number = file(date(2022, 6, 20))

    answer = client.get("/search", query_string={"number": typed})

    assert (answer.status_code, answer.location) == (302, f"/plans/{number}")


@pytest.mark.parametrize("typed", ["370811", "2022-3708", "811-0002", "0002"])
def test_a_part_lists_what_has_it(client: PageClient, file: File, typed: str) -> None:
    file(date(2022, 6, 20), title="第一个班")
    second = file(date(2022, 6, 21), date(2022, 6, 22), title="第二个班")

    page = BeautifulSoup(client.get("/search", query_string={"number": typed}).text, "html.parser")

    links = {str(a["href"]): a.get_text() for a in page.select(".class-list a")}
    assert links[f"/plans/{second}"] == "第二个班"
    assert len(links) == (1 if typed[-1] == "2" else 2)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("9999", "没有备案号含“9999”的培训"),
        ("装配式", "按名称找培训，请用培训日历"),
        ("%_", "按名称找培训，请用培训日历"),
        ("", "也可以只输入其中一段"),
        ("   ", "也可以只输入其中一段"),
        ("9" * 500, "没有备案号含"),
    ],
)
def test_what_is_not_found_says_what_to_do(
    client: PageClient, file: File, typed: str, said: str
) -> None:
    file(date(2022, 6, 20))

    answer = client.get("/search", query_string={"number": typed})

    assert answer.status_code == 200
    assert said in main(answer.text)


@pytest.mark.parametrize(
    ("opening", "said"),
    [
        ("2022-06-11", "今天 24:00 前必须报送"),
        ("2022-06-12", "6月2日 周四 24:00 前报送，还有 1 天"),
        ("2022-06-10", "5月31日 周二 已截止，来不及了"),
        ("2022/6/20", "2022年6月10日 星期五 24:00"),
        ("２０２２年６月２０日", "2022年6月10日 星期五 24:00"),
        ("2024-03-10", "2024年2月29日 星期四 24:00"),
        ("2022-02-30", "没有这一天"),
        ("x<script>", "没有这一天"),
        ("2199-01-01", "年份超出了范围"),
        ("0000-00-00", "没有这一天"),
    ],
)
def test_the_last_filing_day(client: PageClient, world: World, opening: str, said: str) -> None:
    page = client.get("/filing-window", query_string={"opening": opening})

    assert page.status_code == 200
    assert said in main(page.text)
    assert "二(二)3" in page.text
    assert "<script>" not in main(page.text).replace("x<script>", "")


def test_too_late_says_the_earliest_opening(client: PageClient, world: World) -> None:
    page = main(client.get("/filing-window?opening=2022-06-05").text)

    assert "今天报送，最早可以 6月11日 周六 开班" in page


def test_a_year_without_its_own_notice_says_which_it_follows(
    client: PageClient, clock: FrozenClock
) -> None:
    assert "暂按 2022 年通知执行" not in client.get("/filing-window?opening=2022-06-20").text
    page = client.get("/filing-window?opening=2025-06-20").text
    assert "2025 年的通知尚未登记，暂按 2022 年通知执行" in page


def test_bases_are_listed_by_level_and_found_by_name_and_county(
    client: PageClient, world: World
) -> None:
    with make_write_session() as session:
        bureau = Organiser(
            name="任城区人社局",
            kind=OrganiserKind.BUREAU,
            level=Level.COUNTY,
            area_code="370811",
            created_at=NOW,
        )
        session.add(bureau)
        session.commit()

    def names(query: str) -> list[str]:
        page = BeautifulSoup(client.get(f"/bases?{query}").text, "html.parser")
        return [a.get_text() for a in page.select("td.table__main a")]

    assert names("") == ["济宁市医学继续教育基地", "任城建筑继续教育基地", "曲阜教师继续教育基地"]
    assert names("county=370881") == ["曲阜教师继续教育基地"]
    assert names("q=继续+建筑") == ["任城建筑继续教育基地"]
    assert names("q=%25") == []


def test_a_base_shows_what_comes_and_how_to_reach_it(
    client: PageClient, file: File, world: World
) -> None:
    file(date(2022, 6, 20), date(2022, 6, 21))

    page = client.get(f"/bases/{world.base_id}").text

    assert listed(page) == ["装配式建筑专题培训班"] * 2
    assert 'href="tel:0537-1234567"' in page
    assert f'href="/subscribe?organiser={world.base_id}"' in page
    assert "目前没有已备案的培训" in client.get(f"/bases/{world.other_base_id}").text


def test_lectures_are_on_a_page_of_their_own(client: PageClient, file: File) -> None:
    file(date(2022, 6, 20), title="不是讲座")
    file(date(2022, 6, 21), title="是讲座", subject=Subject.PUBLIC, form=Form.LECTURE)

    page = client.get("/lectures").text

    assert listed(page) == ["是讲座"]
    assert "二(二)2" in page


def test_the_subscription_says_what_it_contains(client: PageClient, world: World) -> None:
    base = world.base_id
    everything = client.get("/subscribe").text
    some = client.get(f"/subscribe?county=370811&organiser={base}&subject=public&q=急诊").text

    assert "全市已备案的培训和公益课堂" in everything
    assert 'value="http://localhost/calendar.ics"' in everything
    assert 'href="webcal://localhost/calendar.ics"' in everything
    assert "任城区 · 任城建筑继续教育基地 · 公需科目 · 急诊" in main(some)
    field = BeautifulSoup(some, "html.parser").select_one("#address")
    assert field is not None
    path = str(field["value"]).removeprefix("http://localhost")
    assert client.get(path).status_code == 200
    assert path.startswith(f"/calendar.ics?county=370811&organiser={base}&subject=public&q=")
