"""The bureau before the signs that arrived after a class was confirmed."""

import uuid

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ce_bases.attendance.flagging import sessions_of
from ce_bases.attendance.late import LateRequest, late_requests
from ce_bases.attendance.models import WAY_LABELS
from ce_bases.core.access import Action
from ce_bases.core.errors import NotFoundError, RuleViolationError
from ce_bases.credits import queries
from ce_bases.credits.forms import LateForm
from ce_bases.credits.late import LateAnswer, answer_late_signs
from ce_bases.credits.views import bp
from ce_bases.plans.models import Plan
from ce_bases.plans.queries import SessionInForce, get_plan
from ce_bases.web.access import allow, current_actor
from ce_bases.web.extensions import session
from ce_bases.web.i18n import gettext as _
from ce_bases.web.i18n import say
from ce_bases.web.moment import request_now, today
from ce_bases.web.saving import carry_out


def _plan(db: Session, plan_id: int) -> Plan:
    return get_plan(db, plan_id, actor=current_actor(), action=Action.OBJECT_TO_HOURS)


@bp.get("/desk/plans/<int:plan_id>/late")
@allow(Action.OBJECT_TO_HOURS)
def late(plan_id: int) -> ResponseReturnValue:
    return _show(plan_id, LateForm(formdata=None))


def _show(plan_id: int, form: LateForm, about: tuple[int, int] | None = None) -> str:
    """The requests, one form for each person and session; `about`: whose form was refused."""
    plan = _plan(session(), plan_id)
    made = queries.find_confirmation(session(), plan.id)
    until = made.object_until if made else None
    return render_template(
        "credits/late.html",
        plan=plan,
        groups=_grouped(late_requests(session(), sessions_of(plan))),
        form=form,
        about=about,
        object_until=until,
        may_answer=until is not None and today() <= until,
        way_labels=WAY_LABELS,
        new_key=lambda: str(uuid.uuid4()),
    )


def _grouped(requests: list[LateRequest]) -> dict[tuple[int, int], list[LateRequest]]:
    groups: dict[tuple[int, int], list[LateRequest]] = {}
    for request in requests:
        groups.setdefault((request.sign.session_id, request.person.id), []).append(request)
    return groups


@bp.post("/desk/plans/<int:plan_id>/late/<int:session_id>/<int:person_id>")
@allow(Action.OBJECT_TO_HOURS)
def answer_late(plan_id: int, session_id: int, person_id: int) -> ResponseReturnValue:
    actor, now, form = current_actor(), request_now(), LateForm()
    about = session_id, person_id
    _held(_plan(session(), plan_id), session_id)
    if not form.validate():
        return _show(plan_id, form, about), 422
    answer = LateAnswer(person_id, form.decision.data == "uphold", form.reason.data or "")

    def work(db: Session) -> str:
        held = _held(_plan(db, plan_id), session_id)
        answer_late_signs(db, held, answer, actor=actor, now=now)
        return url_for("credits.late", plan_id=plan_id)

    try:
        return carry_out(work, said=_("已处理，学员和办班单位会收到消息。"))
    except RuleViolationError as error:
        form.decision.errors = [say(error.message)]
        return _show(plan_id, form, about), 422


def _held(plan: Plan, session_id: int) -> SessionInForce:
    found = next((held for held in sessions_of(plan) if held.session_id == session_id), None)
    if found is None:
        raise NotFoundError
    return found
