"""Ending the sign-in of a session, and opening it again."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ce_bases.attendance import closing, queries, register
from ce_bases.attendance.fold import rule_of, timing_of
from ce_bases.attendance.forms import CloseForm, ReopenForm
from ce_bases.attendance.own import own_session
from ce_bases.attendance.review_views import bp
from ce_bases.core.access import Action
from ce_bases.core.actors import Role
from ce_bases.policy.closing import closes_from
from ce_bases.web.access import allow, current_actor
from ce_bases.web.extensions import session
from ce_bases.web.i18n import gettext as _
from ce_bases.web.moment import request_now
from ce_bases.web.saving import carry_out


@bp.get("/teach/sessions/<int:session_id>/close")
@allow(Action.TAKE_SIGN_IN)
def close(session_id: int) -> ResponseReturnValue:
    """Who is still unsigned, before the one button."""
    held, now = own_session(session(), session_id, Action.TAKE_SIGN_IN), request_now()
    rows = register.register_of(session(), held)
    opens = closes_from(timing_of(held), rule_of(held))
    return render_template(
        "attendance/close.html",
        held=held,
        form=CloseForm(),
        unsigned=closing.unsigned(held, rows),
        summary=queries.summaries_of(session(), {session_id: held.plan.id})[session_id],
        closed_at=queries.find_closing(session(), session_id),
        opens=opens,
        may_close=now >= opens,
        reviews=current_actor().role is not Role.SUBSTITUTE,
    )


@bp.post("/teach/sessions/<int:session_id>/close")
@allow(Action.TAKE_SIGN_IN)
def do_close(session_id: int) -> ResponseReturnValue:
    actor, now = current_actor(), request_now()

    def work(db: Session) -> str:
        held = own_session(db, session_id, Action.TAKE_SIGN_IN)
        closing.close_register(db, held, actor=actor, now=now)
        return url_for("attendance_review.close", session_id=session_id)

    return carry_out(work, said=_("签到已结束。"))


@bp.route("/filing/sessions/<int:session_id>/reopen", methods=["GET", "POST"])
@allow(Action.REOPEN_REGISTER)
def reopen(session_id: int) -> ResponseReturnValue:
    actor, now, form = current_actor(), request_now(), ReopenForm()
    held = own_session(session(), session_id, Action.REOPEN_REGISTER)
    if not form.validate_on_submit():
        closed_at = queries.find_closing(session(), session_id)
        page = render_template("attendance/reopen.html", held=held, form=form, closed_at=closed_at)
        return page, 422 if form.errors else 200

    def work(db: Session) -> str:
        own = own_session(db, session_id, Action.REOPEN_REGISTER)
        closing.reopen_register(db, own, form.reason.data or "", actor=actor, now=now)
        return url_for("attendance_review.overview", session_id=session_id)

    return carry_out(work, said=_("已重新开放签到，原因已记入办理经过。"))
