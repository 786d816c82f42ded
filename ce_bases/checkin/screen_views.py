"""The wall of the hall: the rotating code, drawn anew every step, by the server's clock."""

import math
from typing import Any

from flask import current_app, render_template, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from ce_bases.attendance import queries
from ce_bases.attendance.fold import rule_of
from ce_bases.attendance.models import SignKind
from ce_bases.checkin.blueprint import bp, door_key
from ce_bases.checkin.codes import DoorCode, door_digits, door_text, left_of_step, step_at
from ce_bases.checkin.door import Phase, after_closing, phase_at
from ce_bases.core.access import Action
from ce_bases.documents.qr import qr_inline
from ce_bases.plans.queries import SessionInForce
from ce_bases.web.access import allow, current_actor
from ce_bases.web.extensions import session
from ce_bases.web.i18n import gettext as _
from ce_bases.web.moment import request_now


@bp.get("/teach/sessions/<int:session_id>/screen")
@allow(Action.TAKE_SIGN_IN)
def screen(session_id: int) -> ResponseReturnValue:
    """Full screen, for eighty people who look at a wall; without script it loads itself anew."""
    return render_template("checkin/screen.html", **_parts(session_id))


@bp.get("/teach/sessions/<int:session_id>/screen/part")
@allow(Action.TAKE_SIGN_IN)
def screen_part(session_id: int) -> ResponseReturnValue:
    """What changes on the wall, for its script."""
    return render_template("checkin/_wall.html", **_parts(session_id))


def _parts(session_id: int) -> dict[str, Any]:
    held = queries.get_own_session(
        session(), session_id, actor=current_actor(), action=Action.TAKE_SIGN_IN
    )
    now, seconds = request_now(), rule_of(held).code_step_seconds
    phase = after_closing(session(), held, phase_at(held, now), now)
    summary = queries.summaries_of(session(), {session_id: held.plan.id})[session_id]
    left = left_of_step(now, seconds)
    return {
        "held": held,
        "phase": phase,
        "is_out": phase.kind is SignKind.OUT,
        "present": summary.signed_out if phase.kind is SignKind.OUT else summary.signed_in,
        "expected": summary.expected,
        "left_ms": int(left * 1000),
        "left": math.ceil(left),
        "seconds": seconds,
        **(_code(held, phase, step_at(now, seconds))),
    }


def _code(held: SessionInForce, phase: Phase, step: int) -> dict[str, Any]:
    """The QR and its digits while the door is open."""
    if not phase.is_open:
        return {"qr": "", "digits": "", "short_address": ""}
    code, key = DoorCode(held.session_id, step), door_key()
    drawn = qr_inline(_address("checkin.scan", code=door_text(code, key)), title=_("签到二维码"))
    return {
        "qr": Markup(drawn),  # noqa: S704 -- the drawing escapes its title
        "digits": door_digits(code, key),
        "short_address": _address("checkin.type_digits").partition("://")[2],
    }


def _address(endpoint: str, **values: Any) -> str:
    """An address others can open: of the configured site, else of this request."""
    configured: str = current_app.config["SETTINGS"].site_url
    if configured:
        return configured + url_for(endpoint, **values)
    return url_for(endpoint, _external=True, **values)
