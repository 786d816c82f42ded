"""Whole copies of the database, taken while the site runs, and put back.

A plain `cp` of a live SQLite file misses what is still in its log; `VACUUM INTO` does not.
PostgreSQL's own tools do it there; the copy is theirs, in the custom format.
"""

import os
import secrets
import shutil
import sqlite3
import subprocess
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from sqlalchemy import Engine, inspect, select, update
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from ce_bases.core.public_state import PublicState


class BackupError(Exception):
    """The copy could not be made or put back; the message says why."""


def back_up(engine: Engine, path: Path) -> None:
    """Write a copy of the database to `path`, which must not exist yet."""
    if path.exists():
        raise BackupError(f"{path} exists already; name a new file")
    path.parent.mkdir(parents=True, exist_ok=True)
    if engine.dialect.name == "sqlite":
        with closing(sqlite3.connect(str(engine.url.database))) as source:
            source.execute("VACUUM INTO ?", (str(path),))
        return
    _run_tool("pg_dump", "--format=custom", "--no-owner", f"--file={path}", url=engine.url)


def put_back(engine: Engine, path: Path) -> None:
    """Replace everything in the database by the copy at `path`."""
    if not path.is_file():
        raise BackupError(f"{path} is no file")
    if engine.dialect.name == "sqlite":
        _put_back_sqlite(path, str(engine.url.database))
        return
    _run_tool(
        "pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction",
        "--exit-on-error", f"--dbname={engine.url.database}", str(path), url=engine.url,
    )  # fmt: skip


def numbers_of(engine: Engine) -> Mapping[int, int]:
    """The numbers of public pages by their scope; none where the database cannot tell."""
    try:
        with engine.connect() as connection:
            rows = connection.execute(select(PublicState.scope, PublicState.number))
            return dict(rows.all())
    except DBAPIError:
        return {}


def move_on(engine: Engine, before: Mapping[int, int]) -> None:
    """Raise the numbers of public pages above all that were ever read.

    The copy set them back to those of its time, and from there they would rise again to numbers
    under which a worker that went on keeps pages of what is no more. `before` are those the
    database had; who lost it is past them by a leap of chance.
    """
    leap = 1 + secrets.randbelow(2**32)
    with engine.begin() as connection:
        if not inspect(connection).has_table(PublicState.__tablename__):
            return  # a copy of before there were any: `flask db upgrade` makes them
        rows = connection.execute(select(PublicState.scope, PublicState.number)).all()
        for scope, number in rows:
            connection.execute(
                update(PublicState)
                .where(PublicState.scope == scope)
                .values(number=max(number, before.get(scope, 0)) + leap)
            )


def _put_back_sqlite(path: Path, target: str) -> None:
    try:
        with (
            closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as copy,
            closing(sqlite3.connect(target, timeout=15)) as live,
        ):
            if copy.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise BackupError(f"{path} is damaged; nothing was changed")
            copy.execute("SELECT version_num FROM alembic_version")
            copy.backup(live)
    except sqlite3.DatabaseError as error:
        raise BackupError(f"{path} is no copy of this site's database: {error}") from None


def _run_tool(name: str, *arguments: str, url: URL) -> None:
    """Run a PostgreSQL client program; its password goes by the environment, not by argv."""
    program = shutil.which(name)
    if program is None:
        raise BackupError(f"{name} is not installed here (package postgresql-client)")
    where = {
        "PGHOST": url.host,
        "PGPORT": url.port,
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
    }
    settings = {key: str(value) for key, value in where.items() if value}
    if name == "pg_dump":
        arguments = (*arguments, f"--dbname={url.database}")
    done = subprocess.run(  # noqa: S603 -- fixed program, no shell
        [program, *arguments],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BackupError(
            f"{name}: {done.stderr.strip().splitlines()[-1] if done.stderr else done.returncode}"
        )
