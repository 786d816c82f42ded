"""What views are asked: a HEAD is a GET whose body nobody wants."""

from typing import Any

from flask import Request


class SiteRequest(Request):
    """A request whose views know two ways of asking, not three.

    A view of both a page and its form tells them apart by GET; a HEAD that was not one would be
    taken for the sent form, past the token against forgery. The answer's body is left out all
    the same: that is decided by what the browser sent.
    """

    def __init__(self, environ: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(environ, *args, **kwargs)
        if self.method == "HEAD":
            self.method = "GET"
