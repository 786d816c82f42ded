"""The ten days of 二(二)3: the day before, the day, the day after."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ce_bases.core.clock import business_date
from ce_bases.policy.filing import (
    Extent,
    earliest_opening,
    filing_window,
    is_in_time,
    keeps_first_submission,
    last_filing_day,
)
from ce_bases.policy.notice_2022 import POLICY
from ce_bases.policy.registry import filing_policy_for, policy_for
from ce_bases.policy.shapes import FilingRule

RULE = POLICY.filing
CASES = json.loads((Path(__file__).parent / "cases" / "window.json").read_text())
days = st.dates(date(2022, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['opening']} at {c['at']}")
def test_the_worked_cases(case: dict[str, object]) -> None:
    at = datetime.fromisoformat(str(case["at"]))

    window = filing_window(date.fromisoformat(str(case["opening"])), business_date(at), RULE)

    assert {
        "opening": str(window.opens_on),
        "at": case["at"],
        "last_filing_day": str(window.last_filing_day),
        "days_ahead": window.days_ahead,
        "in_time": window.in_time,
        "earliest_opening": str(window.earliest_opening),
    } == case


@pytest.mark.parametrize(
    ("opens_on", "last"),
    [
        (date(2022, 6, 20), date(2022, 6, 10)),
        (date(2022, 5, 11), date(2022, 5, 1)),
        (date(2024, 3, 10), date(2024, 2, 29)),
        (date(2023, 3, 10), date(2023, 2, 28)),
        (date(2023, 1, 5), date(2022, 12, 26)),
    ],
)
def test_the_last_day_and_its_neighbours(opens_on: date, last: date) -> None:
    assert last_filing_day(opens_on, RULE) == last
    around = [is_in_time(last + timedelta(days=n), opens_on, RULE) for n in (-1, 0, 1)]
    assert around == [True, True, False]


@given(days)
def test_the_earliest_opening_is_in_time_and_the_day_before_is_not(filed_on: date) -> None:
    earliest = earliest_opening(filed_on, RULE)

    assert is_in_time(filed_on, earliest, RULE)
    assert not is_in_time(filed_on, earliest - timedelta(days=1), RULE)


def test_the_settings_change_the_count() -> None:
    clear = FilingRule(10, "calendar", "clear", 3, RULE.clause)
    working = FilingRule(10, "working", "inclusive", 3, RULE.clause)

    assert last_filing_day(date(2022, 6, 20), clear) == date(2022, 6, 9)
    # Ten working days back from Monday the 20th: two weeks.
    assert last_filing_day(date(2022, 6, 20), working) == date(2022, 6, 6)
    holiday = last_filing_day(
        date(2022, 6, 20), working, is_workday=lambda d: d.weekday() < 5 and d != date(2022, 6, 10)
    )
    assert holiday == date(2022, 6, 3)


BEFORE = Extent(date(2022, 6, 20), 16, "professional", 2)


@pytest.mark.parametrize(
    ("back_on", "after", "kept"),
    [
        (date(2022, 6, 15), BEFORE, True),  # the day of return (12th) + 3
        (date(2022, 6, 16), BEFORE, False),
        (date(2022, 6, 12), Extent(date(2022, 6, 21), 14, "professional", 1), True),
        (date(2022, 6, 12), Extent(date(2022, 6, 19), 16, "professional", 2), False),
        (date(2022, 6, 12), Extent(date(2022, 6, 20), 17, "professional", 2), False),
        (date(2022, 6, 12), Extent(date(2022, 6, 20), 16, "public", 2), False),
        (date(2022, 6, 12), Extent(date(2022, 6, 20), 16, "professional", 3), False),
    ],
)
def test_a_returned_plan_keeps_its_date_only_in_time_and_not_extended(
    back_on: date, after: Extent, kept: bool
) -> None:
    assert keeps_first_submission(date(2022, 6, 12), back_on, BEFORE, after, RULE) is kept


def test_years_follow_the_newest_notice_and_none_comes_before_the_first() -> None:
    assert policy_for(2022) is policy_for(2026) is POLICY
    assert filing_policy_for(2019) is POLICY
    with pytest.raises(LookupError):
        policy_for(2021)
