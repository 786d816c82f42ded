"""Working days: public holidays as published, Monday to Friday for years not yet published."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache

import chinese_calendar

from ce_bases.core.text import Text, msg

#: By the names of the holiday package.
LABELS: Mapping[str, Text] = {
    "New Year's Day": msg("元旦"),
    "Spring Festival": msg("春节"),
    "Tomb-sweeping Day": msg("清明节"),
    "Labour Day": msg("劳动节"),
    "Dragon Boat Festival": msg("端午节"),
    "National Day": msg("国庆节"),
    "Mid-autumn Festival": msg("中秋节"),
}


@lru_cache(maxsize=4096)
def _published(day: date) -> bool | None:
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return None


def is_known(day: date) -> bool:
    """Whether the holidays of that year have been published (in the package)."""
    return _published(day) is not None


def is_workday(day: date) -> bool:
    """Whether people work on `day`; Monday to Friday where the year is not published yet."""
    published = _published(day)
    return day.weekday() < 5 if published is None else published


def holiday_name(day: date) -> str | None:
    """The public holiday on `day` in English as the package names it, or None."""
    if not is_known(day) or is_workday(day):
        return None
    _, name = chinese_calendar.get_holiday_detail(day)
    return None if name is None else str(name)


def add_workdays(day: date, count: int, *, is_workday: Callable[[date], bool] = is_workday) -> date:
    """The day on which `count` working days after `day` have passed."""
    while count:
        day = date.fromordinal(day.toordinal() + 1)
        count -= is_workday(day)
    return day
