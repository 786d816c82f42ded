"""How many rows there are."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ce_bases.web.extensions import make_write_session


def count(session: Session, table: type) -> int:
    """The rows of `table` that `session` sees."""
    return session.scalar(select(func.count()).select_from(table)) or 0


def count_stored(table: type) -> int:
    """The rows of `table` that are committed."""
    with make_write_session() as session:
        return count(session, table)
