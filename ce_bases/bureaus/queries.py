"""Reads of bureau staff."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from ce_bases.accounts.models import Account
from ce_bases.bureaus.directory import BY_CODE
from ce_bases.bureaus.models import BureauMember
from ce_bases.core.actors import Actor, Role
from ce_bases.core.clock import business_date


def officer_actors(session: Session, account_id: int, now: datetime) -> list[Actor]:
    """The bureaus this account is an officer of today."""
    today = business_date(now)
    rows = session.execute(
        select(BureauMember.bureau_code, Account.display_name)
        .join(Account, Account.id == BureauMember.account_id)
        .where(
            BureauMember.account_id == account_id,
            BureauMember.since_on <= today,
            or_(BureauMember.until_on.is_(None), BureauMember.until_on > today),
        )
        .order_by(BureauMember.id)
    )
    return [
        Actor(
            account_id,
            Role.CITY if BY_CODE[code].is_city else Role.COUNTY,
            name,
            BY_CODE[code].name,
            bureau_code=code,
        )
        for code, name in rows
    ]


def officer_accounts(session: Session, bureau_code: str, *, today: date) -> Sequence[int]:
    """The accounts of the bureau's officers of that day."""
    return session.scalars(
        select(BureauMember.account_id).where(
            BureauMember.bureau_code == bureau_code,
            BureauMember.since_on <= today,
            or_(BureauMember.until_on.is_(None), BureauMember.until_on > today),
        )
    ).all()
