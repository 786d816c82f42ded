"""Certificates with what has become of them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy.orm import Session, aliased

from ce_bases.certificates.models import Certificate, Revocation
from ce_bases.core.actors import Actor, Role
from ce_bases.core.errors import NotFoundError
from ce_bases.core.text import Text, msg
from ce_bases.credits.models import YearRecord
from ce_bases.people.models import Person


class Status(StrEnum):
    """What a check answers; `CHANGED` is valid as issued, but the record has moved on since."""

    VALID = "valid"
    CHANGED = "changed"
    CORRECTED = "corrected"
    REVOKED = "revoked"


STATUS_LABELS: dict[Status, Text] = {
    Status.VALID: msg("有效"),
    Status.CHANGED: msg("开具后学时记录有变动"),
    Status.CORRECTED: msg("已更正，以新证明为准"),
    Status.REVOKED: msg("已撤销"),
}


@dataclass(frozen=True, slots=True)
class Checked:
    """A certificate, its status, the number of the one that replaced it, and its revocation."""

    certificate: Certificate
    status: Status
    newer_number: str | None
    revocation: Revocation | None


def _with_fate(*conditions: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Rows (certificate, newest of its person and year, revocation, record, name), newest first."""
    newest, other = aliased(Certificate), aliased(Certificate)
    latest = (
        select(func.max(other.id))
        .where(other.person_id == Certificate.person_id, other.year == Certificate.year)
        .correlate(Certificate)
        .scalar_subquery()
    )
    return (
        select(Certificate, newest.number, Revocation, YearRecord, Person.name)
        .select_from(Certificate)
        .join(newest, newest.id == latest)
        .join(Person, Person.id == Certificate.person_id)
        .outerjoin(Revocation, Revocation.certificate_id == Certificate.id)
        .outerjoin(
            YearRecord,
            (YearRecord.person_id == Certificate.person_id) & (YearRecord.year == Certificate.year),
        )
        .where(*conditions)
        .order_by(Certificate.id.desc())
    )


def checked(row: Any) -> Checked:
    """What a row of these lists comes to."""
    certificate, newest, revocation, record, name = row
    newer = newest if newest != certificate.number else None
    if revocation is not None:
        status = Status.REVOKED
    elif newer is not None:
        status = Status.CORRECTED
    else:
        same = record is not None and says_the_same(certificate, record, name)
        status = Status.VALID if same else Status.CHANGED
    return Checked(certificate, status, newer, revocation)


def says_the_same(certificate: Certificate, record: YearRecord, name: str) -> bool:
    """Whether a certificate issued now would say the same."""
    return (
        certificate.name == name
        and certificate.public_halves == record.public_halves
        and certificate.professional_halves == record.professional_halves
        and certificate.is_complete == record.is_complete
    )


def public_find(session: Session, number: str) -> Checked | None:
    """The certificate of a number, for whoever holds it."""
    row = session.execute(_with_fate(Certificate.number == number)).one_or_none()
    return checked(row) if row else None


def own_certificates(session: Session, actor: Actor) -> list[Checked]:
    """Everything issued to the actor, newest first."""
    rows = session.execute(_with_fate(Certificate.person_id == actor.person_id))
    return [checked(row) for row in rows]


def newest_of(session: Session, person_id: int, year: int) -> Checked | None:
    """The last certificate of a person's year."""
    mine = (Certificate.person_id == person_id) & (Certificate.year == year)
    row = session.execute(_with_fate(mine).limit(1)).one_or_none()
    return checked(row) if row else None


def get_own(session: Session, number: str, *, actor: Actor) -> Certificate:
    """One of the actor's own; NotFoundError for anybody else's."""
    found = session.scalars(
        select(Certificate).where(
            Certificate.number == number, Certificate.person_id == actor.person_id
        )
    ).one_or_none()
    if found is None:
        raise NotFoundError
    return found


def _in_charge(actor: Actor) -> ColumnElement[bool]:
    """The people of a county are its bureau's; the city bureau's are everybody."""
    return true() if actor.role is Role.CITY else Certificate.bureau_code == actor.bureau_code


def issued_in(actor: Actor, *, q: str = "") -> Select[*tuple[Any, ...]]:
    """What was issued to the people of the actor's bureau; `q`: a number's beginning or a name."""
    found: ColumnElement[bool] = true()
    if q:
        found = Certificate.name.contains(q, autoescape=True) | Certificate.number.startswith(
            q.lower(), autoescape=True
        )
    return _with_fate(_in_charge(actor), found)


def get_issued(session: Session, number: str, *, actor: Actor) -> Checked:
    """One of those; NotFoundError for another bureau's."""
    here = Certificate.number == number
    row = session.execute(_with_fate(here, _in_charge(actor))).one_or_none()
    if row is None:
        raise NotFoundError
    return checked(row)
