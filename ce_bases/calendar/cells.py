"""Days of the calendar as finished pieces of a page, each made once for all that it says."""

from functools import lru_cache

from flask import current_app
from markupsafe import Markup

from ce_bases.calendar.blueprint import bp
from ce_bases.calendar.grid import Day
from ce_bases.web.i18n import lang
from ce_bases.web.moment import today


@bp.app_template_global()
def day_cell(day: Day) -> Markup:
    """The macro `one_day` of `components/month_grid.html`."""
    make = _cell.__wrapped__ if current_app.debug else _cell
    return make(lang(), today().year, day)  # days of another year are written with their year


@lru_cache(maxsize=4096)
def _cell(_language: str, _year: int, day: Day) -> Markup:
    template = current_app.jinja_env.get_template("components/month_grid.html")
    made: Markup = template.module.one_day(day)  # type: ignore[attr-defined]
    return made
