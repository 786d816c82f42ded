"""Parts of pages kept in a worker's memory, for as long as a read proves them."""

import sys
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app
from markupsafe import Markup
from sqlalchemy import event

from ce_bases.core.last_used import LastUsed
from ce_bases.web.extensions import db

KEY = "ce_bases.kept_parts"
MOST_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class KeptPart:
    """A rendered part, and the `proof` whoever finds it compares with what is read now."""

    proof: Any
    html: Markup

    @property
    def size(self) -> int:
        return sys.getsizeof(self.html)


#: The key names whose the part is and everything of the request its words depend on. Nothing
#: is ever believed for its age: what the database says in the same request decides.
KeptParts = LastUsed[Hashable, KeptPart]


def kept_parts() -> KeptParts:
    """Those of this worker."""
    parts: KeptParts = current_app.extensions[KEY]
    return parts


def register(app: Flask) -> None:
    """Begin with none; and with none again when the connections are dropped, because another
    database, a restored one, may stand behind the next.
    """
    parts: KeptParts = LastUsed(most_bytes=MOST_BYTES, size_of=lambda part: part.size)
    app.extensions[KEY] = parts
    with app.app_context():
        event.listen(db.engine, "engine_disposed", lambda _engine: parts.clear())
