"""The calculator of the filing window, for anyone who plans a class."""

import unicodedata

from flask import request
from flask.typing import ResponseReturnValue

from ce_bases.calendar.blueprint import bp
from ce_bases.core.access import Action
from ce_bases.plans.window import window_on
from ce_bases.policy.registry import filing_policy_for
from ce_bases.web.access import allow
from ce_bases.web.caching import show_public
from ce_bases.web.fields import read_day
from ce_bases.web.moment import today


@bp.get("/filing-window")
@allow(Action.READ_PUBLIC)
def window() -> ResponseReturnValue:
    typed = unicodedata.normalize("NFKC", request.args.get("opening", "")).strip()[:40]
    opens_on, problem = None, ""
    try:
        opens_on = read_day(typed) if typed else None
    except ValueError as error:
        problem = str(error)
    year = (opens_on or today()).year
    policy = filing_policy_for(year)
    return show_public(
        "calendar/window.html",
        typed=opens_on.isoformat() if opens_on else typed,
        problem=problem,
        found=window_on(opens_on, today()) if opens_on else None,
        policy=policy,
        year=max(year, policy.year),
    )
