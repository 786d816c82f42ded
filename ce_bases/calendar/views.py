"""The public calendar and its lists: no account needed, nothing private."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from ce_bases.bureaus.directory import BUREAUS
from ce_bases.bureaus.holidays import Holidays, holidays_between
from ce_bases.calendar import (
    base_views,
    cells,
    feed_views,
    filing_views,
    grid,
    personal_views,
    plan_page,
    queries,
    search_views,
)
from ce_bases.calendar.blueprint import bp, site_address
from ce_bases.calendar.filters import Asked, CalendarFilter, read_asked, read_filter
from ce_bases.calendar.seats import seats_to_take
from ce_bases.core.access import Action
from ce_bases.organisers.queries import get_organiser
from ce_bases.plans.models import FORM_LABELS, SUBJECT_LABELS, Form
from ce_bases.policy.registry import filing_policy_for
from ce_bases.web.access import allow
from ce_bases.web.addresses import url_for
from ce_bases.web.caching import show_public
from ce_bases.web.extensions import session
from ce_bases.web.moment import request_now, today
from ce_bases.web.pagination import page_number, page_url, paginate

__all__ = [
    "base_views",
    "bp",
    "cells",
    "feed_views",
    "filing_views",
    "personal_views",
    "plan_page",
    "search_views",
]

Shown = dict[str, Any]
Span = tuple[date, date]


@bp.get("/calendar")
@allow(Action.READ_PUBLIC)
def index() -> ResponseReturnValue:
    asked = read_asked(request.args, now=request_now())
    span, shown = {"week": _week, "list": _list}.get(asked.view, _month)(asked)

    def address(**changes: date | str | None) -> str:
        return url_for("calendar.index", **asked.query(**changes))

    wanted = asked.wanted
    facets = queries.public_facets(session(), wanted, *span)
    return show_public(
        "calendar/index.html",
        asked=asked,
        wanted=wanted,
        address=address,
        counts=facets.counts,
        organisers=facets.organisers,
        free_count=queries.public_free_count(session(), wanted, *span, now=request_now()),
        organiser=get_organiser(session(), wanted.organiser) if wanted.organiser else None,
        counties=BUREAUS,
        subjects=SUBJECT_LABELS,
        forms=FORM_LABELS,
        **shown,
    )


def _month(asked: Asked) -> tuple[Span, Shown]:
    month = (asked.month or asked.day or today()).replace(day=1)
    dates = grid.month_dates(month)
    last = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    shown: Shown = {
        "month": month,
        "this_month": today().replace(day=1),
        "before": grid.month_after(month, -1),
        "after": grid.month_after(month, 1),
        **_weeks(asked, dates, month=month.month),
    }
    return (month, last), shown


def _week(asked: Asked) -> tuple[Span, Shown]:
    in_other_month = asked.month and asked.month != today().replace(day=1)
    day = asked.day or (asked.month if in_other_month else None) or today()
    dates = grid.week_dates(day)
    monday, sunday = dates[0][0], dates[0][-1]
    shown: Shown = {
        "monday": monday,
        "sunday": sunday,
        "before": monday - timedelta(days=7),
        "after": monday + timedelta(days=7),
        **_weeks(asked, dates),
    }
    return (monday, sunday), shown


def _weeks(asked: Asked, dates: Sequence[Sequence[date]], *, month: int | None = None) -> Shown:
    # Each written once for all rows.
    plans = url_for("calendar.plan", number="-").removesuffix("-")
    week = asked.query(view="week", day="DAY", month=None)
    days = url_for("calendar.index", **{**week, "day": "DAY"})
    links = grid.Links(
        plan=lambda number: plans + number,
        day=lambda day: days.replace("day=DAY", f"day={day.isoformat()}", 1),
    )
    span, wanted = (dates[0][0], dates[-1][-1]), asked.wanted
    per_day = grid.SHOWN_A_DAY if month else None
    rows = queries.public_by_day(session(), wanted, *span, per_day=per_day)
    totals = queries.public_day_totals(session(), wanted, *span) if month else None
    # Known years are not looked up: the pages most looked at stay without the query.
    is_known = grid.holidays_known(dates)
    noted = Holidays({}) if is_known else holidays_between(session(), *span)
    weeks = grid.fill(dates, rows, today(), links, month=month, totals=totals)
    return {
        "weeks": grid.mark(weeks, noted.by_hand, noted.worked),
        "holidays_known": grid.holidays_known(dates, month=month),
        "holidays_noted": bool(noted.by_hand or noted.worked),
    }


def _list(asked: Asked) -> tuple[Span, Shown]:
    """The month that was asked for, else everything from today on."""
    span = (today(), date.max)
    if asked.month:
        next_month = grid.month_after(asked.month, 1)
        span = (asked.month, next_month - timedelta(days=1) if next_month else date.max)
    shown: Shown = {
        "month": asked.month,
        "before": grid.month_after(asked.month, -1) if asked.month else None,
        "after": grid.month_after(asked.month, 1) if asked.month else None,
        **_paged(asked.wanted, span),
    }
    return span, shown


def _paged(wanted: CalendarFilter, span: Span) -> Shown:
    statement = queries.public_listed(wanted, *span)
    page = paginate(session(), statement, number=page_number())
    seats = seats_to_take(session(), page.items, now=request_now())
    return {"page": page, "page_url": page_url, "seats": seats}


@bp.get("/lectures")
@allow(Action.READ_PUBLIC)
def lectures() -> ResponseReturnValue:
    return show_public(
        "calendar/lectures.html",
        clause=filing_policy_for(today().year).public_clause,
        **_paged(CalendarFilter(form=Form.LECTURE), (today(), date.max)),
    )


@bp.get("/subscribe")
@allow(Action.READ_PUBLIC)
def subscribe() -> ResponseReturnValue:
    wanted = read_filter(request.args)
    path = url_for("calendar.feed", **wanted.query())
    return show_public(
        "calendar/subscribe.html",
        address=site_address() + path,
        wanted=wanted,
        organiser=get_organiser(session(), wanted.organiser) if wanted.organiser else None,
        county=next((b.area for b in BUREAUS if b.code == wanted.county), ""),
        subjects=SUBJECT_LABELS,
        forms=FORM_LABELS,
    )
