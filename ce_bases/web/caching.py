"""Public answers that caches may keep, and 304 for those that already have them."""

import hashlib
from typing import Any

from flask import Response, make_response, render_template, request

from ce_bases.web.headers import cacheable


def conditional(body: str | bytes, *, mimetype: str, seconds: int = 0) -> Response:
    """`body` with an ETag over its bytes; an empty 304 when the client holds the same."""
    raw = body.encode() if isinstance(body, str) else body
    response = make_response(raw)
    response.mimetype = mimetype
    response.set_etag(hashlib.sha256(raw).hexdigest()[:32])
    cacheable(seconds=seconds)
    response.make_conditional(request)
    return response


def private_copy(body: bytes, *, mimetype: str) -> Response:
    """Somebody's own `body`: only their device may keep it, and asks again each time."""
    response = make_response(body)
    response.mimetype = mimetype
    response.set_etag(hashlib.sha256(body).hexdigest()[:32])
    response.headers["Cache-Control"] = "private, no-cache"
    response.make_conditional(request)
    return response


def show_public(template: str, *, seconds: int = 0, **values: Any) -> Response:
    """`template` as a public page; nothing in it may depend on who reads it.

    It is declared cacheable before it is rendered: the layout then leaves messages to the
    reader for the next page of their own.
    """
    cacheable(seconds=seconds)
    return conditional(render_template(template, **values), mimetype="text/html", seconds=seconds)
