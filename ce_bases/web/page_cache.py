"""Public answers kept in memory until something they show has changed, proven by one small read.

Outside Flask, because a kept answer needs nothing of it. Only answers that say themselves that
any cache may keep them (`Cache-Control: public`) and set no cookie are kept, and none for which
anything looked at the visitor's session says so (`web.headers`). What an answer depends on is
not declared but noted while it is made (`web.reads`); why a kept one is of now is written in
`core.public_state`, the whole decision in docs/decisions/0014.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from threading import Lock
from typing import Any, Protocol

from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header, parse_cookie, parse_etags, unquote_etag

from ce_bases.core.clock import Clock, business_date, end_of_day
from ce_bases.core.last_used import LastUsed
from ce_bases.core.public_state import SHOWN, WATCHED, stripe_of
from ce_bases.web.i18n import LANGUAGE, language_of
from ce_bases.web.moment import NOTHING, THE_DAY, THE_MOMENT, TIME_ASKED
from ce_bases.web.reads import ROSTER_OF, TABLES_READ

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
Key = tuple[str, ...]
MOST_BYTES = 64 * 1024 * 1024
MOST_OF_ONE = MOST_BYTES // 8
#: Seats of many plans may be this old: a whole city that enrols must not make every page anew.
SEATS_SECONDS = 2.0
#: Headers of one answer only, and those the server writes anew.
_OWN = {"x-request-id", "date", "connection", "server"}
_OF_A_BODY = {"content-length", "content-type", "content-encoding"}
#: What chat apps and campaigns add to an address that is passed on.
_STRAY = ("isappinstalled=", "utm_", "from=singlemessage", "from=groupmessage", "from=timeline")


class State(Protocol):
    """`core.state_reader.StateReader`, or a test's."""

    def all(self) -> Sequence[int] | None: ...

    def close(self) -> None: ...

    def total(self, stripe: int | None = None, *, everything: bool = False) -> int | None: ...


@dataclass(slots=True)
class Kept:
    """A whole answer, what it was made from, and until when it may be right.

    `shown` is the number of what changes seldom (None: it reads no table); `seats` the sum of
    the rosters' numbers, of one `stripe` or of all; until `seats_until` the latter may differ.
    """

    headers: Headers
    body: bytes
    etag: str
    made_at: datetime
    until: datetime
    seats_until: datetime
    shown: int | None = None
    seats: int | None = None
    stripe: int | None = None
    making: Any = field(default_factory=Lock)

    @property
    def size(self) -> int:
        return len(self.body) + sum(len(name) + len(value) for name, value in self.headers)


