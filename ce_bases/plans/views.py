"""Pages of those who hold classes; the filing form itself is in `editing`."""

from flask import Response, current_app, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ce_bases.audit.queries import history_of
from ce_bases.bureaus.directory import BY_CODE
from ce_bases.core.access import Action
from ce_bases.core.actors import Role
from ce_bases.core.events import publish as ask
from ce_bases.core.text import Text, msg
from ce_bases.documents.receipt import receipt_pdf
from ce_bases.plans import (
    amendments,
    attachment_views,
    autosave,
    certificate_views,
    change_views,
    editing,
    exception_views,
    exceptions,
    history,
    lists,
    queries,
    service,
    standing,
)
from ce_bases.plans.blueprint import PLAN, bp
from ce_bases.plans.events import LossesAsked
from ce_bases.plans.forms import ReasonForm
from ce_bases.plans.grace import grace_until
from ce_bases.plans.models import (
    ATTACHMENT_LABELS,
    FORM_LABELS,
    REACH_LABELS,
    SUBJECT_LABELS,
    ExceptionRequest,
    Plan,
)
from ce_bases.plans.proof import facts_of, proof_of, receipt_of
from ce_bases.plans.today import todo_list
from ce_bases.plans.window import window_on
from ce_bases.plans.workflow import (
    EDITABLE_STATES,
    STATE_LABELS,
    UNDER_WAY,
    PlanAction,
    PlanState,
    next_state,
)
from ce_bases.web.access import allow, current_actor
from ce_bases.web.extensions import session
from ce_bases.web.fields import read_day
from ce_bases.web.i18n import gettext as _
from ce_bases.web.i18n import say
from ce_bases.web.moment import request_now, today
from ce_bases.web.pagination import page_number, page_url, paginate, with_query
from ce_bases.web.saving import carry_out, save

__all__ = [
    "attachment_views",
    "autosave",
    "bp",
    "certificate_views",
    "change_views",
    "editing",
    "exception_views",
]

LIST_STATES: dict[str, Text] = {
    "": msg("全部"),
    **{state.value: STATE_LABELS[state] for state in (PlanState.DRAFT, PlanState.RETURNED)},
    PlanState.SUBMITTED.value: STATE_LABELS[PlanState.SUBMITTED],
    PlanState.FILED.value: STATE_LABELS[PlanState.FILED],
    UNDER_WAY: STATE_LABELS[UNDER_WAY],
    lists.TO_CONFIRM: msg("待确认考勤"),
    PlanState.ATTENDANCE_CONFIRMED.value: STATE_LABELS[PlanState.ATTENDANCE_CONFIRMED],
    PlanState.CREDITED.value: STATE_LABELS[PlanState.CREDITED],
    PlanState.REFUSED.value: STATE_LABELS[PlanState.REFUSED],
    PlanState.WITHDRAWN.value: STATE_LABELS[PlanState.WITHDRAWN],
    PlanState.CANCELLED.value: STATE_LABELS[PlanState.CANCELLED],
}
SORT_LABELS: dict[str, Text] = {
    "latest": msg("最近改动"),
    "opens": msg("开班日期"),
    "title": msg("名称"),
}


@bp.get("")
@allow(Action.EDIT_PLAN)
def home() -> ResponseReturnValue:
    actor, day = current_actor(), today()
    return render_template(
        "plans/home.html",
        todos=todo_list(session(), actor, today=day),
        counts=lists.count_by_state(session(), actor, today=day),
        week=lists.sessions_coming(session(), actor, today=day),
        today=day,
        state_labels=STATE_LABELS,
    )


@bp.get("/plans")
@allow(Action.EDIT_PLAN)
def index() -> ResponseReturnValue:
    state = request.args.get("state", "")
    # Drafts stand in the order of their days left, everything else as it was last touched.
    usual = "opens" if state == PlanState.DRAFT else "latest"
    wanted = lists.Wanted(
        state=state,
        words=request.args.get("q", "")[:60],
        sort=request.args.get("sort", usual),
    )
    statement = lists.plans_of(current_actor(), wanted, today=today())
    return render_template(
        "plans/index.html",
        page=paginate(session(), statement, number=page_number()),
        wanted=wanted,
        counts=lists.count_by_state(session(), current_actor(), today=today()),
        list_states=LIST_STATES,
        sort_labels=SORT_LABELS,
        state_labels=STATE_LABELS,
        state_shown=standing.state_shown,
        who_has_it=standing.who_has_it,
        window_on=window_on,
        page_url=page_url,
        with_query=with_query,
        today=today(),
    )


@bp.get(PLAN)
@allow(Action.READ_PLAN)
def show(plan_id: int) -> ResponseReturnValue:
    plan = _plan(plan_id, Action.READ_PLAN)
    writes = current_actor().role is Role.BASE
    revision = standing.shown_revision(plan) if writes else standing.submitted_revision(plan)
    entries = history_of(session(), "plan", plan.id)
    asked = exceptions.last_request(session(), plan)
    return render_template(
        "plans/show.html",
        plan=plan,
        revision=revision,
        state=standing.state_shown(plan, today()),
        holder=standing.who_has_it(plan, today()),
        steps=standing.steps_of(plan, today()),
        decision=standing.last_decision(plan),
        **change_views.changes_on(plan),
        asked=asked,
        lines=history.told(entries if writes else history.without_drafting(entries)),
        bureau=BY_CODE[plan.bureau_code],
        grace_until=grace_until(plan),
        window=_window(plan),
        can=_possible(plan) | _may_ask(plan, asked),
        labels={
            "state": STATE_LABELS,
            "subject": SUBJECT_LABELS,
            "form": FORM_LABELS,
            "reach": REACH_LABELS,
            "attachment": ATTACHMENT_LABELS,
        },
    )


