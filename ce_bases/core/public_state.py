"""Numbers that move, by trigger, with everything public pages show: what was made may be kept.

A change bumps a number in its own transaction, at its end, so both become visible at the same
instant, and the locked row makes one commit wait for the other: numbers only rise, in the order
of commits.
Hence the rule for whoever keeps something: read the numbers *before* the content. If they are
still the same later, nothing was committed in between, and the content is that of now. This
holds for pages of several statements under READ COMMITTED, too.

One number (`SHOWN`) stands for all that changes seldom. Rosters change for the whole city at
once; each plan's bumps one of `STRIPES` others, so that two classes hardly ever wait for each
other.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any
from weakref import finalize

from sqlalchemy import BigInteger, Engine, Table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Mapped, mapped_column

from ce_bases.core.orm import Base
from ce_bases.core.triggers import attach

SHOWN = 0
STRIPES = 64  # a power of two: both databases know `&`
VERBS = ("INSERT", "UPDATE", "DELETE")
#: Every table with such triggers, and whether it bumps the numbers of rosters.
WATCHED: dict[str, bool] = {}
_BUMP = "UPDATE public_state SET number = number + 1 WHERE scope IN ({scopes})"
# What this transaction has bumped already need not be bumped again.
_BUMP_ONCE = _BUMP + " AND xmin <> pg_current_xact_id()::xid"


class PublicState(Base):
    """One of the numbers; a missing row means that nothing may be kept."""

    __tablename__ = "public_state"

    scope: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger)


def seeds() -> Iterator[tuple[str, str]]:
    """(dialect, statement) pairs that make the rows."""
    rows = ", ".join(f"({scope}, 0)" for scope in range(STRIPES + 1))
    for dialect in ("sqlite", "postgresql"):
        yield dialect, f"INSERT INTO public_state (scope, number) VALUES {rows}"  # noqa: S608


attach(PublicState.__table__, seeds())  # type: ignore[arg-type]


def stripe_of(plan_id: int) -> int:
    """The scope of a plan's roster."""
    return 1 + (plan_id & STRIPES - 1)


def watch(table: Table, *, verbs: Sequence[str] = VERBS, when: str = "", plan_id: str = "") -> None:
    """Have every change of `table` bump a number; `when` leaves out what no public page shows.

    `when` is SQL over `{row}`, true of the row before or after. With `plan_id` (that column's
    name) the table is a roster, and the number that of its plan's stripe.
    """
    WATCHED[table.name] = bool(plan_id)
    attach(table, watching_ddl(table.name, verbs, when, plan_id))


def watching_ddl(
    table: str, verbs: Sequence[str], when: str, plan_id: str
) -> Iterator[tuple[str, str]]:
    """(dialect, statement) pairs of `watch`."""
    rows = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}
    for verb in verbs:
        condition = _any_of(when, rows[verb])
        guard = f"WHEN {condition} " if condition else ""
        bump = _BUMP.format(scopes=_scopes(plan_id, rows[verb]))
        yield (
            "sqlite",
            (
                f"CREATE TRIGGER {table}__shown_{verb.lower()} AFTER {verb} ON {table} "
                f"{guard}BEGIN {bump}; END"
            ),
        )
    both = rows["UPDATE"]  # the one that is not there is NULL
    bump = _BUMP_ONCE.format(scopes=_scopes(plan_id, both))
    body = f"IF {_any_of(when, both)} THEN {bump}; END IF;" if when else f"{bump};"
    yield (
        "postgresql",
        (
            f"CREATE FUNCTION {table}__shown() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {body} RETURN NULL; END $$"
        ),
    )
    # Deferred to the commit: until then it holds up nobody, and no later lock can cross it.
    yield (
        "postgresql",
        (
            f"CREATE CONSTRAINT TRIGGER {table}__shown AFTER {' OR '.join(verbs)} ON {table} "
            f"DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {table}__shown()"
        ),
    )


def _any_of(when: str, rows: Sequence[str]) -> str:
    return " OR ".join(f"({when.format(row=row)})" for row in rows) if when else ""


def _scopes(plan_id: str, rows: Sequence[str]) -> str:
    if not plan_id:
        return str(SHOWN)
    return ", ".join(f"1 + ({row}.{plan_id} & {STRIPES - 1})" for row in rows)


def _close_all(connections: deque[Any]) -> None:
    while connections:
        connections.pop().close()


class StateReader:
    """Reads the numbers in microseconds: a bare connection, one prepared statement.

    Connections of its own, outside every transaction: what it reads is committed, and of now.
    None means that the numbers are not to be had; nothing may then be kept.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._idle: deque[Any] = deque()
        # Not at exit: a forked child must not end its parent's connections.
        finalize(self, _close_all, self._idle).atexit = False
        self._is_sqlite = engine.dialect.name == "sqlite"
        self._of_some = _SUM + f" WHERE scope IN ({SHOWN}, {'?' if self._is_sqlite else '%s'})"

    def all(self) -> Sequence[int] | None:
        """Every number, by scope."""
        rows = self._fetch(_ALL)
        return [row[0] for row in rows] if rows and len(rows) == STRIPES + 1 else None

    def total(self, stripe: int | None = None, *, everything: bool = False) -> int | None:
        """The sum of `SHOWN` and one stripe, or of everything. Numbers only rise, so equal
        sums are equal numbers.
        """
        if everything:
            rows = self._fetch(_SUM)
        elif stripe is None:
            rows = self._fetch(_SHOWN)
        else:
            rows = self._fetch(self._of_some, (stripe,))
        return int(rows[0][0]) if rows and rows[0][0] is not None else None

    def close(self) -> None:
        _close_all(self._idle)

    def _fetch(self, statement: str, values: tuple[int, ...] = ()) -> list[Any] | None:
        try:
            connection = self._idle.pop() if self._idle else self._connect()
        except (IndexError, DBAPIError):
            return None
        try:
            if self._is_sqlite:
                rows = connection.execute(statement, values).fetchall()
            else:
                rows = connection.execute(statement, values, prepare=True).fetchall()
        except self._engine.dialect.dbapi.Error:  # type: ignore[union-attr]
            connection.close()
            return None
        self._idle.append(connection)
        return list(rows)

    def _connect(self) -> Any:
        # Through the engine, so that its settings hold; then taken out of its pool.
        pooled = self._engine.raw_connection()
        connection = pooled.driver_connection
        pooled.detach()
        if self._is_sqlite:
            connection.execute("PRAGMA query_only=1")  # type: ignore[union-attr]
        else:
            connection.autocommit = True  # type: ignore[union-attr]
            connection.read_only = True  # type: ignore[union-attr]
        return connection


_ALL = "SELECT number FROM public_state ORDER BY scope"
_SHOWN = f"SELECT number FROM public_state WHERE scope = {SHOWN}"  # noqa: S608
_SUM = "SELECT CAST(sum(number) AS bigint) FROM public_state"