class PageCache:
    """WSGI middleware around a Flask application's `wsgi_app`."""

    def __init__(
        self,
        wsgi_app: Callable[..., Iterable[bytes]],
        *,
        state: State,
        clock: Clock,
        seconds: float,
        passed: tuple[str, ...],
        seats_seconds: float = SEATS_SECONDS,
    ) -> None:
        self.wsgi_app = wsgi_app
        self.state = state
        self.clock = clock
        self.longest = timedelta(seconds=seconds)
        self.seats_longest = timedelta(seconds=seats_seconds)
        self.passed = passed
        self.kept: LastUsed[Key, Kept] = LastUsed(
            most_bytes=MOST_BYTES, size_of=lambda kept: kept.size
        )

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        method = environ["REQUEST_METHOD"]
        if method not in {"GET", "HEAD"} or environ["PATH_INFO"].startswith(self.passed):
            return self.wsgi_app(environ, start_response)
        asked, key = plain(environ)
        kept = self.kept.find(key)
        if kept is not None and self.is_current(kept):
            return self.answer_kept(kept, environ, start_response)
        if method == "HEAD" or "HTTP_RANGE" in environ:
            return self.wsgi_app(environ, start_response)
        if kept is None:
            return self._make(key, None, asked, environ, start_response)
        # Everybody wants this page: one makes it, the others wait for it.
        with kept.making:
            newer = self.kept.find(key)
            if newer is not None and newer is not kept and self.is_current(newer):
                return self.answer_kept(newer, environ, start_response)
            return self._make(key, kept, asked, environ, start_response)

    def is_current(self, kept: Kept) -> bool:
        """Whether nothing the answer shows has changed since it was made."""
        now = self.clock()
        if not kept.made_at <= now < kept.until:
            return False
        return kept.shown is None or self._is_same(kept, kept.shown, now)

    def _is_same(self, kept: Kept, shown: int, now: datetime) -> bool:
        """Whether the numbers are those the answer was made under."""
        of_all = kept.stripe is None
        if kept.seats is None or (of_all and now < kept.seats_until):
            return self.state.total() == shown
        if self.state.total(kept.stripe, everything=of_all) != shown + kept.seats:
            return False
        kept.seats_until = now + self.seats_longest
        return True

    def answer_kept(
        self, kept: Kept, environ: Environ, start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Answer from memory."""
        return _answer(kept, environ, start_response)

    def _make(
        self,
        key: Key,
        old: Kept | None,
        asked: Environ,
        environ: Environ,
        start_response: Callable[..., Any],
    ) -> Iterable[bytes]:
        now = self.clock()
        numbers = self.state.all()  # before anything of the content is read
        answer: list[Any] = []
        chunks = self.wsgi_app(asked, lambda *start: answer.__setitem__(slice(None), start))
        status, headers = answer[0], answer[1]
        named = {name.lower(): value for name, value in headers}
        if not status.startswith("200") or "etag" not in named:
            start_response(*answer)
            return chunks
        try:
            body, etag = b"".join(chunks), named["etag"]
            until = self._end(now, asked.get(TIME_ASKED, THE_MOMENT))
            whole = Kept(headers, body, etag, now, until, now + self.seats_longest)
        finally:
            if close := getattr(chunks, "close", None):
                close()
        if "public" in named.get("cache-control", "") and "set-cookie" not in named:
            found = self._tied(whole, numbers, asked)
            if found is not None:
                self._keep(key, found, old)
        return _answer(whole, environ, start_response)

    def _end(self, now: datetime, asked: int) -> datetime:
        """Until when an answer says what it would say then, by what it asked of the clock.

        Of what is open *now*: everything of ours begins and ends on a whole minute.
        """
        longest = now + self.longest
        if asked == NOTHING:
            return longest
        if asked == THE_DAY:
            return min(longest, end_of_day(business_date(now)))
        return min(longest, now.replace(second=0, microsecond=0) + timedelta(minutes=1))

    def _tied(self, whole: Kept, numbers: Sequence[int] | None, asked: Environ) -> Kept | None:
        """`whole` with the numbers of what it was made from; None when that is not watched."""
        tables: set[str] = asked.get(TABLES_READ, set())
        if not tables:
            return whole
        if numbers is None or not tables <= WATCHED.keys():
            return None
        tied = replace(whole, shown=numbers[SHOWN])
        if any(WATCHED[table] for table in tables):
            plan_id = asked.get(ROSTER_OF)
            tied.stripe = None if plan_id is None else stripe_of(plan_id)
            tied.seats = sum(numbers[1:]) if tied.stripe is None else numbers[tied.stripe]
        return tied

    def _keep(self, key: Key, kept: Kept, old: Kept | None) -> None:
        if kept.size > MOST_OF_ONE:
            return
        kept.headers = [header for header in kept.headers if header[0].lower() not in _OWN]
        if old is not None:
            kept.making = old.making
        self.kept.keep(key, kept)


def _answer(kept: Kept, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
    condition = environ.get("HTTP_IF_NONE_MATCH")
    if condition and (condition == kept.etag or _names(condition, kept.etag)):
        headers = [header for header in kept.headers if header[0].lower() not in _OF_A_BODY]
        start_response("304 NOT MODIFIED", headers)
        return []
    start_response("200 OK", kept.headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [kept.body]


def _names(condition: str, etag: str) -> bool:
    return parse_etags(condition).contains_weak(unquote_etag(etag)[0] or "")


def plain(environ: Environ) -> tuple[Environ, Key]:
    """The request with everything an answer may depend on said in one way, and those as a key.

    It asks without conditions, or a 304 would be all there is to keep.
    """
    query = environ.get("QUERY_STRING", "")
    if any(stray in query for stray in _STRAY):
        query = "&".join(part for part in query.split("&") if not part.startswith(_STRAY))
    cookies = environ.get("HTTP_COOKIE", "")
    chosen = parse_cookie(cookies).get(LANGUAGE) if LANGUAGE in cookies else None
    language = language_of(chosen, environ.get("HTTP_ACCEPT_LANGUAGE", ""))
    encoding = _encoding(environ.get("HTTP_ACCEPT_ENCODING", ""))
    asked = {
        **environ,
        "QUERY_STRING": query,
        "HTTP_ACCEPT_LANGUAGE": language,
        "HTTP_ACCEPT_ENCODING": encoding,
        "HTTP_IF_NONE_MATCH": "",
    }
    scheme, host = environ["wsgi.url_scheme"], environ.get("HTTP_HOST", "")
    return asked, (scheme, host, environ["PATH_INFO"], query, language, encoding)


@lru_cache(maxsize=512)
def _encoding(header: str) -> str:
    """The best of what we compress with that the visitor takes."""
    accepted = parse_accept_header(header, Accept)
    best = max(("br", "gzip"), key=accepted.quality)
    return best if accepted.quality(best) > 0 else "identity"
