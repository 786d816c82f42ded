"""Headers every answer carries, errors included."""

from typing import Any

from flask import Flask, Response, g, request
from flask.sessions import SecureCookieSessionInterface

from ce_bases.core.access import Grant, Scope

CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)


class JealousSessions(SecureCookieSessionInterface):
    """An answer for which anything looked at the visitor's session is in no shared cache,
    whatever its view declared.
    """

    def save_session(self, app: Flask, session: Any, response: Response) -> None:
        super().save_session(app, session, response)
        if session.accessed and response.cache_control.public:
            response.headers["Cache-Control"] = "private, no-store"


def cacheable(*, seconds: int) -> None:
    """Let caches keep this public answer: it must say nothing about the visitor.

    After `seconds` they ask us again; with 0 each time, and mostly get a 304.
    """
    g.cache_seconds = seconds


def _add_headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "geolocation=(), microphone=(), camera=(self)"
    if request.endpoint in {"static", "bootstrap.static"}:
        if "v" in request.args:
            response.cache_control.max_age = 31536000
            response.cache_control.immutable = True
        return response
    response.vary.update(["Accept-Language", "Cookie"])
    seconds = g.get("cache_seconds")
    if seconds is not None and response.status_code in {200, 304} and "Set-Cookie" not in headers:
        response.cache_control.public = True
        if seconds:
            response.cache_control.max_age = seconds
        else:
            response.cache_control.no_cache = True
    elif "Cache-Control" not in headers or _is_behind_login(response):
        headers["Cache-Control"] = "no-store"
    return response


def _is_behind_login(response: Response) -> bool:
    """Whether this was for somebody who had to log in, and may still be stored somewhere."""
    grant: Grant | None = g.get("grant")
    is_public = grant is None or grant.scope is Scope.PUBLIC
    return not is_public and not response.cache_control.no_store


def register(app: Flask, *, secure: bool) -> None:
    app.session_interface = JealousSessions()
    app.after_request(_add_headers)
    if secure:

        @app.after_request
        def transport(response: Response) -> Response:
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
            return response
