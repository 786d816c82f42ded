"""Addresses of our own pages, each built once: a page has some hundred of them."""

from functools import lru_cache
from typing import Any

import flask
from flask import Flask, current_app, has_request_context, request

_PATHS = "ce_bases.paths"
#: Where the addresses begin that ask for a login first. `/filing-window` is anybody's.
BEHIND_LOGIN = (
    "/account",
    "/desk",
    "/filing/",
    "/home",
    "/inbox",
    "/login",
    "/me",
    "/teach",
    "/unit",
)


def url_for(endpoint: str, **values: Any) -> str:
    """As Flask's; paths that depend on nothing but what is said here are remembered.

    Not those with a token in them: a secret lives as long as its page.
    """
    is_plain = not endpoint.startswith(".") and "token" not in values and has_request_context()
    if not is_plain or any(name.startswith("_") for name in values):
        return flask.url_for(endpoint, **values)
    try:
        path: str = current_app.extensions[_PATHS](
            request.script_root, request.method, endpoint, **values
        )
    except TypeError:  # a value that cannot be a key
        return flask.url_for(endpoint, **values)
    return path


def register(app: Flask) -> None:
    """Templates take it for Flask's."""

    @lru_cache(maxsize=8192, typed=True)
    def path(_root: str, _method: str, endpoint: str, /, **values: Any) -> str:
        return flask.url_for(endpoint, **values)

    app.extensions[_PATHS] = path
    app.jinja_env.globals["url_for"] = url_for
