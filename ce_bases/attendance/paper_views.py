"""Typing in a signed sheet, and the photos that entries by hand rest on."""

from functools import partial

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ce_bases.attendance import evidence, paper, register
from ce_bases.attendance.evidence import Proof
from ce_bases.attendance.fold import rule_of, timing_of
from ce_bases.attendance.forms import PaperForm
from ce_bases.attendance.own import own_session
from ce_bases.attendance.paper import SignedSheet
from ce_bases.attendance.review_views import bp
from ce_bases.core.access import Action
from ce_bases.plans.queries import get_session_in_force
from ce_bases.policy.attendance import needs_sign_out
from ce_bases.web.access import allow, current_actor
from ce_bases.web.extensions import session
from ce_bases.web.i18n import gettext as _
from ce_bases.web.moment import request_now
from ce_bases.web.saving import save
from ce_bases.web.uploads import file_store, send_attachment

_own = partial(own_session, action=Action.MAKE_UP_ATTENDANCE)


@bp.route("/filing/sessions/<int:session_id>/paper", methods=["GET", "POST"])
@allow(Action.MAKE_UP_ATTENDANCE)
def paper_sheet(session_id: int) -> ResponseReturnValue:
    """The roster in the order of the printed sheet, two ticks a line."""
    form = PaperForm()
    ticked = _ticked("in"), _ticked("out")
    if not form.validate_on_submit():
        return _show(session_id, form, ticked), 422 if form.errors else 200
    upload = form.sheet.data
    assert upload is not None
    sheet = SignedSheet(str(form.idempotency_key.data), *ticked, Proof(upload, file_store()))
    actor, now = current_actor(), request_now()

    def work(db: Session) -> str:
        paper.enter_sheet(db, _own(db, session_id), sheet, actor=actor, now=now)
        return url_for("attendance_review.overview", session_id=session_id)

    said = _("纸质签到表已录入，记录会注明“纸质签到表”。")
    return save(form, work, again=lambda: _show(session_id, form, ticked), said=said)


def _ticked(name: str) -> frozenset[int]:
    return frozenset(request.form.getlist(name, type=int))


def _show(session_id: int, form: PaperForm, ticked: tuple[frozenset[int], frozenset[int]]) -> str:
    held = _own(session(), session_id)
    return render_template(
        "attendance/paper.html",
        held=held,
        form=form,
        rows=register.register_of(session(), held),
        needs_out=needs_sign_out(timing_of(held), rule_of(held)),
        obstacle=paper.obstacle(held, request_now()),
        ticked_in=ticked[0],
        ticked_out=ticked[1],
    )


@bp.get("/filing/sessions/<int:session_id>/evidence/<int:evidence_id>")
@allow(Action.READ_ATTENDANCE)
def proof(session_id: int, evidence_id: int) -> ResponseReturnValue:
    """The photo or scan, as a download."""
    get_session_in_force(
        session(), session_id, actor=current_actor(), action=Action.READ_ATTENDANCE
    )
    return send_attachment(evidence.get_evidence(session(), session_id, evidence_id))
