"""Browsers in which somebody has logged in before: strangers' failures do not shut them out.

Failed logins shut an account for a while, and anybody can fail in anybody's name, again and again.
A browser that was let in once has a count of its own: a signed cookie, seen by the login page only,
names it, and says by keyed hashes whom it was let in for.
"""

import json
import uuid
from dataclasses import dataclass, replace

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

_COOKIE = "ce_known"
_LIFE_SECONDS = 180 * 24 * 3600
#: A shared computer remembers those who came last.
_MOST = 8


@dataclass(frozen=True, slots=True)
class Browser:
    """A browser by a random name, and the keys of the accounts it was let in for."""

    name: str
    keys: tuple[str, ...] = ()

    def knows(self, key: str) -> bool:
        """Whether the account behind `key` was let in here."""
        return key in self.keys

    def with_key(self, key: str) -> "Browser":
        """The same browser, having let in one more."""
        return replace(self, keys=(key, *(k for k in self.keys if k != key))[:_MOST])


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.config["SECRET_KEY"]), salt="known-browser")


def read_browser() -> Browser:
    """The browser of this request; a new one when it lies or nobody was let in for half a year."""
    try:
        kept = _serializer().loads(request.cookies.get(_COOKIE, ""), max_age=_LIFE_SECONDS)
        name, keys = json.loads(kept)
        return Browser(str(name), tuple(map(str, keys)))
    except (BadSignature, ValueError, TypeError):
        return Browser(uuid.uuid4().hex)


def remember_browser(response: Response, browser: Browser, *, path: str) -> Response:
    """Have the browser tell the page at `path`, and no other, who it is."""
    response.set_cookie(
        _COOKIE,
        _serializer().dumps(json.dumps([browser.name, browser.keys])),
        max_age=_LIFE_SECONDS,
        path=path,
        httponly=True,
        samesite="Lax",
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
    )
    return response
