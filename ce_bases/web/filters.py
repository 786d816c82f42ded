"""How dates, times and hours are written, the same on every page."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from flask import Flask
from flask_babel import format_date, format_datetime

from ce_bases.core.clock import local
from ce_bases.web import i18n
from ce_bases.web.moment import today

_WEEKDAYS = "一二三四五六日"


def format_hours(halves: int) -> str:
    """Half-hours as people write them: 13 → 6.5, 16 → 8."""
    whole, half = divmod(abs(halves), 2)
    return f"{'-' if halves < 0 else ''}{whole}{'.5' if half else ''}"


def format_day(day: date) -> str:
    """6月20日 周一; with the year when it is not this one."""
    if i18n.lang() == "en":
        return str(format_date(day, "EEE d MMM y" if day.year != today().year else "EEE d MMM"))
    year = f"{day.year}年" if day.year != today().year else ""
    return f"{year}{day.month}月{day.day}日 周{_WEEKDAYS[day.weekday()]}"


def format_day_long(day: date) -> str:
    """2022年6月20日 星期一."""
    return str(format_date(day, "EEEE, d MMMM y" if i18n.lang() == "en" else "y年M月d日 EEEE"))


def format_month(day: date) -> str:
    """2022年6月."""
    return str(format_date(day, "MMMM y" if i18n.lang() == "en" else "y年M月"))


def format_time(at: time) -> str:
    """09:00."""
    return at.strftime("%H:%M")


def format_clock(moment: datetime) -> str:
    """08:52, on Jining's clocks."""
    return f"{local(moment):%H:%M}"


def format_moment(moment: datetime) -> str:
    """6月20日 周一 08:52."""
    shown = local(moment)
    return f"{format_day(shown.date())} {shown:%H:%M}"


def format_moment_exact(moment: datetime) -> str:
    """2022年6月20日 08:52:03, for receipts and proofs."""
    shown = local(moment)
    pattern = "d MMM y HH:mm:ss" if i18n.lang() == "en" else "y年M月d日 HH:mm:ss"
    return str(format_datetime(shown, pattern))


def format_distance(day: date, *, on: date | None = None) -> str:
    """How far `day` is: 还有 3 天, 今天, 已过 2 天."""
    days = (day - (on or today())).days
    if days == 0:
        return i18n.gettext("今天")
    if abs(days) == 1:  # English says one day in other words than two
        return i18n.gettext("还有 1 天") if days > 0 else i18n.gettext("已过 1 天")
    if days > 0:
        return i18n.gettext("还有 %(days)s 天", days=days)
    return i18n.gettext("已过 %(days)s 天", days=-days)


def format_money(cents: int) -> str:
    """Yuan with two decimals: 35000 → 350.00."""
    return f"{Decimal(cents) / 100:,.2f}"


def register(app: Flask) -> None:
    filters: dict[str, Any] = {
        "hours": format_hours,
        "day": format_day,
        "day_long": format_day_long,
        "month": format_month,
        "hm": format_time,
        "clock": format_clock,
        "moment": format_moment,
        "moment_exact": format_moment_exact,
        "distance": format_distance,
        "money": format_money,
        "lines": i18n.tidy,
    }
    app.jinja_env.filters.update(filters)
