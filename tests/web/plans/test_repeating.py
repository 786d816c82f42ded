"""Rows copied and repeated without script: holidays left out, nothing typed lost."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.audit.queries import history_of
from ce_bases.bureaus.holidays import Stretch, note_holidays
from ce_bases.bureaus.models import PublicHoliday
from ce_bases.plans.models import Plan
from ce_bases.web.extensions import make_write_session
from tests.conftest import NOON_1_JUNE as NOW
from tests.conftest import FrozenClock
from tests.factories.plans import filed_plan, make_session_details
from tests.factories.world import World
from tests.web.client import PageClient
from tests.web.plans.forms import filled_form, problems, row, typed

NEW = "/filing/plans/new"


def days(html: str) -> list[str]:
    sent = typed(html)
    return [sent[f"sessions-{n}-held_on"] for n in range(120) if f"sessions-{n}-held_on" in sent]


def repeat(client: PageClient, sent: dict[str, Any], **wanted: str) -> str:
    answer = client.post(
        NEW, data={**sent, **{f"repeat-{k}": v for k, v in wanted.items()}, "do": "repeat"}
    )
    assert answer.status_code == 200, problems(answer.text)
    return answer.text


def said(html: str) -> str:
    note = BeautifulSoup(html, "html.parser").select_one("[data-repeat] [role=status]")
    return note.get_text(" ", strip=True) if note else ""


def test_a_row_is_copied_whole_and_is_a_session_of_its_own(
    client: PageClient, world: World
) -> None:
    client.log_in("clerk")
    sent = {**filled_form(world), **row(world, 1, held_on="2022-06-21", topic="第二课")}
    saved = client.post(NEW, data={**sent, "do": "save"}).location
    before = typed(client.get(saved).text)

    after = typed(client.post(saved, data={**before, "do": "copy-0"}).text)

    first, copy = (
        {name.split("-", 2)[2]: v for name, v in after.items() if name.startswith(f"sessions-{n}-")}
        for n in (0, 2)
    )
    assert first["uid"] != ""
    assert copy == {**first, "uid": ""}
    assert {name: after[name] for name in sent} == {name: before[name] for name in sent}


@pytest.mark.parametrize("wish", ["copy-9", "copy-", "copy-x", "copy--1", "copy-99999999999999999"])
def test_a_row_that_is_not_there_is_not_copied(client: PageClient, world: World, wish: str) -> None:
    client.log_in("clerk")

    page = client.post(NEW, data={**filled_form(world), "do": wish})

    assert (page.status_code, days(page.text)) == (200, ["2022-06-20"])


def test_every_saturday_but_not_on_a_public_holiday(client: PageClient, world: World) -> None:
    client.log_in("clerk")
    sent = filled_form(world, opens_on="2022-09-17", outline="第一行\r\n第二行")

    page = repeat(client, sent, until="2022-10-15")

    # 1 October is a holiday; on 8 October people work in its place: no holiday
    assert days(page) == ["2022-09-17", "2022-09-24", "2022-10-08", "2022-10-15"]
    assert "已增加 3 个课次" in said(page)
    assert "10月1日" in said(page)
    assert "公布" not in said(page)
    again = typed(page)
    assert {name: again[name] for name in sent if name != "outline"} == {
        name: value for name, value in sent.items() if name != "outline"
    }
    assert (again["sessions-3-topic"], again["sessions-3-uid"]) == ("装配式建筑施工技术", "")
    with make_write_session() as session:
        assert session.scalars(select(Plan)).all() == []


def test_a_saturday_noted_as_worked_is_no_holiday(client: PageClient, world: World) -> None:
    client.log_in("city_officer")
    for sent in (
        {"first": "2060-10-02", "last": "2060-10-09"},
        {"first": "2060-10-09", "is_worked": "y"},
    ):
        assert client.post("/holidays", data={"name": "国庆节", **sent}).status_code == 302
    client.log_in("clerk")
    sent = filled_form(world, opens_on="2060-09-25")

    page = repeat(client, sent, until="2060-10-16")

    assert days(page) == ["2060-09-25", "2060-10-09", "2060-10-16"]
    assert ("10月2日" in said(page), "10月9日" in said(page)) == (True, False)
    assert "只避开了本站记下的 7 天" in said(page)


def test_repeating_again_adds_only_what_is_missing(client: PageClient, world: World) -> None:
    client.log_in("clerk")
    once = typed(repeat(client, filled_form(world), until="2022-07-04", step="7"))

    page = repeat(client, once, row="1", until="2022-07-11", step="7")

    assert days(page) == ["2022-06-20", "2022-06-27", "2022-07-04", "2022-07-11"]
    assert "已增加 1 个课次" in said(page)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"step": "14", "until": "2022-07-18"}, ["2022-07-04", "2022-07-18"]),
        ({"step": "1", "until": "2022-06-22"}, ["2022-06-21", "2022-06-22"]),
        ({"step": "nonsense", "until": "2022-06-27"}, ["2022-06-27"]),
        ({"until": "2022-06-26"}, []),
    ],
)
def test_steps(
    client: PageClient, world: World, wanted: dict[str, str], expected: list[str]
) -> None:
    client.log_in("clerk")

    assert days(repeat(client, filled_form(world), **wanted)) == ["2022-06-20", *expected]


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({}, "until"),
        ({"until": "2022-06-20"}, "until"),
        ({"until": "2022-13-40"}, "until"),
        ({"until": "2023-06-22"}, "until"),
        ({"until": "2022-12-31", "step": "1"}, "until"),
        ({"until": "2022-07-20", "row": "2"}, "row"),
        ({"until": "2022-07-20", "row": "x"}, "row"),
    ],
)
def test_what_cannot_be_repeated_is_said_at_its_field(
    client: PageClient, world: World, wanted: dict[str, str], field: str
) -> None:
    client.log_in("clerk")
    sent = {f"repeat-{name}": value for name, value in wanted.items()}

    answer = client.post(NEW, data={**filled_form(world), **sent, "do": "repeat"})

    assert answer.status_code == 422
    page = BeautifulSoup(answer.text, "html.parser")
    assert [str(e["id"]) for e in page.select(".field__error")] == [f"repeat-{field}-error"]
    assert days(answer.text) == ["2022-06-20"]


def test_a_year_not_published_goes_by_the_days_noted_here_and_says_so(
    client: PageClient, session: Session, world: World, clock: FrozenClock
) -> None:
    clock.set(datetime(2060, 9, 1, tzinfo=UTC))
    second = date(2060, 10, 2)
    note_holidays(session, Stretch(second, second, "国庆节"), actor=None, now=NOW)
    session.commit()
    client.log_in("clerk")

    page = repeat(client, filled_form(world, opens_on="2060-09-25"), until="2060-10-09")

    assert days(page) == ["2060-09-25", "2060-10-09"]
    assert "2060 年的法定节假日还没有公布，只避开了本站记下的 1 天" in said(page)


def test_over_the_new_year_each_year_says_how_many_days_are_noted(
    client: PageClient, session: Session, world: World, clock: FrozenClock
) -> None:
    clock.set(datetime(2060, 12, 1, tzinfo=UTC))
    for first, last in (
        (date(2060, 12, 31), date(2061, 1, 2)),
        (date(2061, 2, 1), date(2061, 2, 2)),
    ):
        note_holidays(session, Stretch(first, last, "放假"), actor=None, now=NOW)
    session.commit()
    client.log_in("clerk")

    page = repeat(client, filled_form(world, opens_on="2060-12-17"), until="2061-01-14")

    assert days(page) == ["2060-12-17", "2060-12-24", "2061-01-07", "2061-01-14"]
    assert "2060 年的法定节假日还没有公布，只避开了本站记下的 1 天" in said(page)
    assert "2061 年的法定节假日还没有公布，只避开了本站记下的 2 天" in said(page)
    links = BeautifulSoup(page, "html.parser").select("[data-repeat] [role=status] a")
    assert [a["href"] for a in links] == ["/holidays?year=2060", "/holidays?year=2061"]


def holidays(app: Flask, *args: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["holidays", *args])
    return result.exit_code, result.output


def test_holidays_are_noted_shown_and_taken_back(app: Flask, world: World) -> None:
    assert holidays(app, "add", "2060-10-01", "国庆") == (0, "2060-10-01 国庆\n")
    assert holidays(app, "add", "2060-10-01", "国庆节") == (0, "2060-10-01 国庆节\n")
    assert holidays(app, "show", "2060") == (0, "2060-10-01 国庆节\n")
    assert holidays(app, "show", "2022") == (0, "2022: published\n")
    assert holidays(app, "remove", "2060-10-01") == (0, "")
    assert holidays(app, "show", "2060") == (0, "")
    with make_write_session() as session:
        acts = [e.action for e in history_of(session, "public_holiday", "2060-10-01")]
    assert acts == ["note_holiday", "note_holiday", "drop_holiday"]


def test_a_worked_weekend_by_command(app: Flask, world: World) -> None:
    assert holidays(app, "add", "--worked", "2060-10-09", "国庆节调休")[0] == 0
    assert holidays(app, "show", "2060") == (0, "2060-10-09 国庆节调休 (worked)\n")
    assert holidays(app, "add", "2060-10-09", "国庆节") == (0, "2060-10-09 国庆节\n")
    assert holidays(app, "show", "2060") == (0, "2060-10-09 国庆节\n")
    code, said = holidays(app, "add", "--worked", "2060-10-08", "国庆节调休")
    assert (code, "调休上班的应是周六、周日" in said) == (1, True)


@pytest.mark.parametrize(
    "args", [("add", "2022-10-01", "国庆节"), ("add", "2060-10-01", ""), ("remove", "2060-10-01")]
)
def test_what_cannot_be_noted_is_refused(app: Flask, world: World, args: tuple[str, ...]) -> None:
    code, _output = holidays(app, *args)

    assert code != 0
    with make_write_session() as session:
        assert session.scalars(select(PublicHoliday)).all() == []


@pytest.mark.parametrize(
    ("today", "days_later"),
    [
        (datetime(2022, 6, 1, 4, tzinfo=UTC), 7),
        (datetime(2022, 6, 17, 4, tzinfo=UTC), 7),
        (datetime(2022, 6, 18, 4, tzinfo=UTC), 14),
        (datetime(2022, 12, 20, 4, tzinfo=UTC), 196),
    ],
)
def test_a_copy_keeps_its_weekdays_and_can_still_be_filed(
    client: PageClient,
    session: Session,
    world: World,
    clock: FrozenClock,
    today: datetime,
    days_later: int,
) -> None:
    first = make_session_details(world)
    second = make_session_details(world, on=date(2022, 6, 25))
    plan = filed_plan(session, world, first, second, now=NOW)
    session.commit()
    clock.set(today)
    client.log_in("clerk")

    copy = client.get(f"{NEW}?from={plan.id}&shift=1").text

    later = timedelta(days=days_later)
    assert days(copy) == [f"{first.held_on + later}", f"{second.held_on + later}"]
    assert (typed(copy)["sessions-1-uid"], typed(copy)["enrol_closes_at"]) == ("", "")
    assert client.get(f"/filing/plans/{plan.id}").text.count(f"?from={plan.id}") == 2
