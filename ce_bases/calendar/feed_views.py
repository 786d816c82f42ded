"""Feeds for people's own calendars: everything, one base, one plan."""

from flask import Response, request
from flask.typing import ResponseReturnValue

from ce_bases.calendar import queries
from ce_bases.calendar.blueprint import bp, get_plan_at, site_address
from ce_bases.calendar.feed import at_plans, build_feed, feed_name
from ce_bases.calendar.filters import CalendarFilter, read_filter
from ce_bases.core.access import Action
from ce_bases.organisers.queries import get_organiser
from ce_bases.plans.standing import shown_revision
from ce_bases.web.access import allow
from ce_bases.web.addresses import url_for
from ce_bases.web.caching import conditional
from ce_bases.web.extensions import session
from ce_bases.web.moment import today

SECONDS = 600  # fresher than the hour after which subscribers ask again


@bp.get("/calendar.ics")
@allow(Action.READ_PUBLIC)
def feed() -> ResponseReturnValue:
    wanted = read_filter(request.args)
    return _filtered(wanted, url_for("calendar.feed", **wanted.query()))


@bp.get("/bases/<int:organiser_id>.ics")
@allow(Action.READ_PUBLIC)
def base_feed(organiser_id: int) -> ResponseReturnValue:
    path = url_for("calendar.base_feed", organiser_id=organiser_id)
    return _filtered(CalendarFilter(organiser=organiser_id), path)


@bp.get("/plans/<number>.ics")
@allow(Action.READ_PUBLIC)
def plan_feed(number: str) -> ResponseReturnValue:
    plan = get_plan_at(session(), number)
    rows = queries.public_plan_feed(session(), plan.id)
    return _send(shown_revision(plan).title, rows, url_for("calendar.plan_feed", number=number))


def _filtered(wanted: CalendarFilter, path: str) -> Response:
    organiser = get_organiser(session(), wanted.organiser).name if wanted.organiser else ""
    rows = queries.public_feed(session(), wanted, today())
    return _send(feed_name(wanted, organiser), rows, path)


def _send(name: str, rows: queries.Events, path: str) -> Response:
    site = site_address()
    body = build_feed(name, at_plans(rows, site), source=site + path)
    return conditional(body, mimetype="text/calendar", seconds=SECONDS)
