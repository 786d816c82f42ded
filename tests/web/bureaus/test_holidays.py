"""The page of public holidays: who reads it, who writes it, and what is published stays."""

from datetime import date

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select

from ce_bases.audit.models import AuditEntry
from ce_bases.bureaus.holidays import Stretch, drop_holidays, note_holidays, stretches
from ce_bases.bureaus.models import PublicHoliday
from ce_bases.core.errors import InvalidInputError
from ce_bases.web.extensions import in_transaction, make_write_session
from tests.concurrency.together import together
from tests.conftest import NOON_1_JUNE as NOW
from tests.factories.world import World
from tests.web.client import PageClient

ADDRESS = "/holidays"
SPRING = {"name": "春节", "first": "2060-02-02", "last": "2060-02-08"}


def stored() -> dict[str, str]:
    with make_write_session() as session:
        rows = session.scalars(select(PublicHoliday).order_by(PublicHoliday.day))
        return {row.day.isoformat(): row.name for row in rows}


def acts() -> list[tuple[str, str, str, object, object]]:
    with make_write_session() as session:
        rows = session.scalars(
            select(AuditEntry)
            .where(AuditEntry.subject_kind == "public_holiday")
            .order_by(AuditEntry.id)
        )
        return [(r.action, r.subject_id, r.actor_name, r.before, r.after) for r in rows]


def note(client: PageClient, **sent: str) -> int:
    return client.post(ADDRESS, data=sent).status_code


def table(client: PageClient, year: object) -> list[list[str]]:
    page = BeautifulSoup(client.get(f"{ADDRESS}?year={year}").text, "html.parser")
    return [
        [cell.get_text(" ", strip=True) for cell in row.select("th, td")[:3]]
        for row in page.select("tbody tr")
    ]


@pytest.fixture
def city(client: PageClient, world: World) -> PageClient:
    client.log_in("city_officer")
    return client


def test_a_holiday_is_noted_shown_renamed_and_taken_back(city: PageClient, world: World) -> None:
    days = [f"2060-02-{n:02d}" for n in range(2, 9)]

    assert note(city, **SPRING) == 302
    assert stored() == dict.fromkeys(days, "春节")
    assert table(city, 2060) == [["春节", "2060年2月2日 周一 – 2060年2月8日 周日", "7"]]

    assert note(city, name="春节补休", first="2060-02-08") == 302
    assert table(city, 2060) == [
        ["春节", "2060年2月2日 周一 – 2060年2月7日 周六", "6"],
        ["春节补休", "2060年2月8日 周日", "1"],
    ]
    sent = {"first": "2060-02-02", "last": "2060-02-07"}
    assert city.post(f"{ADDRESS}/drop", data=sent).status_code == 302
    assert stored() == {"2060-02-08": "春节补休"}
    name = world["city_officer"].name
    assert acts() == [
        ("note_holiday", days[0], name, {}, {"name": "春节", "until": days[-1]}),
        ("note_holiday", days[-1], name, {}, {"name": "春节补休", "until": days[-1]}),
        ("drop_holiday", days[0], name, dict.fromkeys(days[:-1], "春节"), {}),
    ]


def test_a_published_year_is_only_read(city: PageClient) -> None:
    page = city.get(f"{ADDRESS}?year=2022").text

    assert "2022 年的放假安排已经公布" in page
    assert BeautifulSoup(page, "html.parser").select(f"form[action^='{ADDRESS}']") == []
    assert table(city, 2022)[:2] == [
        ["元旦", "1月1日 周六 – 1月3日 周一", "3"],
        ["春节", "1月31日 周一 – 2月6日 周日", "7"],
    ]


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({**SPRING, "name": ""}, "name"),
        ({**SPRING, "name": "长" * 41}, "name"),
        ({**SPRING, "first": ""}, "first"),
        ({**SPRING, "first": "2060-02-30"}, "first"),
        ({**SPRING, "last": "2060-02-01"}, "last"),
        ({**SPRING, "last": "2060-03-04"}, "last"),
        ({**SPRING, "first": "2022-02-02", "last": "2022-02-03"}, "first"),
        ({}, "name"),
    ],
)
def test_what_cannot_be_noted_is_said_at_its_field_and_what_was_typed_stays(
    city: PageClient, sent: dict[str, str], field: str
) -> None:
    answer = city.post(ADDRESS, data=sent)

    assert answer.status_code == 422
    page = BeautifulSoup(answer.text, "html.parser")
    assert str(page.select(".field__error")[0]["id"]) == f"{field}-error"
    values = {str(box["name"]): box.get("value", "") for box in page.select("main form .input")}
    assert values == {"name": "", "first": "", "last": "", **sent}
    assert (stored(), acts()) == ({}, [])


