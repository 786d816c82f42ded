"""A base's rooms."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ce_bases.bureaus.directory import area_name
from ce_bases.core.access import Action
from ce_bases.organisers import queries, service
from ce_bases.organisers.blueprint import bp
from ce_bases.organisers.forms import AREAS, VenueForm
from ce_bases.organisers.models import Venue
from ce_bases.organisers.permissions import own_base
from ce_bases.organisers.resting import use_or_rest
from ce_bases.web.access import allow, current_actor
from ce_bases.web.extensions import session
from ce_bases.web.i18n import gettext as _
from ce_bases.web.moment import request_now
from ce_bases.web.pagination import page_number, page_url, paginate
from ce_bases.web.saving import save


@bp.get("/filing/venues")
@allow(Action.MANAGE_BASE)
def venues() -> ResponseReturnValue:
    wanted = queries.all_venues(own_base(current_actor()))
    page = paginate(session(), wanted, number=page_number())
    return render_template(
        "organisers/venues.html",
        page=page,
        page_url=page_url,
        area_name=area_name,
    )


def _form(venue: Venue | None = None) -> VenueForm:
    form = VenueForm(obj=venue)
    form.area_code.offer(AREAS)
    return form


def _page(form: VenueForm, venue: Venue | None = None) -> str:
    return render_template("organisers/venue.html", form=form, venue=venue)


@bp.route("/filing/venues/new", methods=["GET", "POST"])
@allow(Action.MANAGE_BASE)
def new_venue() -> ResponseReturnValue:
    form = _form()
    if not form.is_submitted():
        base = queries.get_organiser(session(), own_base(current_actor()))
        form.area_code.data, form.address.data = base.area_code, base.address
        return _page(form)
    if not form.validate():
        return _page(form), 422
    details, actor, now = form.details(), current_actor(), request_now()

    def work(db: Session) -> str:
        service.add_venue(db, details, actor=actor, now=now)
        return url_for("organisers.venues")

    said = _("场地“%(name)s”已添加。", name=details.name)
    return save(form, work, again=lambda: _page(form), said=said)


@bp.route("/filing/venues/<int:venue_id>", methods=["GET", "POST"])
@allow(Action.MANAGE_BASE)
def edit_venue(venue_id: int) -> ResponseReturnValue:
    venue = queries.get_own_venue(session(), venue_id, actor=current_actor())
    form = _form(venue)
    if not form.is_submitted():
        return _page(form, venue)
    if not form.validate():
        return _page(form, venue), 422
    details, actor, now = form.details(), current_actor(), request_now()

    def work(db: Session) -> str:
        own = queries.get_own_venue(db, venue_id, actor=actor)
        service.change_venue(db, own, details, actor=actor, now=now)
        return url_for("organisers.venues")

    def again() -> str:
        return _page(form, queries.get_own_venue(session(), venue_id, actor=actor))

    said = _("场地“%(name)s”已保存。", name=details.name)
    return save(form, work, again=again, said=said)


@bp.post("/filing/venues/<int:venue_id>/<any(rest, use):wish>")
@allow(Action.MANAGE_BASE)
def rest_venue(venue_id: int, wish: str) -> ResponseReturnValue:
    return use_or_rest(queries.get_own_venue, venue_id, wish, back="organisers.venues")
