"""Addresses of the calendar: read leniently, written back as they were."""

from datetime import date

import pytest

from ce_bases.calendar.filters import Asked, CalendarFilter, read_asked, read_filter

FULL = {
    "view": "week",
    "month": "2022-06",
    "day": "2022-06-20",
    "county": "370811",
    "organiser": "7",
    "subject": "public",
    "form": "lecture",
    "q": "急诊 班",
}


def test_an_address_is_read_and_written_back_unchanged() -> None:
    assert read_asked(FULL).query() == FULL


def test_the_usual_view_and_empty_filters_leave_no_trace() -> None:
    assert read_asked({"view": "month", "q": "  ", "county": ""}).query() == {}
    assert read_asked({"q": "month"}).query() == {"q": "month"}


def test_a_change_is_written_and_an_empty_one_takes_away() -> None:
    asked = Asked(CalendarFilter(county="370811"), month=date(2022, 6, 1))

    changed = asked.query(month=date(2022, 7, 1), view="list", county="", day=date(2022, 7, 4))

    assert changed == {"month": "2022-07", "view": "list", "day": "2022-07-04"}


@pytest.mark.parametrize(
    "args",
    [
        {"month": "2022-13"},
        {"month": "2022-00"},
        {"month": "2022-6"},
        {"month": "９９９９-99"},
        {"month": "1899-01"},
        {"month": "2100-01"},
        {"day": "2022-02-30"},
        {"day": "0000-00-00"},
        {"view": "zzz"},
        {"county": "370000"},
        {"county": "370811 "},
        {"organiser": "-1"},
        {"organiser": "0"},
        {"organiser": "1e3"},
        {"organiser": "9" * 40},
        {"organiser": "٣"},
        {"subject": "PUBLIC"},
        {"form": "'; DROP TABLE plan; --"},
        {"q": "\x00\t\n"},
    ],
)
def test_what_is_not_ours_is_left_out(args: dict[str, str]) -> None:
    assert read_asked(args) == Asked(CalendarFilter())


@pytest.mark.parametrize(
    ("typed", "read"),
    [("  急诊　 护理 ", "急诊 护理"), ("a\x00b", "a b"), ("x" * 100, "x" * 60), ("%_", "%_")],
)
def test_search_words_are_tidied(typed: str, read: str) -> None:
    assert read_filter({"q": typed}).q == read


def test_february_29_is_a_day_in_leap_years_only() -> None:
    assert read_asked({"day": "2024-02-29"}).day == date(2024, 2, 29)
    assert read_asked({"day": "2023-02-29"}).day is None
