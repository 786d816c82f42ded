"""Sentences for people, made below Flask and translated above it."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Text:
    """A Simplified Chinese message id with named values; `web.i18n.say` turns it into words.

    Values may be plain (`str`, `int`), `date`, `datetime`, or `Text` themselves.
    """

    msgid: str
    values: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        """The Chinese sentence, for logs and tests; pages go through `say`."""
        return self.msgid % self.values if self.values else self.msgid


def msg(msgid: str, /, **values: Any) -> Text:
    """Mark `msgid` for translation (Babel extracts calls of this name)."""
    return Text(msgid, values)
