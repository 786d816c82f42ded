"""Clashes beside the timetable while it is being written."""

from flask import jsonify, request, url_for
from flask.typing import ResponseReturnValue

from ce_bases.core.access import Action
from ce_bases.core.errors import NotFoundError
from ce_bases.plans import queries
from ce_bases.plans.blueprint import bp
from ce_bases.plans.conflicts import Found, conflicts_of_rows, warnings, warnings_seen
from ce_bases.plans.details import SessionDetails
from ce_bases.plans.forms import LARGEST_ID, PlanForm
from ce_bases.plans.models import Plan
from ce_bases.policy.registry import filing_policy_for
from ce_bases.web.access import allow, current_actor
from ce_bases.web.extensions import session
from ce_bases.web.i18n import say
from ce_bases.web.moment import today


def conflicts_typed(form: PlanForm, plan: Plan | None) -> list[Found]:
    """What the rows that say when they are collide with, as far as they are filled in."""
    rows = _complete_rows(form)
    first = min((row.held_on for row in rows.values()), default=today())
    return conflicts_of_rows(
        session(),
        rows,
        organiser_id=current_actor().organiser_id or 0,
        plan=plan,
        planned_number=form.planned_number.data,
        rule=filing_policy_for(first.year).conflicts,
    )


def _complete_rows(form: PlanForm) -> dict[int, SessionDetails]:
    """The rows with a day and times in order, by their number on the form."""
    found = {}
    for number, row in enumerate(form.rows):
        starts, ends = row.starts_at.data, row.ends_at.data
        if row.held_on.data and starts and ends and starts < ends:
            found[number] = row.details()
    return found


def show_conflicts(form: PlanForm, plan: Plan | None) -> list[Found]:
    """Put the clashes beside their rows; what the page shows counts as seen when it is sent."""
    found = conflicts_typed(form, plan)
    said = {error for row in form.rows for errors in row.errors.values() for error in errors}
    for number, row in enumerate(form.rows):
        row.conflicts = [f for f in found if f.row == number and say(f.text) not in said]
    form.seen.data = warnings_seen(found)
    return found


def has_unseen_warnings(form: PlanForm, plan: Plan | None) -> bool:
    """Whether there are warnings that the page this form was sent from did not show."""
    seen = warnings_seen(conflicts_typed(form, plan))
    return seen not in ("", request.form.get("seen", ""))


@bp.post("/conflicts.json")
@allow(Action.EDIT_PLAN)
def conflicts() -> ResponseReturnValue:
    """What the form's script shows while the timetable is typed; writes nothing."""
    plan_id = request.args.get("plan", type=int)
    plan = None
    if plan_id is not None:
        if not 0 < plan_id <= LARGEST_ID:
            raise NotFoundError
        plan = queries.get_plan(session(), plan_id, actor=current_actor(), action=Action.EDIT_PLAN)
    found = conflicts_typed(PlanForm(), plan)
    return jsonify(
        {
            "conflicts": [_shown(each) for each in found],
            "warnings": len(warnings(found)),
            "seen": warnings_seen(found),
        }
    )


def _shown(found: Found) -> dict[str, object]:
    return {
        "row": found.row,
        "field": found.field,
        "severity": found.conflict.severity,
        "text": say(found.text),
        "url": url_for("plans.show", plan_id=found.plan_id) if found.plan_id else "",
    }
