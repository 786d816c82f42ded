"""Public answers kept for a moment in memory, so that a rush on one page renders it once.

Outside Flask, because a kept answer needs nothing of it. Only answers that say themselves that
any cache may keep them (`Cache-Control: public`) and set no cookie are kept, so nothing private
can be; each worker forgets them after a few seconds, far less than their own `max-age` allows.
"""

import re
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from threading import Lock
from typing import Any

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
MOST_BYTES = 64 * 1024 * 1024
MOST_OF_ONE = MOST_BYTES // 8
_LANGUAGE = re.compile(r"(?:^|;)\s*lang=(\w+)")
#: Headers of one answer only, and those the server writes anew.
_OWN = {"x-request-id", "date", "connection", "server"}
_OF_A_BODY = {"content-length", "content-type", "content-encoding"}


@dataclass(frozen=True, slots=True)
class Kept:
    """A whole answer and the moment (monotonic seconds) it is forgotten at."""

    headers: Headers
    body: bytes
    etag: str
    until: float


class PageCache:
    """WSGI middleware around a Flask application's `wsgi_app`."""

    def __init__(
        self, wsgi_app: Callable[..., Iterable[bytes]], *, seconds: float, passed: tuple[str, ...]
    ) -> None:
        self.wsgi_app = wsgi_app
        self.seconds = seconds
        self.passed = passed
        self._kept: OrderedDict[tuple[str, ...], Kept] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "GET" or environ["PATH_INFO"].startswith(self.passed):
            return self.wsgi_app(environ, start_response)
        key = _key(environ)
        kept = self._find(key)
        if kept is not None:
            return _answer(kept, environ, start_response)
        answer: list[Any] = []
        # Asked without conditions, or a 304 would be all there is to keep.
        asked = {**environ, "HTTP_IF_NONE_MATCH": ""}
        chunks = self.wsgi_app(asked, lambda *start: answer.__setitem__(slice(None), start))
        status, headers = answer[0], answer[1]
        named = {name.lower(): value for name, value in headers}
        if not status.startswith("200") or "etag" not in named:
            start_response(*answer)
            return chunks
        try:
            whole = Kept(headers, b"".join(chunks), named["etag"], 0)
        finally:
            if close := getattr(chunks, "close", None):
                close()
        if "public" in named.get("cache-control", "") and "set-cookie" not in named:
            self._keep(key, whole)
        return _answer(whole, environ, start_response)

    def _find(self, key: tuple[str, ...]) -> Kept | None:
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and kept.until > time.monotonic():
                return kept
        return None

    def _keep(self, key: tuple[str, ...], whole: Kept) -> None:
        if len(whole.body) > MOST_OF_ONE:
            return
        headers = [header for header in whole.headers if header[0].lower() not in _OWN]
        kept = Kept(headers, whole.body, whole.etag, time.monotonic() + self.seconds)
        with self._lock:
            if old := self._kept.pop(key, None):
                self._bytes -= len(old.body)
            self._kept[key] = kept
            self._bytes += len(kept.body)
            while self._bytes > MOST_BYTES:
                self._bytes -= len(self._kept.popitem(last=False)[1].body)


def _answer(kept: Kept, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
    if kept.etag in environ.get("HTTP_IF_NONE_MATCH", ""):
        headers = [header for header in kept.headers if header[0].lower() not in _OF_A_BODY]
        start_response("304 NOT MODIFIED", headers)
        return []
    start_response("200 OK", kept.headers)
    return [kept.body]


def _key(environ: Environ) -> tuple[str, ...]:
    """Everything a public answer may depend on: address, host, language, encoding."""
    language = _LANGUAGE.search(environ.get("HTTP_COOKIE", ""))
    return (
        environ["wsgi.url_scheme"],
        environ.get("HTTP_HOST", ""),
        environ["PATH_INFO"],
        environ.get("QUERY_STRING", ""),
        language[1] if language else environ.get("HTTP_ACCEPT_LANGUAGE", ""),
        environ.get("HTTP_ACCEPT_ENCODING", ""),
    )
