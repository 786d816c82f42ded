"""The only module allowed to read the wall clock, and the one that knows Jining's time zone."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]

SHANGHAI = ZoneInfo("Asia/Shanghai")


def system_clock() -> datetime:
    """The current moment, timezone-aware, in UTC."""
    return datetime.now(UTC)


def business_date(moment: datetime) -> date:
    """The calendar day in Jining on which `moment` falls."""
    return moment.astimezone(SHANGHAI).date()


def local(moment: datetime) -> datetime:
    """`moment` on Jining's clocks."""
    return moment.astimezone(SHANGHAI)


def moment_at(day: date, at: time) -> datetime:
    """The aware moment at which Jining's clocks show `at` on `day`."""
    return datetime.combine(day, at, tzinfo=SHANGHAI)


def end_of_day(day: date) -> datetime:
    """24:00 of `day` in Jining, the moment at which a deadline of that day runs out."""
    return moment_at(day + timedelta(days=1), time(0))
