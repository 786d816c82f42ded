"""What a message says, as plain data that keeps its meaning in every language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from ce_bases.core.text import Text


@dataclass(frozen=True, slots=True)
class Note:
    """One thing to tell: `endpoint` with `values` is the page it leads to.

    Notes of one `key` that follow within `settle_minutes` of the first become one message, which
    says what the last of them said; its e-mail waits as long. `once`: who was ever told this key
    is not told again.
    """

    kind: str
    title: Text
    body: Text
    endpoint: str
    values: Mapping[str, str | int] = field(default_factory=dict)
    key: str = ""
    settle_minutes: int = 0
    once: bool = False

    def __post_init__(self) -> None:
        if (self.settle_minutes or self.once) and not self.key:
            raise ValueError("a note that is folded or told once needs a key")
        if self.settle_minutes and self.once:
            raise ValueError("a note is folded or told once, not both")


def freeze(text: Text) -> dict[str, Any]:
    """`text` as JSON: said later, in the language of whoever reads it."""
    values = {name: _frozen(value) for name, value in text.values.items()}
    return {"msgid": text.msgid, "values": values}


def _frozen(value: Any) -> Any:
    match value:
        case Text():
            return {"text": freeze(value)}
        case datetime():
            return {"moment": value.isoformat()}
        case date():
            return {"day": value.isoformat()}
        case str() | int():
            return value
        case _:
            raise TypeError(f"a message cannot keep {value!r}")


def thaw(frozen: Mapping[str, Any]) -> Text:
    """The text that `freeze` kept."""
    return Text(frozen["msgid"], {name: _thawed(v) for name, v in frozen["values"].items()})


def _thawed(value: Any) -> Any:
    match value:
        case {"text": inner}:
            return thaw(inner)
        case {"moment": moment}:
            return datetime.fromisoformat(moment)
        case {"day": day}:
            return date.fromisoformat(day)
        case _:
            return value
