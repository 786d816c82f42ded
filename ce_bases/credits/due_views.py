"""What waits to be confirmed, and confirming several classes at once."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ce_bases.core.access import Action
from ce_bases.core.errors import InvalidInputError
from ce_bases.core.text import msg
from ce_bases.credits import due, service
from ce_bases.credits.forms import ConfirmForm
from ce_bases.credits.views import bp
from ce_bases.enrolment.queries import get_own_plan
from ce_bases.web.access import allow, current_actor
from ce_bases.web.extensions import session
from ce_bases.web.fields import read_id
from ce_bases.web.i18n import gettext as _
from ce_bases.web.moment import request_now
from ce_bases.web.saving import carry_out


@bp.get("/filing/confirm")
@allow(Action.CONFIRM_ATTENDANCE)
def due_list() -> ResponseReturnValue:
    """Every class that is over and not confirmed, with its last day."""
    found = due.due_classes(session(), actor=current_actor(), now=request_now())
    return render_template("credits/due.html", classes=found)


@bp.get("/filing/confirm/summary")
@allow(Action.CONFIRM_ATTENDANCE)
def due_summary() -> ResponseReturnValue:
    """The chosen classes with everybody who is missing, before the one button."""
    wanted = set(request.args.getlist("plan", type=read_id))
    found = due.chosen_classes(session(), wanted, actor=current_actor(), now=request_now())
    if not found:
        flash(_("请先勾选要确认的班。"))
        return redirect(url_for("credits.due_list"))
    ready = [chosen for chosen in found if not chosen.preview.problems]
    return render_template(
        "credits/due_summary.html",
        classes=found,
        ready=ready,
        totals=due.totals(ready),
        form=ConfirmForm(),
    )


@bp.post("/filing/confirm")
@allow(Action.CONFIRM_ATTENDANCE)
def confirm_several() -> ResponseReturnValue:
    """All of the chosen classes or none of them."""
    actor, now = current_actor(), request_now()
    wanted = sorted(set(request.form.getlist("plan", type=read_id)))
    if not 1 <= len(wanted) <= due.MOST:
        raise InvalidInputError(msg("请先勾选要确认的班。"))

    def work(db: Session) -> str:
        plans = [
            get_own_plan(db, plan_id, actor=actor, action=Action.CONFIRM_ATTENDANCE)
            for plan_id in wanted
        ]
        service.confirm_several(db, plans, actor=actor, now=now)
        return url_for("credits.due_list")

    return carry_out(work, said=_("%(n)d 个班的考勤已确认，学时已经入账。", n=len(wanted)))
