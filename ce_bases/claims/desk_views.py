"""The bureau's desk for claims: the queue, the decision, several at once, taking back."""

import re
from urllib.parse import parse_qs, urlsplit

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ce_bases.claims import queries, review, reviewing
from ce_bases.claims.blueprint import bp
from ce_bases.claims.correcting import correct_line
from ce_bases.claims.forms import CorrectionForm, TakeBackForm
from ce_bases.claims.workflow import ClaimState
from ce_bases.core.access import Action
from ce_bases.core.errors import RuleViolationError
from ce_bases.core.text import msg
from ce_bases.web.access import allow, current_actor
from ce_bases.web.commands import once
from ce_bases.web.extensions import session
from ce_bases.web.i18n import gettext as _
from ce_bases.web.moment import request_now
from ce_bases.web.saving import save

DESK = reviewing.Side(
    name="desk",
    title=msg("学时申报认定"),
    lead=msg("没有疑点的可以勾选后一并认定；有疑点的请逐项核对。"),
    action=Action.DECIDE_CLAIM,
    waiting=ClaimState.WITH_BUREAU,
    judge=review.decide,
)


@bp.get("/desk/claims")
@allow(Action.DECIDE_CLAIM)
def desk_queue() -> ResponseReturnValue:
    return reviewing.queue(DESK)


@bp.get("/desk/claims/<int:claim_id>")
@allow(Action.DECIDE_CLAIM)
def desk_item(claim_id: int) -> ResponseReturnValue:
    return reviewing.item(DESK, claim_id)


@bp.post("/desk/claims/<int:claim_id>/decision")
@allow(Action.DECIDE_CLAIM)
def desk_decide(claim_id: int) -> ResponseReturnValue:
    return reviewing.decide(DESK, claim_id)


@bp.get("/desk/claims/next")
@allow(Action.DECIDE_CLAIM)
def desk_next() -> ResponseReturnValue:
    return reviewing.next_item(DESK)


@bp.post("/desk/claims/together")
@allow(Action.DECIDE_CLAIM)
def desk_together() -> ResponseReturnValue:
    """Credit the ticked claims (`claim=<id>:<version>`) with which nothing is odd."""
    actor, now = current_actor(), request_now()
    ticked = [re.fullmatch(r"([0-9]{1,15}):([0-9]{1,9})", v) for v in request.form.getlist("claim")]
    chosen = {int(found[1]): int(found[2]) for found in ticked if found}
    if not chosen:
        flash(_("请先勾选要认定的申报。"), "refused")
        return redirect(url_for("claims.desk_queue"))

    def work(db: Session) -> str:
        done, left = review.credit_together(db, chosen, actor=actor, now=now)
        return url_for("claims.desk_queue", done=done, left=left)

    answer = parse_qs(urlsplit(once(work)).query)
    done, left = answer["done"][0], answer["left"][0]
    if left == "0":
        flash(_("已认定 %(done)s 项，学时已入账。", done=done), "done")
    else:
        flash(
            _("已认定 %(done)s 项；%(left)s 项有变化或有疑点，没有处理。", done=done, left=left),
            "time",
        )
    return redirect(url_for("claims.desk_queue"))


@bp.post("/desk/claims/<int:claim_id>/correction")
@allow(Action.DECIDE_CLAIM)
def desk_correct(claim_id: int) -> ResponseReturnValue:
    """Put a contested line right; this upholds the objection to it."""
    actor, now = current_actor(), request_now()
    claim = queries.get_claim(session(), claim_id, actor=actor, action=Action.DECIDE_CLAIM)
    form = CorrectionForm(claim.kind)
    if not form.validate():
        return reviewing.item(DESK, claim_id, correction=form), 422
    correction = form.details()

    def work(db: Session) -> str:
        claim = queries.get_claim(db, claim_id, actor=actor, action=Action.DECIDE_CLAIM)
        correct_line(db, claim, correction, actor=actor, now=now)
        return url_for("claims.desk_item", claim_id=claim_id)

    def again(refusal: RuleViolationError | None = None) -> str:
        return reviewing.item(DESK, claim_id, correction=form, refusal=refusal)

    try:
        return save(form, work, again=again, said=_("学时已更正，异议已答复。"))
    except RuleViolationError as error:
        return again(error), 422


@bp.post("/desk/claims/<int:claim_id>/take-back")
@allow(Action.DECIDE_CLAIM)
def desk_take_back(claim_id: int) -> ResponseReturnValue:
    actor, now, form = current_actor(), request_now(), TakeBackForm()
    queries.get_claim(session(), claim_id, actor=actor, action=Action.DECIDE_CLAIM)
    if not form.validate():
        return reviewing.item(DESK, claim_id, take_back=form), 422
    reason, version = form.reason.data or "", int(form.version.data or 0)

    def work(db: Session) -> str:
        claim = queries.get_claim(db, claim_id, actor=actor, action=Action.DECIDE_CLAIM)
        review.take_back(db, claim, reason, version=version, actor=actor, now=now)
        return url_for("claims.desk_item", claim_id=claim_id)

    def again() -> str:
        return reviewing.item(DESK, claim_id, take_back=form)

    return save(form, work, again=again, said=_("已撤销认定，学时已冲销。"))
