"""Who becomes an officer."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.accounts.models import Account
from ce_bases.audit.service import Act, record
from ce_bases.bureaus.models import BureauMember
from ce_bases.core.actors import Actor
from ce_bases.core.clock import business_date
from ce_bases.core.errors import WrongStateError
from ce_bases.core.text import msg


def add_officer(
    session: Session, bureau_code: str, account: Account, *, actor: Actor | None, now: datetime
) -> None:
    """Let `account` act for the bureau from today; WrongStateError when it already does."""
    member = select(BureauMember.id).where(
        BureauMember.bureau_code == bureau_code,
        BureauMember.account_id == account.id,
        BureauMember.until_on.is_(None),
    )
    if session.scalars(member).first() is not None:
        raise WrongStateError(msg("这个账号已经是该单位的工作人员。"))
    session.add(
        BureauMember(bureau_code=bureau_code, account_id=account.id, since_on=business_date(now))
    )
    act = Act("add_officer", "account", account.id, after={"bureau": bureau_code})
    record(session, act, actor=actor, now=now)
    session.flush()


def hold_bureau(session: Session, bureau_code: str) -> None:
    """Let nobody else change what the bureau keeps for itself until the transaction ends.

    Bureaus are no rows; their officers' rows are held instead, always in one order.
    """
    session.execute(
        select(BureauMember.id)
        .where(BureauMember.bureau_code == bureau_code)
        .order_by(BureauMember.id)
        .with_for_update(key_share=True)
    ).all()
