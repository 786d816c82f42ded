"""Lending the register of one session to a substitute, and the substitute's way in."""

import base64
import hashlib
import hmac
import uuid
from functools import partial

from flask import Response, current_app, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ce_bases.attendance import substitutes
from ce_bases.attendance.forms import SubstituteForm
from ce_bases.attendance.own import own_session
from ce_bases.attendance.review_views import bp
from ce_bases.core.access import Action
from ce_bases.core.errors import NotFoundError
from ce_bases.plans.queries import SessionInForce
from ce_bases.web.access import TOKEN, allow, current_actor, find_actor
from ce_bases.web.commands import once
from ce_bases.web.extensions import in_transaction, session
from ce_bases.web.i18n import gettext as _
from ce_bases.web.moment import request_now
from ce_bases.web.saving import carry_out

_own = partial(own_session, action=Action.LEND_DOOR)


@bp.get("/filing/sessions/<int:session_id>/substitutes")
@allow(Action.LEND_DOOR)
def door_links(session_id: int) -> ResponseReturnValue:
    return _show(_own(session(), session_id), SubstituteForm(formdata=None))


def _show(held: SessionInForce, form: SubstituteForm, address: str = "") -> str:
    return render_template(
        "attendance/substitutes.html",
        held=held,
        form=form,
        links=substitutes.links_of(session(), held),
        now=request_now(),
        address=address,
    )


@bp.post("/filing/sessions/<int:session_id>/substitutes")
@allow(Action.LEND_DOOR)
def lend_door(session_id: int) -> ResponseReturnValue:
    """Show a new link, once; it is stored nowhere and cannot be shown again."""
    actor, now, form = current_actor(), request_now(), SubstituteForm()
    held = _own(session(), session_id)
    if not form.validate():
        return _show(held, form), 422
    name, token = form.name.data or "", _token_of(str(form.idempotency_key.data))

    def work(db: Session) -> str:
        held = _own(db, session_id)
        substitutes.lend_door(db, held, name, token, actor=actor, now=now)
        return url_for("attendance_review.door_links", session_id=session_id)

    once(work)
    address = url_for("attendance_review.door_link", token=token, _external=True)
    page = _show(_own(session(), session_id), SubstituteForm(formdata=None), address)
    return Response(page, headers={"Cache-Control": "no-store"})


def _token_of(key: str) -> str:
    """The token of the link this form asks for: sent twice, the form shows the same link again.

    It follows from the site's secret and the form's own key, so that it need not be stored.
    """
    secret = str(current_app.config["SECRET_KEY"])
    asked = f"door link:{current_actor().account_id}:{uuid.UUID(key)}"
    digest = hmac.digest(secret.encode(), asked.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


@bp.post("/filing/sessions/<int:session_id>/substitutes/<int:link_id>/revoke")
@allow(Action.LEND_DOOR)
def revoke_link(session_id: int, link_id: int) -> ResponseReturnValue:
    actor, now = current_actor(), request_now()

    def work(db: Session) -> str:
        substitutes.revoke_link(db, _own(db, session_id), link_id, actor=actor, now=now)
        return url_for("attendance_review.door_links", session_id=session_id)

    return carry_out(work, said=_("替课链接已收回，那部手机马上不能再点名。"))


@bp.get("/door/<token>")
@allow(Action.SIGN_IN_TO_SITE)
def door_link(token: str) -> ResponseReturnValue:
    """What a link is for, and one button; the browser that opened it goes on to the register."""
    lent = substitutes.find_lent(session(), token)
    if lent is None:
        raise NotFoundError
    actor = find_actor()
    if actor is not None and actor.account_id == lent.link.account_id:
        return redirect(url_for("attendance.show_register", session_id=lent.held.session_id))
    problem = substitutes.obstacle(lent, request_now())
    return render_template("attendance/door_link.html", lent=lent, token=token, problem=problem)


@bp.post("/door/<token>")
@allow(Action.SIGN_IN_TO_SITE)
def open_link(token: str) -> ResponseReturnValue:
    now, agent = request_now(), request.headers.get("User-Agent", "")
    login, lent = in_transaction(lambda db: substitutes.open_link(db, token, agent=agent, now=now))
    cookie.clear()
    cookie[TOKEN] = login
    return redirect(url_for("attendance.show_register", session_id=lent.held.session_id), 303)
