"""A page cache that trusts itself in nothing: whatever it would answer is made anew and compared.

Every test that opens a public page twice so proves that what happened in between told the pages
that are kept; a writer that no trigger notices fails here.
"""

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask
from werkzeug.test import run_wsgi_app

from ce_bases.factory import make_page_cache
from ce_bases.web.page_cache import Environ, Kept, PageCache, plain

AGES = 400 * 24 * 3600  # seconds: longer than any test's clock is moved


class ProvingCache(PageCache):
    """Fails when a kept answer is not the one that is made now."""

    def answer_kept(
        self, kept: Kept, environ: Environ, start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        asked = {**plain(environ)[0], "REQUEST_METHOD": "GET"}
        chunks, status, headers = run_wsgi_app(self.wsgi_app, asked, buffered=True)
        made = b"".join(chunks)
        assert (status[:3], headers.get("ETag")) == ("200", kept.etag), (
            f"{environ['PATH_INFO']} changed and its kept answer was not forgotten:\n"
            + first_difference(kept.body, made)
        )
        assert made == kept.body
        return super().answer_kept(kept, environ, start_response)


def first_difference(old: bytes, new: bytes) -> str:
    pairs = zip(old.splitlines(), new.splitlines(), strict=False)
    for before, after in pairs:
        if before != after:
            return f"- {before.decode()}\n+ {after.decode()}"
    return f"{len(old)} bytes, then {len(new)}"


def prove(app: Flask) -> ProvingCache:
    """Put a proving cache before `app`; no age but what a page asked of the clock forgives it."""
    usual = make_page_cache(app, AGES)
    cache = ProvingCache(
        app.wsgi_app,
        state=usual.state,
        clock=usual.clock,
        seconds=AGES,
        passed=usual.passed,
        seats_seconds=0,
    )
    app.wsgi_app = cache
    return cache
