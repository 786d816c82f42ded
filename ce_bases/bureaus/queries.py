"""Reads of bureau staff."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from ce_bases.accounts.models import Account
from ce_bases.bureaus.directory import BY_CODE
from ce_bases.bureaus.models import BureauMember, StandIn
from ce_bases.core.actors import Actor, Role
from ce_bases.core.clock import business_date
from ce_bases.core.reading import read

_OFFICER = (
    select(BureauMember.bureau_code, Account.display_name)
    .join(Account, Account.id == BureauMember.account_id)
    .where(
        BureauMember.account_id == bindparam("account_id"),
        BureauMember.since_on <= bindparam("today"),
        or_(BureauMember.until_on.is_(None), BureauMember.until_on > bindparam("today")),
    )
    .order_by(BureauMember.id)
)


def officer_actors(session: Session, account_id: int, now: datetime) -> list[Actor]:
    """The bureaus this account is an officer of today."""
    rows = read(session, _OFFICER, account_id=account_id, today=business_date(now))
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
    """Whom the bureau's messages of that day reach: its officers, or who stands in for them."""
    officers = officers_of(session, bureau_code, today=today)
    away = dict(
        session.execute(
            select(StandIn.account_id, StandIn.colleague_account_id).where(
                StandIn.bureau_code == bureau_code, lasts_on(today)
            )
        ).all()
    )
    return list(dict.fromkeys(_reached(account, away, officers) for account in officers))


def officers_of(session: Session, bureau_code: str, *, today: date) -> Sequence[int]:
    """The accounts of the bureau's officers of that day, on leave or not."""
    return session.scalars(
        select(BureauMember.account_id)
        .where(
            BureauMember.bureau_code == bureau_code,
            BureauMember.since_on <= today,
            or_(BureauMember.until_on.is_(None), BureauMember.until_on > today),
        )
        .order_by(BureauMember.id)
    ).all()


def lasts_on(day: date) -> ColumnElement[bool]:
    """Stand-ins of that day, the first and the last one included."""
    return and_(StandIn.ended_at.is_(None), StandIn.from_on <= day, StandIn.until_on >= day)


def _reached(account: int, away: Mapping[int, int], officers: Sequence[int]) -> int:
    """Who reads for `account`, from one to the next; itself when no officer is found."""
    passed, reader = {account}, account
    while reader in away:
        reader = away[reader]
        if reader in passed or reader not in officers:
            return account
        passed.add(reader)
    return reader
