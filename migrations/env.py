"""Alembic environment: the application's engine, the features' shared metadata."""

from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import Connection, text

from ce_bases.core.orm import MinuteOfDay, UtcDateTime
from ce_bases.tables import METADATA
from migrations.triggers import add_triggers

PLAIN_TYPES = {UtcDateTime: "sa.DateTime()", MinuteOfDay: "sa.Integer()"}
UPGRADE_LOCK = 7_308_000  # any number: two upgrades at once must queue


def render_item(kind: str, item: object, _autogen: object) -> Any:
    """Migrations name plain column types: they must outlive our classes."""
    return PLAIN_TYPES.get(type(item), False) if kind == "type" else False


def migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        render_as_batch=True,
        compare_type=True,
        render_item=render_item,
        process_revision_directives=add_triggers,
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": UPGRADE_LOCK})
        context.run_migrations()
        if connection.dialect.name == "sqlite":
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            if broken:
                raise RuntimeError(f"the migration left broken references: {broken}")


def run() -> None:
    with current_app.extensions["migrate"].db.engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        if connection.dialect.name != "sqlite":
            migrate(connection)
            return
        # A batch move drops and renames tables: cascades must not follow. Only outside a
        # transaction does SQLite listen to this pragma.
        raw.execute("PRAGMA foreign_keys=OFF")
        try:
            migrate(connection)
        finally:
            raw.rollback()
            raw.execute("PRAGMA foreign_keys=ON")


run()
