"""The migrated schema is the modelled schema: tables, CHECKs, indexes, triggers, on both engines.

Alembic's comparison does not look at CHECK constraints or triggers, and the rules of this site
stand in both, so the databases' own descriptions are compared.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, text

from ce_bases.config import PROJECT_ROOT
from ce_bases.core.engine import engine_options, normal_url, prepare
from ce_bases.factory import create_app
from ce_bases.tables import METADATA
from ce_bases.web.extensions import db
from tests.conftest import BACKENDS, fresh_postgresql, make_settings

_SQLITE = "SELECT type || ' ' || name, sql FROM sqlite_master WHERE sql IS NOT NULL"
_POSTGRESQL = (
    """SELECT 'column ' || table_name || '.' || column_name,
              data_type || coalesce(character_maximum_length::text, '') || is_nullable
       FROM information_schema.columns WHERE table_schema = 'public'""",
    """SELECT 'constraint ' || conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
       FROM pg_constraint WHERE connamespace = 'public'::regnamespace""",
    "SELECT 'index ' || indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    """SELECT 'trigger ' || tgrelid::regclass || '.' || tgname, pg_get_triggerdef(oid)
       FROM pg_trigger WHERE NOT tgisinternal""",
    """SELECT 'function ' || proname, prosrc FROM pg_proc
       WHERE pronamespace = 'public'::regnamespace""",
)


def description(engine: Engine) -> dict[str, list[str]]:
    """Everything the schema holds, by name, as sorted words (column order may differ)."""
    queries = (_SQLITE,) if engine.dialect.name == "sqlite" else _POSTGRESQL
    with engine.connect() as connection:
        rows = [row for query in queries for row in connection.execute(text(query))]
    return {
        name: sorted(
            sql.replace(",", " ").replace("(", " ( ").replace(")", " ) ").replace('"', "").split()
        )
        for name, sql in rows
        if "alembic_version" not in name
    }


@pytest.fixture(params=BACKENDS)
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Two empty databases: one to migrate, one to create from the models."""
    if request.param == "sqlite":
        yield (
            f"sqlite:///{tmp_path / 'migrated.sqlite'}",
            f"sqlite:///{tmp_path / 'modelled.sqlite'}",
        )
        return
    for first in fresh_postgresql(f"ce_migrated_{os.getpid()}"):
        for second in fresh_postgresql(f"ce_modelled_{os.getpid()}"):
            yield first, second


def test_upgrade_builds_the_models_and_downgrade_leaves_nothing(
    urls: tuple[str, str], tmp_path: Path
) -> None:
    migrated, modelled = urls
    app = create_app(make_settings(migrated, tmp_path))
    wanted = create_engine(normal_url(modelled), **engine_options(normal_url(modelled)))
    prepare(wanted)
    METADATA.create_all(wanted)
    expected = description(wanted)
    wanted.dispose()

    with app.app_context():
        flask_migrate.upgrade()
        found = description(db.engine)
        flask_migrate.downgrade(revision="base")
        left = description(db.engine)
        db.engine.dispose()

    assert found == expected
    assert left == {}


def test_history_is_one_line() -> None:
    assert len(ScriptDirectory(str(PROJECT_ROOT / "migrations")).get_heads()) == 1
