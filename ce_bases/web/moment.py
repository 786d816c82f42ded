"""The moment a request (or command) is happening: read once, then fixed.

What an answer asked of it is noted, like the tables it read: one that never asked says the same
at any time, one that only asked for the day says the same until midnight.
"""

from datetime import date, datetime

from flask import Flask, current_app, g, has_request_context, request

from ce_bases.core.clock import Clock, business_date

CLOCK_KEY = "ce_bases.clock"
#: Where a request notes what it asked of the clock: the most exact of these.
TIME_ASKED = "ce_bases.time_asked"
NOTHING, THE_DAY, THE_MOMENT = 0, 1, 2


def request_now() -> datetime:
    """The aware moment at which the server began to answer; nothing a browser sends moves it."""
    _note(THE_MOMENT)
    return _moment()


def today() -> date:
    """The day in Jining on which the request is answered."""
    _note(THE_DAY)
    return business_date(_moment())


def note_time(app: Flask) -> None:
    """Have every request of `app` note what it asks of the clock; one without a note is unknown."""
    app.before_request(lambda: _note(NOTHING))


def _note(asked: int) -> None:
    if has_request_context():
        known = request.environ.get(TIME_ASKED, NOTHING)
        request.environ[TIME_ASKED] = max(known, asked)


def _moment() -> datetime:
    if "now" not in g:
        clock: Clock = current_app.extensions[CLOCK_KEY]
        g.now = clock()
    moment: datetime = g.now
    return moment
