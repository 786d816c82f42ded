"""INSERT … ON CONFLICT, spelled the same for both databases."""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session


def insert_on_conflict(session: Session, model: Any) -> Any:
    """An INSERT of `model` with `on_conflict_do_nothing/update`, for the session's database."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(model)
    return sqlite.insert(model)
