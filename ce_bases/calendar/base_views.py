"""Who holds classes: the list of bases and departments, and each one's page."""

from flask import request
from flask.typing import ResponseReturnValue

from ce_bases.bureaus.directory import BUREAUS, area_name
from ce_bases.calendar import queries
from ce_bases.calendar.blueprint import bp
from ce_bases.calendar.filters import CalendarFilter, read_filter
from ce_bases.calendar.seats import seats_to_take
from ce_bases.core.access import Action
from ce_bases.organisers.models import KIND_LABELS, LEVEL_LABELS
from ce_bases.organisers.queries import get_organiser
from ce_bases.web.access import allow
from ce_bases.web.caching import show_public
from ce_bases.web.extensions import session
from ce_bases.web.i18n import gettext as _
from ce_bases.web.moment import request_now, today
from ce_bases.web.pagination import page_number, page_url, paginate


@bp.get("/bases")
@allow(Action.READ_PUBLIC)
def bases() -> ResponseReturnValue:
    wanted = read_filter(request.args)
    statement = queries.public_organisers(county=wanted.county, q=wanted.q)
    return show_public(
        "calendar/bases.html",
        page=paginate(session(), statement, number=page_number()),
        page_url=page_url,
        wanted=wanted,
        counties=[("", _("全部")), *((bureau.code, bureau.area) for bureau in BUREAUS)],
        area_name=area_name,
        kinds=KIND_LABELS,
        levels=LEVEL_LABELS,
    )


@bp.get("/bases/<int:organiser_id>")
@allow(Action.READ_PUBLIC)
def base(organiser_id: int) -> ResponseReturnValue:
    organiser = get_organiser(session(), organiser_id)
    statement = queries.public_coming(CalendarFilter(organiser=organiser_id), today())
    page = paginate(session(), statement, number=page_number())
    return show_public(
        "calendar/base.html",
        organiser=organiser,
        page=page,
        seats=seats_to_take(session(), page.items, now=request_now()),
        page_url=page_url,
        area_name=area_name,
        kinds=KIND_LABELS,
        levels=LEVEL_LABELS,
    )
