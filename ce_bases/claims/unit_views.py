"""The unit's first review of its people's claims."""

from flask.typing import ResponseReturnValue

from ce_bases.claims import review, reviewing
from ce_bases.claims.blueprint import bp
from ce_bases.claims.workflow import ClaimState
from ce_bases.core.access import Action
from ce_bases.core.text import msg
from ce_bases.web.access import allow, current_actor

UNIT = reviewing.Side(
    name="unit",
    title=msg("学时申报确认"),
    lead=msg("核对本单位人员的申报和证明材料；自学由单位认定学时、填学习档案编号。"),
    action=Action.FIRST_REVIEW_CLAIM,
    waiting=ClaimState.WITH_UNIT,
    judge=review.confirm,
)


@bp.get("/unit/claims")
@allow(Action.FIRST_REVIEW_CLAIM)
def unit_queue() -> ResponseReturnValue:
    reviewing.require_reviewer(current_actor())
    return reviewing.queue(UNIT)


@bp.get("/unit/claims/<int:claim_id>")
@allow(Action.FIRST_REVIEW_CLAIM)
def unit_item(claim_id: int) -> ResponseReturnValue:
    return reviewing.item(UNIT, claim_id)


@bp.post("/unit/claims/<int:claim_id>/decision")
@allow(Action.FIRST_REVIEW_CLAIM)
def unit_decide(claim_id: int) -> ResponseReturnValue:
    return reviewing.decide(UNIT, claim_id)


@bp.get("/unit/claims/next")
@allow(Action.FIRST_REVIEW_CLAIM)
def unit_next() -> ResponseReturnValue:
    reviewing.require_reviewer(current_actor())
    return reviewing.next_item(UNIT)
