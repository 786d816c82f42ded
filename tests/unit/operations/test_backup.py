"""A copy taken while rows are in the log, put back, row for row."""

import shutil
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from ce_bases.core.orm import Base
from ce_bases.operations.backup import BackupError, back_up, put_back
from ce_bases.web.extensions import db, make_write_session, session
from tests.conftest import NOON_1_JUNE, skip_or_fail
from tests.factories.plans import filed_plan
from tests.factories.world import World


def rows() -> dict[str, list[tuple[object, ...]]]:
    session().rollback()
    found = {}
    for table in Base.metadata.sorted_tables:
        order = [*table.primary_key.columns]
        found[table.name] = [
            tuple(row) for row in session().execute(select(table).order_by(*order))
        ]
    session().rollback()
    return found


@pytest.fixture
def copied(app: Flask, world: World, tmp_path: Path) -> Path:
    if db.engine.dialect.name == "postgresql" and not shutil.which("pg_dump"):
        skip_or_fail("no pg_dump: install PostgreSQL's client to test backups")
    with make_write_session() as writing:
        filed_plan(writing, world, now=NOON_1_JUNE)
        writing.commit()
    path = tmp_path / "copy"
    back_up(db.engine, path)
    return path


def test_a_copy_put_back_gives_every_row_again(copied: Path, world: World) -> None:
    before = rows()
    with make_write_session() as writing:
        writing.execute(text("UPDATE account SET display_name = 'x'"))
        filed_plan(writing, world, now=NOON_1_JUNE)
        writing.commit()
    assert rows() != before
    db.engine.dispose()

    put_back(db.engine, copied)
    db.engine.dispose()

    assert rows() == before
    assert session().scalar(select(func.count()).select_from(Base.metadata.tables["plan"])) == 1


def test_triggers_come_back_too(copied: Path) -> None:
    db.session.rollback()
    db.engine.dispose()
    put_back(db.engine, copied)
    db.engine.dispose()

    from sqlalchemy.exc import DBAPIError

    with make_write_session() as writing, pytest.raises(DBAPIError):
        writing.execute(text("DELETE FROM audit_entry"))


def test_an_existing_file_is_not_overwritten_and_rubbish_not_put_back(
    copied: Path, tmp_path: Path
) -> None:
    rubbish = tmp_path / "rubbish"
    rubbish.write_bytes(b"no database" * 100)
    before = rows()

    with pytest.raises(BackupError):
        back_up(db.engine, copied)
    for path in (rubbish, tmp_path / "missing"):
        with pytest.raises(BackupError):
            put_back(db.engine, path)

    assert rows() == before
