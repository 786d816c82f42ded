"""A demo city grown to a real one's size: filed plans copied over the year, by bulk inserts."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select, text

from ce_bases.core.orm import Base
from ce_bases.plans.models import (
    CourseSession,
    Plan,
    PlanRevision,
    PublishedSession,
    TimetableEntry,
)

#: Copies are laid this many days apart, over ten years of which some months are still ahead:
#: a real archive, since nobody files a class for the year after next. A feed (90 days back and
#: all ahead) then holds more than 5,000 of 100,000 sessions.
STEP = 37
SPAN = 3653
AHEAD = 260
Row = dict[str, Any]


def as_archive(number: int) -> timedelta:
    """How far the copy of this number is moved: over ten years."""
    return timedelta(days=(number * STEP) % SPAN - (SPAN - AHEAD))


def as_crowd(number: int) -> timedelta:
    """How far it is moved in a city without an archive: a week or two, to fill the same months."""
    return timedelta(days=7 * (number % 5 - 2))


def grow(engine: Engine, *, sessions: int, lay: Callable[[int], timedelta] = as_archive) -> int:
    """Copy the published plans until there are about `sessions` published sessions; how many."""
    with engine.begin() as connection:
        _without_triggers(connection)
        originals = _published(connection)
        per_copy = len(originals[PublishedSession.__tablename__])
        copies = max(0, round(sessions / per_copy) - 1)
        highest = {
            name: connection.scalar(select(func.max(Base.metadata.tables[name].c[key]))) or 0
            for name, key in _KEYS.items()
        }
        for number in range(1, copies + 1):
            for table, rows in _copied(originals, number, highest, lay(number)):
                connection.execute(insert(Base.metadata.tables[table]), rows)
        connection.exec_driver_sql("ANALYZE")
        return per_copy * (copies + 1)


_KEYS = {
    Plan.__tablename__: "id",
    PlanRevision.__tablename__: "id",
    CourseSession.__tablename__: "id",
    TimetableEntry.__tablename__: "id",
    PublishedSession.__tablename__: "session_id",
}
_REFERENCES = {"plan_id": "plan", "revision_id": "plan_revision", "session_id": "course_session"}
# The filing window is a CHECK: the whole history moves along.
_DAYS = ("held_on", "opens_on", "closes_on", "last_filing_on", "counted_on")


def _without_triggers(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        return
    for (name,) in connection.exec_driver_sql(
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'timetable_entry'"
    ).all():
        connection.exec_driver_sql(f"DROP TRIGGER {name}")


def _published(connection: Connection) -> dict[str, Sequence[Row]]:
    """The rows of every published plan, table by table, parents first."""
    tables = Base.metadata.tables
    plans = select(PublishedSession.plan_id).distinct()
    revision, entry = tables["plan_revision"], tables["timetable_entry"]
    conditions = {
        "plan": tables["plan"].c.id.in_(plans),
        "plan_revision": revision.c.plan_id.in_(plans) & (revision.c.standing == "in_force"),
        "course_session": tables["course_session"].c.plan_id.in_(plans),
        "timetable_entry": entry.c.revision_id.in_(
            select(revision.c.id).where(
                revision.c.plan_id.in_(plans), revision.c.standing == "in_force"
            )
        ),
        "published_session": tables["published_session"].c.plan_id.in_(plans),
    }
    return {
        name: [
            dict(row) for row in connection.execute(select(tables[name]).where(where)).mappings()
        ]
        for name, where in conditions.items()
    }


def _copied(
    originals: dict[str, Sequence[Row]], number: int, highest: dict[str, int], shift: timedelta
) -> Iterator[tuple[str, list[Row]]]:
    for table, rows in originals.items():
        yield table, [_shifted(table, row, number, shift, highest) for row in rows]


def _shifted(table: str, row: Row, number: int, shift: timedelta, highest: dict[str, int]) -> Row:
    new = dict(row)
    for column, parent in _REFERENCES.items():
        if column in new:
            new[column] += number * highest[parent]
    if "id" in new:
        new["id"] += number * highest[table]
    for column in _DAYS:
        if isinstance(new.get(column), date):
            new[column] += shift
    if "filing_number" in new:
        new["filing_number"] = f"{new['filing_number']}{number:03d}"
    if "uid" in new:
        new["uid"] = f"{number:04x}{new['uid'][4:]}"
    return new
