"""What was used last, kept in memory within a bound of bytes."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from threading import Lock
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class LastUsed(Generic[Key, Value]):
    """Values by key, together at most `most_bytes` as `size_of` measures each.

    Those not used for longest give way. `size_of` must say the same of a value for as long as
    it is kept. Threads may share one.
    """

    def __init__(self, *, most_bytes: int, size_of: Callable[[Value], int]) -> None:
        self._most_bytes = most_bytes
        self._size_of = size_of
        self._kept: OrderedDict[Key, Value] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def __iter__(self) -> Iterator[Key]:
        """The keys, those not used for longest first."""
        return iter(list(self._kept))

    def find(self, key: Key) -> Value | None:
        """What is kept under `key`; it is used now."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def keep(self, key: Key, value: Value) -> None:
        """Keep `value` instead of what was kept under `key`."""
        with self._lock:
            if (old := self._kept.pop(key, None)) is not None:
                self._bytes -= self._size_of(old)
            self._kept[key] = value
            self._bytes += self._size_of(value)
            while self._bytes > self._most_bytes:
                self._bytes -= self._size_of(self._kept.popitem(last=False)[1])

    def clear(self) -> None:
        """Keep nothing."""
        with self._lock:
            self._kept.clear()
            self._bytes = 0
