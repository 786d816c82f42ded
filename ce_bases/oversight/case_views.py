"""One filing before its officer: everything about it, the decision, and the next one."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ce_bases.attendance.flagging import flags_of_sessions, sessions_of
from ce_bases.audit.queries import history_of
from ce_bases.bureaus.directory import BY_CODE
from ce_bases.core.access import Action
from ce_bases.core.errors import NotFoundError
from ce_bases.core.text import Text, msg
from ce_bases.oversight import queries, reasons, review, service
from ce_bases.oversight.blueprint import DESK, bp
from ce_bases.oversight.forms import DecisionForm
from ce_bases.plans import change_views, differences, history, standing
from ce_bases.plans.blueprint import PLAN
from ce_bases.plans.models import (
    ATTACHMENT_LABELS,
    FORM_LABELS,
    REACH_LABELS,
    SUBJECT_LABELS,
    Standing,
)
from ce_bases.plans.permissions import may
from ce_bases.plans.queries import get_plan
from ce_bases.plans.workflow import STATE_LABELS
from ce_bases.web.access import allow, current_actor
from ce_bases.web.extensions import session
from ce_bases.web.fields import read_id
from ce_bases.web.i18n import gettext as _
from ce_bases.web.i18n import say
from ce_bases.web.moment import request_now, today
from ce_bases.web.saving import save

LABELS = {
    "state": STATE_LABELS,
    "subject": SUBJECT_LABELS,
    "form": FORM_LABELS,
    "reach": REACH_LABELS,
    "field": history.FIELD_LABELS,
    "attachment": ATTACHMENT_LABELS,
}
OUTCOMES: dict[service.Outcome, Text] = {
    service.Outcome.FILE: msg("已予以备案"),
    service.Outcome.RETURN: msg("已退回补正"),
    service.Outcome.REFUSE: msg("已作不予备案处理"),
}


@bp.get(PLAN)
@allow(DESK)
def item(plan_id: int) -> ResponseReturnValue:
    own = reasons.offered(session(), current_actor())
    return _page(plan_id, DecisionForm(formdata=None, own=own))


def _page(plan_id: int, against: DecisionForm) -> str:
    """The case; `against` is the form that returns or refuses, with what was typed."""
    actor = current_actor()
    plan, revision = queries.get_case(session(), plan_id, actor=actor)
    is_pending = revision.standing is Standing.PENDING
    sessions = sessions_of(plan)
    flags = flags_of_sessions(session(), sessions)
    filing = DecisionForm(formdata=None)
    filing.version.data = plan.version
    against.version.data = against.version.data or plan.version
    return render_template(
        "oversight/item.html",
        plan=plan,
        revision=revision,
        filing=filing,
        against=against,
        decides=is_pending and may(actor, Action.DECIDE_FILING, plan),
        is_pending=is_pending,
        checks=review.checks_of(session(), plan, revision) if is_pending else [],
        changes=[] if revision.amends else review.changes_of(plan, revision),
        told=differences.told_of(plan, revision),
        **change_views.shown_with(),
        flagged=[(held, flags[held.session_id]) for held in sessions if held.session_id in flags],
        state=standing.state_shown(plan, today()),
        holder=standing.who_has_it(plan, today(), revision=revision),
        lines=history.told(history_of(session(), "plan", plan.id)),
        bureau=BY_CODE[plan.bureau_code],
        labels=LABELS,
        total=sum(entry.halves for entry in revision.entries),
    )


@bp.post(f"{PLAN}/decision")
@allow(DESK)
def decide(plan_id: int) -> ResponseReturnValue:
    actor, now = current_actor(), request_now()
    form = DecisionForm(own=reasons.offered(session(), actor))
    plan = get_plan(session(), plan_id, actor=actor, action=Action.DECIDE_FILING)
    title = standing.shown_revision(plan).title
    if not form.validate():
        return _page(plan_id, form), 422
    decision = form.details()

    def work(db: Session) -> str:
        found = get_plan(db, plan_id, actor=actor, action=Action.DECIDE_FILING)
        service.decide(db, found, decision, actor=actor, now=now)
        return url_for("oversight.next_item", after=plan_id)

    said = f"{title}：{say(OUTCOMES[decision.outcome])}"
    return save(form, work, again=lambda: _page(plan_id, form), said=said)


@bp.get("/next")
@allow(DESK)
def next_item() -> ResponseReturnValue:
    """The waiting item after `?after=`, the first one without it; the desk when none waits."""
    actor, after = current_actor(), request.args.get("after", type=read_id)
    try:
        case = queries.get_case(session(), after, actor=actor) if after else None
    except NotFoundError:
        case = None
    plan_id = queries.next_waiting(session(), actor, case)
    if plan_id is None:
        flash(_("待受理的备案都处理完了。"), "done")
        return redirect(url_for("oversight.desk"))
    return redirect(url_for("oversight.item", plan_id=plan_id))
