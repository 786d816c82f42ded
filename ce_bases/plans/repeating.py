"""A session once more: copied, or repeated every so many days up to a day, holidays left out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from ce_bases.bureaus.holidays import holidays_between
from ce_bases.core.text import msg
from ce_bases.plans.details import PlanDetails
from ce_bases.plans.forms import MOST_ROWS, STEPS, PlanForm, RepeatForm, RowForm
from ce_bases.policy.schedule import repeated_days
from ce_bases.web.i18n import say


@dataclass(frozen=True, slots=True)
class Repeated:
    """What a repetition came to, for the page to say; `unknown` as in `Holidays`."""

    added: int
    skipped: Sequence[date]
    unknown: Sequence[tuple[int, int]]


def repeat_form(formdata: Any = None) -> RepeatForm:
    return RepeatForm(formdata, prefix="repeat-", data={"step": "7"})


def repeat_row(session: Session, form: PlanForm, wanted: RepeatForm) -> Repeated | None:
    """Add the repetitions of a row to the form, everything typed kept; None when `wanted` is wrong.

    What is wrong stands at the fields of `wanted`. Days on which the row already is are left
    alone, so that repeating it again adds nothing.
    """
    wanted.validate()
    source = _source(form, wanted)
    until: date | None = wanted.until.data
    if until is None and not wanted.until.errors:
        wanted.until.errors = [say(msg("请填写重复到哪一天。"))]
    first: date | None = source.held_on.data if source else None
    if source is None or first is None or until is None:
        return None
    step = int(wanted.step.data) if wanted.step.data in STEPS else 7
    if not first < until or (until - first).days > 366:
        wanted.until.errors = [say(msg("请填写课次之后、一年以内的一天。"))]
        return None
    holidays = holidays_between(session, first, until)
    days, skipped = repeated_days(first, until, step, holidays.is_holiday)
    there = {(row.held_on.data, row.starts_at.data) for row in form.rows}
    new = [day for day in days if (day, source.starts_at.data) not in there]
    if len(form.rows) + len(new) > MOST_ROWS:
        wanted.until.errors = [say(msg("一份计划最多 %(most)d 个课次。", most=MOST_ROWS))]
        return None
    for day in new:
        form.append_copy(source, held_on=day)
    return Repeated(len(new), skipped, holidays.unknown_years([*days, *skipped]))


def _source(form: PlanForm, wanted: RepeatForm) -> RowForm | None:
    """The row to repeat; it must say which day it is on."""
    number = wanted.row.data or len(form.rows)
    if wanted.row.errors:
        return None
    row = form.rows[number - 1] if number <= len(form.rows) else None
    if row is None or row.held_on.data is None:
        wanted.row.errors = [say(msg("没有这个课次，或它还没有填日期。"))]
        return None
    return row


def weeks_later(details: PlanDetails, earliest: date) -> timedelta | None:
    """By how many whole weeks a class moves to open again, on `earliest` at the soonest.

    At least one, so that it never falls upon itself; None for a class without days.
    """
    opens_on = min((row.held_on for row in details.sessions), default=None)
    if opens_on is None:
        return None
    return timedelta(weeks=max(1, -(-(earliest - opens_on).days // 7)))
