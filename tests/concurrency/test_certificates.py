"""Many clicks on one button: one certificate; without the person's lock there would be many."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select

from ce_bases.certificates import queries, service
from ce_bases.certificates.models import Certificate
from ce_bases.credits.models import YearRecord
from ce_bases.people.models import Person
from ce_bases.web.extensions import db, in_transaction, make_write_session
from tests.conftest import NOON_1_JUNE as NOW
from tests.factories.certificates import ISSUER, certify, give_hours
from tests.factories.world import World

pytestmark = pytest.mark.concurrency

CLICKS = 8


def together(app: Flask, work: Callable[[Barrier], str]) -> set[str]:
    """What `work`, begun CLICKS times at the same moment, answered."""
    start = Barrier(CLICKS)

    def run(_number: int) -> str:
        with app.app_context():
            start.wait(timeout=30)
            try:
                return work(start)
            finally:
                db.session.remove()

    with ThreadPoolExecutor(CLICKS) as pool:
        return set(pool.map(run, range(CLICKS)))


@pytest.fixture
def hours(world: World) -> None:
    with make_write_session() as session:
        give_hours(session, world, now=NOW)
        session.commit()


def issued() -> int:
    with make_write_session() as session:
        return session.scalar(select(func.count()).select_from(Certificate)) or 0


def test_clicks_at_once_give_one_certificate(app: Flask, world: World, hours: None) -> None:
    def click(_start: Barrier) -> str:
        return in_transaction(lambda session: certify(session, world, now=NOW).number)

    assert len(together(app, click)) == 1
    assert issued() == 1


def test_control_without_the_lock_each_click_gives_another(
    app: Flask, world: World, hours: None
) -> None:
    """Missing: the person's lock; everybody saw that there was no certificate yet."""
    person_id = world["learner"].person_id
    assert person_id is not None

    def click(start: Barrier) -> str:
        with make_write_session() as session:
            assert queries.newest_of(session, person_id, 2022) is None
            if db.engine.dialect.name == "sqlite":
                session.commit()  # its writers queue at BEGIN: the writing is a later transaction
            start.wait(timeout=30)
            person = session.get_one(Person, person_id)
            stands = session.get_one(YearRecord, (person_id, 2022))
            made = service.write_certificate(session, person, stands, ISSUER, world["learner"], NOW)
            session.commit()
            return made.number

    assert len(together(app, click)) == CLICKS
    assert issued() == CLICKS
