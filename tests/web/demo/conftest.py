"""The demo loaded once on each database, by its own command."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy.orm import Session

from ce_bases.core.clock import SHANGHAI
from ce_bases.factory import create_app
from ce_bases.web.extensions import db
from ce_bases.web.extensions import session as reading_session
from tests.conftest import BACKENDS, FrozenClock, fresh_postgresql, make_settings

LOADED_AT = datetime(2026, 5, 20, 14, 10, tzinfo=SHANGHAI)


@pytest.fixture(scope="session", params=BACKENDS)
def demo_app(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp(f"demo_{request.param}")
    if request.param == "sqlite":
        yield from _loaded(f"sqlite:///{folder / 'demo.sqlite'}", folder)
        return
    for url in fresh_postgresql("ce_bases_test_demo"):
        yield from _loaded(url, folder)


def _loaded(url: str, folder: Path) -> Iterator[Flask]:
    overrides = {"TESTING": True, "WTF_CSRF_ENABLED": False}
    app = create_app(make_settings(url, folder), clock=FrozenClock(LOADED_AT), overrides=overrides)
    with app.app_context():
        flask_migrate.upgrade()
        db.engine.dispose()
    result = app.test_cli_runner().invoke(args=["demo", "load"])
    assert result.exit_code == 0, result.output
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def demo(demo_app: Flask) -> Iterator[Session]:
    """A reading session on the loaded demo, within the site's context."""
    with demo_app.app_context():
        yield reading_session()
        db.session.remove()
