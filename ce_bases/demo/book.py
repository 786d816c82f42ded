"""Everything the demo will insert, collected by table and written in bulk."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Dialect, Table, func, select, text, update
from sqlalchemy import bindparam as bind
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from ce_bases.accounts.models import Account
from ce_bases.audit.models import AuditEntry
from ce_bases.audit.service import Act
from ce_bases.core.actors import Actor
from ce_bases.core.orm import Base
from ce_bases.files.models import StoredFile
from ce_bases.organisers.models import Lecturer, Organiser, Venue
from ce_bases.people.models import Person, Unit
from ce_bases.plans.models import CourseSession, Plan, PlanRevision, TimetableEntry

Row = TypeVar("Row", bound=Base)
Values = dict[str, Any]

#: Tables others refer to: their ids are given out here, before anything is written.
NUMBERED: tuple[type[Base], ...] = (
    *(Account, Organiser, Venue, Lecturer, Unit, Person),
    *(Plan, PlanRevision, CourseSession, TimetableEntry),
    StoredFile,
)


def table_of(model: type[Base]) -> Table:
    return model.metadata.tables[model.__tablename__]


class Book:
    """Rows to be, as unattached models; those of `NUMBERED` get their id when they are added."""

    def __init__(self, next_ids: Mapping[type[Base], int]) -> None:
        self._next = dict(next_ids)
        self._rows: dict[type[Base], list[Values]] = defaultdict(list)
        self._acts: list[Values] = []

    def number(self, row: Row) -> Row:
        """Give `row` its id; it is written when `enter` is called."""
        row.id = self._next[type(row)]  # type: ignore[attr-defined]
        self._next[type(row)] += 1
        return row

    def enter(self, *rows: Base) -> None:
        """Have finished `rows` written."""
        for row in rows:
            self._rows[type(row)].append(values_of(row))

    def enter_values(self, model: type[Base], *rows: Values) -> None:
        """Have whole rows written that were never models (there are many of them)."""
        self._rows[model].extend(rows)

    def add(self, row: Row) -> Row:
        """Number a finished row and have it written."""
        self.number(row)
        self.enter(row)
        return row

    def act(self, act: Act, *, actor: Actor | None, at: datetime) -> None:
        """Remember an audit line; they are written in the order of time."""
        self._acts.append(
            {
                "at": at,
                "account_id": actor.account_id if actor else None,
                "actor_role": actor.role.value if actor else "system",
                "actor_name": actor.name if actor else "",
                "organisation": actor.organisation if actor else "",
                "action": act.action,
                "subject_kind": act.subject_kind,
                "subject_id": str(act.subject_id),
                "before": dict(act.before),
                "after": dict(act.after),
                "reason": act.reason,
            }
        )

    def count(self, model: type[Base]) -> int:
        """How many rows are still to be written."""
        return len(self._rows[model])

    def write(self, session: Session, *models: type[Base]) -> None:
        """Insert everything entered for `models`, in their order."""
        for model in models:
            insert_rows(session, model, self._rows.pop(model, []))

    def write_acts(self, session: Session) -> None:
        """Insert the audit lines, oldest first."""
        insert_rows(session, AuditEntry, sorted(self._acts, key=lambda entry: entry["at"]))


def values_of(row: Base) -> Values:
    """The columns of an unattached model, defaults filled in; an id not given is left out."""
    known = row.__dict__
    return {
        column.name: known.get(column.name, _default(column))
        for column in row.__table__.columns
        if column.name in known or not column.primary_key
    }


def _default(column: Any) -> Any:
    return column.default.arg if column.default is not None else None


def insert_rows(session: Session, model: type[Base], rows: list[Values]) -> None:
    """Insert whole rows as fast as each database takes them: COPY, or one prepared statement.

    SQLAlchemy's own executemany took three times as long for the 70,000 rows of the door.
    """
    if not rows:
        return
    connection, table = session.connection(), table_of(model)
    names = list(rows[0])
    processors = [_processor(table.c[name].type, connection.dialect) for name in names]
    tuples = (
        tuple(
            value if process is None else process(value)
            for value, process in zip(map(row.__getitem__, names), processors, strict=True)
        )
        for row in rows
    )
    listed = ", ".join(names)
    if connection.dialect.name == "postgresql":
        driver: Any = connection.connection.driver_connection
        with driver.cursor().copy(f"COPY {table.name} ({listed}) FROM STDIN") as copy:
            for each in tuples:
                copy.write_row(each)
        return
    marks = ", ".join("?" * len(names))
    statement = f"INSERT INTO {table.name} ({listed}) VALUES ({marks})"  # noqa: S608
    connection.exec_driver_sql(statement, list(tuples))


def _processor(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """How a column's type turns a value into what the driver takes."""
    process: Callable[[Any], Any] | None = kind.dialect_impl(dialect).bind_processor(dialect)
    return process


def update_rows(session: Session, model: type[Base], rows: Iterable[Values]) -> None:
    """Bring rows that are there already, by id, to the given values."""
    listed = [{f"new_{name}": value for name, value in row.items()} for row in rows]
    if not listed:
        return
    table = table_of(model)
    names = [name.removeprefix("new_") for name in listed[0] if name != "new_id"]
    changes = {name: bind(f"new_{name}", type_=table.c[name].type) for name in names}
    session.execute(update(table).where(table.c.id == bind("new_id")).values(changes), listed)


def first_ids(session: Session) -> dict[type[Base], int]:
    """The next free id of every numbered table."""
    return {
        model: (session.scalar(select(func.max(table_of(model).c.id))) or 0) + 1
        for model in NUMBERED
    }


def pass_on_ids(session: Session) -> None:
    """Have PostgreSQL's sequences go on after the ids given out here (SQLite does by itself)."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for model in NUMBERED:
        name = model.__tablename__
        session.execute(
            text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name}")  # noqa: S608
        )


def look_anew(session: Session) -> None:
    """Tell PostgreSQL's planner how much has come in; it would plan for empty tables."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("ANALYZE"))
