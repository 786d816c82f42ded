"""A form whose session ended while it was typed: kept through the login, then sent again."""

import json
from dataclasses import dataclass

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

_MAX_AGE = 3600
_MAX_BYTES = 200_000
_NEVER_KEPT = ("csrf_token", "password", "new_password", "repeat_password")


@dataclass(frozen=True, slots=True)
class KeptForm:
    """What was typed: the address it was sent to and its fields in order."""

    path: str
    fields: list[tuple[str, str]]


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.config["SECRET_KEY"]), salt="kept-form")


def is_same_origin() -> bool:
    """Whether the browser says that this request comes from a page of ours."""
    source = request.headers.get("Origin") or request.headers.get("Referer") or ""
    return source.rstrip("/") == request.host_url.rstrip("/") or source.startswith(request.host_url)


def keep_request() -> str | None:
    """The posted form as a signed text for a hidden field; None when it is not ours to keep.

    Only a post from our own page is kept: a stranger's page must not have its content sent on
    under the reader's name after the login.
    """
    if request.method != "POST" or not request.form or not is_same_origin():
        return None
    if request.files or (request.content_length or 0) > _MAX_BYTES:
        return None
    fields = [(k, v) for k, v in request.form.items(multi=True) if k not in _NEVER_KEPT]
    return _serializer().dumps(json.dumps([request.path, fields]))


def open_kept(text: str) -> KeptForm | None:
    """What `keep_request` kept, or None when it was tampered with or is over an hour old."""
    try:
        path, fields = json.loads(_serializer().loads(text, max_age=_MAX_AGE))
    except (BadSignature, ValueError):
        return None
    return KeptForm(path, [(str(k), str(v)) for k, v in fields])
