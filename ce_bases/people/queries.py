"""Reads of professionals and units."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, or_, select
from sqlalchemy.orm import Session

from ce_bases.accounts.models import Account
from ce_bases.core.actors import Actor, Role
from ce_bases.core.clock import business_date
from ce_bases.core.reading import read
from ce_bases.people.models import Affiliation, Person, Unit, UnitMember

# SQLite of older builds takes 999 values a statement.
CHUNK = 500
_PROFESSIONAL = (
    select(Person.id, Person.name, Unit.name.label("unit"))
    .outerjoin(Affiliation, (Affiliation.person_id == Person.id) & Affiliation.until_on.is_(None))
    .outerjoin(Unit, Unit.id == Affiliation.unit_id)
    .where(Person.account_id == bindparam("account_id"))
)
_UNITS = (
    select(Unit.id, Unit.name, Account.display_name)
    .join(UnitMember, UnitMember.unit_id == Unit.id)
    .join(Account, Account.id == UnitMember.account_id)
    .where(
        UnitMember.account_id == bindparam("account_id"),
        UnitMember.since_on <= bindparam("today"),
        or_(UnitMember.until_on.is_(None), UnitMember.until_on > bindparam("today")),
    )
    .order_by(UnitMember.id)
)


def current_units(session: Session, person_ids: Iterable[int]) -> dict[int, str]:
    """Person id → the name of the unit they work for now; who has none is left out."""
    wanted = sorted(set(person_ids))
    found: dict[int, str] = {}
    for start in range(0, len(wanted), CHUNK):
        rows = session.execute(
            select(Affiliation.person_id, Unit.name)
            .join(Unit, Unit.id == Affiliation.unit_id)
            .where(
                Affiliation.person_id.in_(wanted[start : start + CHUNK]),
                Affiliation.until_on.is_(None),
            )
        )
        found.update((person_id, name) for person_id, name in rows)
    return found


def accounts_of(session: Session, person_ids: Iterable[int]) -> list[int]:
    """The accounts of those of these people who have one."""
    wanted = sorted(set(person_ids))
    found: list[int] = []
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        found += session.scalars(
            select(Person.account_id).where(Person.id.in_(chunk), Person.account_id.is_not(None))
        )
    return found


def people_of_unit(unit_id: int, *, q: str = "") -> Select[Any]:
    """Who works for the unit now, by initials; `q`: part of the name, initials or last four."""
    statement = (
        select(Person)
        .join(Affiliation, Affiliation.person_id == Person.id)
        .where(Affiliation.unit_id == unit_id, Affiliation.until_on.is_(None))
        .order_by(Person.initials, Person.name, Person.id)
    )
    if q:
        statement = statement.where(
            or_(
                Person.name.contains(q, autoescape=True),
                Person.initials.startswith(q.upper(), autoescape=True),
                Person.id_last4 == q.upper(),
            )
        )
    return statement


def professional_actors(session: Session, account_id: int, _now: datetime) -> list[Actor]:
    """The professional's role, when a person belongs to this account."""
    row = read(session, _PROFESSIONAL, account_id=account_id).one_or_none()
    if row is None:
        return []
    return [Actor(account_id, Role.PROFESSIONAL, row.name, row.unit or "", person_id=row.id)]


def unit_actors(session: Session, account_id: int, now: datetime) -> list[Actor]:
    """The units this account works for in the personnel office today."""
    rows = read(session, _UNITS, account_id=account_id, today=business_date(now))
    return [
        Actor(account_id, Role.UNIT, name, unit, unit_id=unit_id) for unit_id, unit, name in rows
    ]