def _plan(plan_id: int, action: Action) -> Plan:
    return queries.get_plan(session(), plan_id, actor=current_actor(), action=action)


def _window(plan: Plan) -> object:
    """The panel with the deadline, while there is one to meet."""
    revision = standing.shown_revision(plan)
    if plan.state not in EDITABLE_STATES or revision.opens_on is None:
        return None
    return window_on(revision.opens_on, today())


def _possible(plan: Plan) -> set[str]:
    """What the reader may do to the plan now: `edit`, `withdraw`, `cancel`, `copy`, `receipt`."""
    can = {"receipt"} if any(r.submitted_at for r in plan.revisions) else set()
    if plan.state in certificate_views.CERTIFIED:
        can.add("certificate")
    if current_actor().role is not Role.BASE:
        return can
    can.add("copy")
    if plan.state in EDITABLE_STATES:
        can.add("edit")
    if plan.state in (*EDITABLE_STATES, PlanState.SUBMITTED):
        can.add("withdraw")
    if plan.state is PlanState.FILED:
        can.add("cancel")
        if amendments.may_open(plan, now=request_now()):
            can.add("change")
    return can


def _may_ask(plan: Plan, asked: ExceptionRequest | None) -> set[str]:
    """`ask` for an exception: of a plan that is too late, unless an answer is still to come."""
    is_waiting = asked is not None and asked.decided_at is None
    shut = exceptions.shut_window(plan, now=request_now())
    return set() if shut is None or is_waiting else {"ask"}


@bp.get(f"{PLAN}/receipt")
@allow(Action.READ_PLAN)
def receipt(plan_id: int) -> ResponseReturnValue:
    proof = proof_of(_plan(plan_id, Action.READ_PLAN))
    return render_template(
        "plans/receipt.html",
        plan=proof.plan,
        proof=proof,
        facts=facts_of(proof),
        is_clerk=current_actor().role is Role.BASE,
        bureau=BY_CODE[proof.plan.bureau_code],
        state=standing.state_shown(proof.plan, today()),
        state_labels=STATE_LABELS,
    )


@bp.get(f"{PLAN}/receipt.pdf")
@allow(Action.READ_PLAN)
def receipt_file(plan_id: int) -> ResponseReturnValue:
    proof = proof_of(_plan(plan_id, Action.READ_PLAN))
    submitted_at = proof.revision.submitted_at
    assert submitted_at is not None
    font_path = current_app.config["SETTINGS"].font_path
    pdf = receipt_pdf(receipt_of(proof), produced_at=submitted_at, font_path=font_path)
    name = f"receipt-{plan_id}-{proof.revision.number}.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return Response(pdf, mimetype="application/pdf", headers=headers)


@bp.route(f"{PLAN}/withdraw", methods=["GET", "POST"])
@allow(Action.EDIT_PLAN)
def withdraw(plan_id: int) -> ResponseReturnValue:
    plan = _plan(plan_id, Action.EDIT_PLAN)
    next_state(plan.state, PlanAction.WITHDRAW)
    form = ReasonForm()
    if not form.validate_on_submit():
        return _confirm("plans/withdraw.html", plan, form), 422 if form.is_submitted() else 200

    def work(db: Session) -> str:
        found = queries.get_plan(db, plan_id, actor=actor, action=Action.EDIT_PLAN)
        service.withdraw_plan(db, found, reason=form.reason.data or "", actor=actor, now=now)
        return url_for("plans.show", plan_id=plan_id)

    actor, now = current_actor(), request_now()
    return carry_out(work, said=_("计划已撤回。"))


@bp.route(f"{PLAN}/cancel", methods=["GET", "POST"])
@allow(Action.EDIT_PLAN)
def cancel(plan_id: int) -> ResponseReturnValue:
    plan = _plan(plan_id, Action.EDIT_PLAN)
    next_state(plan.state, PlanAction.CANCEL)
    form = ReasonForm()
    if not form.validate_on_submit():
        return _confirm("plans/cancel.html", plan, form), 422 if form.is_submitted() else 200

    def work(db: Session) -> str:
        found = queries.get_plan(db, plan_id, actor=actor, action=Action.EDIT_PLAN)
        service.cancel_plan(db, found, form.reason.data or "", actor=actor, now=now)
        return url_for("plans.show", plan_id=plan_id)

    actor, now = current_actor(), request_now()
    said = _("培训已取消，公开日历上会标明。")
    return save(form, work, again=lambda: _confirm("plans/cancel.html", plan, form), said=said)


def _confirm(template: str, plan: Plan, form: ReasonForm) -> str:
    """The page before something final: what exactly would be lost."""
    asked = LossesAsked(plan.id, [])
    ask(session(), asked)
    return render_template(
        template,
        plan=plan,
        revision=standing.shown_revision(plan),
        form=form,
        losses=asked.losses,
        bureau=BY_CODE[plan.bureau_code],
    )


@bp.get("/window.json")
@allow(Action.EDIT_PLAN)
def window() -> ResponseReturnValue:
    """What the form's script shows while the first day is typed."""
    try:
        opens_on = read_day(request.args.get("opening", ""))
    except ValueError as error:
        return jsonify({"problem": str(error)}), 422
    found = window_on(opens_on, today())
    return jsonify(
        {
            "opening": opens_on.isoformat(),
            "last_filing_day": found.window.last_filing_day.isoformat(),
            "days_ahead": found.window.days_ahead,
            "in_time": found.window.in_time,
            "earliest_opening": found.window.earliest_opening.isoformat(),
            "clause": found.clause.ref,
            "kind": found.kind,
            "title": say(found.title),
            "advice": say(found.advice),
        }
    )
