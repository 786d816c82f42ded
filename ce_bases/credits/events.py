"""What the page of a year asks higher features for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

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
