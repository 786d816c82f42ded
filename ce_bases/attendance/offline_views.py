"""The register page without a network: its list as data, its queue, its shell, its worker."""

import hashlib
import html
import json
import re
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf
from sqlalchemy.orm import Session

from ce_bases.attendance import queries, register, service
from ce_bases.attendance.batch import take_in_at_door
from ce_bases.attendance.delivery import read_delivery
from ce_bases.attendance.intents import SignOutcome
from ce_bases.attendance.own import own_session
from ce_bases.attendance.snapshot import guests_of, millis, rows_of, snapshot_of
from ce_bases.attendance.walk_in_list import walk_ins_of
from ce_bases.config import PROJECT_ROOT
from ce_bases.core.access import Action
from ce_bases.core.errors import InvalidInputError
from ce_bases.core.text import msg
from ce_bases.plans.queries import SessionInForce
from ce_bases.web.access import allow, current_actor
from ce_bases.web.assets import asset
from ce_bases.web.extensions import in_transaction, session
from ce_bases.web.i18n import say
from ce_bases.web.moment import request_now

bp = Blueprint("attendance_offline", __name__)


@bp.get("/teach/token")
@allow(Action.TAKE_SIGN_IN)
def token() -> ResponseReturnValue:
    """Who is logged in, the server's clock, and the token the next delivery must carry.

    No other site can read this answer, so the token proves that a page of ours sends.
    """
    return jsonify(
        {
            "token": generate_csrf(),
            "account": current_actor().account_id,
            "now": millis(request_now()),
        }
    )


@bp.get("/teach/sessions/<int:session_id>/register.json")
@allow(Action.TAKE_SIGN_IN)
def state(session_id: int) -> ResponseReturnValue:
    """The register as it stands at the server."""
    return jsonify(_state(own_session(session(), session_id)))


def _state(held: SessionInForce) -> dict[str, Any]:
    db, actor, now = session(), current_actor(), request_now()
    summaries = queries.summaries_of(db, {held.session_id: held.plan.id})
    told = snapshot_of(
        held,
        register.register_of(db, held),
        register.undoable(db, held, actor=actor, now=now),
        summaries[held.session_id],
        closed=_closed(held),
        now=now,
    )
    guests = [item.walk_in for item in walk_ins_of(db, held.session_id) if item.is_open]
    return {
        **told,
        "account": actor.account_id,
        "guests": len(guests),  # all that a page of an earlier release asks for
        "walkIns": guests_of(held, guests, account_id=actor.account_id),
    }


def _closed(held: SessionInForce) -> str:
    is_closed = queries.find_closing(session(), held.session_id) is not None
    return service.closed_code(held) or ("closed" if is_closed else "")


@bp.post("/teach/sessions/<int:session_id>/batch")
@allow(Action.TAKE_SIGN_IN)
def batch(session_id: int) -> ResponseReturnValue:
    """A phone's queue: an answer for each item, and how those people stand afterwards.

    A queue belongs to the account it was made under: somebody else's phone login does not sign
    for them.
    """
    data, actor, now = _sent(), current_actor(), request_now()
    delivery = read_delivery(data)
    if data.get("account") != actor.account_id:
        return jsonify({"code": "other_account", "account": actor.account_id}), 409

    def work(db: Session) -> dict[str, Any]:
        taken = take_in_at_door(db, session_id, delivery, actor=actor, now=now)
        return {
            "verdicts": [_verdict(outcome) for outcome in taken.outcomes],
            "rows": rows_of(taken.held, taken.rows, taken.undoable),
            "now": millis(now),
        }

    return jsonify(in_transaction(work))


def _sent() -> Any:
    try:
        return json.loads(request.get_data())
    except (ValueError, RecursionError):
        raise InvalidInputError(msg("这不是本系统的离线记录，或者版本无法识别。")) from None


def _verdict(outcome: SignOutcome) -> dict[str, Any]:
    status = "refused" if outcome.code else ("there" if outcome.is_repeat else "ok")
    told: dict[str, Any] = {"id": outcome.event_id, "status": status}
    if outcome.code:
        told.update(code=outcome.code, words=say(outcome.words))
    return told


#: What the shell needs beside itself. Modules that others import carry no digest in their address.
_MODULES = ("asides", "clock", "install", "roster", "standing", "store", "strip", "sync", "words")


@bp.get("/teach/offline")
@allow(Action.READ_PUBLIC)
def shell() -> ResponseReturnValue:
    """The register without its class: what opens when there is no network."""
    return _shell()


def _shell() -> str:
    return render_template(
        "attendance/offline.html",
        held=None,
        closed="",
        last=None,
        q="",
        only_missing=False,
        letters=[],
        heads_first=False,
        summary=queries.Summary(),
    )


@bp.get("/teach/worker.js")
@allow(Action.READ_PUBLIC)
def worker() -> ResponseReturnValue:
    """The service worker of this release: another byte in the shell or its files makes another."""
    page = _shell()
    named = re.findall(r'(?:src|href)="(/[^"#]+\?v=[^"#]+)', page)
    modules = [url_for("static", filename=f"js/attendance-{name}.js") for name in _MODULES]
    files = list(dict.fromkeys([*map(html.unescape, named), *modules]))
    code = (PROJECT_ROOT / "static" / "js" / "attendance-worker.js").read_text()
    release = hashlib.sha256("\n".join([page, code, *map(_digest, _MODULES)]).encode()).hexdigest()
    values = {"RELEASE": release[:12], "SHELL": url_for(".shell"), "FILES": files}
    head = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in values.items())
    answer = Response(head + code, mimetype="text/javascript")
    answer.headers["Service-Worker-Allowed"] = "/teach"
    answer.headers["Cache-Control"] = "no-cache"
    return answer


def _digest(name: str) -> str:
    return asset(f"js/attendance-{name}.js")
