"""How both databases are opened: the settings each finding of docs/trust.md asks for."""

from typing import Any

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.engine import make_url

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
        "pool_pre_ping": True,
        "pool_size": 10,
        "isolation_level": "READ COMMITTED",
        "connect_args": {"options": settings, "application_name": "ce_bases"},
    }


def prepare(engine: Engine) -> None:
    """Attach the connection and transaction hooks to `engine`; once per engine."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _open_sqlite)
        event.listen(engine, "begin", _begin_sqlite)


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
    """`engine` for transactions that only read: the database itself refuses a write."""
    options: dict[str, Any] = {READ_ONLY: True}
    if engine.dialect.name == "postgresql":
        options["postgresql_readonly"] = True
    return engine.execution_options(**options)


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
