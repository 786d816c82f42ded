"""Typed events by which a lower feature lets a higher one react in the same transaction."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy.orm import Session

E = TypeVar("E")
_HANDLERS: dict[type[Any], list[Callable[[Session, Any], None]]] = defaultdict(list)


def subscribe(event_type: type[E], handler: Callable[[Session, E], None]) -> None:
    """Have `handler` run whenever an `event_type` is published; the factory calls this once."""
    if handler not in _HANDLERS[event_type]:
        _HANDLERS[event_type].append(handler)


def publish(session: Session, event: object) -> None:
    """Run every handler of `event` now; an error of a handler refuses the whole transaction."""
    for handler in _HANDLERS[type(event)]:
        handler(session, event)
