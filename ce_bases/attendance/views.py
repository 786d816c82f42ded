"""At the door: today's sessions, the register, a tap and its undo, heads, the printed sheet."""

import uuid
from datetime import timedelta
from typing import Any

from flask import (
    Blueprint,
    Response,
    current_app,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from ce_bases.attendance import correction, queries, register, service
from ce_bases.attendance.fold import rule_of, timing_of
from ce_bases.attendance.forms import HeadcountForm, TapForm, UndoForm, WalkInForm
from ce_bases.attendance.heads import Counted, count_heads
from ce_bases.attendance.intents import SignOutcome
from ce_bases.attendance.own import own_session
from ce_bases.attendance.sheet import names_to_write, sheet_of
from ce_bases.attendance.snapshot import millis
from ce_bases.attendance.walk_in_list import walk_ins_of
from ce_bases.attendance.walk_ins import may_withdraw
from ce_bases.core.access import Action
from ce_bases.core.actors import Role
from ce_bases.core.errors import InvalidInputError
from ce_bases.core.text import msg
from ce_bases.documents.sign_in_sheet import sign_in_sheet_pdf
from ce_bases.plans.queries import SessionInForce
from ce_bases.policy.attendance import needs_sign_out, window
from ce_bases.web.access import allow, current_actor
from ce_bases.web.extensions import in_transaction, session
from ce_bases.web.i18n import gettext as _
from ce_bases.web.i18n import say
from ce_bases.web.moment import request_now, today
from ce_bases.web.pagination import searched
from ce_bases.web.saving import carry_out

bp = Blueprint("attendance", __name__)
BACK, AHEAD = timedelta(days=60), timedelta(days=120)


@bp.get("/teach", endpoint="today")
@allow(Action.TAKE_SIGN_IN)
def show_today() -> ResponseReturnValue:
    """The sessions one takes sign-in of: today's, coming, past."""
    day = today()
    found = queries.sessions_between(session(), day - BACK, day + AHEAD, actor=current_actor())
    return render_template(
        "attendance/today.html",
        now_on=[held for held in found if held.entry.held_on == day],
        coming=[held for held in found if held.entry.held_on > day],
        past=[held for held in reversed(found) if held.entry.held_on < day],
        summaries=queries.summaries_of(session(), queries.plans_of(found)),
    )


@bp.get("/teach/sessions/<int:session_id>")
@allow(Action.TAKE_SIGN_IN)
def show_register(session_id: int) -> ResponseReturnValue:
    return draw_register(own_session(session(), session_id), HeadcountForm(formdata=None))


def draw_register(
    held: SessionInForce,
    heads: HeadcountForm,
    *,
    outcome: SignOutcome | None = None,
    newcomer: WalkInForm | None = None,
) -> str:
    """The whole page, with whatever form was sent and could not be used."""
    q = searched()
    only_missing = request.args.get("show") == "missing"
    everybody = register.register_of(session(), held)
    groups = register.grouped(register.filtered(everybody, q=q, only_missing=only_missing))
    return render_template(
        "attendance/register.html",
        q=q,
        only_missing=only_missing,
        heads=heads,
        outcome=outcome,
        newcomer=newcomer or WalkInForm(formdata=None),
        walk_ins=[item for item in walk_ins_of(session(), held.session_id) if item.is_open],
        may_withdraw=lambda item: may_withdraw(held, item, current_actor(), request_now()),
        groups=groups,
        letters=[letter for letter, _people in groups],
        now_millis=millis(request_now()),
        **_parts(held),
    )


def _kept() -> dict[str, str]:
    """The list's filters, to be kept through a tap."""
    return {name: request.args[name][:60] for name in ("q", "show") if request.args.get(name)}


def _parts(held: SessionInForce) -> dict[str, Any]:
    """What the register's pieces need, drawn whole or one by one."""
    timing, rule = timing_of(held), rule_of(held)
    db, actor, now = session(), current_actor(), request_now()
    undoable = register.undoable(db, held, actor=actor, now=now)
    last = max(undoable.values(), key=lambda event: event.id, default=None)
    summary = queries.summaries_of(db, {held.session_id: held.plan.id})[held.session_id]
    return {
        "held": held,
        "closed": service.door_code(held, now) or _closed(held),
        "needs_out": needs_sign_out(timing, rule),
        "reviews": actor.role is not Role.SUBSTITUTE,
        "window_in": window("in", timing, rule),
        "window_out": window("out", timing, rule),
        "undoable": undoable,
        "last": last,
        "last_row": register.find_register_row(db, held, last.person_id) if last else None,
        "summary": summary,
        # When sign-in is over, heads are counted before the figure they are compared with is shown.
        "heads_first": summary.headcount is None and now > window("in", timing, rule)[1],
        "new_event_id": lambda: str(uuid.uuid4()),
        "kept": _kept(),
    }


def _closed(held: SessionInForce) -> str:
    return "closed" if queries.find_closing(session(), held.session_id) else ""


@bp.post("/teach/sessions/<int:session_id>/sign")
@allow(Action.TAKE_SIGN_IN)
def sign(session_id: int) -> ResponseReturnValue:
    """One tap; the same event id again gets the same answer."""
    form = TapForm()
    if not form.validate():
        raise _stale()
    intent, actor, now = form.details(), current_actor(), request_now()
    outcome = in_transaction(
        lambda db: service.record_sign(
            db, own_session(db, session_id), intent, actor=actor, now=now
        )
    )
    return _answer(session_id, outcome)


@bp.post("/teach/sessions/<int:session_id>/undo")
@allow(Action.TAKE_SIGN_IN)
def undo(session_id: int) -> ResponseReturnValue:
    """Take back one's own tap within 15 minutes."""
    form = UndoForm()
    if not form.validate():
        raise _stale()
    intent, actor, now = form.details(), current_actor(), request_now()
    outcome = in_transaction(
        lambda db: correction.annul(db, own_session(db, session_id), intent, actor=actor, now=now)
    )
    return _answer(session_id, outcome)


def _stale() -> InvalidInputError:
    return InvalidInputError(msg("页面已过期，请刷新后重试。"))


def _answer(session_id: int, outcome: SignOutcome) -> ResponseReturnValue:
    """The register again, or for the script the pieces of it that changed."""
    status = 200 if outcome.accepted else 422
    held = own_session(session(), session_id)
    if request.accept_mimetypes.best == "application/json":
        return jsonify(_pieces(held, outcome)), status
    if not outcome.accepted:
        return draw_register(held, HeadcountForm(formdata=None), outcome=outcome), status
    kept: dict[str, Any] = _kept()
    anchor = f"p{outcome.person_id}"
    return redirect(
        url_for("attendance.show_register", session_id=session_id, _anchor=anchor, **kept)
    )


def _pieces(held: SessionInForce, outcome: SignOutcome) -> dict[str, Any]:
    parts = _parts(held)
    rows = register.register_of(session(), held, person_id=outcome.person_id)
    return {
        "event_id": outcome.event_id,
        "accepted": outcome.accepted,
        "repeat": outcome.is_repeat,
        "code": outcome.code,
        "message": say(outcome.words),
        "row": render_template("attendance/_row.html", row=rows[0], **parts) if rows else "",
        "counts": render_template("attendance/_counts.html", **parts),
        "undo": render_template("attendance/_undo.html", **parts),
    }


@bp.post("/teach/sessions/<int:session_id>/headcount", endpoint="count_heads")
@allow(Action.TAKE_SIGN_IN)
def note_heads(session_id: int) -> ResponseReturnValue:
    form = HeadcountForm()
    if not form.validate():
        return draw_register(own_session(session(), session_id), form), 422
    heads, actor, now = int(form.headcount.data or 0), current_actor(), request_now()

    def work(db: Any) -> str:
        counted = Counted(str(uuid.UUID(form.idempotency_key.data)), heads, now)
        count_heads(db, own_session(db, session_id), counted, actor=actor, now=now)
        return url_for("attendance.show_register", session_id=session_id)

    return carry_out(work, said=_("已记下现场人数 %(n)d 人。", n=heads))


@bp.get("/filing/sessions/<int:session_id>/sheet.pdf")
@bp.get("/teach/sessions/<int:session_id>/sheet.pdf", endpoint="teach_sheet")
@allow(Action.PRINT_SHEET)
def sheet(session_id: int) -> ResponseReturnValue:
    """The sign-in sheet of one session (date and half-day), A4."""
    held, now = own_session(session(), session_id, Action.PRINT_SHEET), request_now()
    rows = register.register_of(session(), held)
    address = url_for("attendance.show_register", session_id=session_id, _external=True)
    font = current_app.config["SETTINGS"].font_path
    printed = sheet_of(held, rows, session_url=address, now=now, font_path=font)
    answer = Response(
        sign_in_sheet_pdf([printed], produced_at=now, font_path=font), mimetype="application/pdf"
    )
    name = f"sign-in-{held.entry.held_on:%Y%m%d}-{held.entry.starts_at:%H%M}-{session_id}.pdf"
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    answer.headers["X-Names-To-Write"] = str(len(names_to_write(rows, font_path=font)))
    return answer
