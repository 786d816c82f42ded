"""Issuing a certificate of a year's hours, and revoking it."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from ce_bases.audit.service import Act, record
from ce_bases.bureaus.directory import BY_CODE, CITY_CODE
from ce_bases.certificates import queries
from ce_bases.certificates.models import Certificate, Revocation
from ce_bases.certificates.signing import Facts, sign
from ce_bases.core.actors import Actor
from ce_bases.core.clock import business_date
from ce_bases.core.errors import NotFoundError, WrongStateError
from ce_bases.core.text import msg
from ce_bases.credits.models import YearRecord
from ce_bases.credits.queries import home_area
from ce_bases.credits.records import lock_people
from ce_bases.documents.texts import without_numbers
from ce_bases.messages.notes import Note
from ce_bases.messages.service import notify
from ce_bases.people.models import Person
from ce_bases.policy.registry import FIRST_YEAR, policy_for


def _random_number() -> str:
    return secrets.token_hex(16)


@dataclass(frozen=True, slots=True)
class Issuer:
    """The key that signs, the address that checks, and who makes numbers (128 random bits)."""

    private_key: bytes
    site: str
    make_number: Callable[[], str] = _random_number


def issue(
    session: Session, year: int, *, issuer: Issuer, actor: Actor, now: datetime
) -> Certificate:
    """Certify the actor's own hours of `year` as they stand now.

    While nothing has changed since the last certificate it is that one again: one state of the
    record, one number. NotFoundError for a year without notice or yet to come, WrongStateError
    without hours, or when a bureau revoked what would be said again.
    """
    if actor.person_id is None or not FIRST_YEAR <= year <= business_date(now).year:
        raise NotFoundError
    # Whoever posts for this person waits, and so does a second click.
    lock_people(session, [actor.person_id])
    person = session.get_one(Person, actor.person_id, populate_existing=True)
    stands = session.get(YearRecord, (person.id, year), populate_existing=True)
    if stands is None or not stands.public_halves + stands.professional_halves:
        raise WrongStateError(
            msg("%(year)s 年还没有入账的学时，不能开具证明。", year=year),
            next_step=msg("学时入账后再来开具。"),
        )
    last = queries.newest_of(session, person.id, year)
    if last and queries.says_the_same(last.certificate, stands, person.name):
        if last.revocation is None:
            return last.certificate
        if not last.revocation.may_reissue:
            raise _revoked(last.revocation)
    return write_certificate(session, person, stands, issuer, actor, now)


def _revoked(revocation: Revocation) -> WrongStateError:
    return WrongStateError(
        msg("这一年的证明已被人社部门撤销，理由：%(reason)s", reason=revocation.reason),
        next_step=msg("学时记录更正后可以重新开具；有疑问请联系所在县（市、区）人社部门。"),
    )


def write_certificate(
    session: Session,
    person: Person,
    stands: YearRecord,
    issuer: Issuer,
    actor: Actor,
    now: datetime,
) -> Certificate:
    """Add the certificate of `stands`, signed, and its audit line; `issue` is what decides."""
    number, need = issuer.make_number(), policy_for(stands.year).requirement
    facts = Facts(
        person.name,
        stands.year,
        stands.public_halves,
        stands.professional_halves,
        stands.is_complete,
        business_date(now),
    )
    area = home_area(session, person.id)
    certificate = Certificate(
        number=number,
        person_id=person.id,
        year=stands.year,
        name=person.name,
        public_halves=stands.public_halves,
        professional_halves=stands.professional_halves,
        is_complete=stands.is_complete,
        need_public_halves=need.public_halves,
        need_professional_halves=need.professional_halves,
        need_total_halves=need.total_halves,
        bureau_code=area if area in BY_CODE else CITY_CODE,
        url=f"{issuer.site}/certificates/{number}#{sign(number, facts, issuer.private_key)}",
        issued_at=now,
        issued_by=actor.account_id,
    )
    session.add(certificate)
    session.flush()
    told = {"year": stands.year, "halves": stands.public_halves + stands.professional_halves}
    act = Act("issue_certificate", "certificate", certificate.id, after=told)
    record(session, act, actor=actor, now=now)
    return certificate


def revoke(
    session: Session,
    certificate: Certificate,
    reason: str,
    *,
    may_reissue: bool,
    actor: Actor,
    now: datetime,
) -> Revocation:
    """Declare that `certificate` (loaded within the actor's reach) no longer holds; for ever.

    The public check says so from now on, and its owner is told the reason; the public reads it
    too, so IDs and phone numbers in it are cut short.
    """
    reason = without_numbers(reason)
    lock_people(session, [certificate.person_id])
    if session.get(Revocation, certificate.id) is not None:
        raise WrongStateError(msg("这份证明已经撤销。"), next_step=msg("请返回列表查看。"))
    revocation = Revocation(
        certificate_id=certificate.id,
        revoked_at=now,
        revoked_by=actor.account_id,
        reason=reason,
        may_reissue=may_reissue,
    )
    session.add(revocation)
    session.flush()
    act = Act(
        "revoke_certificate",
        "certificate",
        certificate.id,
        after={"may_reissue": may_reissue},
        reason=reason,
    )
    record(session, act, actor=actor, now=now)
    _tell_owner(session, certificate, reason, actor, now)
    return revocation


def _tell_owner(
    session: Session, certificate: Certificate, reason: str, actor: Actor, now: datetime
) -> None:
    owner = session.get_one(Person, certificate.person_id)
    if owner.account_id is None:
        return
    note = Note(
        kind="certificate_revoked",
        title=msg("您的 %(year)s 年学时证明已被撤销", year=certificate.year),
        body=msg(
            "%(bureau)s撤销了您的 %(year)s 年学时证明。理由：%(reason)s",
            bureau=actor.organisation,
            year=certificate.year,
            reason=reason,
        ),
        endpoint="certificates.own",
    )
    notify(session, [owner.account_id], note, now=now)