def test_a_range_may_run_to_the_longest_and_over_the_new_year(city: PageClient) -> None:
    assert note(city, name="寒假", first="2060-12-02", last="2061-01-01") == 302
    assert len(stored()) == 31
    assert [row[2] for row in table(city, 2060)] == ["30"]
    assert [row[2] for row in table(city, 2061)] == ["1"]


WEEKEND = {"name": "春节调休", "first": "2060-02-14", "last": "2060-02-15", "is_worked": "y"}


def test_a_worked_weekend_is_noted_shown_and_taken_back(city: PageClient, world: World) -> None:
    assert note(city, **SPRING) == 302
    assert note(city, **WEEKEND) == 302
    days = [f"2060-02-{n:02d}" for n in range(2, 9)]
    spring = ["春节", "2060年2月2日 周一 – 2060年2月8日 周日", "7"]
    weekend = ["春节调休", "2060年2月14日 周六 – 2060年2月15日 周日", "2"]
    assert table(city, 2060) == [spring, weekend]
    assert worked() == ["2060-02-14", "2060-02-15"]
    # A day becomes what was said last: the Sunday is worked, then rest again.
    assert note(city, name="补课", first="2060-02-08", is_worked="y") == 302
    assert worked() == ["2060-02-08", "2060-02-14", "2060-02-15"]
    assert note(city, name="春节", first="2060-02-08") == 302
    sent = {"first": "2060-02-14", "last": "2060-02-15"}
    assert city.post(f"{ADDRESS}/drop", data=sent).status_code == 302
    assert (stored(), worked()) == (dict.fromkeys(days, "春节"), [])
    name = world["city_officer"].name
    after = {"name": "春节调休", "until": "2060-02-15", "worked": "yes"}
    assert acts()[1] == ("note_holiday", "2060-02-14", name, {}, after)
    dropped = {"2060-02-14": "春节调休", "2060-02-15": "春节调休"}
    assert acts()[-1] == ("drop_holiday", "2060-02-14", name, dropped, {})


def worked() -> list[str]:
    with make_write_session() as session:
        rows = session.scalars(
            select(PublicHoliday.day).where(PublicHoliday.is_worked).order_by(PublicHoliday.day)
        )
        return [day.isoformat() for day in rows]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"first": "2060-02-13"}, "调休上班的应是周六、周日"),
        ({"last": "2060-02-16"}, "调休上班的应是周六、周日"),
        ({"first": "2022-10-08", "last": "2022-10-09"}, "2022 年的节假日已经公布"),
        ({"name": ""}, "请填写节假日名称"),
    ],
)
def test_what_cannot_be_a_worked_weekend_is_said(
    city: PageClient, changes: dict[str, str], words: str
) -> None:
    answer = city.post(ADDRESS, data={**WEEKEND, **changes})
    assert (answer.status_code, words in answer.text) == (422, True)
    page = BeautifulSoup(answer.text, "html.parser")
    assert len(page.select("input[name=is_worked][checked]")) == 1
    assert (stored(), acts()) == ({}, [])


