"""Finding a free slot, and taking it into a plan."""

from collections.abc import Sequence

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from ce_bases.bureaus.holidays import holidays_between, unpublished_years
from ce_bases.core.access import Action
from ce_bases.core.errors import NotFoundError
from ce_bases.organisers.queries import lecturers_of, venues_of
from ce_bases.plans import queries
from ce_bases.plans.blueprint import bp
from ce_bases.plans.drafting import is_writable
from ce_bases.plans.forms import LARGEST_ID, MOST_ROWS, PlanForm, SlotForm
from ce_bases.plans.models import Plan
from ce_bases.plans.slots import Choice, Search, earliest_day, find_slots
from ce_bases.web.access import allow, current_actor
from ce_bases.web.extensions import session
from ce_bases.web.fields import read_day, read_id, read_time
from ce_bases.web.i18n import gettext as _
from ce_bases.web.moment import today

MOST_HALVES = 16


@bp.get("/slots")
@allow(Action.EDIT_PLAN)
def slots() -> ResponseReturnValue:
    """The soonest free slots for what the address asks; each leads into a draft."""
    plan = _plan_asked()
    form = SlotForm(request.args)
    _offer_choices(form)
    organiser_id = current_actor().organiser_id or 0
    is_asked = "hours" in request.args
    found = None
    if is_asked and _is_valid(form):
        search = _search(form)
        found = find_slots(session(), organiser_id, search, plan=plan, today=today())
    return render_template(
        "plans/slots.html",
        form=form,
        plan=plan,
        choices=found,
        address_of=lambda choice: _address(choice, form, plan),
        unknown=_unknown_years(found or ()),
        earliest=earliest_day(plan, today()),
    ), 422 if is_asked and found is None else 200


def _unknown_years(found: Sequence[Choice]) -> Sequence[tuple[int, int]]:
    """The years of the slots found whose holidays are not published, and the days noted there."""
    days = [choice.slot.held_on for choice in found]
    if not unpublished_years(days):
        return ()
    return holidays_between(session(), today(), max(days)).unknown_years(days)


def _plan_asked() -> Plan | None:
    """The draft a slot is looked for; NotFoundError when it is not the actor's, or no draft."""
    plan_id = request.args.get("plan", type=int)
    if plan_id is None:
        return None
    if not 0 < plan_id <= LARGEST_ID:
        raise NotFoundError
    plan = queries.get_plan(session(), plan_id, actor=current_actor(), action=Action.EDIT_PLAN)
    if not is_writable(plan):
        raise NotFoundError
    return plan


def _offer_choices(form: SlotForm) -> None:
    organiser_id = current_actor().organiser_id or 0
    lecturers = {p.id: f"{p.name}（{p.unit_name}）" for p in lecturers_of(session(), organiser_id)}
    venues = {
        v.id: _("%(name)s（%(n)d 座）", name=v.name, n=v.capacity)
        for v in venues_of(session(), organiser_id)
    }
    form.lecturer.offer(lecturers, blank=_("不限"))
    form.venue.offer(venues, blank=_("不限，座位够就行"))
    form.area.choices[0].label = _("不限")
    form.days.choices[0].label = _("哪天都行")


def _is_valid(form: SlotForm) -> bool:
    is_valid = bool(form.validate())
    halves = form.hours.data
    if not form.hours.errors and (halves is None or not 0 < halves <= MOST_HALVES):
        form.hours.errors = [_("请填写 0.5 到 8 学时。")]
        return False
    return is_valid


def _search(form: SlotForm) -> Search:
    return Search(
        halves=form.hours.data or 0,
        rest=form.rest.data or 0,
        number=form.number.data or 0,
        lecturer_id=form.lecturer.data,
        venue_id=form.venue.data,
        area=form.area.data or "",
        days=form.days.data or "",
        first=form.first.data,
    )


def _address(choice: Choice, form: SlotForm, plan: Plan | None) -> str:
    """The filing form with the slot as a row of its timetable, not saved yet."""
    slot = choice.slot
    values = {
        "slot_day": slot.held_on.isoformat(),
        "slot_from": f"{slot.starts_at:%H:%M}",
        "slot_to": f"{slot.ends_at:%H:%M}",
        "slot_halves": form.hours.data,
        "slot_rest": form.rest.data or 0,
        "slot_venue": choice.venue.id,
        "slot_lecturer": form.lecturer.data,
    }
    if plan is None:
        return url_for("plans.new", **values)
    return url_for("plans.edit", plan_id=plan.id, **values)


def take_slot(form: PlanForm, wanted: MultiDict[str, str]) -> None:
    """Put the slot that the address names into the form; nothing when it names none."""
    try:
        day = read_day(wanted.get("slot_day", ""))
        starts, ends = (read_time(wanted.get(name, "")) for name in ("slot_from", "slot_to"))
    except ValueError:
        return
    if len(form.rows) >= MOST_ROWS:
        return
    row = {
        "held_on": day,
        "starts_at": starts,
        "ends_at": ends,
        "halves": wanted.get("slot_halves", type=int),
        "break_minutes": wanted.get("slot_rest", 0, type=int),
        "venue_id": wanted.get("slot_venue", type=read_id),
        "lecturer_id": wanted.get("slot_lecturer", type=read_id),
    }
    if len(form.rows) == 1 and form.rows[0].is_blank:
        form.sessions.pop_entry()
    form.sessions.append_entry(row)
