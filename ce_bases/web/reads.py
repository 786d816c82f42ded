"""What an answer was made from: the page cache asks this before it keeps one."""

import re
from functools import lru_cache
from typing import Any

from flask import has_request_context, request
from sqlalchemy import Engine, event

from ce_bases.core.orm import Base

#: Where a request notes the tables it read.
TABLES_READ = "ce_bases.tables_read"
#: Where a view says that of all rosters it read only this plan's.
ROSTER_OF = "ce_bases.roster_of"


def note_reads(engine: Engine) -> None:
    """Have every statement of a request on `engine` note the tables it names."""
    event.listen(engine, "before_cursor_execute", _note)


def only_roster_of(plan_id: int) -> None:
    """Say that this answer depends on no other plan's roster."""
    request.environ[ROSTER_OF] = plan_id


def _note(
    _connection: Any, _cursor: Any, statement: str, _values: Any, _context: Any, _many: bool
) -> None:
    if has_request_context():
        request.environ.setdefault(TABLES_READ, set()).update(tables_in(statement))


@lru_cache(maxsize=2048)
def tables_in(statement: str) -> frozenset[str]:
    """The tables whose names stand in a statement; rather one too many than one too few."""
    return frozenset(re.findall(r"\w+", statement)) & Base.metadata.tables.keys()
