"""The promises of core.engine, on the databases themselves."""

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from ce_bases.core.engine import broken_promises
from ce_bases.web.extensions import db, session
from tests.factories.world import World


def test_every_setting_holds_on_a_fresh_connection(app: Flask) -> None:
    assert broken_promises(db.engine) == []


def test_the_reading_session_cannot_write(app: Flask, world: World) -> None:
    with pytest.raises(DBAPIError):
        session().execute(text("UPDATE account SET display_name = 'x'"))


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
    from ce_bases.web.extensions import make_write_session
    from tests.conftest import NOON_1_JUNE

    with make_write_session() as writing:
        record(writing, Act("test", "plan", 1), actor=world["clerk"], now=NOON_1_JUNE)
        writing.commit()
        with pytest.raises(DBAPIError):
            writing.execute(text(statement))
        writing.rollback()
        assert writing.scalar(text("SELECT count(*) FROM audit_entry")) == 1
