"""Asking the bureau for an exception."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ce_bases.bureaus.directory import BY_CODE
from ce_bases.core.access import Action
from ce_bases.core.errors import InvalidInputError, WrongStateError
from ce_bases.core.text import msg
from ce_bases.plans import exceptions, queries
from ce_bases.plans.blueprint import PLAN, bp
from ce_bases.plans.forms import AskForm
from ce_bases.plans.models import Plan
from ce_bases.web.access import allow, current_actor
from ce_bases.web.commands import once
from ce_bases.web.extensions import session
from ce_bases.web.i18n import say
from ce_bases.web.moment import request_now


@bp.get(f"{PLAN}/exception")
@allow(Action.EDIT_PLAN)
def exception(plan_id: int) -> ResponseReturnValue:
    return _page(_plan(session(), plan_id), AskForm(formdata=None))


@bp.post(f"{PLAN}/exception")
@allow(Action.EDIT_PLAN)
def ask_exception(plan_id: int) -> ResponseReturnValue:
    plan, form = _plan(session(), plan_id), AskForm()
    if not form.validate():
        return _page(plan, form, status=422)
    actor, now = current_actor(), request_now()

    def work(db: Session) -> str:
        found = _plan(db, plan_id)
        exceptions.ask_exception(db, found, form.explanation.data or "", actor=actor, now=now)
        return url_for("plans.show", plan_id=plan_id)

    try:
        address = once(work)
    except InvalidInputError as error:
        if "explanation" in error.problems:
            form.add_problems(error.problems)
        else:  # the plan itself is not whole; its form names the fields
            form.form_errors.append(say(error.message))
        return _page(plan, form, status=422)
    flash(say(msg("例外申请已提交，受理部门答复后会告诉您。")), "done")
    return redirect(address)


def _plan(db: Session, plan_id: int) -> Plan:
    return queries.get_plan(db, plan_id, actor=current_actor(), action=Action.EDIT_PLAN)


def _page(plan: Plan, form: AskForm, *, status: int = 200) -> ResponseReturnValue:
    shut = exceptions.shut_window(plan, now=request_now())
    waiting = exceptions.open_request(session(), plan)
    if shut is None or waiting is not None:
        raise WrongStateError(
            msg("这份计划现在不需要申请例外，或者已经申请。"), next_step=msg("请回到计划页查看。")
        )
    page = render_template(
        "plans/exception.html",
        plan=plan,
        revision=queries.open_revision(plan),
        form=form,
        shut=shut,
        bureau=BY_CODE[plan.bureau_code],
    )
    return page, status
