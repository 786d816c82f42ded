"""Who is told what about a claim, in the transaction of the fact."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from ce_bases.claims.models import Claim
from ce_bases.claims.posting import title_of
from ce_bases.claims.queries import unit_accounts
from ce_bases.claims.workflow import ClaimState
from ce_bases.core.clock import business_date
from ce_bases.core.text import Text, msg
from ce_bases.messages.notes import Note
from ce_bases.messages.service import notify

#: A unit gets one message for what arrives within half an hour.
SETTLE_MINUTES = 30
_TOLD: Mapping[ClaimState, tuple[Text, Text]] = {
    ClaimState.WITH_BUREAU: (
        msg("单位已确认您的学时申报"),
        msg("“%(title)s”已由单位确认，报送人社部门认定。"),
    ),
    ClaimState.RETURNED: (
        msg("学时申报被退回，请修改"),
        msg("“%(title)s”被退回：%(reason)s 修改后可以再次提交。"),
    ),
    ClaimState.CREDITED: (
        msg("学时申报已认定入账"),
        msg("“%(title)s”已认定，学时已记入您的年度学时。"),
    ),
    ClaimState.REFUSED: (
        msg("学时申报不予认定"),
        msg("“%(title)s”不予认定：%(reason)s"),
    ),
    ClaimState.REVERSED: (
        msg("一项已认定的学时被撤销"),
        msg("“%(title)s”的认定已撤销：%(reason)s"),
    ),
}


def tell_claimant(session: Session, claim: Claim, *, now: datetime) -> None:
    """Tell the claimant where the claim is now; people without an account see it later."""
    account_id = claim.person.account_id
    if account_id is None or claim.state not in _TOLD:
        return
    title, body = _TOLD[claim.state]
    values = {"title": title_of(claim)}
    if "%(reason)s" in body.msgid:
        values["reason"] = claim.reason
    note = Note(
        f"claim_{claim.state}",
        title,
        Text(body.msgid, values),
        "claims.show",
        {"claim_id": claim.id},
    )
    notify(session, [account_id], note, now=now)


def tell_unit(session: Session, claim: Claim, *, now: datetime) -> None:
    """Tell the unit's personnel office that something waits for it."""
    if claim.unit_id is None:
        return
    note = Note(
        "claim_with_unit",
        msg("有学时申报等待单位确认"),
        msg("本单位人员提交了学时申报，请核对后确认或退回。"),
        "claims.unit_queue",
        key=f"claims-of-unit:{claim.unit_id}",
        settle_minutes=SETTLE_MINUTES,
    )
    accounts = unit_accounts(session, claim.unit_id, today=business_date(now))
    notify(session, accounts, note, now=now)
