"""A sent form, answered: kept once and said so, or shown again with what is wrong."""

from collections.abc import Callable

from flask import flash, redirect
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ce_bases.core.errors import InvalidInputError
from ce_bases.web.commands import once
from ce_bases.web.forms import SiteForm


def save(
    form: SiteForm,
    work: Callable[[Session], str],
    *,
    again: Callable[[], str],
    said: str,
    category: str = "message",
) -> ResponseReturnValue:
    """Do `work` for a form whose shape is right, and go to the address that it gives.

    `again` renders the page once more, everything typed kept: what the service refuses stands
    beside its fields. `said` is what the next page tells.
    """
    try:
        address = once(work)
    except InvalidInputError as error:
        form.add_problems(error.problems)
        return again(), 422
    flash(said, category)
    return redirect(address)
