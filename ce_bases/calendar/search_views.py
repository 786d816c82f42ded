"""Finding a plan by its filing number, from any page."""

import unicodedata

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from ce_bases.calendar import queries
from ce_bases.calendar.blueprint import bp
from ce_bases.calendar.filters import search_words
from ce_bases.core.access import Action
from ce_bases.web.access import allow
from ce_bases.web.caching import show_public
from ce_bases.web.extensions import session

PLACE_DIGITS = 10  # year and bureau; the serial follows


@bp.get("/search")
@allow(Action.READ_PUBLIC)
def search() -> ResponseReturnValue:
    typed = search_words(request.args.get("number", ""))
    digits = digits_of(typed)
    number = filing_number_of(digits)
    if number and queries.public_filing_number(session(), number):
        return redirect(url_for("calendar.plan", number=number))
    found = queries.public_by_digits(session(), digits) if digits else []
    return show_public("calendar/search.html", typed=typed, digits=digits, found=found)


def digits_of(typed: str) -> str:
    """The digits of what somebody typed, full-width ones narrowed, everything else left out."""
    narrow = unicodedata.normalize("NFKC", typed)
    return "".join(c for c in narrow if c in "0123456789")[:24]


def filing_number_of(digits: str) -> str | None:
    """The filing number these digits spell, its serial filled up: 2022370811 7 → …-0007."""
    place, serial = digits[:PLACE_DIGITS], digits[PLACE_DIGITS:]
    return f"{place[:4]}-{place[4:]}-{serial:0>4}" if serial else None
