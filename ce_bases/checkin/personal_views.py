"""One's own code, and the lecturer's phone that reads it."""

import uuid
from typing import Any

from flask import jsonify, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from ce_bases.attendance import queries, register
from ce_bases.attendance.intents import SignOutcome
from ce_bases.attendance.models import SignKind
from ce_bases.attendance.own import own_session
from ce_bases.checkin import codes
from ce_bases.checkin.blueprint import bp, personal_key
from ce_bases.checkin.door import after_closing, phase_at
from ce_bases.checkin.forms import PresentedForm
from ce_bases.checkin.pictures import read_qr
from ce_bases.checkin.presented import Presented, take_code, words_for
from ce_bases.checkin.queries import own_sessions_on
from ce_bases.core.access import Action
from ce_bases.core.errors import InvalidInputError
from ce_bases.core.text import Text, msg
from ce_bases.documents.qr import qr_inline
from ce_bases.plans.queries import SessionInForce
from ce_bases.web.access import allow, current_actor
from ce_bases.web.extensions import in_transaction, session
from ce_bases.web.i18n import gettext as _
from ce_bases.web.i18n import say
from ce_bases.web.moment import request_now, today


@bp.get("/me/code")
@allow(Action.READ_OWN_RECORD)
def own_code() -> ResponseReturnValue:
    """One's own code of today, to be shown at the door of every class one is enrolled in."""
    actor, day = current_actor(), today()
    text = codes.personal_text(actor.person_id or 0, day, personal_key())
    drawn = qr_inline((codes.PERSONAL_MARK + text).upper(), title=_("我的签到码"))
    return render_template(
        "checkin/own_code.html",
        qr=Markup(drawn),  # noqa: S704 -- the drawing escapes its title
        spelled=codes.spelled(text),
        actor=actor,
        day=day,
        sessions=own_sessions_on(session(), day, actor=actor),
    )


@bp.get("/teach/sessions/<int:session_id>/scan")
@allow(Action.TAKE_SIGN_IN)
def reader(session_id: int) -> ResponseReturnValue:
    return _show(own_session(session(), session_id), PresentedForm(formdata=None))


@bp.post("/teach/sessions/<int:session_id>/scan")
@allow(Action.TAKE_SIGN_IN)
def read(session_id: int) -> ResponseReturnValue:
    """A code from the camera, from a photograph or typed; signs in at once."""
    form = PresentedForm()
    own_session(session(), session_id)
    problem: Text | None = None
    try:
        shown = _presented(form)
    except InvalidInputError as error:
        shown, problem = None, error.message
    if shown is None:
        form.code.errors = [say(problem)] if problem else form.code.errors
        return _answer(session_id, form, None, 422)
    actor, now, key = current_actor(), request_now(), personal_key()
    outcome = in_transaction(
        lambda db: take_code(db, own_session(db, session_id), shown, key=key, actor=actor, now=now)
    )
    return _answer(session_id, form, outcome, 200 if outcome.accepted else 422)


def _presented(form: PresentedForm) -> Presented | None:
    """The code that was sent; None when the form itself is wrong."""
    if not form.validate():
        return None
    texts = [str(form.code.data or "")]
    photo = form.photo.data
    if getattr(photo, "filename", ""):
        texts = read_qr(photo.filename, photo.stream.read())
        if not texts:
            raise InvalidInputError(msg("照片里没有找到二维码，请对准后再拍，或输入短码。"))
    read_texts = [found for text in texts if (found := codes.read_personal_text(text))]
    if not read_texts:
        raise InvalidInputError(msg("这不是签到码。学员的签到码在“我的签到码”里，8 位。"))
    return Presented(str(form.event_id.data), read_texts[0])


def _answer(
    session_id: int, form: PresentedForm, outcome: SignOutcome | None, status: int
) -> ResponseReturnValue:
    """The page again with what came of it, or for the camera's script that part alone."""
    held = own_session(session(), session_id)
    if request.accept_mimetypes.best != "application/json":
        fresh = form if outcome is None else PresentedForm(formdata=None)
        return _show(held, fresh, outcome), status
    result = (
        "" if outcome is None else render_template("checkin/_read.html", **_read(held, outcome))
    )
    said = say(form.code.errors[0]) if form.code.errors else ""
    return jsonify(result=result, said=said, event_id=str(uuid.uuid4())), status


def _show(held: SessionInForce, form: PresentedForm, outcome: SignOutcome | None = None) -> str:
    result = _read(held, outcome) if outcome else {"outcome": None, "held": held}
    now = request_now()
    phase = after_closing(session(), held, phase_at(held, now), now)
    return render_template(
        "checkin/reader.html",
        form=form,
        phase=phase,
        is_out=phase.kind is SignKind.OUT,
        **result,
    )


def _read(held: SessionInForce, outcome: SignOutcome) -> dict[str, Any]:
    """What the answer to one code needs: the name, large, or why not."""
    db = session()
    rows = register.register_of(db, held, person_id=outcome.person_id) if outcome.person_id else []
    message, next_step = words_for(outcome.code) if outcome.code else (None, None)
    summary = queries.summaries_of(db, {held.session_id: held.plan.id})[held.session_id]
    return {
        "held": held,
        "outcome": outcome,
        "row": rows[0] if rows else None,
        "message": message,
        "next_step": next_step,
        "summary": summary,
        "undo_id": str(uuid.uuid4()),
    }
