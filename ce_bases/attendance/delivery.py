"""What a phone without network gathered, as it sends it later or saves it as a file.

Format 1 knows signs and their undoing; format 2 heads and people who are not on the list, too;
format 3 that such people leave and are taken back.
"""

import json
import re
import unicodedata
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ce_bases.attendance.models import SignKind
from ce_bases.core.errors import InvalidInputError
from ce_bases.core.text import msg
from ce_bases.people.naming import clean_cell, name_problem, normal_name

#: Formats of the queue this server takes; none is ever removed, a phone may wake up late.
FORMATS = (1, 2, 3)
MOST_ITEMS = 2000
MOST_HEADS = 100_000
LONGEST_WALK_IN, LONGEST_REMARK = 40, 100
_LAST4 = re.compile(r"[0-9]{3}[0-9X]")
_NUMBER = re.compile(r"[0-9]{14}")
#: Classes in one file.
MOST_CLASSES = 50
_NO_FILE = msg("这不是“离线点名”页导出的文件，没有录入。请重新导出后再试。")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: What a 32-bit column holds; a clock further off than 24 days is told as 24 days.
_INT32 = 2**31 - 1


@dataclass(frozen=True, slots=True)
class QueuedSign:
    """One tap (or its undo) as the phone kept it; `at` is already free of the clock's error."""

    event_id: str
    kind: SignKind
    person_id: int
    at: datetime
    annuls_id: str = ""
    seq: int | None = None
    offset_ms: int = 0


@dataclass(frozen=True, slots=True)
class QueuedHeads:
    """The heads counted in the room."""

    event_id: str
    heads: int
    at: datetime
    kind: str = "heads"


@dataclass(frozen=True, slots=True)
class QueuedWalkIn:
    """Somebody who is not on the list: a name, four digits and a remark, never a whole number."""

    event_id: str
    name: str
    last4: str
    remark: str
    at: datetime
    kind: str = "walk_in"


LEAVING, TAKING_BACK = "walk_in_out", "walk_in_back"


@dataclass(frozen=True, slots=True)
class QueuedParting:
    """Somebody who is not on the list leaves, or the note of them is taken back.

    `guest` is the id under which they were noted.
    """

    event_id: str
    kind: str
    guest: str
    at: datetime


