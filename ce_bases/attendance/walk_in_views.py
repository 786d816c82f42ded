"""People who are not on the roster: noted on the register, settled on a page of the base."""

from collections.abc import Callable
from functools import partial

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ce_bases.attendance import permissions, queries, service, settling, walk_ins
from ce_bases.attendance.forms import DismissForm, HeadcountForm, MatchForm, WalkInForm
from ce_bases.attendance.models import WalkIn
from ce_bases.attendance.own import own_session
from ce_bases.attendance.review_views import bp as review_bp
from ce_bases.attendance.views import bp, draw_register
from ce_bases.attendance.walk_in_list import find_walk_in, walk_ins_of
from ce_bases.core.access import Action
from ce_bases.enrolment.walk_ins import is_full
from ce_bases.plans.queries import SessionInForce, get_session_in_force
from ce_bases.web.access import allow, current_actor
from ce_bases.web.extensions import in_transaction, session
from ce_bases.web.i18n import gettext as _
from ce_bases.web.moment import request_now
from ce_bases.web.saving import save
from ce_bases.web.vault import vault

#: Correcting by the base, and by a bureau for its own 公益课堂: who keeps the roster.
SETTLE = Action.IMPORT_ROSTER


def _register(session_id: int) -> str:
    return url_for("attendance.show_register", session_id=session_id, _anchor="walk-ins")


@bp.post("/teach/sessions/<int:session_id>/walk-ins")
@allow(Action.TAKE_SIGN_IN)
def note_walk_in(session_id: int) -> ResponseReturnValue:
    form, actor, now = WalkInForm(), current_actor(), request_now()
    held, heads = own_session(session(), session_id), HeadcountForm(formdata=None)
    if not form.validate():
        return draw_register(held, heads, newcomer=form), 422

    def work(db: Session) -> str:
        walk_ins.note(db, own_session(db, session_id), form.details(), actor=actor, now=now)
        return _register(session_id)

    def again() -> str:
        return draw_register(own_session(session(), session_id), heads, newcomer=form)

    said = _("已记下，等办班单位核对证件后计入考勤。")
    return save(form, work, again=again, said=said)


@bp.post("/teach/sessions/<int:session_id>/walk-ins/<int:walk_in_id>/leave")
@allow(Action.TAKE_SIGN_IN)
def walk_in_leaves(session_id: int, walk_in_id: int) -> ResponseReturnValue:
    return _at_the_door(session_id, walk_in_id, walk_ins.note_leaving, _("已记下离场时间。"))


@bp.post("/teach/sessions/<int:session_id>/walk-ins/<int:walk_in_id>/withdraw")
@allow(Action.TAKE_SIGN_IN)
def withdraw_walk_in(session_id: int, walk_in_id: int) -> ResponseReturnValue:
    return _at_the_door(session_id, walk_in_id, walk_ins.withdraw, _("已撤回。"))


def _at_the_door(
    session_id: int, walk_in_id: int, act: Callable[..., WalkIn], done: str
) -> ResponseReturnValue:
    actor, now = current_actor(), request_now()
    in_transaction(
        lambda db: act(db, own_session(db, session_id), walk_in_id, actor=actor, now=now)
    )
    flash(done, "done")
    return redirect(_register(session_id))


@review_bp.get("/filing/sessions/<int:session_id>/walk-ins", endpoint="walk_ins")
@allow(Action.READ_ATTENDANCE)
def show_walk_ins(session_id: int) -> ResponseReturnValue:
    actor = current_actor()
    held = get_session_in_force(session(), session_id, actor=actor, action=Action.READ_ATTENDANCE)
    return _draw(held)


def _draw(
    held: SessionInForce, sent: MatchForm | DismissForm | None = None, sent_for: int = 0
) -> str:
    teacher = queries.teacher_id(session(), held.entry)
    may = permissions.may_act(current_actor(), SETTLE, held.plan, teacher_id=teacher)
    closed = service.closed_code(held)

    def form_of(kind: type[MatchForm | DismissForm], walk_in_id: int) -> MatchForm | DismissForm:
        if isinstance(sent, kind) and walk_in_id == sent_for:
            return sent.told_apart(walk_in_id)
        return kind(formdata=None).told_apart(walk_in_id)

    return render_template(
        "attendance/walk_ins.html",
        held=held,
        walk_ins=walk_ins_of(session(), held.session_id),
        closed=closed,
        may_settle=may and not closed,
        is_full=is_full(session(), held.plan) or bool(sent and sent.errors.get("over_reason")),
        match_form_of=partial(form_of, MatchForm),
        dismiss_form_of=partial(form_of, DismissForm),
    )


@review_bp.post("/filing/sessions/<int:session_id>/walk-ins/<int:walk_in_id>/match")
@allow(SETTLE)
def match_walk_in(session_id: int, walk_in_id: int) -> ResponseReturnValue:
    """The ID card typed by the clerk: a place on the roster and the signs as noted."""
    form, ids, actor, now = MatchForm(), vault(), current_actor(), request_now()

    def work(db: Session) -> str:
        held, card = own_session(db, session_id, SETTLE), form.details(walk_in_id)
        settling.match(db, held, card, vault=ids, actor=actor, now=now)
        return url_for("attendance_review.walk_ins", session_id=session_id)

    return _settled(session_id, walk_in_id, form, work, _("已核对，加入名单并签到。"))


@review_bp.post("/filing/sessions/<int:session_id>/walk-ins/<int:walk_in_id>/dismiss")
@allow(SETTLE)
def dismiss_walk_in(session_id: int, walk_in_id: int) -> ResponseReturnValue:
    form, actor, now = DismissForm(), current_actor(), request_now()

    def work(db: Session) -> str:
        held, reason = own_session(db, session_id, SETTLE), form.reason.data or ""
        settling.dismiss(db, held, walk_in_id, reason, actor=actor, now=now)
        return url_for("attendance_review.walk_ins", session_id=session_id)

    return _settled(session_id, walk_in_id, form, work, _("已核销，原因已记入办理经过。"))


def _settled(
    session_id: int,
    walk_in_id: int,
    form: MatchForm | DismissForm,
    work: Callable[[Session], str],
    done: str,
) -> ResponseReturnValue:
    held = own_session(session(), session_id, SETTLE)
    find_walk_in(session(), held, walk_in_id)
    if not form.validate():
        return _draw(held, form, walk_in_id), 422

    def again() -> str:
        return _draw(own_session(session(), session_id, SETTLE), form, walk_in_id)

    return save(form, work, again=again, said=done)
