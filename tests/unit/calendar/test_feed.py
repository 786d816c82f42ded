"""The bytes of a feed: folded, closed, and never broken from within."""

import pytest
from icalendar import Calendar

from ce_bases.calendar.feed import at_plans, build_feed, feed_name, fold
from ce_bases.calendar.filters import CalendarFilter
from tests.unit.calendar.strict_ics import parse

SITE = "https://ce.example"
EVENT = (
    "BEGIN:VEVENT\r\nSUMMARY:{}\r\nDTSTART;TZID=Asia/Shanghai:20220620T090000\r\n"
    "DTEND;TZID=Asia/Shanghai:20220620T120000\r\nDTSTAMP:20220601T040000Z\r\nUID:a@b\r\nEND:VEVENT\r\n"
)


def test_an_empty_feed_is_a_whole_calendar() -> None:
    body = build_feed("空", [], source=f"{SITE}/calendar.ics")

    calendar = Calendar.from_ical(body)
    assert [c.name for c in calendar.subcomponents] == ["VTIMEZONE"]
    assert parse(body).children[0].name == "VTIMEZONE"


def test_words_that_look_like_the_end_stay_inside() -> None:
    # Folded, the text ends in a line of its own that reads “END:VEVENT”.
    event = EVENT.format("x" * 60 + "\r\n END:VEVENT")
    body = build_feed("名", at_plans([("2022-370811-0001", event)], SITE), source=SITE)

    [_zone, found] = parse(body).children
    assert found.value("SUMMARY") == "x" * 60 + "END:VEVENT"
    assert found.value("URL") == f"{SITE}/plans/2022-370811-0001"
    assert body.count(b"\r\nEND:VEVENT\r\n") == 1


@pytest.mark.parametrize(
    "line", ["", "a" * 74, "a" * 75, "a" * 76, "学" * 24, "学" * 25, "学" * 200, "a学" * 99]
)
def test_folded_lines_fit_and_unfold_to_the_same(line: str) -> None:
    folded = fold(line)

    assert all(len(piece.encode()) <= 75 for piece in folded.split("\r\n"))
    assert folded.replace("\r\n ", "") == line


def test_the_name_says_what_is_in_it() -> None:
    wanted = CalendarFilter("370811", 3, "public", "lecture", "急诊")

    assert feed_name(CalendarFilter()) == "济宁继续教育培训日历"
    assert (
        feed_name(wanted, "任城基地")
        == "济宁继续教育培训日历 · 任城区 · 任城基地 · 公需科目 · 公益课堂 · 急诊"
    )


def test_a_name_with_the_format_s_own_characters_is_escaped() -> None:
    body = build_feed("a,b;c\\d\ne", [], source=SITE)

    assert parse(body).value("X-WR-CALNAME") == "a,b;c\\d\ne"
