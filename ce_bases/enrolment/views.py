"""Rosters: the list, one person typed, a table pasted, somebody taken off."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ce_bases.core.access import Action, grant_for
from ce_bases.core.actors import Role
from ce_bases.core.errors import InvalidInputError, RuleViolationError, UserFacingError
from ce_bases.enrolment import own_views, queries, service, sheet_views, unit_views
from ce_bases.enrolment.blueprint import answered, bp
from ce_bases.enrolment.forms import EmptyForm, ImportForm, PasteForm, PersonForm, SheetForm
from ce_bases.enrolment.models import VIA_LABELS
from ce_bases.enrolment.parsing import MAX_ROWS, read_text
from ce_bases.enrolment.service import FINDING_LABELS, OPEN_STATES, Finding
from ce_bases.enrolment.sheet import table_text
from ce_bases.plans.models import Plan
from ce_bases.plans.queries import get_plan, in_force
from ce_bases.web.access import allow, current_actor
from ce_bases.web.commands import once
from ce_bases.web.extensions import session
from ce_bases.web.forms import tidy_line
from ce_bases.web.i18n import gettext as _
from ce_bases.web.i18n import say
from ce_bases.web.moment import request_now
from ce_bases.web.pagination import page_number, page_url, paginate
from ce_bases.web.saving import carry_out
from ce_bases.web.vault import vault

__all__ = ["bp", "own_views", "sheet_views", "unit_views"]


def _own_plan(db: Session, plan_id: int) -> Plan:
    """The plan whose roster the reader keeps; NotFoundError otherwise."""
    return queries.get_own_plan(db, plan_id, actor=current_actor(), action=Action.IMPORT_ROSTER)


@bp.get("/filing/plans/<int:plan_id>/roster")
@allow(Action.READ_ATTENDANCE)
def roster(plan_id: int) -> ResponseReturnValue:
    plan = get_plan(session(), plan_id, actor=current_actor(), action=Action.READ_ATTENDANCE)
    return _show_roster(plan, PersonForm(formdata=None))


def _show_roster(plan: Plan, form: PersonForm, *, refusal: UserFacingError | None = None) -> str:
    actor, db = current_actor(), session()
    q = tidy_line(request.args.get("q", "")) or ""
    sort = request.args.get("sort", "initials")
    page = paginate(db, queries.roster(plan.id, q=q[:60], sort=sort), number=page_number())
    keeps = grant_for(actor.role, Action.IMPORT_ROSTER) is not None and queries.is_own(actor, plan)
    filed = in_force(plan)
    return render_template(
        "enrolment/roster.html",
        plan=plan,
        revision=queries.current_revision(plan),
        page=page,
        page_url=page_url,
        q=q,
        sort=sort,
        form=form,
        refusal=refusal,
        enrolled=queries.enrolled(db, plan.id),
        waiting=db.scalars(queries.waiting_list(plan.id)).all(),
        seats=queries.seats(db, plan),
        via_labels=VIA_LABELS,
        button=EmptyForm(formdata=None),
        may_write=keeps and plan.state in OPEN_STATES,
        keeps=keeps,
        sessions=filed.entries if filed and actor.role is not Role.LECTURER else (),
    )


@bp.post("/filing/plans/<int:plan_id>/roster")
@allow(Action.IMPORT_ROSTER)
def add(plan_id: int) -> ResponseReturnValue:
    plan = _own_plan(session(), plan_id)
    form = PersonForm()
    if not form.validate():
        return _show_roster(plan, form), 422
    person, actor, now, ids = form.details(), current_actor(), request_now(), vault()

    def work(db: Session) -> str:
        own = _own_plan(db, plan_id)
        found = service.add_one(db, own, person, vault=ids, actor=actor, now=now)
        return url_for("enrolment.roster", plan_id=plan_id, found=found.value)

    try:
        address = once(work)
    except InvalidInputError as error:
        form.add_problems(error.problems)
        return _show_roster(_own_plan(session(), plan_id), form), 422
    except RuleViolationError as error:
        return _show_roster(_own_plan(session(), plan_id), form, refusal=error), 422
    if answered(address, "found") == Finding.THERE:
        flash(_("%(name)s 已在名单上，没有重复录入。", name=person.name), "time")
    else:
        flash(_("已录入 %(name)s。", name=person.name), "done")
    return redirect(url_for("enrolment.roster", plan_id=plan_id, sort="newest"))


@bp.get("/filing/plans/<int:plan_id>/roster/paste")
@allow(Action.IMPORT_ROSTER)
def paste(plan_id: int) -> ResponseReturnValue:
    plan = _own_plan(session(), plan_id)
    return _show_paste(plan, PasteForm(formdata=None))


def _show_paste(plan: Plan, form: PasteForm, **more: Any) -> str:
    sheet = SheetForm(formdata=None)
    shown = {"check": None, "confirm": None, "refusal": None, "sheet": sheet, **more}
    return render_template(
        "enrolment/paste.html",
        plan=plan,
        revision=queries.current_revision(plan),
        form=form,
        finding_labels=FINDING_LABELS,
        max_rows=MAX_ROWS,
        **shown,
    )


@bp.post("/filing/plans/<int:plan_id>/roster/paste")
@allow(Action.IMPORT_ROSTER)
def check(plan_id: int) -> ResponseReturnValue:
    """Show what a pasted table comes to; nothing is written."""
    plan, form = _own_plan(session(), plan_id), PasteForm()
    if not form.validate():
        return _show_paste(plan, form), 422
    return _preview(plan, form)


@bp.post("/filing/plans/<int:plan_id>/roster/upload")
@allow(Action.IMPORT_ROSTER)
def upload(plan_id: int) -> ResponseReturnValue:
    """Show what a workbook comes to, as if its rows had been pasted; nothing is written."""
    plan, form = _own_plan(session(), plan_id), SheetForm()
    try:
        text = table_text(form.content()) if form.validate() else ""
    except InvalidInputError as error:
        form.sheet.errors = [say(error.message)]
        text = ""
    if not text:
        return _show_paste(plan, PasteForm(formdata=None), sheet=form), 422
    return _preview(plan, PasteForm(formdata=None, text=text))


def _preview(
    plan: Plan, form: PasteForm, *, refusal: UserFacingError | None = None
) -> ResponseReturnValue:
    text = form.text.data or ""
    try:
        found = service.check_roster(
            session(), plan, read_text(text), vault=vault(), now=request_now()
        )
    except InvalidInputError as error:
        form.text.errors = [say(error.message)]
        return _show_paste(plan, form), 422
    confirm = ImportForm(formdata=None, text=text)
    shown = _show_paste(plan, form, check=found, confirm=confirm, refusal=refusal)
    return shown, 422 if refusal else 200


@bp.post("/filing/plans/<int:plan_id>/roster/import")
@allow(Action.IMPORT_ROSTER)
def import_(plan_id: int) -> ResponseReturnValue:
    """Record a checked table; it is checked again, by the same rules, as things are now."""
    plan, form = _own_plan(session(), plan_id), ImportForm()
    if not form.validate():
        return _show_paste(plan, PasteForm(formdata=None)), 422
    rows, actor, now, ids = read_text(form.text.data or ""), current_actor(), request_now(), vault()

    def work(db: Session) -> str:
        own = _own_plan(db, plan_id)
        done = service.import_roster(db, own, rows, vault=ids, actor=actor, now=now)
        added, wrong = (len(done.of(f)) for f in (Finding.NEW, Finding.WRONG))
        return url_for("enrolment.roster", plan_id=plan_id, added=added, wrong=wrong)

    try:
        address = once(work)
    except (InvalidInputError, RuleViolationError) as error:
        retry = PasteForm(formdata=None, text=form.text.data)
        return _preview(_own_plan(session(), plan_id), retry, refusal=error)
    added, wrong = answered(address, "added"), answered(address, "wrong")
    if wrong == "0":
        flash(_("已录入 %(added)s 人。", added=added), "done")
    else:
        flash(
            _("已录入 %(added)s 人；有误的 %(wrong)s 行没有录入。", added=added, wrong=wrong),
            "time",
        )
    return redirect(url_for("enrolment.roster", plan_id=plan_id))


@bp.get("/filing/plans/<int:plan_id>/roster/<int:enrolment_id>/remove")
@allow(Action.IMPORT_ROSTER)
def ask_removal(plan_id: int, enrolment_id: int) -> ResponseReturnValue:
    plan = _own_plan(session(), plan_id)
    return render_template(
        "enrolment/remove.html",
        plan=plan,
        revision=queries.current_revision(plan),
        enrolment=queries.get_enrolment(session(), plan, enrolment_id),
        form=EmptyForm(formdata=None),
    )


@bp.post("/filing/plans/<int:plan_id>/roster/<int:enrolment_id>/remove")
@allow(Action.IMPORT_ROSTER)
def remove(plan_id: int, enrolment_id: int) -> ResponseReturnValue:
    actor, now = current_actor(), request_now()

    def work(db: Session) -> str:
        plan = _own_plan(db, plan_id)
        enrolment = queries.get_enrolment(db, plan, enrolment_id)
        service.remove(db, plan, enrolment, actor=actor, now=now)
        return url_for("enrolment.roster", plan_id=plan_id)

    return carry_out(work, said=_("已移出名单。"))
