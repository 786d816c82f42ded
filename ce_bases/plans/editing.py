"""The filing form: writing a plan down, and submitting it."""

from dataclasses import dataclass, replace
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ce_bases.bureaus.directory import BY_CODE
from ce_bases.core.access import Action
from ce_bases.core.errors import (
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    RuleViolationError,
    UserFacingError,
    WrongStateError,
)
from ce_bases.core.text import msg
from ce_bases.organisers.models import Organiser
from ce_bases.organisers.queries import get_organiser, lecturers_of, venues_of
from ce_bases.plans import checks, grace, queries, service
from ce_bases.plans.attachments import carriable, is_carried
from ce_bases.plans.blueprint import PLAN, bp
from ce_bases.plans.carrying import carry_along, offer_files
from ce_bases.plans.conflict_views import has_unseen_warnings, show_conflicts
from ce_bases.plans.details import PlanDetails, details_of
from ce_bases.plans.drafting import is_writable
from ce_bases.plans.forms import PlanForm, read_written
from ce_bases.plans.models import Plan, Reach
from ce_bases.plans.repeating import repeat_form, repeat_row, weeks_later
from ce_bases.plans.slot_views import take_slot
from ce_bases.plans.slots import earliest_day
from ce_bases.plans.standing import shown_revision
from ce_bases.plans.window import window_on
from ce_bases.plans.workflow import STATE_LABELS
from ce_bases.policy.scope import allowed_reaches, receiving_bureau
from ce_bases.web.access import allow, current_actor
from ce_bases.web.commands import once
from ce_bases.web.extensions import session
from ce_bases.web.fields import read_id
from ce_bases.web.filters import format_moment
from ce_bases.web.i18n import gettext as _
from ce_bases.web.i18n import say
from ce_bases.web.moment import request_now, today

#: Where each button of the form leads when all went well.
AFTER = {"save": "plans.edit", "submit": "plans.receipt", "review": "plans.change"}


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One thing a filing needs: where it is filled in, and whether it is."""

    label: str
    target: str
    is_done: bool


@bp.route("/plans/new", methods=["GET", "POST"])
@allow(Action.EDIT_PLAN)
def new() -> ResponseReturnValue:
    if request.method == "POST":
        return _take(PlanForm(), None)
    copied = request.args.get("from", type=read_id)
    form = _copy_of(copied) if copied else PlanForm.showing(PlanDetails(title=""))
    take_slot(form, request.args)
    return _page(form, None)


@bp.get(f"{PLAN}/grace.json")
@allow(Action.EDIT_PLAN)
def grace_answer(plan_id: int) -> ResponseReturnValue:
    """What the form's script shows while a returned plan is being corrected."""
    plan = queries.get_plan(session(), plan_id, actor=current_actor(), action=Action.EDIT_PLAN)
    returned = queries.returned_from(plan)
    if returned is None:
        raise NotFoundError
    try:
        written = read_written(request.args)
    except ValueError:
        raise NotFoundError from None
    found = grace.grace_of(returned, written, today=today())
    return jsonify(
        {
            "is_kept": found.is_kept,
            "title": say(found.title),
            "reasons": [say(reason) for reason in found.reasons],
        }
    )


@bp.route(f"{PLAN}/edit", methods=["GET", "POST"])
@allow(Action.EDIT_PLAN)
def edit(plan_id: int) -> ResponseReturnValue:
    plan = queries.get_plan(session(), plan_id, actor=current_actor(), action=Action.EDIT_PLAN)
    if request.method == "POST":
        return _take(PlanForm(), plan)
    if not is_writable(plan):
        raise WrongStateError(
            msg("这份计划现在是“%(state)s”，不能再修改。", state=STATE_LABELS[plan.state]),
            next_step=msg("请回到计划页查看它现在在谁手里。"),
        )
    written = queries.open_revision(plan)
    assert written is not None
    form = PlanForm.showing(details_of(written), version=plan.version)
    take_slot(form, request.args)
    return _page(form, plan)


def _copy_of(plan_id: int) -> PlanForm:
    """A new form with an earlier class's content, its days left out or by whole weeks later."""
    if plan_id > 2**31 - 1:
        raise NotFoundError
    plan = queries.get_plan(session(), plan_id, actor=current_actor(), action=Action.EDIT_PLAN)
    old = details_of(shown_revision(plan))
    form = PlanForm.showing(replace(old, enrol_closes_at=None))
    form.copied_from.data = plan.id
    form.files.data = [str(each.file_id) for each in carriable(plan) if is_carried(each)]
    later = weeks_later(old, earliest_day(None, today())) if request.args.get("shift") else None
    for row in form.rows:
        known = row.held_on.data
        row.held_on.data = known + later if known and later else None
        row.uid.data = ""
    return form


