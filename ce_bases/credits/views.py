"""Pages about hours: my year, and the public calculator."""

from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ce_bases.core.access import Action
from ce_bases.core.errors import NotFoundError
from ce_bases.credits import calculator as sheets
from ce_bases.credits.explain import KIND_LABELS
from ce_bases.credits.models import Kind
from ce_bases.credits.year_body import year_body
from ce_bases.plans.models import SUBJECT_LABELS
from ce_bases.policy.registry import FIRST_YEAR, policy_for
from ce_bases.web.access import allow, current_actor
from ce_bases.web.caching import show_public
from ce_bases.web.extensions import session
from ce_bases.web.moment import request_now, today

bp = Blueprint("credits", __name__)


@bp.get("/me")
@allow(Action.READ_OWN_RECORD)
def my_year() -> ResponseReturnValue:
    return _show_year(today().year)


@bp.get("/me/years/<int:year>")
@allow(Action.READ_OWN_RECORD)
def year(year: int) -> ResponseReturnValue:
    if not FIRST_YEAR <= year <= today().year:
        raise NotFoundError
    return _show_year(year)


def _show_year(year: int) -> ResponseReturnValue:
    person_id = current_actor().person_id
    if person_id is None:
        raise NotFoundError
    body = year_body(session(), person_id, year, now=request_now())
    return render_template("credits/year.html", year=year, body=body)


@bp.get("/hours")
@allow(Action.READ_PUBLIC)
def calculator() -> ResponseReturnValue:
    """What activities are worth; the address holds everything, so that it can be shared."""
    typed = list(request.args.items(multi=True))
    asked, rows = _calculator_year(), sheets.read_rows(typed)
    changed = _rows_changed(rows)
    query = urlencode(sheets.to_query(asked, rows))
    if changed:
        return redirect(f"{url_for('credits.calculator')}?{query}#{changed}")
    policy = policy_for(asked)
    return show_public(
        "credits/calculator.html",
        seconds=300,
        sheet=sheets.calculate(asked, rows),
        policy=policy,
        kinds=KIND_LABELS,
        subjects=SUBJECT_LABELS,
        years=range(today().year, FIRST_YEAR - 1, -1),
        most=sheets.MOST,
        left_out=sheets.count_left_out(typed),
        address=f"{url_for('credits.calculator', _external=True)}?{query}",
    )


def _calculator_year() -> int:
    """`?year=`; anything else means this year."""
    asked = request.args.get("year", today().year, type=int) or today().year
    return asked if FIRST_YEAR <= asked <= today().year else max(today().year, FIRST_YEAR)


def _rows_changed(rows: list[sheets.Row]) -> str:
    """Add or take away the row whose button was pressed; where the page should open then."""
    added, removed = request.args.get("add", ""), request.args.get("remove", 0, type=int)
    if added in set(Kind) and len(rows) < sheets.MOST:
        rows.append(sheets.Row(len(rows) + 1, Kind(added), {}))
        return f"a{len(rows)}"
    if removed and any(row.number == removed for row in rows):
        rows[:] = [row for row in rows if row.number != removed]
        return "rows"
    return ""
