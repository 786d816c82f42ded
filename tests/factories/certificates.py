"""Hours to certify, and certificates of them."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from ce_bases.certificates import service
from ce_bases.certificates.models import Certificate
from ce_bases.certificates.service import Issuer
from ce_bases.credits.records import recompute_records
from ce_bases.plans.models import Subject
from tests.conftest import KEY_OF_CERTIFICATES
from tests.factories.hours import line_values, post
from tests.factories.world import World

SITE = "https://ce.example"
ISSUER = Issuer(KEY_OF_CERTIFICATES, SITE)


def give_hours(session: Session, world: World, *, now: datetime, who: str = "learner") -> None:
    """4 public and 8 professional hours of 2022."""
    person_id = world[who].person_id
    assert person_id is not None
    public: dict[str, Any] = {"subject": Subject.PUBLIC, "professional_halves": 0}
    post(
        session,
        line_values(person_id, "session:1", now=now, public_halves=8, **public),
        line_values(
            person_id,
            "session:2",
            now=now,
            held_on=now.date().replace(day=2),
            professional_halves=16,
        ),
    )
    recompute_records(session, [(person_id, 2022)], now=now)


def give_more(session: Session, world: World, *, now: datetime, who: str = "learner") -> None:
    """Another four professional hours of 2022."""
    person_id = world[who].person_id
    assert person_id is not None
    held_on = now.date().replace(day=5)
    post(session, line_values(person_id, "session:3", now=now, held_on=held_on))
    recompute_records(session, [(person_id, 2022)], now=now)


def certify(
    session: Session, world: World, *, now: datetime, who: str = "learner", year: int = 2022
) -> Certificate:
    return service.issue(session, year, issuer=ISSUER, actor=world[who], now=now)
