"""Build the application: settings, extensions, features, error pages. Knows every feature."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Flask
from flask_bootstrap import Bootstrap5
from flask_compress import Compress
from flask_migrate import Migrate
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map

from ce_bases import features
from ce_bases.config import PROJECT_ROOT, Settings, load_settings
from ce_bases.core.clock import Clock, system_clock
from ce_bases.core.engine import engine_options, normal_url
from ce_bases.core.filestore import FileStore
from ce_bases.core.state_reader import StateReader
from ce_bases.web import (
    access,
    addresses,
    assets,
    errors,
    filters,
    headers,
    i18n,
    kept,
    logs,
    templating,
)
from ce_bases.web.asking import SiteRequest
from ce_bases.web.extensions import csrf, db, init_database
from ce_bases.web.moment import CLOCK_KEY, note_time
from ce_bases.web.page_cache import PageCache
from ce_bases.web.uploads import STORE_KEY
from ce_bases.web.vault import VAULT_KEY, make_vault

#: Static files are in memory already; the probes of a load balancer must see the moment; what is
#: behind the login is nobody else's, so no number need be read for it.
UNKEPT = ("/static/", "/bootstrap/", "/healthz", "/readyz", *addresses.BEHIND_LOGIN)


class RowId(IntegerConverter):
    """Numbers in addresses are row ids: beyond 32 bits there is none, so 404 and no query."""

    def __init__(self, url_map: Map, **limits: Any) -> None:
        super().__init__(url_map, **{"max": 2**31 - 1, **limits})


def create_app(
    settings: Settings | None = None,
    *,
    clock: Clock = system_clock,
    overrides: Mapping[str, Any] | None = None,
) -> Flask:
    """The WSGI application; `overrides` are Flask configuration keys (tests)."""
    settings = settings or load_settings()
    app = Flask(
        "ce_bases",
        template_folder=str(PROJECT_ROOT / "templates"),
        static_folder=str(PROJECT_ROOT / "static"),
        instance_path=str(settings.instance_dir),
    )
    templating.register(app)
    app.request_class = SiteRequest
    app.url_map.converters["int"] = RowId
    _configure(app, settings)
    app.config.from_mapping(overrides or {})
    app.extensions[CLOCK_KEY] = clock
    note_time(app)
    app.extensions[VAULT_KEY] = make_vault(settings)
    app.extensions[STORE_KEY] = FileStore(settings.storage_dir)
    logs.configure(settings.log_level)
    logs.register(app)
    init_database(app)
    kept.register(app)
    csrf.init_app(app)
    Migrate(app, db, directory=str(PROJECT_ROOT / "migrations"))
    Bootstrap5(app)
    Compress(app)
    _prepare_templates(app, settings)
    features.register(app)
    _finish(app, settings)
    return app


def _configure(app: Flask, settings: Settings) -> None:
    url = normal_url(settings.database_url)
    settings.instance_dir.mkdir(parents=True, exist_ok=True)
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(url),
        TRUSTED_HOSTS=list(settings.trusted_hosts) or None,
        SESSION_COOKIE_NAME="ce_session",
        SESSION_COOKIE_SECURE=settings.cookie_secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        MAX_CONTENT_LENGTH=12 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        MAX_FORM_PARTS=5000,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_CHECK_DEFAULT=False,
        BOOTSTRAP_SERVE_LOCAL=True,
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_STREAMS=False,
    )


def _prepare_templates(app: Flask, settings: Settings) -> None:
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["is_demo"] = settings.is_demo
    i18n.register(app, instance=settings.instance_dir)
    filters.register(app)
    addresses.register(app)
    assets.register(app)
    errors.register(app)


def make_page_cache(app: Flask, seconds: float) -> PageCache:
    """What keeps the public pages of `app`."""
    with app.app_context():
        state = StateReader(db.engine)
    clock = app.extensions[CLOCK_KEY]
    return PageCache(app.wsgi_app, state=state, clock=clock, seconds=seconds, passed=UNKEPT)


def _finish(app: Flask, settings: Settings) -> None:
    """What must come last: guards see every route, and the outermost wrapper is the proxy's."""
    for endpoint, folder in (
        ("static", app.static_folder),
        ("bootstrap.static", app.blueprints["bootstrap"].static_folder),
    ):
        app.view_functions[endpoint] = assets.serve_from(folder)
    headers.register(app, secure=settings.cookie_secure)
    if undeclared := access.undeclared_endpoints(app):
        raise RuntimeError(f"views without an action: {sorted(undeclared)}")
    if settings.page_cache_seconds and not app.debug:
        app.wsgi_app = make_page_cache(app, settings.page_cache_seconds)  # type: ignore[method-assign]
    if settings.trusted_proxies:
        n = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]
