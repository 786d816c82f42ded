"""The listed professional's certificates: one revoked, one overtaken, one that holds."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.certificates import service
from ce_bases.certificates.models import Certificate
from ce_bases.certificates.service import Issuer
from ce_bases.core.actors import Actor, Role
from ce_bases.core.clock import business_date
from ce_bases.credits.fold import fold_lines
from ce_bases.credits.models import LedgerLine, YearRecord
from ce_bases.credits.records import figures_of
from ce_bases.demo.listed import HOME, UNIT
from ce_bases.demo.setting import Setting
from ce_bases.people.models import Person
from ce_bases.policy.registry import policy_for

#: How many days ago the professional asked for one.
ASKED = (130, 60, 2)
REVOCATION_REASON = "本人反映证明图片被他人转发冒用，原编号作废，准予重新开具。"


def issue_certificates(
    session: Session,
    setting: Setting,
    learner: Person,
    officers: Mapping[str, list[Actor]],
    issuer: Issuer,
) -> None:
    """Certify what the learner had on some days of this year; the first one is revoked."""
    issuer = Issuer(issuer.private_key, issuer.site, lambda: f"{setting.rng.getrandbits(128):032x}")
    assert learner.account_id is not None
    actor = Actor(learner.account_id, Role.PROFESSIONAL, learner.name, UNIT, person_id=learner.id)
    made: list[Certificate] = []
    for days in ASKED:
        at = setting.now - timedelta(days=days)
        stood = _record_at(session, learner.id, at)
        if stood is None or (made and _same(made[-1], stood)):
            continue
        person = session.get_one(Person, learner.id)
        made.append(service.write_certificate(session, person, stood, issuer, actor, at))
    if len(made) > 1:
        at = made[0].issued_at + timedelta(days=9)
        officer = officers[HOME][0]
        service.revoke(session, made[0], REVOCATION_REASON, may_reissue=True, actor=officer, now=at)


def _same(certificate: Certificate, stood: YearRecord) -> bool:
    return (certificate.public_halves, certificate.professional_halves, certificate.year) == (
        stood.public_halves,
        stood.professional_halves,
        stood.year,
    )


def _record_at(session: Session, person_id: int, at: datetime) -> YearRecord | None:
    """What the record of the year said at `at`; None without hours."""
    year = business_date(at).year
    lines = session.scalars(
        select(LedgerLine).where(
            LedgerLine.person_id == person_id, LedgerLine.year == year, LedgerLine.posted_at <= at
        )
    ).all()
    figures = figures_of(fold_lines(year, lines, [], policy_for(year)))
    if not figures.public_halves + figures.professional_halves:
        return None
    return YearRecord(
        person_id=person_id,
        year=year,
        public_halves=figures.public_halves,
        professional_halves=figures.professional_halves,
        is_complete=figures.is_complete,
    )
