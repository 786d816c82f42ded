"""Locks that hold on both databases, always taken before the read that decides."""

from typing import TypeVar

from sqlalchemy.orm import Session

from ce_bases.core.orm import Base

Row = TypeVar("Row", bound=Base)


def lock(session: Session, row: Row, *, keeps_key: bool = False) -> Row:
    """Hold `row` until the transaction ends, and read it again as it is now.

    PostgreSQL locks the row; on SQLite the transaction began IMMEDIATE, so it is already the
    only writer. `keeps_key`: others may go on writing rows that refer to this one.
    """
    session.refresh(row, with_for_update={"key_share": True} if keeps_key else True)
    return row
