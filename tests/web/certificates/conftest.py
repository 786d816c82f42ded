"""A certificate to look at."""

import pytest

from ce_bases.certificates.models import Certificate
from ce_bases.web.extensions import make_write_session
from tests.conftest import NOON_1_JUNE as NOW
from tests.factories.certificates import certify, give_hours
from tests.factories.world import World


@pytest.fixture
def issued(world: World) -> Certificate:
    """The learner's certificate of 4 + 8 hours."""
    with make_write_session() as session:
        give_hours(session, world, now=NOW)
        made = certify(session, world, now=NOW)
        session.commit()
    return made
