"""A limit against trying numbers out: no GET may write, so each worker counts in its memory."""

from collections import OrderedDict, deque
from datetime import datetime, timedelta
from threading import Lock

from ce_bases.core.errors import TooManyAttemptsError
from ce_bases.core.text import msg

WINDOW = timedelta(minutes=10)
#: An office mistypes now and then; 128 bits are out of reach anyhow.
MOST = 60
ADDRESSES = 10_000


class Misses:
    """How many numbers that do not exist each address asked for lately."""

    def __init__(self) -> None:
        self._by_address: OrderedDict[str, deque[datetime]] = OrderedDict()
        self._lock = Lock()

    def check(self, address: str, *, now: datetime) -> None:
        """Raise TooManyAttemptsError when `address` missed too often."""
        with self._lock:
            missed = self._by_address.get(address, deque())
            while missed and missed[0] <= now - WINDOW:
                missed.popleft()
            if len(missed) < MOST:
                return
            wait = missed[0] + WINDOW - now
        raise TooManyAttemptsError(
            msg("查验不存在的编号次数过多，请稍后再试。"),
            next_step=msg("请核对证明上的编号，或直接扫描证明上的二维码。"),
            retry_after=int(wait.total_seconds()) + 1,
        )

    def note(self, address: str, *, now: datetime) -> None:
        """Count one miss; the address that was quiet the longest is forgotten first."""
        with self._lock:
            self._by_address.setdefault(address, deque(maxlen=MOST)).append(now)
            self._by_address.move_to_end(address)
            if len(self._by_address) > ADDRESSES:
                self._by_address.popitem(last=False)