def _take(form: PlanForm, plan: Plan | None) -> ResponseReturnValue:
    """Answer a sent form: rearranged rows, a saved draft, a receipt, or what is wrong."""
    wish = _wish(plan)
    if wish not in AFTER:
        return _rearranged(form, plan, wish)
    if not form.validate():
        return _page(form, plan, status=422)
    form = form.in_order()
    if wish == "submit" and has_unseen_warnings(form, plan):
        return _page(form, plan, status=422, is_unseen=True)
    plan_id = plan.id if plan else None
    try:
        address = once(lambda db: _write(db, form, plan_id, wish=wish))
    except (ForbiddenError, NotFoundError):
        raise
    except InvalidInputError as error:
        form.add_problems(error.problems)
        return _page(form, plan, status=error.status)
    except UserFacingError as error:
        return _page(form, plan, status=error.status, refusal=error)
    if wish == "save":
        flash(_("草稿已保存（%(at)s）。", at=format_moment(request_now())), "done")
    return redirect(address)


def _wish(plan: Plan | None) -> str:
    """The button that sent the form; a change is looked at as a whole before it is sent."""
    wish = request.form.get("do", "save")
    is_change = plan is not None and plan.filing_number is not None
    return "review" if wish == "submit" and is_change else wish


def _rearranged(form: PlanForm, plan: Plan | None, wish: str) -> ResponseReturnValue:
    """The form with a row added, copied, taken away or repeated; nothing is written."""
    if wish != "repeat":
        form.rearrange(wish)
        return _page(form, plan)
    wanted = repeat_form(request.form)
    repeated = repeat_row(session(), form, wanted)
    status = 200 if repeated else 422
    return _page(form, plan, status=status, repeat=wanted, repeated=repeated)


def _write(db: Session, form: PlanForm, plan_id: int | None, *, wish: str) -> str:
    actor, now, details = current_actor(), request_now(), form.details()
    if plan_id is None:
        organiser = get_organiser(db, actor.organiser_id or 0)
        plan = service.draft_plan(db, organiser, details, actor=actor, now=now)
    else:
        plan = queries.get_plan(db, plan_id, actor=actor, action=Action.EDIT_PLAN)
        version = form.version.data or 0
        service.save_draft(db, plan, details, expected_version=version, actor=actor, now=now)
    carry_along(db, form, plan)
    if wish == "submit":
        service.submit_plan(db, plan, actor=actor, now=now)
    db.flush()
    return url_for(AFTER[wish], plan_id=plan.id)


def _page(
    form: PlanForm,
    plan: Plan | None,
    *,
    status: int = 200,
    refusal: UserFacingError | None = None,
    **said: Any,
) -> ResponseReturnValue:
    """The form page, with everything it says beside the fields."""
    organiser = get_organiser(session(), current_actor().organiser_id or 0)
    _offer_choices(form, organiser)
    offer_files(form)
    first_day = form.first_day
    page = render_template(
        "plans/edit.html",
        form=form,
        plan=plan,
        organiser=organiser,
        bureau=BY_CODE[receiving_bureau(organiser.level, organiser.area_code)],
        window=window_on(first_day, today()) if first_day else None,
        checklist=checklist(form),
        conflicts=show_conflicts(form, plan),
        **{"is_unseen": False, "repeat": repeat_form(), "repeated": None, **said},
        is_change=plan is not None and plan.filing_number is not None,
        **_returned(form, plan),
        refusal=refusal,
        is_late=isinstance(refusal, RuleViolationError),
    )
    return page, status


def _returned(form: PlanForm, plan: Plan | None) -> dict[str, object]:
    """Why the plan came back, until when it keeps its place, and whether it would now."""
    returned = queries.returned_from(plan) if plan else None
    if plan is None or returned is None:
        return {"returned": None}
    return {
        "returned": returned,
        "grace_until": grace.grace_until(plan),
        "grace": grace.grace_of(returned, form.written, today=today()),
    }


def _offer_choices(form: PlanForm, organiser: Organiser) -> None:
    # What a draft holds stays chosen, or saving would lose it, when it is out of use since.
    lecturers = {
        found.id: _marked(f"{found.name}（{found.unit_name} {found.title}）", found.is_active)
        for found in lecturers_of(session(), organiser.id, also=form.chosen("lecturer_id"))
    }
    venues = {
        found.id: _marked(
            _("%(name)s（%(n)d 座）", name=found.name, n=found.capacity), found.is_active
        )
        for found in venues_of(session(), organiser.id, also=form.chosen("venue_id"))
    }
    reaches = [Reach(reach) for reach in allowed_reaches(organiser.kind, organiser.level)]
    form.offer(lecturers, venues, reaches)


def _marked(words: str, is_active: bool) -> str:
    return words if is_active else _("%(what)s · 已停用", what=words)


def checklist(form: PlanForm) -> list[ChecklistItem]:
    """What a filing needs, field by field, and whether this form has it."""
    items = [
        ChecklistItem(form[name].label.text, form[name].id, form[name].data not in (None, ""))
        for name in checks.REQUIRED
    ]
    for number, row in enumerate(form.rows, start=1):
        wanted = {
            "held_on": row.held_on.data,
            "starts_at": row.starts_at.data,
            "ends_at": row.ends_at.data,
            "topic": row.topic.data,
            "lecturer_id": row.lecturer_id.data or row.lecturer_name.data,
        }
        gap = next((name for name, value in wanted.items() if not value), None)
        label = _("第 %(n)d 个课次", n=number)
        if gap:
            label = f"{label} · {row[gap].label.text}"
        items.append(ChecklistItem(label, row[gap or "held_on"].id, gap is None))
    return items
