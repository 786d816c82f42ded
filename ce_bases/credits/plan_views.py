"""Confirming a class's attendance, and correcting what was posted."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ce_bases.attendance.flagging import flags_of_sessions, sessions_of
from ce_bases.attendance.queries import plans_of, summaries_of
from ce_bases.attendance.walk_in_list import open_by_session
from ce_bases.core.access import Action
from ce_bases.core.actors import BUREAU_ROLES
from ce_bases.core.errors import RuleViolationError
from ce_bases.credits import queries, service
from ce_bases.credits.forms import ConfirmForm, CorrectionForm
from ce_bases.credits.preview import preview
from ce_bases.credits.views import bp
from ce_bases.enrolment.queries import get_own_plan
from ce_bases.plans.models import SUBJECT_LABELS
from ce_bases.plans.queries import get_plan, in_force
from ce_bases.web.access import allow, current_actor
from ce_bases.web.extensions import session
from ce_bases.web.i18n import gettext as _
from ce_bases.web.i18n import say
from ce_bases.web.moment import request_now, today
from ce_bases.web.pagination import page_number, page_url, paginate, searched
from ce_bases.web.saving import carry_out

LINES_A_PAGE = 50


@bp.get("/filing/plans/<int:plan_id>/confirm")
@allow(Action.CONFIRM_ATTENDANCE)
def confirm(plan_id: int) -> ResponseReturnValue:
    actor, now = current_actor(), request_now()
    plan = get_own_plan(session(), plan_id, actor=actor, action=Action.CONFIRM_ATTENDANCE)
    made = queries.find_confirmation(session(), plan.id)
    walk_ins = open_by_session(session(), plans_of(sessions_of(plan)))
    return render_template(
        "credits/confirm.html",
        walk_ins=walk_ins,
        plan=plan,
        revision=in_force(plan),
        preview=preview(session(), plan, actor=actor, now=now),
        flags=flags_of_sessions(session(), sessions_of(plan)),
        registers=summaries_of(session(), plans_of(sessions_of(plan))),
        made=made,
        object_until=made.object_until if made else None,
        form=ConfirmForm(),
        plan_url=_plan_url(plan.id),
    )


def _plan_url(plan_id: int) -> str:
    """The plan's own page in the actor's space."""
    own = "oversight.item" if current_actor().role in BUREAU_ROLES else "plans.show"
    return url_for(own, plan_id=plan_id)


@bp.post("/filing/plans/<int:plan_id>/confirm")
@allow(Action.CONFIRM_ATTENDANCE)
def do_confirm(plan_id: int) -> ResponseReturnValue:
    actor, now = current_actor(), request_now()

    def work(db: Session) -> str:
        plan = get_own_plan(db, plan_id, actor=actor, action=Action.CONFIRM_ATTENDANCE)
        service.confirm_attendance(db, plan, actor=actor, now=now)
        return url_for("credits.confirm", plan_id=plan_id)

    return carry_out(work, said=_("考勤已确认，学时已经入账。"))


@bp.get("/desk/plans/<int:plan_id>/hours")
@allow(Action.OBJECT_TO_HOURS)
def posted(plan_id: int) -> ResponseReturnValue:
    plan = get_plan(session(), plan_id, actor=current_actor(), action=Action.OBJECT_TO_HOURS)
    made = queries.find_confirmation(session(), plan.id)
    until = made.object_until if made else None
    q = searched()
    lines = queries.posted_lines(plan.id, q=q)
    return render_template(
        "credits/posted.html",
        plan=plan,
        revision=in_force(plan),
        made=made,
        object_until=until,
        may_object=until is not None and today() <= until,
        page=paginate(session(), lines, number=page_number(), per_page=LINES_A_PAGE),
        page_url=page_url,
        q=q,
        subjects=SUBJECT_LABELS,
    )


@bp.route("/desk/plans/<int:plan_id>/hours/<int:line_id>", methods=["GET", "POST"])
@allow(Action.OBJECT_TO_HOURS)
def correct(plan_id: int, line_id: int) -> ResponseReturnValue:
    form = CorrectionForm()
    if not form.validate_on_submit():
        return _show_correction(plan_id, line_id, form), 422 if form.errors else 200
    actor, now = current_actor(), request_now()

    def work(db: Session) -> str:
        plan = get_plan(db, plan_id, actor=actor, action=Action.OBJECT_TO_HOURS)
        line, _person = queries.get_posted_line(db, plan, line_id)
        service.reverse_line(
            db, line, form.reason.data or "", actor=actor, now=now, replacement=form.replacement()
        )
        return url_for("credits.posted", plan_id=plan_id)

    try:
        return carry_out(work, said=_("已更正，学员的年度学时已重新计算。"))
    except RuleViolationError as error:
        form.hours.errors = [say(error.message)]
        return _show_correction(plan_id, line_id, form), 422


def _show_correction(plan_id: int, line_id: int, form: CorrectionForm) -> str:
    plan = get_plan(session(), plan_id, actor=current_actor(), action=Action.OBJECT_TO_HOURS)
    line, person = queries.get_posted_line(session(), plan, line_id)
    return render_template(
        "credits/correct.html",
        plan=plan,
        line=line,
        person=person,
        form=form,
        subjects=SUBJECT_LABELS,
    )
