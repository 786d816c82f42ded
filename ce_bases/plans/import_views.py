"""A draft's timetable from a spreadsheet: template, upload, preview, and the confirmation."""

from dataclasses import replace
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ce_bases.core.access import Action
from ce_bases.core.errors import InvalidInputError, UserFacingError, WrongStateError
from ce_bases.core.spreadsheets import MOST_BYTES
from ce_bases.core.text import msg
from ce_bases.organisers.queries import lecturers_of, venues_of
from ce_bases.plans import queries, service
from ce_bases.plans.blueprint import PLAN, bp
from ce_bases.plans.details import details_of
from ce_bases.plans.drafting import is_writable
from ce_bases.plans.forms import MOST_ROWS, TimetableConfirmForm, TimetableFileForm
from ce_bases.plans.models import Plan, PlanRevision
from ce_bases.plans.timetable_import import (
    HEADINGS,
    ReadTable,
    merged,
    packed,
    read_file,
    read_table,
    template,
    unpacked,
)
from ce_bases.web.access import allow, current_actor
from ce_bases.web.extensions import session
from ce_bases.web.i18n import gettext as _
from ce_bases.web.i18n import say
from ce_bases.web.moment import request_now
from ce_bases.web.saving import carry_out
from ce_bases.web.workbooks import send_workbook


@bp.get("/timetable.xlsx")
@allow(Action.EDIT_PLAN)
def timetable_template() -> ResponseReturnValue:
    return send_workbook(template(), "timetable.xlsx")


def _draft(db: Session, plan_id: int) -> Plan:
    """A plan of the actor's that can still be written."""
    plan = queries.get_plan(db, plan_id, actor=current_actor(), action=Action.EDIT_PLAN)
    if not is_writable(plan):
        raise WrongStateError(
            msg("这份计划已经报送，课程安排不能再导入。"),
            next_step=msg("请回到计划页查看它现在在谁手里。"),
        )
    return plan


def _written(plan: Plan) -> PlanRevision:
    """The text a sheet goes into: of a draft, or of a change of a filed plan."""
    revision = queries.open_revision(plan)
    assert revision is not None
    return revision


@bp.route(f"{PLAN}/timetable", methods=["GET", "POST"])
@allow(Action.EDIT_PLAN)
def timetable(plan_id: int) -> ResponseReturnValue:
    """Upload a sheet and see what it comes to; nothing is written."""
    plan, form = _draft(session(), plan_id), TimetableFileForm()
    if not form.is_submitted():
        return _show(plan, form)
    sent = form.file.data
    if not form.validate() or not getattr(sent, "filename", ""):
        form.file.errors = [*form.file.errors, _("请选择文件。")][:1]
        return _show(plan, form), 422
    try:
        rows = read_file(sent.stream.read(MOST_BYTES + 1))
    except InvalidInputError as error:
        form.file.errors = [say(error.message)]
        return _show(plan, form), 422
    table = _judge(session(), plan, rows)
    confirm = TimetableConfirmForm(
        formdata=None, data={"rows": packed(rows), "version": plan.version}
    )
    return _show(plan, form, table=table, confirm=confirm), 422 if table.wrong else 200


def _judge(db: Session, plan: Plan, rows: Any) -> ReadTable:
    organiser_id = plan.organiser_id
    return read_table(rows, lecturers_of(db, organiser_id), venues_of(db, organiser_id))


def _show(plan: Plan, form: TimetableFileForm, **more: Any) -> str:
    shown = {"table": None, "confirm": None, "refusal": None, **more}
    return render_template(
        "plans/timetable.html",
        plan=plan,
        revision=_written(plan),
        form=form,
        headings=HEADINGS,
        most=MOST_ROWS,
        **shown,
    )


@bp.post(f"{PLAN}/timetable/import")
@allow(Action.EDIT_PLAN)
def import_timetable(plan_id: int) -> ResponseReturnValue:
    """Write a sheet that was seen; it is judged again, as things are now."""
    plan, form = _draft(session(), plan_id), TimetableConfirmForm()
    try:
        if not form.validate():
            raise InvalidInputError(msg("页面不完整，请重新上传表格。"))
        return carry_out(lambda db: _write(db, form, plan_id), said=_("课程安排已导入，请核对。"))
    except (InvalidInputError, WrongStateError) as error:
        return _refused(plan, error)


def _refused(plan: Plan, error: UserFacingError) -> ResponseReturnValue:
    form = TimetableFileForm(formdata=None)
    return _show(_draft(session(), plan.id), form, refusal=error), error.status


def _write(db: Session, form: TimetableConfirmForm, plan_id: int) -> str:
    plan = _draft(db, plan_id)
    table = _judge(db, plan, unpacked(form.rows.data or ""))
    if table.wrong or not table.sessions:
        raise InvalidInputError(msg("表格里有不能导入的行，没有写入任何内容。请改好后重新上传。"))
    details = details_of(_written(plan))
    replaces = form.place.data == "replace"
    sessions = merged(details.sessions, table.sessions, replaces=replaces)
    service.save_draft(
        db,
        plan,
        replace(details, sessions=sessions),
        expected_version=form.version.data or 0,
        actor=current_actor(),
        now=request_now(),
    )
    return url_for("plans.edit", plan_id=plan_id, _anchor="timetable")
