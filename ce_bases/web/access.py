"""Default deny: a view opens only for the roles its declared action grants."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, abort, current_app, g, render_template, request
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError

from ce_bases.core.access import Action, grant_for
from ce_bases.core.actors import Actor, Role
from ce_bases.core.errors import ForbiddenError
from ce_bases.core.text import msg
from ce_bases.web import resume
from ce_bases.web.extensions import csrf

FIND_ACTOR_KEY = "ce_bases.find_actor"
TOKEN = "sid"  # noqa: S105 -- the cookie field's name
V = TypeVar("V", bound=Callable[..., Any])
Anonymous = Callable[[], ResponseReturnValue]


def allow(action: Action) -> Callable[[V], V]:
    """Declare which row of the access table a view belongs to."""

    def declare(view: V) -> V:
        view.action = action  # type: ignore[attr-defined]
        return view

    return declare


def find_actor() -> Actor | None:
    """Who is signed in, or None; looked up once per request and only when asked for."""
    if "actor" not in g:
        token = cookie.get(TOKEN)
        g.actor = current_app.extensions[FIND_ACTOR_KEY](token) if token else None
    actor: Actor | None = g.actor
    return actor


def current_actor() -> Actor:
    """The signed-in actor; views behind a non-public action always have one."""
    return find_actor() or abort(401)


def register(app: Flask, *, find: Callable[[str], Actor | None], anonymous: Anonymous) -> None:
    """Guard every route of `app`; `anonymous` answers those who must sign in first."""
    app.extensions[FIND_ACTOR_KEY] = find

    def guard() -> ResponseReturnValue | None:
        _refuse_nul()
        if request.endpoint is None:
            return None  # unknown address or method: the dispatcher answers
        action = getattr(app.view_functions[request.endpoint], "action", None)
        if action is None:
            raise RuntimeError(f"{request.endpoint} declares no action")
        if grant_for(Role.PUBLIC, action) is not None:
            return _protect_from_forgery()
        actor = find_actor()
        if actor is None:
            return anonymous()
        if grant_for(actor.role, action) is None:
            raise ForbiddenError(
                msg("您当前的身份不能打开这个页面。"),
                next_step=msg("如果您还有别的身份，请在页面右上角切换后再试。"),
            )
        return _protect_from_forgery()

    app.before_request(guard)


def _refuse_nul() -> None:
    """No name or number holds a NUL, and PostgreSQL takes none."""
    if "\0" in request.path:
        abort(404)
    if b"%00" in request.query_string:
        abort(400)


def _protect_from_forgery() -> ResponseReturnValue | None:
    """Check the token of every request that may change something.

    A page opened before the last login carries the old token; when the browser says that it is
    our own page, what was typed is offered for sending again instead of being lost.
    """
    if request.method in {"GET", "HEAD", "OPTIONS"} or not current_app.config["WTF_CSRF_ENABLED"]:
        return None
    try:
        csrf.protect()
    except CSRFError:
        kept = resume.open_kept(resume.keep_request() or "")
        if kept is None or find_actor() is None:
            raise
        return render_template("errors/resume.html", kept=kept), 409
    return None


def undeclared_endpoints(app: Flask) -> set[str]:
    """Endpoints without an action; the factory refuses to start while there are any."""
    return {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if not hasattr(app.view_functions[rule.endpoint], "action")
    }
