"""The promises of core.engine, on the databases themselves."""

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from ce_bases.core import engine as core_engine
from ce_bases.core.engine import broken_promises
from ce_bases.web.extensions import db, make_write_session, reading_engine, session
from tests.factories.world import World


def test_every_setting_holds_on_a_fresh_connection(app: Flask) -> None:
    assert broken_promises(db.engine) == []


def test_every_setting_holds_where_only_reading_is_done(app: Flask) -> None:
    assert broken_promises(reading_engine()) == []


def test_the_reading_session_cannot_write(app: Flask, world: World) -> None:
    with pytest.raises(DBAPIError, match=r"readonly|read-only"):
        session().execute(text("UPDATE account SET display_name = 'x'"))
    db.session.rollback()
    with (
        reading_engine().connect() as connection,
        pytest.raises(DBAPIError, match=r"readonly|read-only"),
    ):
        connection.execute(text("DELETE FROM message"))
    with make_write_session() as writing:  # which is not held up by the readers' settings
        writing.execute(text("UPDATE account SET display_name = 'x'"))
        writing.rollback()


def _cut_off(engine: Engine) -> None:
    """End every connection to this database but one's own, as a restart of the server does."""
    with create_engine(engine.url, poolclass=NullPool).connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )


@pytest.mark.parametrize("which", ["writing", "reading"])
def test_a_connection_that_was_cut_while_it_rested_is_made_anew(
    app: Flask, which: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = db.engine if which == "writing" else reading_engine()
    if engine.dialect.name == "sqlite":
        pytest.skip("a file is not cut off")
    db.session.remove()
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))

    monkeypatch.setattr(core_engine, "TRUSTED_FOR", -1)
    _cut_off(engine)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT 1")) == 1

    # Cut in the moment in which it is trusted: one learns of it, the next has a new one.
    monkeypatch.setattr(core_engine, "TRUSTED_FOR", 3600)
    _cut_off(engine)
    with pytest.raises(DBAPIError), engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT 1")) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET action = 'x'",
        "DELETE FROM audit_entry",
        "INSERT OR REPLACE INTO audit_entry SELECT * FROM audit_entry",
        "TRUNCATE audit_entry",
    ],
)
def test_an_audit_line_can_neither_be_changed_nor_deleted(
    app: Flask, world: World, statement: str
) -> None:
    from ce_bases.audit.service import Act, record
    from tests.conftest import NOON_1_JUNE

    with make_write_session() as writing:
        record(writing, Act("test", "plan", 1), actor=world["clerk"], now=NOON_1_JUNE)
        writing.commit()
        with pytest.raises(DBAPIError):
            writing.execute(text(statement))
        writing.rollback()
        assert writing.scalar(text("SELECT count(*) FROM audit_entry")) == 1
