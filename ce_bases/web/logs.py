"""Structured logs: one JSON line a request, with its id and never a personal number."""

import logging
import re
import secrets
import sys
import time as timer
from collections.abc import MutableMapping
from typing import Any

import structlog
from flask import Flask, Response, g, request

_LONG_NUMBER = re.compile(r"(?<!\d)\d{15}(?:\d{2}[\dXx])?(?!\d)|(?<!\d)1[3-9]\d{9}(?!\d)")
_SECRET_FIELDS = frozenset({"password", "new_password", "csrf_token", "token", "sid", "number"})


def mask_numbers(
    _logger: Any, _method: str, entry: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Blank resident IDs, phone numbers and secrets wherever they stand in a log entry."""
    for name, value in entry.items():
        if name in _SECRET_FIELDS:
            entry[name] = "…"
        elif isinstance(value, str):
            entry[name] = _LONG_NUMBER.sub("…", value)
    return entry


def configure(level: str) -> None:
    """Send structlog and the standard library's loggers to standard error as JSON lines."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        mask_numbers,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(ensure_ascii=False)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )


log = structlog.get_logger("ce_bases")


def request_id() -> str:
    """The id shown on error pages and written in every log line of the request."""
    if "request_id" not in g:
        g.request_id = secrets.token_hex(6)
    value: str = g.request_id
    return value


def register(app: Flask) -> None:
    """Log every request of `app` with its route, status and milliseconds."""

    @app.before_request
    def start() -> None:
        g.started = timer.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id())

    @app.after_request
    def finish(response: Response) -> Response:
        response.headers["X-Request-Id"] = request_id()
        if request.endpoint not in {"static", "bootstrap.static", "home.healthz"}:
            actor = g.get("actor")
            log.info(
                "request",
                method=request.method,
                route=str(request.url_rule or "-"),
                status=response.status_code,
                ms=round((timer.perf_counter() - g.get("started", timer.perf_counter())) * 1000, 1),
                account=actor.account_id if actor else None,
            )
        return response
