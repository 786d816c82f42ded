"""The moment a request (or command) is happening: read once, then fixed."""

from datetime import date, datetime

from flask import current_app, g

from ce_bases.core.clock import Clock, business_date

CLOCK_KEY = "ce_bases.clock"


def request_now() -> datetime:
    """The aware moment at which the server began to answer; nothing a browser sends moves it."""
    if "now" not in g:
        clock: Clock = current_app.extensions[CLOCK_KEY]
        g.now = clock()
    moment: datetime = g.now
    return moment


def today() -> date:
    """The day in Jining on which the request is answered."""
    return business_date(request_now())
