"""A roster on paper and as a workbook; who waits moved up by hand."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ce_bases.core.access import Action
from ce_bases.core.errors import WrongStateError
from ce_bases.enrolment import queries, service
from ce_bases.enrolment.blueprint import bp
from ce_bases.enrolment.models import VIA_LABELS
from ce_bases.enrolment.sheet import book_name, roster_book, template_book
from ce_bases.plans.queries import get_plan
from ce_bases.plans.standing import shown_revision
from ce_bases.web.access import allow, current_actor
from ce_bases.web.extensions import session
from ce_bases.web.i18n import gettext as _
from ce_bases.web.i18n import say
from ce_bases.web.moment import request_now, today
from ce_bases.web.saving import carry_out
from ce_bases.web.workbooks import send_workbook

ROSTER = "/filing/plans/<int:plan_id>/roster"


@bp.get(f"{ROSTER}.xlsx")
@allow(Action.READ_ATTENDANCE)
def roster_xlsx(plan_id: int) -> ResponseReturnValue:
    db = session()
    plan = get_plan(db, plan_id, actor=current_actor(), action=Action.READ_ATTENDANCE)
    seated = db.scalars(queries.roster(plan.id, sort="unit"))
    waiting = db.scalars(queries.waiting_list(plan.id))
    title = " ".join(filter(None, (shown_revision(plan).title, plan.filing_number)))
    return send_workbook(
        roster_book(seated, waiting, title), book_name(plan.filing_number, plan.id, today())
    )


@bp.get(f"{ROSTER}/template.xlsx")
@allow(Action.IMPORT_ROSTER)
def roster_template(plan_id: int) -> ResponseReturnValue:
    queries.get_own_plan(session(), plan_id, actor=current_actor(), action=Action.IMPORT_ROSTER)
    return send_workbook(template_book(), "roster-template.xlsx")


@bp.get(f"{ROSTER}/print")
@allow(Action.READ_ATTENDANCE)
def roster_print(plan_id: int) -> ResponseReturnValue:
    """The whole roster on one page, for the printer."""
    db = session()
    plan = get_plan(db, plan_id, actor=current_actor(), action=Action.READ_ATTENDANCE)
    return render_template(
        "enrolment/print.html",
        plan=plan,
        revision=shown_revision(plan),
        seated=db.scalars(queries.roster(plan.id, sort="unit")).all(),
        waiting=db.scalars(queries.waiting_list(plan.id)).all(),
        via_labels=VIA_LABELS,
        now=request_now(),
    )


@bp.post(f"{ROSTER}/promote")
@allow(Action.IMPORT_ROSTER)
def promote(plan_id: int) -> ResponseReturnValue:
    """Give a free seat to who waits longest."""
    actor, now = current_actor(), request_now()

    def work(db: Session) -> str:
        plan = queries.get_own_plan(db, plan_id, actor=actor, action=Action.IMPORT_ROSTER)
        service.promote_next(db, plan, actor=actor, now=now)
        return url_for("enrolment.roster", plan_id=plan_id)

    try:
        return carry_out(work, said=_("已递补一人，已通知本人。"))
    except WrongStateError as error:
        flash(f"{say(error.message)} {say(error.next_step)}", "refused")
        return redirect(url_for("enrolment.roster", plan_id=plan_id))
