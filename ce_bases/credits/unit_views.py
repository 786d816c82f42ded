"""A unit's people and their hours."""

from flask import render_template, request, send_file
from flask.typing import ResponseReturnValue

from ce_bases.core.access import Action
from ce_bases.core.actors import Actor
from ce_bases.core.errors import NotFoundError
from ce_bases.credits import staff
from ce_bases.credits.staff_sheet import staff_sheet
from ce_bases.credits.views import bp
from ce_bases.policy.registry import FIRST_YEAR, policy_for
from ce_bases.web.access import allow, current_actor
from ce_bases.web.extensions import session
from ce_bases.web.moment import today
from ce_bases.web.pagination import page_number, page_url, paginate, with_query

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _unit_of(actor: Actor) -> int:
    if actor.unit_id is None:
        raise NotFoundError
    return actor.unit_id


def _wanted() -> staff.StaffFilter:
    """The filters of the address; what makes no sense means the default."""
    year = request.args.get("year", today().year, type=int)
    state, sort = request.args.get("state", ""), request.args.get("sort", "")
    return staff.StaffFilter(
        year=year if FIRST_YEAR <= year <= today().year else today().year,
        q=request.args.get("q", "").strip()[:60],
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
        page_url=page_url,
    )


@bp.get("/unit/people.xlsx")
@allow(Action.READ_STAFF_HOURS)
def people_xlsx() -> ResponseReturnValue:
    actor, wanted = current_actor(), _wanted()
    need = policy_for(wanted.year).requirement
    rows = session().execute(staff.staff(_unit_of(actor), wanted, need, today=today())).all()
    answer = send_file(
        staff_sheet(rows, wanted.year, on=today()),
        mimetype=XLSX,
        as_attachment=True,
        download_name=f"hours-{wanted.year}.xlsx",
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer
