"""What a phone without network gathered, as it sends it later or saves it as a file: format 1."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ce_bases.attendance.models import SignKind
from ce_bases.core.errors import InvalidInputError
from ce_bases.core.text import msg

#: Formats of the queue this server takes; none is ever removed, a phone may wake up late.
FORMATS = (1,)
MOST_ITEMS = 2000
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
class Delivery:
    """What one phone sends for one session; `broken` are items with an id and nothing usable."""

    device: str
    items: Sequence[QueuedSign]
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
    good: list[QueuedSign] = []
    broken: list[str] = []
    for item in items:
        event_id = _uuid(item.get("id")) if isinstance(item, Mapping) else ""
        if not event_id:
            raise InvalidInputError(msg("离线记录的内容不完整，或者一次超过了 2000 条。"))
        sign = _read_item(event_id, item)
        if sign is None:
            broken.append(event_id)
        else:
            good.append(sign)
    return Delivery(_uuid(data.get("device")), good, broken)


def _read_item(event_id: str, item: Mapping[str, Any]) -> QueuedSign | None:
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
