"""Changing a filed plan: begin, look at it as a whole, send it, take it back, throw it away."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ce_bases.bureaus.directory import BUREAUS, BY_CODE
from ce_bases.core.access import Action
from ce_bases.core.errors import UserFacingError, WrongStateError
from ce_bases.core.text import Text, msg
from ce_bases.plans import amendments, differences, grace, queries
from ce_bases.plans.blueprint import PLAN, bp
from ce_bases.plans.forms import VersionForm
from ce_bases.plans.models import FORM_LABELS, REACH_LABELS, SUBJECT_LABELS, Plan
from ce_bases.web.access import allow, current_actor
from ce_bases.web.commands import once
from ce_bases.web.extensions import session
from ce_bases.web.i18n import gettext as _
from ce_bases.web.i18n import say
from ce_bases.web.moment import request_now, today
from ce_bases.web.saving import Work, carry_out

VALUE_LABELS: dict[str, dict[Any, Any]] = {
    "subject": dict(SUBJECT_LABELS),
    "form": dict(FORM_LABELS),
    "reach": dict(REACH_LABELS),
    "county": {bureau.code: bureau.area for bureau in BUREAUS},
}
SENT: dict[str, Text] = {
    "refile": msg("变更已报送，等待受理；原备案内容继续有效。"),
    "notice": msg("变更已生效，公开日历已经更新，并已告知受理部门。"),
    "free": msg("变更已生效，公开页面已经更新。"),
}


def shown_with(**values: Any) -> dict[str, Any]:
    """`values` with what `plans/_changes.html` needs to say them."""
    labels = {"change_labels": VALUE_LABELS, "consequences": differences.CONSEQUENCE_LABELS}
    return {**labels, **values}


def changes_on(plan: Plan) -> dict[str, Any]:
    """What a plan's page says of its changes: the open one, and those that came before."""
    sent = [revision for revision in plan.revisions if revision.changes]
    told = [(revision, differences.told_of(plan, revision)) for revision in reversed(sent)]
    return shown_with(
        working=queries.working_change(plan),
        pending=queries.pending_change(plan),
        sent_changes=told,
        version=_version(plan),
    )


def _version(plan: Plan) -> VersionForm:
    form = VersionForm(formdata=None)
    form.version.data = str(plan.version)
    return form


@bp.post(f"{PLAN}/change/begin")
@allow(Action.EDIT_PLAN)
def begin_change(plan_id: int) -> ResponseReturnValue:
    actor, now = current_actor(), request_now()

    def work(db: Session) -> str:
        plan = queries.get_plan(db, plan_id, actor=actor, action=Action.EDIT_PLAN)
        amendments.open_change(db, plan, actor=actor, now=now)
        return url_for("plans.edit", plan_id=plan_id)

    return redirect(once(work))


@bp.get(f"{PLAN}/change")
@allow(Action.EDIT_PLAN)
def change(plan_id: int) -> ResponseReturnValue:
    return _page(plan_id)


def _page(plan_id: int, refusal: UserFacingError | None = None) -> ResponseReturnValue:
    plan = queries.get_plan(session(), plan_id, actor=current_actor(), action=Action.EDIT_PLAN)
    revision, filed = queries.working_change(plan), queries.in_force(plan)
    if revision is None or filed is None:
        raise refusal or WrongStateError(
            msg("这份计划现在没有正在办理的变更。"),
            next_step=msg("同事可能刚刚处理过。请打开计划页，查看最新状态。"),
        )
    judged = amendments.judge(session(), plan, revision, now=request_now())
    returned = queries.returned_from(plan)
    told = differences.told(judged.report, filed, revision)
    values = shown_with(
        plan=plan,
        filed=filed,
        judged=judged,
        outcome=judged.report.strictest,
        lines=told,
        refusal=refusal,
        form=_version(plan),
        dropping=_version(plan),
        clause=differences.change_rule(filed).clause,
        bureau=BY_CODE[plan.bureau_code],
        returned=returned,
        grace_until=grace.grace_until(plan),
        grace=grace.grace_of(returned, grace.written_in(revision), today=today())
        if returned
        else None,
    )
    return render_template("plans/change.html", **values), refusal.status if refusal else 200


@bp.post(f"{PLAN}/change/send")
@allow(Action.EDIT_PLAN)
def send_change(plan_id: int) -> ResponseReturnValue:
    def send(db: Session, plan: Plan, version: int) -> str:
        outcome = amendments.send_change(
            db, plan, expected_version=version, actor=current_actor(), now=request_now()
        )
        target = "plans.receipt" if outcome == "refile" else "plans.show"
        return f"{url_for(target, plan_id=plan.id)}#{outcome}"

    try:
        address = once(_seen(plan_id, send))
    except UserFacingError as error:
        if error.status == WrongStateError.status or not request.form.get("version"):
            raise
        return _page(plan_id, error)
    address, _hash, outcome = address.partition("#")
    flash(say(SENT[outcome]), "done")
    return redirect(address)


@bp.post(f"{PLAN}/change/drop")
@allow(Action.EDIT_PLAN)
def drop_change(plan_id: int) -> ResponseReturnValue:
    def drop(db: Session, plan: Plan, version: int) -> str:
        amendments.drop_change(
            db, plan, expected_version=version, actor=current_actor(), now=request_now()
        )
        return url_for("plans.show", plan_id=plan.id)

    return carry_out(_seen(plan_id, drop), said=_("这次变更已放弃，现行备案内容不变。"))


@bp.post(f"{PLAN}/change/recall")
@allow(Action.EDIT_PLAN)
def recall_change(plan_id: int) -> ResponseReturnValue:
    def recall(db: Session, plan: Plan, version: int) -> str:
        amendments.recall_change(
            db, plan, expected_version=version, actor=current_actor(), now=request_now()
        )
        return url_for("plans.edit", plan_id=plan.id)

    return carry_out(_seen(plan_id, recall), said=_("变更已撤回，可以继续修改或放弃。"))


def _seen(plan_id: int, act: Callable[[Session, Plan, int], str]) -> Work:
    """`act` on the version of the plan that its reader was looking at."""
    actor, form = current_actor(), VersionForm()
    queries.get_plan(session(), plan_id, actor=actor, action=Action.EDIT_PLAN)
    version = form.seen if form.validate() else -1

    def work(db: Session) -> str:
        plan = queries.get_plan(db, plan_id, actor=actor, action=Action.EDIT_PLAN)
        return act(db, plan, version)

    return work
