"""Signing in to a class over the net: a page that waits for its prompts."""

from dataclasses import dataclass

from flask import Response, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ce_bases.attendance.intents import SignOutcome
from ce_bases.attendance.models import AttendanceRecord
from ce_bases.checkin import live
from ce_bases.checkin.blueprint import bp, live_key
from ce_bases.checkin.door import sign_out_window
from ce_bases.checkin.live import LiveAnswer, Prompt
from ce_bases.checkin.queries import get_own_session, own_records, own_sessions_on
from ce_bases.core.access import Action
from ce_bases.core.errors import NotFoundError
from ce_bases.plans.queries import SessionInForce
from ce_bases.web.access import allow, current_actor
from ce_bases.web.extensions import in_transaction, session
from ce_bases.web.i18n import gettext as _
from ce_bases.web.i18n import say
from ce_bases.web.moment import request_now, today
from ce_bases.web.scans import read_handset, remember

#: How often the page looks for a prompt without script; a prompt is open for minutes.
RELOAD_SECONDS = 30


@dataclass(frozen=True, slots=True)
class LiveClass:
    """One of today's sessions over the net, as its learner sees it."""

    held: SessionInForce
    record: AttendanceRecord | None
    prompt: Prompt | None
    asks_out: bool

    @property
    def is_answered(self) -> bool:
        """Whether what the open prompt asks for is recorded already."""
        if self.prompt is None or self.record is None:
            return False
        if self.prompt.kind == "in":
            return self.record.signed_in_at is not None
        return self.record.signed_out_at is not None


@bp.get("/me/live")
@allow(Action.READ_OWN_RECORD)
def live_page() -> Response:
    """Today's sessions over the net; without script the page loads itself anew."""
    page = _page()
    # The browser's name must be known before it answers: flags compare the phones.
    return remember(make_response(page), read_handset())


def _page(**more: str) -> str:
    return render_template(
        "checkin/live.html",
        classes=_classes(),
        day=today(),
        reload_seconds=RELOAD_SECONDS,
        **more,
    )


@bp.get("/me/live/part")
@allow(Action.READ_OWN_RECORD)
def live_part() -> ResponseReturnValue:
    """What changes on that page, for its script."""
    return render_template("checkin/_live.html", classes=_classes())


def _classes() -> list[LiveClass]:
    db, actor, now = session(), current_actor(), request_now()
    remote = [held for held in own_sessions_on(db, today(), actor=actor) if live.is_remote(held)]
    records = own_records(db, [held.session_id for held in remote], actor=actor)
    return [
        LiveClass(
            held,
            records.get(held.session_id),
            live.open_prompt(held, live_key(), now),
            sign_out_window(held) is not None,
        )
        for held in remote
    ]


@bp.post("/me/live/<int:session_id>")
@allow(Action.SIGN_IN_ONESELF)
def answer_live(session_id: int) -> ResponseReturnValue:
    actor, now = current_actor(), request_now()
    answer = LiveAnswer(read_handset().device, live_key())

    def work(db: Session) -> SignOutcome:
        held = get_own_session(db, session_id, actor=actor)
        if not live.is_remote(held):
            raise NotFoundError
        return live.answer_prompt(db, held, answer, actor=actor, now=now)

    outcome = in_transaction(work)
    if not outcome.accepted:
        return _page(refusal=say(outcome.words)), 422
    flash(_("已记录。请留意后面的提示。"), "done")
    return redirect(url_for("checkin.live_page"), 303)
