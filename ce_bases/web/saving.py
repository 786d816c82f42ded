"""A sent form, answered: done once and said so, or shown again with what is wrong."""

from collections.abc import Callable

from flask import flash, redirect
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ce_bases.core.errors import InvalidInputError
from ce_bases.web.commands import once
from ce_bases.web.forms import SiteForm
from ce_bases.web.i18n import say

Work = Callable[[Session], str]


def carry_out(work: Work, *, said: str) -> ResponseReturnValue:
    """Do `work`, tell `said` on the next page, and go there: to the address that it gives."""
    address = once(work)
    flash(said, "done")
    return redirect(address)


def save(
    form: SiteForm,
    work: Work,
    *,
    again: Callable[[], str],
    said: str,
    through: Callable[[Work], str] = once,
) -> ResponseReturnValue:
    """Do `work` for a form whose shape is right, and go to the address that it gives.

    `again` renders the page once more, everything typed kept: what the service refuses stands
    beside its fields, or above them when it is about none. `said` is what the next page tells.
    """
    try:
        address = through(work)
    except InvalidInputError as error:
        form.add_problems(error.problems)
        if not error.problems:
            form.form_errors.append(say(error.message))
        return again(), 422
    flash(said, "done")
    return redirect(address)
