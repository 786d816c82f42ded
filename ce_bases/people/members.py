"""Whose account belongs to a unit's personnel office, or to a professional."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.accounts.models import Account
from ce_bases.audit.service import Act, record
from ce_bases.core.actors import Actor
from ce_bases.core.clock import business_date
from ce_bases.core.errors import WrongStateError
from ce_bases.core.text import msg
from ce_bases.people.models import Person, Unit, UnitMember


def find_unit(session: Session, name: str) -> Unit | None:
    """The unit of this name."""
    return session.scalars(select(Unit).where(Unit.name == name)).one_or_none()


def find_person(session: Session, person_id: int) -> Person | None:
    """The professional with this number of the site's own (never a resident ID)."""
    return session.get(Person, person_id)


def add_unit_clerk(
    session: Session, unit: Unit, account: Account, *, actor: Actor | None, now: datetime
) -> None:
    """Let `account` act for the unit from today; WrongStateError when it already does."""
    member = select(UnitMember.id).where(
        UnitMember.unit_id == unit.id,
        UnitMember.account_id == account.id,
        UnitMember.until_on.is_(None),
    )
    if session.scalars(member).first() is not None:
        raise WrongStateError(msg("这个账号已经是该单位的工作人员。"))
    session.add(UnitMember(unit_id=unit.id, account_id=account.id, since_on=business_date(now)))
    act = Act("add_unit_clerk", "account", account.id, after={"unit": unit.name})
    record(session, act, actor=actor, now=now)
    session.flush()


def give_account(
    session: Session, person: Person, account: Account, *, actor: Actor | None, now: datetime
) -> None:
    """Let `account` be this professional's; one person, one account."""
    taken = session.scalars(select(Person.id).where(Person.account_id == account.id)).first()
    if person.account_id is not None or taken is not None:
        raise WrongStateError(msg("这个人已经有账号，或者这个账号已属于别人。"))
    person.account_id = account.id
    act = Act("give_account", "person", person.id, after={"account": account.username})
    record(session, act, actor=actor, now=now)
    session.flush()
