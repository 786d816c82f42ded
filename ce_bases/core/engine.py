"""How both databases are opened: the settings each finding of docs/trust.md asks for."""

from time import monotonic
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import InvalidatePoolError

READ_ONLY = "ce_read_only"

SQLITE_PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: NORMAL lost acknowledged commits in simulated power cuts
    "foreign_keys": 1,
    "recursive_triggers": 1,
    "busy_timeout": 15000,
    "trusted_schema": 0,
}

POSTGRESQL_SETTINGS = {
    "lock_timeout": "3s",
    "statement_timeout": "15s",
    "idle_in_transaction_session_timeout": "30s",
}


#: A connection that rested longer than this many seconds is asked whether it still lives. One
#: that was just used is not: it would be a round trip more for every transaction.
TRUSTED_FOR = 1.0
_USED_AT = "ce_used_at"


def normal_url(url: str) -> str:
    """`url` with the driver this site uses spelled out."""
    parsed = make_url(url)
    if parsed.drivername in {"postgresql", "postgres"}:
        parsed = parsed.set(drivername="postgresql+psycopg")
    return parsed.render_as_string(hide_password=False)


def engine_options(url: str) -> dict[str, Any]:
    """Keyword arguments of `create_engine` for `url`."""
    if make_url(url).get_backend_name() == "sqlite":
        return {}
    settings = " ".join(f"-c {name}={value}" for name, value in POSTGRESQL_SETTINGS.items())
    return {
        "pool_size": 10,
        "isolation_level": "READ COMMITTED",
        "connect_args": {"options": settings, "application_name": "ce_bases"},
    }


def prepare(engine: Engine) -> None:
    """Attach the connection and transaction hooks to `engine`; once per engine."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _open_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        _ping_what_rested(engine)


def _ping_what_rested(engine: Engine) -> None:
    dialect = engine.dialect

    def used(_connection: Any, record: Any) -> None:
        record.info[_USED_AT] = monotonic()

    def ask(connection: Any, record: Any, _proxy: Any) -> None:
        if monotonic() - record.info[_USED_AT] <= TRUSTED_FOR:
            return
        try:
            dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error  # the others are as old: all are opened anew

    event.listen(engine, "connect", used)
    event.listen(engine, "checkin", used)
    event.listen(engine, "checkout", ask)


def _open_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own transaction handling would begin DEFERRED behind our back.
    connection.isolation_level = None
    for name, value in SQLITE_PRAGMAS.items():
        connection.execute(f"PRAGMA {name}={value}")


def _begin_sqlite(connection: Connection) -> None:
    """Writers queue up at BEGIN (`with_for_update` does nothing here); readers do not."""
    reading = bool(connection.get_execution_options().get(READ_ONLY))
    # Past SQLAlchemy, for which these are as much work as the small reads after them; but a
    # writer that waited in vain must be told in its words, to be tried again.
    cursor = connection.connection.cursor()
    # Setting it, even to what it is, has SQLite compile every statement anew.
    if cursor.execute("PRAGMA query_only").fetchone() != (int(reading),):
        cursor.execute(f"PRAGMA query_only={int(reading)}")
    if reading:
        cursor.execute("BEGIN DEFERRED")
    else:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    cursor.close()


def reading(engine: Engine) -> Engine:
    """`engine` for what only reads: the database itself refuses a write. Once per engine.

    On PostgreSQL it has connections of its own that begin no transactions: BEGIN and ROLLBACK are
    round trips, and under READ COMMITTED each statement sees a moment of its own in any case.
    """
    if engine.dialect.name == "sqlite":
        return engine.execution_options(**{READ_ONLY: True})
    options = engine_options(engine.url.render_as_string(hide_password=False))
    options["isolation_level"] = "AUTOCOMMIT"
    options["connect_args"]["options"] += " -c default_transaction_read_only=on"
    readers = create_engine(engine.url, **options)
    prepare(readers)
    event.listen(engine, "engine_disposed", lambda _engine: readers.dispose())
    return readers


def broken_promises(engine: Engine) -> list[str]:
    """Settings that do not hold on a fresh connection, in words; empty when all do."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            return [
                f"sqlite {name} is {found!r}, wanted {wanted!r}"
                for name, wanted in SQLITE_PRAGMAS.items()
                if (found := connection.exec_driver_sql(f"PRAGMA {name}").scalar()) != wanted
                and not (name == "journal_mode" and found == "memory")
            ]
        wanted_settings = {**POSTGRESQL_SETTINGS, "transaction_isolation": "read committed"}
        return [
            f"postgresql {name} is {found!r}, wanted {wanted!r}"
            for name, wanted in wanted_settings.items()
            if (found := connection.execute(text(f"SHOW {name}")).scalar()) != wanted
        ]
