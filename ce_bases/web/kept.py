"""Parts of pages kept in a worker's memory, for as long as a read proves them."""

import sys
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from threading import Lock
from typing import Any

from flask import Flask, current_app
from markupsafe import Markup
from sqlalchemy import event

from ce_bases.web.extensions import db

KEY = "ce_bases.kept_parts"
MOST_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class KeptPart:
    """A rendered part, and the `proof` whoever finds it compares with what is read now."""

    proof: Any
    html: Markup


class KeptParts:
    """The parts last used, at most `most_bytes` of text.

    The key names whose the part is and everything of the request its words depend on. Nothing
    is ever believed for its age: what the database says in the same request decides.
    """

    def __init__(self, *, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self._parts: OrderedDict[Hashable, KeptPart] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._parts)

    def find(self, key: Hashable) -> KeptPart | None:
        """The part kept under `key`."""
        with self._lock:
            found = self._parts.get(key)
            if found is not None:
                self._parts.move_to_end(key)
            return found

    def keep(self, key: Hashable, part: KeptPart) -> None:
        """Keep `part` instead of what was kept; those not used for longest give way."""
        with self._lock:
            if (old := self._parts.pop(key, None)) is not None:
                self._bytes -= sys.getsizeof(old.html)
            self._parts[key] = part
            self._bytes += sys.getsizeof(part.html)
            while self._bytes > self.most_bytes:
                self._bytes -= sys.getsizeof(self._parts.popitem(last=False)[1].html)

    def forget(self) -> None:
        """Keep nothing."""
        with self._lock:
            self._parts.clear()
            self._bytes = 0


def kept_parts() -> KeptParts:
    """Those of this worker."""
    parts: KeptParts = current_app.extensions[KEY]
    return parts


def register(app: Flask) -> None:
    """Begin with none; and with none again when the connections are dropped, because another
    database, a restored one, may stand behind the next.
    """
    parts = app.extensions[KEY] = KeptParts(most_bytes=MOST_BYTES)
    with app.app_context():
        event.listen(db.engine, "engine_disposed", lambda _engine: parts.forget())
