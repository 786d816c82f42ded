"""Weeks, rest days and the edges of the calendar."""

from datetime import date, time
from types import SimpleNamespace

import pytest

from ce_bases.calendar import grid
from ce_bases.plans.models import Form, Subject

LINKS = grid.Links(plan=lambda number: f"/plans/{number}", day=lambda day: f"/day/{day}")


@pytest.mark.parametrize(
    ("month", "first", "last", "weeks"),
    [
        (date(2022, 6, 1), date(2022, 5, 30), date(2022, 7, 3), 5),
        (date(2021, 2, 1), date(2021, 2, 1), date(2021, 2, 28), 4),
        (date(2022, 10, 1), date(2022, 9, 26), date(2022, 11, 6), 6),
    ],
)
def test_a_month_is_whole_weeks_from_monday(
    month: date, first: date, last: date, weeks: int
) -> None:
    dates = grid.month_dates(month)

    assert (dates[0][0], dates[-1][-1], len(dates)) == (first, last, weeks)
    assert {len(week) for week in dates} == {7}


@pytest.mark.parametrize("day", [date(2022, 6, 20), date(2022, 6, 23), date(2022, 6, 26)])
def test_a_week_begins_on_monday(day: date) -> None:
    [week] = grid.week_dates(day)

    assert (week[0], week[-1]) == (date(2022, 6, 20), date(2022, 6, 26))


@pytest.mark.parametrize(
    ("day", "note", "is_rest", "is_shift"),
    [
        (date(2022, 6, 3), "端午节", True, False),
        (date(2022, 6, 6), None, False, False),
        (date(2022, 6, 11), None, True, False),
        (date(2022, 10, 8), "调休上班", False, True),
        (date(2022, 10, 1), "国庆节", True, False),
        (date(2022, 1, 31), "春节", True, False),
        (date(2027, 10, 1), None, False, False),
        (date(2027, 10, 2), None, True, False),
    ],
)
def test_each_day_knows_whether_people_work(
    day: date, note: str | None, is_rest: bool, is_shift: bool
) -> None:
    [week] = grid.fill(grid.week_dates(day), [], day, LINKS)
    cell = week[day.weekday()]

    assert (str(cell.note) if cell.note else None, cell.is_rest, cell.is_workday_shift) == (
        note,
        is_rest,
        is_shift,
    )
    assert cell.is_today


def test_years_without_published_holidays_are_known_as_such() -> None:
    assert grid.holidays_known(grid.month_dates(date(2026, 6, 1)))
    assert not grid.holidays_known(grid.month_dates(date(2027, 6, 1)))
    # The last month of a known year, whose weeks reach into the next one.
    december = grid.month_dates(date(2026, 12, 1))
    assert grid.holidays_known(december, month=12)
    assert not grid.holidays_known(december)


def test_days_of_neighbouring_months_are_marked() -> None:
    weeks = grid.fill(grid.month_dates(date(2022, 6, 1)), [], date(2022, 6, 1), LINKS, month=6)

    assert [d.date.day for d in weeks[0] if not d.is_in_month] == [30, 31]
    assert [d.date.day for d in weeks[-1] if not d.is_in_month] == [1, 2, 3]


@pytest.mark.parametrize(
    ("today", "past"),
    [
        (date(2022, 6, 2), [date(2022, 5, 30), date(2022, 5, 31), date(2022, 6, 1)]),
        (date(2022, 5, 31), []),
        (date(2022, 7, 2), []),
        (date(2022, 7, 4), []),
        (date(2022, 5, 29), []),
    ],
    ids=["within", "the month before", "the month after", "an old month", "a month to come"],
)
def test_days_are_past_only_beside_days_that_are_not(today: date, past: list[date]) -> None:
    weeks = grid.fill(grid.month_dates(date(2022, 6, 1)), [], today, LINKS, month=6)

    assert [day.date for week in weeks for day in week if day.is_past] == past


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("2022年任城区护理培训班", "任城区护理培训班"),
        ("2021年任城区护理培训班（补）", "2021年任城区护理培训班（补）"),
        ("任城区2022年护理培训班", "任城区2022年护理培训班"),
        ("2022年", "2022年"),
    ],
)
def test_a_title_does_not_repeat_the_year_over_the_grid(title: str, shown: str) -> None:
    held = SimpleNamespace(
        held_on=date(2022, 6, 20),
        filing_number="2022-370811-0001",
        title=title,
        starts_at=time(8, 30),
        is_cancelled=False,
        form=Form.LECTURE,
        subject=Subject.PUBLIC,
    )

    [week] = grid.fill(grid.week_dates(held.held_on), [held], date(2022, 6, 1), LINKS)

    assert [event.title for event in week[0].events] == [shown]


@pytest.mark.parametrize(
    ("month", "steps", "found"),
    [
        (date(2022, 12, 1), 1, date(2023, 1, 1)),
        (date(2022, 1, 1), -1, date(2021, 12, 1)),
        (date(2022, 1, 31), 1, date(2022, 2, 1)),
        (date(2099, 12, 1), 1, None),
        (date(2000, 1, 1), -1, None),
    ],
)
def test_the_month_beside(month: date, steps: int, found: date | None) -> None:
    assert grid.month_after(month, steps) == found
