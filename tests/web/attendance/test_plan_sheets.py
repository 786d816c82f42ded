"""Sheets of a class and of its days: one file with bookmarks, or a workbook."""

import io
from datetime import date, time

import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session

from ce_bases.attendance import plan_sheets_views
from ce_bases.people.models import Person
from tests.conftest import NOON_1_JUNE
from tests.factories.plans import filed_plan, make_session_details
from tests.factories.rosters import enrol
from tests.factories.world import World
from tests.web.client import PageClient


@pytest.fixture
def url(session: Session, world: World) -> str:
    """A class of two days, three sessions; one name has a character no font has."""
    details = [
        make_session_details(world, halves=4, ends=time(10, 30)),
        make_session_details(world, halves=4, starts=time(14), ends=time(15, 30), topic="安全"),
        make_session_details(world, on=date(2022, 6, 21), halves=4, ends=time(10, 30)),
    ]
    plan = filed_plan(session, world, *details, now=NOON_1_JUNE)
    session.get_one(Person, world.person_ids[0]).name = "王\ue863"
    session.get_one(Person, world.person_ids[1]).name = "𠮷田䶮"
    enrol(session, plan, world.person_ids[:3], now=NOON_1_JUNE)
    session.commit()
    return f"/filing/plans/{plan.id}/sheets"


def marks(pdf: bytes) -> list[str]:
    return [str(mark.title) for mark in PdfReader(io.BytesIO(pdf)).outline]


def test_a_plan_and_a_day_are_one_file_each(client: PageClient, url: str) -> None:
    client.log_in("clerk")
    page = client.get(url).text
    assert "请手写：王\ue863" in page
    assert "𠮷田䶮" not in page
    for address in (f"{url}.pdf", f"{url}.pdf?day=2022-06-20", f"{url}.xlsx?day=2022-06-21"):
        assert address in page
    whole = client.get(f"{url}.pdf")
    assert (whole.mimetype, len(marks(whole.data))) == ("application/pdf", 3)
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(whole.data)).pages)
    assert text.replace("\u200b", "").count("𠮷田䶮") == 3
    assert marks(client.get(f"{url}.pdf?day=2022-06-20").data) == [
        "2022年6月20日 星期一 上午 装配式建筑施工技术",
        "2022年6月20日 星期一 下午 安全",
    ]
    book = client.get(f"{url}.xlsx")
    name = f"sign-in-{url.split('/')[3]}-20220620-20220621.xlsx"
    assert f'filename="{name}"' in book.headers["Content-Disposition"]
    assert len(CalamineWorkbook.from_filelike(io.BytesIO(book.data)).sheet_names) == 3


@pytest.mark.parametrize("query", ["day=2022-06-22", "day=x", "day="])
def test_a_day_without_sessions_is_not_found(client: PageClient, url: str, query: str) -> None:
    client.log_in("clerk")
    for kind in ("pdf", "xlsx"):
        assert client.get(f"{url}.{kind}?{query}").status_code == 404


def test_too_many_lines_for_one_file(
    client: PageClient, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan_sheets_views, "MOST_LINES", 8)
    client.log_in("clerk")
    assert "名单很长，请按天下载" in client.get(url).text
    assert client.get(f"{url}.pdf").status_code == 422
    assert client.get(f"{url}.pdf?day=2022-06-20").status_code == 200


@pytest.mark.parametrize(
    ("username", "status"),
    [("lecturer", 200), ("stranger", 404), ("officer", 404), ("learner", 403), ("unit_hr", 403)],
)
def test_who_prints(client: PageClient, url: str, username: str, status: int) -> None:
    client.log_in(username)
    for address in (url, f"{url}.pdf", f"{url}.xlsx"):
        assert client.get(address).status_code == status
