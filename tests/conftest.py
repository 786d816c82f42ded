"""Fixtures every layer shares: both databases, the app on each, a clock that stands still."""

import base64
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import flask_migrate
import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.orm import Session

from ce_bases.config import Settings
from ce_bases.core.engine import normal_url
from ce_bases.core.orm import Base
from ce_bases.core.public_state import PublicState
from ce_bases.factory import create_app
from ce_bases.web.extensions import db, make_write_session
from tests.factories.world import World, build_world
from tests.web.client import PageClient
from tests.web.proving import ProvingCache, prove

NOON_1_JUNE = datetime(2022, 6, 1, 4, 0, tzinfo=UTC)  # 12:00 in Jining
BACKENDS = ("sqlite", "postgresql")
KEY_OF_CERTIFICATES = b"certificate-key-of-the-tests-001"

if settings.get_current_profile_name() == "default":
    # A busy machine is no reason to fail; under CI hypothesis sees to that, and draws no lots.
    settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("here")


class FrozenClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment

    def set(self, moment: datetime) -> None:
        self.moment = moment

    def forward(self, **delta: float) -> None:
        self.moment += timedelta(**delta)


def skip_or_fail(reason: str) -> None:
    """Skip on a laptop; in CI a missing server or browser is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@dataclass
class Database:
    """A migrated, empty database that `reset` empties again."""

    backend: str
    url: str
    folder: Path

    def reset(self) -> None:
        if self.backend == "sqlite":
            # Through SQLite itself: connections may still be open on the file.
            with (
                closing(sqlite3.connect(self.folder / "empty.sqlite")) as empty,
                closing(sqlite3.connect(make_url(self.url).database or "")) as target,
            ):
                empty.backup(target)
            return
        engine = create_engine(self.url)
        with engine.begin() as connection:
            # A replica's role switches triggers off, those of append-only tables too.
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            used = " UNION ALL ".join(
                f"SELECT '{table.name}' WHERE EXISTS (SELECT 1 FROM {table.name})"
                for table in Base.metadata.sorted_tables
                if table.name != PublicState.__tablename__
            )
            for name in connection.scalars(text(used)).all():
                connection.execute(text(f"DELETE FROM {name}"))
        engine.dispose()


def make_settings(url: str, folder: Path) -> Settings:
    return Settings(
        mode="demo",
        database_url=url,
        secret_key="test-secret-key-test-secret-key-test",
        id_key=base64.b64decode("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="),
        id_index_key=base64.b64decode("YWJjZGVmZ2hpamFiY2RlZmdoaWphYmNkZWZnaGlqYWI="),
        certificate_key=KEY_OF_CERTIFICATES,
        instance_dir=folder,
        storage_dir=folder / "files",
        cookie_secure=False,
        log_level="CRITICAL",
        page_cache_seconds=0,
    )


def fresh_postgresql(name: str) -> Iterator[str]:
    """The address of a new, empty PostgreSQL database, dropped afterwards."""
    server = os.environ.get("TEST_DATABASE_URL")
    if not server:
        skip_or_fail("no PostgreSQL: set TEST_DATABASE_URL to run these tests")
    admin = create_engine(normal_url(str(server)), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    yield make_url(normal_url(str(server))).set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
    admin.dispose()


@pytest.fixture(scope="session", params=BACKENDS)
def database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "sqlite":
        yield Database("sqlite", f"sqlite:///{folder / 'test.sqlite'}", folder)
        return
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    for url in fresh_postgresql(f"ce_bases_test_{worker}_{os.getpid()}"):
        yield Database("postgresql", url, folder)


@pytest.fixture(scope="session")
def shared_clock() -> FrozenClock:
    return FrozenClock(NOON_1_JUNE)


@pytest.fixture(scope="session")
def shared_app(database: Database, shared_clock: FrozenClock) -> Iterator[Flask]:
    settings = make_settings(database.url, database.folder)
    overrides = {"TESTING": True, "WTF_CSRF_ENABLED": False}
    app = create_app(settings, clock=shared_clock, overrides=overrides)
    with app.app_context():
        flask_migrate.upgrade()
        db.engine.dispose()
    if database.backend == "sqlite":
        path = Path(make_url(database.url).database or "")
        with create_engine(database.url).connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copy(path, database.folder / "empty.sqlite")
    kept = prove(app)
    yield app
    kept.state.close()
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def app(shared_app: Flask, database: Database, shared_clock: FrozenClock) -> Iterator[Flask]:
    """The site on an empty database, at noon of 1 June 2022; the test runs inside its context."""
    shared_clock.set(NOON_1_JUNE)
    with shared_app.app_context():
        db.session.remove()
        db.engine.dispose()
        database.reset()
        assert isinstance(shared_app.wsgi_app, ProvingCache)
        shared_app.wsgi_app.kept.clear()  # the numbers begin anew
        yield shared_app
        db.session.remove()


@pytest.fixture
def clock(app: Flask, shared_clock: FrozenClock) -> FrozenClock:
    return shared_clock


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """A plain writing Session, as services get it; the database is emptied after the test."""
    with make_write_session() as session:
        yield session
        session.rollback()


@pytest.fixture
def world(app: Flask) -> World:
    """Two bases of two counties, their people, and one account for each role; committed."""
    with make_write_session() as session:
        world = build_world(session, now=NOON_1_JUNE)
        session.commit()
    return world


@pytest.fixture
def client(app: Flask) -> PageClient:
    """A browser without script that checks every page it is given."""
    app.test_client_class = PageClient
    client = app.test_client()
    assert isinstance(client, PageClient)
    return client
