"""One unit of work: run, commit, and run again when the database asks for it."""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import Session

T = TypeVar("T")

ATTEMPTS = 5
_POSTGRESQL_RETRYABLE = {"40001", "40P01", "55P03"}


class ReadTooEarlyError(Exception):
    """What was read before a lock was held was another thing once it was; the work is run again."""


def is_retryable(error: DBAPIError) -> bool:
    """Serialisation failure, deadlock, lock time-out, busy SQLite, or a lost race for a key."""
    sqlstate = getattr(error.orig, "sqlstate", None)
    if sqlstate in _POSTGRESQL_RETRYABLE or sqlstate == "23505":
        return True
    if isinstance(error, OperationalError) and "database is locked" in str(error.orig):
        return True
    return isinstance(error, IntegrityError) and "UNIQUE constraint failed" in str(error.orig)


def run(make_session: Callable[[], Session], work: Callable[[Session], T]) -> T:
    """`work(session)` committed, tried up to five times; what it returns.

    `work` loads, locks, decides and writes, all of it, and has no effect outside the database,
    so that running it again is safe. Any error rolls everything back.
    """
    for attempt in range(1, ATTEMPTS + 1):
        with make_session() as session:
            try:
                result = work(session)
                session.commit()
            except (DBAPIError, ReadTooEarlyError) as error:
                session.rollback()
                is_lasting = isinstance(error, DBAPIError) and not is_retryable(error)
                if attempt == ATTEMPTS or is_lasting:
                    raise
            else:
                return result
        time.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311 -- jitter, not a secret
    raise AssertionError("unreachable")
