"""Texts made fit for paper: no control characters, no numbers that identify, no endless ones."""

import re
from collections.abc import Mapping
from typing import Any

_BLANKS = re.compile(r"\s+")
# Control and direction characters, line separators and halves of surrogate pairs.
_CONTROL = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
_ID_OR_PHONE = re.compile(r"(?<!\d)(?:\d{17}[\dXx]|\d{15}|1[3-9]\d(?:[ -]?\d{4}){2})(?![\dXx])")


def tidied(value: Any) -> Any:
    """JSON-like `value` with every text on one line and without control characters."""
    if isinstance(value, str):
        return _CONTROL.sub("", _BLANKS.sub(" ", value)).strip()
    if isinstance(value, Mapping):
        return {str(name): tidied(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [tidied(inner) for inner in value]
    return value


def clipped(text: str, most: int) -> str:
    """`text`, or its first `most - 1` characters and an ellipsis when it is longer."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def without_numbers(text: str) -> str:
    """`text` with resident IDs and mobile numbers cut to their last four characters."""
    return _ID_OR_PHONE.sub(lambda found: f"尾号{found[0][-4:]}", text)
