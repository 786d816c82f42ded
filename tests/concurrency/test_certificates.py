"""Many clicks on one button: one certificate; without the person's lock there would be many."""

from threading import Barrier

import pytest
from flask import Flask

from ce_bases.certificates import queries, service
from ce_bases.certificates.models import Certificate
from ce_bases.credits.models import YearRecord
from ce_bases.people.models import Person
from ce_bases.web.extensions import db, in_transaction, make_write_session
from tests.concurrency.together import together
from tests.conftest import NOON_1_JUNE as NOW
from tests.factories.certificates import ISSUER, certify, give_hours
from tests.factories.world import World
from tests.rows import count_stored

pytestmark = pytest.mark.concurrency

CLICKS = 8


@pytest.fixture
def hours(world: World) -> None:
    with make_write_session() as session:
        give_hours(session, world, now=NOW)
        session.commit()


def test_clicks_at_once_give_one_certificate(app: Flask, world: World, hours: None) -> None:
    def click(_number: int) -> str:
        return in_transaction(lambda session: certify(session, world, now=NOW).number)

    assert len(set(together(app, CLICKS, click))) == 1
    assert count_stored(Certificate) == 1


def test_control_without_the_lock_each_click_gives_another(
    app: Flask, world: World, hours: None
) -> None:
    """Missing: the person's lock; everybody saw that there was no certificate yet."""
    person_id = world["learner"].person_id
    assert person_id is not None

    judged = Barrier(CLICKS)

    def click(_number: int) -> str:
        with make_write_session() as session:
            assert queries.newest_of(session, person_id, 2022) is None
            if db.engine.dialect.name == "sqlite":
                session.commit()  # its writers queue at BEGIN: the writing is a later transaction
            judged.wait(timeout=30)
            person = session.get_one(Person, person_id)
            stands = session.get_one(YearRecord, (person_id, 2022))
            made = service.write_certificate(session, person, stands, ISSUER, world["learner"], NOW)
            session.commit()
            return made.number

    assert len(set(together(app, CLICKS, click))) == CLICKS
    assert count_stored(Certificate) == CLICKS
