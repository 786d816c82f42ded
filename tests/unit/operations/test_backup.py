"""A copy taken while rows are in the log, put back, row for row."""

import shutil
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from ce_bases.core.orm import Base
from ce_bases.core.public_state import SHOWN, STRIPES
from ce_bases.operations.backup import BackupError, back_up, move_on, numbers_of, put_back
from ce_bases.organisers.models import Organiser
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


def test_the_command_puts_every_row_back_and_moves_the_numbers_on(
    app: Flask, copied: Path, world: World
) -> None:
    before, at_copy = rows(), numbers_of(db.engine)
    rename("改了名的基地")
    lost = numbers_of(db.engine)
    assert lost[SHOWN] > at_copy[SHOWN]

    restore(app, copied)

    found = numbers_of(db.engine)
    assert len(found) == STRIPES + 1
    assert all(found[scope] > max(at_copy[scope], lost[scope]) for scope in found)
    assert {**rows(), "public_state": before["public_state"]} == before
    restore(app, copied)
    assert all(again > found[scope] for scope, again in numbers_of(db.engine).items())


def restore(app: Flask, path: Path) -> None:
    db.session.rollback()
    db.engine.dispose()
    done = app.test_cli_runner().invoke(args=["restore", "--yes", str(path)])
    assert done.exit_code == 0, done.output


def rename(name: str) -> None:
    with make_write_session() as writing:
        organiser = writing.scalars(select(Organiser).order_by(Organiser.id)).first()
        assert organiser is not None
        organiser.name = name
        writing.commit()


def test_a_page_kept_before_the_restore_is_not_answered_after_it(app: Flask, copied: Path) -> None:
    """The worker goes on; by the number alone it would take its page for that of now."""
    worker = app.test_client()
    rename("甲基地")
    assert "甲基地" in worker.get("/bases").text
    restore(app, copied)
    rename("乙基地")
    page = worker.get("/bases").text
    assert ("乙基地" in page, "甲基地" in page) == (True, False)


def test_without_moving_on_it_would_be(app: Flask, copied: Path) -> None:
    """The control: the same without what the command does; the proving cache says so."""
    worker = app.test_client()
    rename("甲基地")
    assert "甲基地" in worker.get("/bases").text
    db.session.rollback()
    db.engine.dispose()
    put_back(db.engine, copied)
    db.engine.dispose()
    rename("乙基地")
    with pytest.raises(AssertionError, match="was not forgotten"):
        worker.get("/bases")


def test_a_database_that_cannot_tell_is_past_them_by_chance(app: Flask, copied: Path) -> None:
    """Lost with its numbers: what was read before can only be guessed."""
    known = numbers_of(db.engine)
    move_on(db.engine, {})
    first = numbers_of(db.engine)
    leaps = {first[scope] - known[scope] for scope in known}
    assert len(leaps) == 1
    assert leaps.pop() > 0
    with db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE public_state RENAME TO elsewhere"))
    try:
        assert numbers_of(db.engine) == {}
        move_on(db.engine, known)
    finally:
        with db.engine.begin() as connection:
            connection.execute(text("ALTER TABLE elsewhere RENAME TO public_state"))
    assert numbers_of(db.engine) == first
