"""The list of drafts says of each how long it can still be filed."""

from datetime import date

import pytest
from bs4 import BeautifulSoup

from ce_bases.web.extensions import make_write_session
from tests.conftest import NOON_1_JUNE as NOW
from tests.factories.plans import drafted_plan, make_session_details
from tests.factories.world import World
from tests.web.client import PageClient


@pytest.mark.parametrize(
    ("opens_on", "words", "tone"),
    [
        (date(2022, 6, 10), "最迟报送日 5月31日 周二 已过 1 天", "deadline--late"),
        (date(2022, 6, 11), "最迟报送日 6月1日 周三 今天", "deadline--soon"),
        (date(2022, 6, 14), "最迟报送日 6月4日 周六 还有 3 天", "deadline--soon"),
        (date(2022, 6, 15), "最迟报送日 6月5日 周日 还有 4 天", ""),
    ],
)
def test_each_draft_says_until_when_it_can_be_filed(
    client: PageClient, world: World, opens_on: date, words: str, tone: str
) -> None:
    with make_write_session() as session:
        drafted_plan(session, world, make_session_details(world, on=opens_on), now=NOW)
        session.commit()
    client.log_in("clerk")

    page = BeautifulSoup(client.get("/filing/plans?state=draft").text, "html.parser")

    [found] = page.select("tbody .deadline")
    assert found.get_text(" ", strip=True) == words
    assert (tone in found["class"]) == bool(tone)


def test_the_home_leads_to_drafts_by_their_days_left(client: PageClient, world: World) -> None:
    with make_write_session() as session:
        for day, title in ((30, "最晚"), (13, "最急"), (20, "中间")):
            row = make_session_details(world, on=date(2022, 6, day))
            drafted_plan(session, world, row, now=NOW, title=title)
        drafted_plan(session, world, now=NOW, title="别家", actor=world["stranger"])
        session.commit()
    client.log_in("clerk")
    home = BeautifulSoup(client.get("/filing").text, "html.parser")
    link = home.select_one('a[href*="state=draft"]')
    assert link is not None

    page = BeautifulSoup(client.get(str(link["href"])).text, "html.parser")

    assert [head.get_text(strip=True) for head in page.select("tbody th")] == [
        "最急",
        "中间",
        "最晚",
    ]
