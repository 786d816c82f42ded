"""Reads the numbers of `core.public_state` in microseconds: bare connections, prepared statements.

Connections of its own, outside every transaction: what it reads is committed, and of now.
"""

from collections import deque
from collections.abc import Sequence
from typing import Any, Protocol
from weakref import finalize

from psycopg.pq import ExecStatus
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from ce_bases.core.public_state import SHOWN, STRIPES

_SUM = "SELECT CAST(sum(number) AS bigint) FROM public_state"
_STATEMENTS = {
    "all": "SELECT number FROM public_state ORDER BY scope",
    "shown": f"SELECT number FROM public_state WHERE scope = {SHOWN}",  # noqa: S608
    "some": f"{_SUM} WHERE scope IN ({SHOWN}, %s)",
    "everything": _SUM,
}


class _Link(Protocol):
    """A connection that answers the statements by name, each with one column of numbers."""

    def fetch(self, name: str, stripe: int | None = None) -> list[int | None]: ...

    def close(self) -> None: ...


class StateReader:
    """The numbers of an engine's database, for any number of threads.

    None means that they are not to be had; nothing may then be kept.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._idle: deque[_Link] = deque()
        # Not at exit: a forked child must not end its parent's connections.
        finalize(self, _close_all, self._idle).atexit = False

    def all(self) -> Sequence[int] | None:
        """Every number, by scope."""
        numbers = [number for number in self._fetch("all") if number is not None]
        return numbers if len(numbers) == STRIPES + 1 else None

    def total(self, stripe: int | None = None, *, everything: bool = False) -> int | None:
        """The sum of `SHOWN` and one stripe, or of everything. Numbers only rise, so equal
        sums are equal numbers.
        """
        if everything:
            numbers = self._fetch("everything")
        elif stripe is None:
            numbers = self._fetch("shown")
        else:
            numbers = self._fetch("some", stripe)
        return numbers[0] if numbers else None

    def close(self) -> None:
        """End the connections; the next read makes a new one."""
        _close_all(self._idle)

    def _fetch(self, name: str, stripe: int | None = None) -> list[int | None]:
        errors = (self._engine.dialect.loaded_dbapi.Error, DBAPIError)
        link: _Link | None = None
        try:
            try:
                link = self._idle.pop()
            except IndexError:  # every one is busy
                link = _open(self._engine)
            numbers = link.fetch(name, stripe)
        except errors:
            if link is not None:
                link.close()
            return []
        self._idle.append(link)
        return numbers


def _close_all(links: deque[_Link]) -> None:
    while links:
        links.pop().close()


def _open(engine: Engine) -> _Link:
    # Through the engine, so that its settings hold; then taken out of its pool.
    pooled = engine.raw_connection()
    connection = pooled.driver_connection
    pooled.detach()
    is_sqlite = engine.dialect.name == "sqlite"
    return _Sqlite(connection) if is_sqlite else _Postgresql(connection)


class _Sqlite:
    def __init__(self, connection: Any) -> None:
        self._connection = connection
        connection.execute("PRAGMA query_only=1")

    def fetch(self, name: str, stripe: int | None = None) -> list[int | None]:
        values = () if stripe is None else (stripe,)
        statement = _STATEMENTS[name].replace("%s", "?")
        return [row[0] for row in self._connection.execute(statement, values)]

    def close(self) -> None:
        self._connection.close()


class _Postgresql:
    """By libpq's own calls: a cursor would cost more than the answer."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        connection.autocommit = True
        connection.read_only = True
        for name, statement in _STATEMENTS.items():
            connection.pgconn.prepare(name.encode(), statement.replace("%s", "$1::int").encode())

    def fetch(self, name: str, stripe: int | None = None) -> list[int | None]:
        values = None if stripe is None else [str(stripe).encode()]
        answer = self._connection.pgconn.exec_prepared(name.encode(), values)
        if answer.status != ExecStatus.TUPLES_OK:
            raise self._connection.OperationalError(answer.error_message.decode())
        found = [answer.get_value(row, 0) for row in range(answer.ntuples)]
        return [None if number is None else int(number) for number in found]

    def close(self) -> None:
        self._connection.close()
