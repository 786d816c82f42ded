"""Reads of professionals and units."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from ce_bases.accounts.models import Account
from ce_bases.core.actors import Actor, Role
from ce_bases.core.clock import business_date
from ce_bases.people.models import Affiliation, Person, Unit, UnitMember


def professional_actors(session: Session, account_id: int, _now: datetime) -> list[Actor]:
    """The professional's role, when a person belongs to this account."""
    row = session.execute(
        select(Person.id, Person.name, Unit.name.label("unit"))
        .outerjoin(
            Affiliation, (Affiliation.person_id == Person.id) & Affiliation.until_on.is_(None)
        )
        .outerjoin(Unit, Unit.id == Affiliation.unit_id)
        .where(Person.account_id == account_id)
    ).one_or_none()
    if row is None:
        return []
    return [Actor(account_id, Role.PROFESSIONAL, row.name, row.unit or "", person_id=row.id)]


def unit_actors(session: Session, account_id: int, now: datetime) -> list[Actor]:
    """The units this account works for in the personnel office today."""
    today = business_date(now)
    rows = session.execute(
        select(Unit.id, Unit.name, Account.display_name)
        .join(UnitMember, UnitMember.unit_id == Unit.id)
        .join(Account, Account.id == UnitMember.account_id)
        .where(
            UnitMember.account_id == account_id,
            UnitMember.since_on <= today,
            or_(UnitMember.until_on.is_(None), UnitMember.until_on > today),
        )
        .order_by(UnitMember.id)
    )
    return [
        Actor(account_id, Role.UNIT, name, unit, unit_id=unit_id) for unit_id, unit, name in rows
    ]
