"""A unit's people and their hours."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ce_bases.core.access import Action
from ce_bases.core.actors import Actor
from ce_bases.core.errors import NotFoundError
from ce_bases.credits import reminding, staff
from ce_bases.credits.forms import ButtonForm
from ce_bases.credits.staff_sheet import staff_sheet
from ce_bases.credits.views import bp
from ce_bases.policy.registry import FIRST_YEAR, policy_for
from ce_bases.web.access import allow, current_actor
from ce_bases.web.commands import once
from ce_bases.web.extensions import session
from ce_bases.web.i18n import gettext as _
from ce_bases.web.moment import request_now, today
from ce_bases.web.pagination import page_number, page_url, paginate, with_query
from ce_bases.web.workbooks import send_workbook


def _unit_of(actor: Actor) -> int:
    if actor.unit_id is None:
        raise NotFoundError
    return actor.unit_id


def _wanted() -> staff.StaffFilter:
    """The filters that were sent; what makes no sense means the default."""
    sent = request.values
    year = sent.get("year", today().year, type=int)
    state, sort = sent.get("state", ""), sent.get("sort", "")
    return staff.StaffFilter(
        year=year if FIRST_YEAR <= year <= today().year else today().year,
        q=sent.get("q", "").replace("\0", "").strip()[:60],
        state=state if state in staff.STATES else staff.STATES[0],
        sort=sort if sort in staff.SORTS else staff.SORTS[0],
    )


@bp.get("/unit/people")
@allow(Action.READ_STAFF_HOURS)
def people() -> ResponseReturnValue:
    unit_id, wanted = _unit_of(current_actor()), _wanted()
    need = policy_for(wanted.year).requirement
    rows = staff.staff(unit_id, wanted, need, today=today())
    return render_template(
        "credits/people.html",
        page=paginate(session(), rows, number=page_number()),
        totals=staff.totals(session(), unit_id, wanted.year, today=today()),
        wanted=wanted,
        need=need,
        years=[(year, str(year)) for year in range(today().year, FIRST_YEAR - 1, -1)],
        xlsx_url=with_query(page=None).replace("/unit/people", "/unit/people.xlsx", 1),
        remind_url=_remind_url(wanted),
        page_url=page_url,
    )


def _remind_url(wanted: staff.StaffFilter) -> str:
    """Where the listed people are reminded; empty for a year that is over."""
    if wanted.year != today().year:
        return ""
    state = "" if wanted.state in {"all", "complete"} else wanted.state
    return url_for("credits.remind", state=state or None, q=wanted.q or None)


@bp.route("/unit/people/remind", methods=["GET", "POST"])
@allow(Action.REMIND_STAFF)
def remind() -> ResponseReturnValue:
    """Who would be told, and how many; then a message to each of them."""
    actor, wanted, now = current_actor(), _wanted(), request_now()
    if request.method == "GET":
        return render_template(
            "credits/remind.html",
            short=reminding.short_of_hours(session(), _unit_of(actor), wanted, now=now),
            wanted=wanted,
            rest_days=reminding.REST.days,
            form=ButtonForm(formdata=None),
        )

    def work(db: Session) -> str:
        told = reminding.remind_staff(db, wanted, actor=actor, now=now)
        return url_for("credits.people", told=told)

    told = once(work).rpartition("=")[2]
    if told == "0":
        flash(_("没有需要提醒的人：都已完成、一周内提醒过，或没有账号。"), "time")
    else:
        flash(_("已提醒 %(n)s 人。", n=told), "done")
    return redirect(url_for("credits.people"))


@bp.get("/unit/people.xlsx")
@allow(Action.READ_STAFF_HOURS)
def people_xlsx() -> ResponseReturnValue:
    actor, wanted = current_actor(), _wanted()
    need = policy_for(wanted.year).requirement
    rows = session().execute(staff.staff(_unit_of(actor), wanted, need, today=today())).all()
    book = staff_sheet(rows, wanted.year, on=today())
    return send_workbook(book, f"hours-{wanted.year}.xlsx")
