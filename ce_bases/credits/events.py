"""What pages of hours ask higher features for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ce_bases.core.text import Text


@dataclass(frozen=True, slots=True)
class PendingItem:
    """Something that may become hours: who must act, and since when; `endpoint` is its page."""

    title: str
    kind: Text
    state: Text
    holder: Text | None
    since: datetime
    endpoint: str
    values: Mapping[str, int]


@dataclass
class YearAsked:
    """Handlers add what waits for a decision in this person's year; half-hours it would add."""

    person_id: int
    year: int
    now: datetime
    items: list[PendingItem] = field(default_factory=list)
    public: int = 0
    professional: int = 0


@dataclass
class JudgeAsked:
    """Which bureau judges a line that no plan stands behind, and on which page it corrects it.

    The feature that posted lines of this `source` answers; nobody's answer is no judge.
    """

    source: str
    bureau_code: str | None = None
    endpoint: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