def test_a_published_year_says_which_weekends_are_worked(city: PageClient) -> None:
    rows = table(city, 2022)
    assert [row for row in rows if row[0] == "调休上班"] == [
        ["调休上班", "1月29日 周六 – 1月30日 周日", "2"],
        ["调休上班", "4月2日 周六", "1"],
        ["调休上班", "4月24日 周日", "1"],
        ["调休上班", "5月7日 周六", "1"],
        ["调休上班", "10月8日 周六 – 10月9日 周日", "2"],
    ]


def test_the_calendar_marks_a_worked_weekend(city: PageClient) -> None:
    note(city, **WEEKEND)
    note(city, **SPRING)
    page = BeautifulSoup(city.get("/calendar?month=2060-02").text, "html.parser")
    marks = [mark.get_text() for mark in page.select(".day__note")]
    assert marks == [*["春节"] * 7, *["调休上班"] * 2]
    assert [mark.get_text() for mark in page.select(".day__note--work")] == ["调休上班"] * 2


@pytest.mark.parametrize(
    "sent", [{}, {"first": "x", "last": "2060-02-08"}, {"first": "2060-02-02"}]
)
def test_a_strange_removal_is_refused(city: PageClient, sent: dict[str, str]) -> None:
    note(city, **SPRING)
    assert city.post(f"{ADDRESS}/drop", data=sent).status_code == 422
    assert len(stored()) == 7


def test_what_is_gone_cannot_be_taken_back_again(city: PageClient) -> None:
    sent = {"first": "2060-02-02", "last": "2060-02-07"}
    answer = city.post(f"{ADDRESS}/drop", data=sent)
    assert (answer.status_code, acts()) == (422, [])
    assert "没有记过这一天" in answer.text


@pytest.mark.parametrize("year", ["x", "-1", "1999", "2100", "9" * 30, ""])
def test_a_strange_year_shows_this_one(city: PageClient, year: str) -> None:
    page = city.get(f"{ADDRESS}?year={year}")
    assert (page.status_code, "2022 年的放假安排已经公布" in page.text) == (200, True)


@pytest.mark.parametrize("username", ["clerk", "officer"])
def test_bases_and_counties_read_and_are_told_whom_to_ask(
    client: PageClient, world: World, username: str
) -> None:
    client.log_in(username)
    page = client.get(f"{ADDRESS}?year=2060").text

    assert "请联系市人社部门" in page
    assert BeautifulSoup(page, "html.parser").select(f"form[action^='{ADDRESS}']") == []
    assert note(client, **SPRING) == 403
    assert client.post(f"{ADDRESS}/drop", data=SPRING).status_code == 403
    assert (stored(), acts()) == ({}, [])


def test_days_in_a_row_under_one_name_are_one_stretch() -> None:
    days = [(date(2060, 9, 30), "中秋节"), (date(2060, 10, 1), "国庆节")]
    days += [(date(2060, 10, 2), "国庆节"), (date(2060, 10, 4), "国庆节")]
    assert stretches(days) == [
        Stretch(date(2060, 9, 30), date(2060, 9, 30), "中秋节"),
        Stretch(date(2060, 10, 1), date(2060, 10, 2), "国庆节"),
        Stretch(date(2060, 10, 4), date(2060, 10, 4), "国庆节"),
    ]
    assert stretches([]) == []


@pytest.mark.concurrency
def test_two_noting_and_dropping_at_once_end_with_one_of_each_day(app: Flask, world: World) -> None:
    def note_one(number: int) -> str:
        wanted = Stretch(date(2060, 2, 2), date(2060, 2, 8), f"春节{number}")
        in_transaction(lambda s: note_holidays(s, wanted, actor=world["city_officer"], now=NOW))
        return str(wanted.name)

    names = together(app, 8, note_one)

    kept = stored()
    assert len(kept) == 7
    assert len(set(kept.values())) == 1
    assert set(kept.values()) <= set(names)
    assert len(acts()) == 8
    with pytest.raises(InvalidInputError), make_write_session() as session:
        drop_holidays(session, date(2061, 1, 1), date(2061, 1, 2), actor=None, now=NOW)