Queued = QueuedSign | QueuedHeads | QueuedWalkIn | QueuedParting


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one phone sends for one session; `broken` are items with an id and nothing usable."""

    device: str
    items: Sequence[Queued]
    broken: Sequence[str] = ()


def read_delivery(data: Any) -> Delivery:
    """The delivery in a parsed JSON body; InvalidInputError when it is none of ours.

    A broken item is answered by itself, so that it holds nothing else up.
    """
    if not isinstance(data, Mapping) or data.get("format") not in FORMATS:
        raise InvalidInputError(msg("这不是本系统的离线记录，或者版本无法识别。"))
    items = data.get("items")
    if not isinstance(items, list) or len(items) > MOST_ITEMS:
        raise InvalidInputError(msg("离线记录的内容不完整，或者一次超过了 2000 条。"))
    good: list[Queued] = []
    readers = _READERS[data["format"]]
    broken: list[str] = []
    for item in items:
        event_id = _uuid(item.get("id")) if isinstance(item, Mapping) else ""
        if not event_id:
            raise InvalidInputError(msg("离线记录的内容不完整，或者一次超过了 2000 条。"))
        kind = item.get("kind")
        read = readers.get(kind, _read_sign) if isinstance(kind, str) else _read_sign
        if (found := read(event_id, item)) is None:
            broken.append(event_id)
        else:
            good.append(found)
    return Delivery(_uuid(data.get("device")), good, broken)


def _read_sign(event_id: str, item: Mapping[str, Any]) -> QueuedSign | None:
    kind, annuls_id = item.get("kind"), _uuid(item.get("annuls"))
    person_id, at = _whole(item.get("person"), 1), _moment(item.get("at"))
    if kind not in list(SignKind) or person_id is None or at is None:
        return None
    if (kind == SignKind.ANNUL) != bool(annuls_id):
        return None
    return QueuedSign(
        event_id,
        SignKind(kind),
        person_id,
        at,
        annuls_id=annuls_id,
        seq=_whole(item.get("seq"), 0),
        offset_ms=_whole(item.get("offset"), -_INT32) or 0,
    )


def _read_heads(event_id: str, item: Mapping[str, Any]) -> QueuedHeads | None:
    heads, at = _whole(item.get("heads"), 0), _moment(item.get("at"))
    if heads is None or heads > MOST_HEADS or at is None:
        return None
    return QueuedHeads(event_id, heads, at)


def _read_walk_in(event_id: str, item: Mapping[str, Any]) -> QueuedWalkIn | None:
    at = _moment(item.get("at"))
    said = [item.get(name, "") for name in ("name", "last4", "remark")]
    if at is None or not all(isinstance(text, str) for text in said):
        return None
    name, last4, remark = normal_name(said[0]), said[1].upper(), clean_cell(said[2])
    fits = len(name) <= LONGEST_WALK_IN and len(remark) <= LONGEST_REMARK
    if name_problem(name) or not fits or not _LAST4.fullmatch(last4) or holds_number(remark):
        return None
    return QueuedWalkIn(event_id, name, last4, remark, at)


def _read_parting(event_id: str, item: Mapping[str, Any]) -> QueuedParting | None:
    guest, at = _uuid(item.get("guest")), _moment(item.get("at"))
    if not guest or at is None:
        return None
    return QueuedParting(event_id, item["kind"], guest, at)


def holds_number(text: str) -> bool:
    """Whether a remark holds what may be an ID number; those are kept nowhere but in the vault."""
    return bool(_NUMBER.search(unicodedata.normalize("NFKC", text).replace(" ", "")))


_Reader = Callable[[str, Mapping[str, Any]], Queued | None]
_SECOND: dict[str, _Reader] = {"heads": _read_heads, "walk_in": _read_walk_in}
#: Beside signs, what each format knows.
_READERS: dict[int, dict[str, _Reader]] = {
    1: {},
    2: _SECOND,
    3: {**_SECOND, LEAVING: _read_parting, TAKING_BACK: _read_parting},
}


def _uuid(value: Any) -> str:
    try:
        return str(uuid.UUID(value)) if isinstance(value, str) else ""
    except ValueError:
        return ""


def _whole(value: Any, least: int) -> int | None:
    """A whole number between `least` and what a column holds."""
    fits = isinstance(value, int) and not isinstance(value, bool) and least <= value <= _INT32
    return value if fits else None


def _moment(value: Any) -> datetime | None:
    """A moment told in milliseconds since 1970."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**42:
        return None
    return _EPOCH + timedelta(milliseconds=value)


@dataclass(frozen=True, slots=True)
class QueueFile:
    """What a phone that never got a network saved: a delivery for each of its classes."""

    deliveries: Sequence[tuple[int, Delivery]]


def read_queue_file(text: str) -> QueueFile:
    """The file "导出文件" saves; InvalidInputError when it is none of ours.

    It is data and no more: whoever takes it in signs for it, and every item is judged again.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidInputError(_NO_FILE) from None
    if not isinstance(data, Mapping) or data.get("kind") != "ce-door-queue":
        raise InvalidInputError(_NO_FILE)
    parts = data.get("deliveries")
    if not isinstance(parts, list) or not 0 < len(parts) <= MOST_CLASSES:
        raise InvalidInputError(_NO_FILE)
    shared = {"format": data.get("format"), "device": data.get("device")}
    found = []
    for part in parts:
        session_id = _whole(part.get("session"), 1) if isinstance(part, Mapping) else None
        if session_id is None:
            raise InvalidInputError(_NO_FILE)
        found.append((session_id, read_delivery({**part, **shared})))
    return QueueFile(found)
