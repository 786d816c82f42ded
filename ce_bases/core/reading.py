"""Small reads of nearly every page: statements made once, run without the ORM's part."""

from typing import Any

from sqlalchemy import CursorResult
from sqlalchemy.orm import Session
from sqlalchemy.sql import Executable


def read(session: Session, statement: Executable, **values: Any) -> CursorResult[*tuple[Any, ...]]:
    """The rows of `statement` (columns, no entities) with `values` for its `bindparam`s.

    Making a statement costs several times as much as running it, so those that every page runs
    are made when their module is loaded.
    """
    if session.autoflush:
        session.flush()
    return session.connection().execute(statement, values)
