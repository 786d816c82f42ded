"""`kill -9` while people sign in: what was acknowledged is there, and there once."""

import os
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import pytest
from sqlalchemy import select

from ce_bases.attendance.models import SignEvent
from ce_bases.web.extensions import db, session
from tests.bench.hall import Hall, door_app, make_hall
from tests.bench.harness import Backend
from tests.conftest import BACKENDS, fresh_postgresql
from tests.crash.servers import MOST_BETWEEN, Load, Server, trial

pytestmark = pytest.mark.concurrency
KILLS = 40
CONTROL_KILLS = 8
#: Fewer than taps: most people are tapped again and again, as by several phones.
PEOPLE = 40
#: Dies after the commit by itself; a kill from outside meets that instant only by luck.
WORST_INSTANT = "tests.crash.mute:app"


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    """A migrated, empty database that real servers can be started on."""
    env = {
        **os.environ,
        "CE_BASES_INSTANCE_DIR": str(tmp_path),
        "CE_BASES_LOG_LEVEL": "CRITICAL",
    }
    if request.param == "sqlite":
        urls = iter([f"sqlite:///{tmp_path / 'door.sqlite'}"])
    else:
        urls = fresh_postgresql(f"ce_bases_kill_{os.getpid()}")
    for url in urls:
        found = Backend(request.param, {**env, "CE_BASES_DATABASE_URL": url})
        with door_app(found.env).app_context():
            flask_migrate.upgrade()
            db.engine.dispose()
        yield found


class Stored:
    """What the database holds after a trial, against what was acknowledged."""

    def __init__(self, backend: Backend, load: Load) -> None:
        with door_app(backend.env).app_context():
            rows = session().execute(select(SignEvent.event_id, SignEvent.device_seq)).all()
            db.session.remove()
            db.engine.dispose()
        ids, taps = Counter(row[0] for row in rows), Counter(row[1] for row in rows)
        self.lost = [n for n, event_id in load.acknowledged.items() if not ids[event_id]]
        self.doubled = [n for n, count in taps.items() if count > 1]
        self.count = len(rows)


def killed(
    backend: Backend, *, kills: int, module: str = "tests.bench.door:app", same_id: bool = True
) -> tuple[Load, Stored]:
    hall: Hall = make_hall(backend.env, PEOPLE)
    server = Server(module, backend.env)
    load = Load(hall, server.port, same_id)
    trial(server, load, kills=kills, chance=random.Random(kills))
    return load, Stored(backend, load)


def test_nothing_acknowledged_is_lost_and_nothing_doubled(backend: Backend) -> None:
    load, stored = killed(backend, kills=KILLS)
    assert (stored.lost, stored.doubled) == ([], [])
    assert stored.count == len(load.acknowledged)
    # The floor: a harness that does no work loses nothing either.
    assert len(load.acknowledged) >= KILLS * MOST_BETWEEN // 2
    assert load.failures >= KILLS // 4


def test_a_worker_killed_between_commit_and_answer_doubles_nothing(backend: Backend) -> None:
    load, stored = killed(backend, kills=CONTROL_KILLS, module=WORST_INSTANT)
    assert (stored.lost, stored.doubled) == ([], [])
    assert load.failures > 0


def test_control_without_the_events_own_id_taps_are_doubled(backend: Backend) -> None:
    _load, stored = killed(backend, kills=CONTROL_KILLS, module=WORST_INSTANT, same_id=False)
    assert stored.doubled != []


def test_control_a_server_that_answers_before_it_commits_loses(backend: Backend) -> None:
    _load, stored = killed(backend, kills=CONTROL_KILLS, module="tests.crash.late:app")
    assert stored.lost != []
