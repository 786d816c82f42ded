"""Triggers that make rows unchangeable, on both engines, for models and migrations alike."""

from collections.abc import Iterator, Sequence

from sqlalchemy import DDL, Table, event
from sqlalchemy.schema import ExecutableDDLElement

#: Every table's (dialect, statement) pairs, for migrations.
ATTACHED: dict[str, list[tuple[str, str]]] = {}
_RAISE_SQLITE = "SELECT RAISE(ABORT, '{message}')"
_RAISE_POSTGRESQL = "BEGIN RAISE EXCEPTION '{message}' USING ERRCODE = 'restrict_violation'; END"


def append_only_ddl(table: str) -> Iterator[tuple[str, str]]:
    """(dialect, statement) pairs after which rows of `table` can only be added.

    `INSERT OR REPLACE` passes row triggers on SQLite unless `recursive_triggers` is on (the
    engine sets it), and TRUNCATE passes them on PostgreSQL, hence the statement trigger.
    """
    message = f"{table} is append-only"
    for verb in ("UPDATE", "DELETE"):
        yield (
            "sqlite",
            (
                f"CREATE TRIGGER {table}__no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN {_RAISE_SQLITE.format(message=message)}; END"
            ),
        )
    yield (
        "postgresql",
        (
            f"CREATE FUNCTION {table}__refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ {_RAISE_POSTGRESQL.format(message=message)} $$"
        ),
    )
    yield (
        "postgresql",
        (
            f"CREATE TRIGGER {table}__append_only BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}__refuse()"
        ),
    )
    yield (
        "postgresql",
        (
            f"CREATE TRIGGER {table}__no_truncate BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}__refuse()"
        ),
    )


def guarded_ddl(
    table: str, name: str, verbs: Sequence[str], condition: str, message: str
) -> Iterator[tuple[str, str]]:
    """(dialect, statement) pairs refusing `verbs` on `table` while `condition` holds.

    `condition` is PostgreSQL's SQL over `OLD` and `NEW`; it may hold subqueries.
    """
    # The same test; SQLite before 3.39 knows it only as IS NOT.
    sqlite_condition = condition.replace("IS DISTINCT FROM", "IS NOT")
    for verb in verbs:
        yield (
            "sqlite",
            (
                f"CREATE TRIGGER {table}__{name}_{verb.lower()} BEFORE {verb} ON {table} "
                f"WHEN {sqlite_condition} BEGIN {_RAISE_SQLITE.format(message=message)}; END"
            ),
        )
    yield (
        "postgresql",
        (
            f"CREATE FUNCTION {table}__{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF "
            f"{condition} THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'restrict_violation'; "
            f"END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$"
        ),
    )
    for verb in verbs:
        yield (
            "postgresql",
            (
                f"CREATE TRIGGER {table}__{name}_{verb.lower()} BEFORE {verb} ON {table} "
                f"FOR EACH ROW EXECUTE FUNCTION {table}__{name}()"
            ),
        )


def attach(table: Table, statements: Iterator[tuple[str, str]]) -> None:
    """Have `create_all` make the triggers too, so that models and migrations agree."""
    for dialect, statement in statements:
        ATTACHED.setdefault(table.name, []).append((dialect, statement))
        _listen(table, "after_create", statement, dialect)
        if statement.startswith("CREATE FUNCTION"):
            function = statement.split("(")[0].removeprefix("CREATE FUNCTION ")
            _listen(table, "after_drop", f"DROP FUNCTION IF EXISTS {function}()", dialect)


def _listen(table: Table, moment: str, statement: str, dialect: str) -> None:
    ddl: ExecutableDDLElement = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
    event.listen(table, moment, ddl.execute_if(dialect=dialect))
