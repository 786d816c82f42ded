"""Static files: addresses that change with their content, bytes compressed once and kept."""

import gzip
import hashlib
import mimetypes
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, abort, current_app, request
from werkzeug.security import safe_join

from ce_bases.core.access import Action
from ce_bases.web.access import allow
from ce_bases.web.addresses import url_for

_COMPRESSIBLE = ("text/", "application/javascript", "application/json", "image/svg+xml")


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file of this release in memory, with its gzip form where that pays."""

    raw: bytes
    packed: bytes | None
    digest: str
    mimetype: str


@lru_cache(maxsize=512)
def _load(path: str, _modified: float) -> StaticFile:
    raw = Path(path).read_bytes()
    mimetype = mimetypes.guess_type(path)[0] or "application/octet-stream"
    packed = gzip.compress(raw, mtime=0) if mimetype.startswith(_COMPRESSIBLE) else None
    worth = packed is not None and len(packed) < len(raw)
    return StaticFile(
        raw, packed if worth else None, hashlib.sha256(raw).hexdigest()[:12], mimetype
    )


def _find(folder: str | None, filename: str) -> StaticFile | None:
    path = safe_join(folder or "", filename)
    if path is None:
        return None
    try:
        return _load(path, Path(path).stat().st_mtime)
    except OSError:
        return None


def serve_from(folder: str | None) -> Callable[[str], Response]:
    """A public view of the files of `folder`, with ETag and 304."""

    @allow(Action.READ_PUBLIC)
    def static_file(filename: str) -> Response:
        found = _find(folder, filename)
        if found is None:
            abort(404)
        packed = found.packed if request.accept_encodings["gzip"] else None
        response = Response(packed or found.raw, mimetype=found.mimetype)
        response.set_etag(found.digest + ("-gz" if packed else ""))
        response.vary.add("Accept-Encoding")
        if packed:
            response.content_encoding = "gzip"
        response.make_conditional(request)
        return response

    return static_file


def asset(filename: str) -> str:
    """The address of a file of `static/`, with its content's digest."""
    find = _digest.__wrapped__ if current_app.debug else _digest
    return url_for("static", filename=filename, v=find(current_app.static_folder, filename))


@lru_cache(maxsize=512)
def _digest(folder: str | None, filename: str) -> str:
    """The digest of a file; a release changes them only together with its processes."""
    found = _find(folder, filename)
    if found is None:
        raise FileNotFoundError(filename)
    return found.digest


def register(app: Flask) -> None:
    app.jinja_env.globals["asset"] = asset
