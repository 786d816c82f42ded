"""What machines ask: is the site up, is it ready, what may be searched."""

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app, jsonify, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from ce_bases.calendar import queries
from ce_bases.calendar.blueprint import site_address
from ce_bases.core.access import Action
from ce_bases.core.engine import broken_promises
from ce_bases.home.blueprint import bp
from ce_bases.web.access import allow
from ce_bases.web.addresses import BEHIND_LOGIN, url_for
from ce_bases.web.caching import conditional
from ce_bases.web.extensions import reading_engine, session
from ce_bases.web.logs import log
from ce_bases.web.moment import today

#: What no search engine may list: pages that ask for a login, and feeds that are one person's.
UNLISTED = (*BEHIND_LOGIN, "/feeds")
PUBLIC_PAGES = (
    *("home.index", "calendar.index", "calendar.lectures", "calendar.bases", "calendar.window"),
    *("calendar.subscribe", "credits.calculator", "home.contacts", "home.help", "home.privacy"),
)


@bp.get("/healthz")
@allow(Action.READ_PUBLIC)
def healthz() -> ResponseReturnValue:
    return jsonify(status="ok")


@bp.get("/readyz")
@allow(Action.READ_PUBLIC)
def readyz() -> ResponseReturnValue:
    """Ready when the database answers, keeps its promises and has today's schema."""
    try:
        problems = _problems()
    except SQLAlchemyError as error:
        log.error("not ready", exc_info=error)
        problems = ["the database does not answer"]
    status = "unavailable" if problems else "ok"
    return jsonify(status=status, problems=problems), 503 if problems else 200


def _problems() -> list[str]:
    problems = broken_promises(reading_engine())
    at = MigrationContext.configure(session().connection()).get_current_revision()
    head = ScriptDirectory(current_app.extensions["migrate"].directory).get_current_head()
    if at != head:
        problems.append("the schema is not up to date: run `flask db upgrade`")
    return problems


@bp.get("/robots.txt")
@allow(Action.READ_PUBLIC)
def robots() -> ResponseReturnValue:
    hidden = "".join(f"Disallow: {path}\n" for path in UNLISTED)
    sitemap = site_address() + url_for("home.sitemap")
    return conditional(
        f"User-agent: *\n{hidden}\nSitemap: {sitemap}\n", mimetype="text/plain", seconds=3600
    )


@bp.get("/sitemap.xml")
@allow(Action.READ_PUBLIC)
def sitemap() -> ResponseReturnValue:
    """The public pages, every organiser, and every published plan of a feed's span."""
    numbers = queries.public_numbers(session(), today())
    paths = [url_for(endpoint) for endpoint in PUBLIC_PAGES]
    organisers = queries.public_organiser_ids(session())
    paths += [url_for("calendar.base", organiser_id=number) for number in organisers]
    paths += [url_for("calendar.plan", number=number) for number in numbers]
    xml = render_template("home/sitemap.xml", site=site_address(), paths=paths)
    return conditional(xml, mimetype="application/xml", seconds=3600)
