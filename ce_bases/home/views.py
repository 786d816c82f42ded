"""Front page, contacts, help and privacy."""

from datetime import timedelta

from flask.typing import ResponseReturnValue

from ce_bases.bureaus.directory import BUREAUS, PLATFORM_SUPPORT_PHONE
from ce_bases.calendar import queries
from ce_bases.calendar.filters import CalendarFilter
from ce_bases.calendar.seats import seats_to_take
from ce_bases.core.access import Action
from ce_bases.home import machine_views
from ce_bases.home.blueprint import bp
from ce_bases.policy.registry import FIRST_YEAR, policy_for
from ce_bases.web.access import allow
from ce_bases.web.caching import show_public
from ce_bases.web.extensions import session
from ce_bases.web.moment import request_now, today

__all__ = ["bp", "machine_views"]

DAYS_NEAR = timedelta(days=30)


@bp.get("/")
@allow(Action.READ_PUBLIC)
def index() -> ResponseReturnValue:
    day, year = today(), max(today().year, FIRST_YEAR)
    near = queries.public_facets(session(), CalendarFilter(), day, day + DAYS_NEAR).counts
    classes = queries.public_next(session(), day, lectures=False, limit=8)
    lectures = queries.public_next(session(), day, lectures=True, limit=5)
    return show_public(
        "home/index.html",
        classes=classes,
        lectures=lectures,
        seats=seats_to_take(session(), [*classes, *lectures], now=request_now()),
        counties=[(b, near["county"][b.code]) for b in BUREAUS if b.code in near["county"]],
        policy=policy_for(year),
        year=year,
        support=PLATFORM_SUPPORT_PHONE,
    )


@bp.get("/contacts")
@allow(Action.READ_PUBLIC)
def contacts() -> ResponseReturnValue:
    return show_public("home/contacts.html", bureaus=BUREAUS, support=PLATFORM_SUPPORT_PHONE)


@bp.get("/help", endpoint="help")
@allow(Action.READ_PUBLIC)
def help_page() -> ResponseReturnValue:
    return show_public("home/help.html", support=PLATFORM_SUPPORT_PHONE)


@bp.get("/privacy")
@allow(Action.READ_PUBLIC)
def privacy() -> ResponseReturnValue:
    return show_public("home/privacy.html")
