"""When a training plan must be on file — 二(二)3: “应于开班10日前报……备案”."""

from dataclasses import dataclass
from datetime import date, timedelta

from ce_bases.policy.shapes import FilingRule, IsWorkday, monday_to_friday

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class FilingWindow:
    """Whether a class can be filed on a day, and what could be instead."""

    opens_on: date
    filed_on: date
    last_filing_day: date
    days_ahead: int
    in_time: bool
    earliest_opening: date


def last_filing_day(
    opens_on: date, rule: FilingRule, *, is_workday: IsWorkday = monday_to_friday
) -> date:
    """The last day (to 24:00) on which a class opening on `opens_on` can be filed — 二(二)3.

    Calendar days, inclusive: a class on the 20th is in time up to and including the 10th.
    """
    steps = rule.lead_days + (rule.boundary == "clear")
    if rule.count == "calendar":
        return opens_on - timedelta(days=steps)
    day = opens_on
    while steps:
        day -= _DAY
        steps -= is_workday(day)
    return day


def is_in_time(
    filed_on: date, opens_on: date, rule: FilingRule, *, is_workday: IsWorkday = monday_to_friday
) -> bool:
    """Whether filing on `filed_on` is ten days ahead of `opens_on` — 二(二)3."""
    return filed_on <= last_filing_day(opens_on, rule, is_workday=is_workday)


def earliest_opening(
    filed_on: date, rule: FilingRule, *, is_workday: IsWorkday = monday_to_friday
) -> date:
    """The first opening day that can still be filed on `filed_on` — 二(二)3."""
    opens_on = filed_on + timedelta(days=rule.lead_days + (rule.boundary == "clear"))
    while not is_in_time(filed_on, opens_on, rule, is_workday=is_workday):
        opens_on += _DAY
    return opens_on


def filing_window(
    opens_on: date, filed_on: date, rule: FilingRule, *, is_workday: IsWorkday = monday_to_friday
) -> FilingWindow:
    """Everything there is to say about filing on `filed_on` a class opening on `opens_on`."""
    last = last_filing_day(opens_on, rule, is_workday=is_workday)
    return FilingWindow(
        opens_on=opens_on,
        filed_on=filed_on,
        last_filing_day=last,
        days_ahead=(opens_on - filed_on).days,
        in_time=filed_on <= last,
        earliest_opening=earliest_opening(filed_on, rule, is_workday=is_workday),
    )


@dataclass(frozen=True, slots=True)
class Extent:
    """What a returned plan may not extend if it is to keep its first submission time.

    `reach_rank` grows with the width of the audience.
    """

    opens_on: date
    halves: int
    subject: str
    reach_rank: int


def extended(before: Extent, after: Extent) -> tuple[str, ...]:
    """The fields in which `after` asks for more than `before`: the order of `Extent`."""
    found = {
        "opens_on": after.opens_on < before.opens_on,
        "halves": after.halves > before.halves,
        "subject": after.subject != before.subject,
        "reach_rank": after.reach_rank > before.reach_rank,
    }
    return tuple(name for name, is_more in found.items() if is_more)


def last_grace_day(returned_on: date, rule: FilingRule) -> date:
    """The last day (to 24:00) on which a returned plan may keep its first submission."""
    return returned_on + timedelta(days=rule.return_grace_days)


def keeps_first_submission(
    returned_on: date, resubmitted_on: date, before: Extent, after: Extent, rule: FilingRule
) -> bool:
    """Whether a plan returned for correction counts from its first submission — rules §3.

    It must be back within the grace (day of return + 3 calendar days, to 24:00) and open no
    earlier, carry no more hours, keep its subject and address nobody further.
    """
    return resubmitted_on <= last_grace_day(returned_on, rule) and not extended(before, after)
