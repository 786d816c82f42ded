"""The public holidays this site goes by: published ones to read, later years noted by hand."""

from datetime import date

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ce_bases.bureaus import holidays as service
from ce_bases.bureaus.forms import DropHolidayForm, HolidayForm
from ce_bases.core.access import Action, grant_for
from ce_bases.core.text import Text, msg
from ce_bases.web.access import allow, current_actor
from ce_bases.web.extensions import session
from ce_bases.web.fields import YEARS
from ce_bases.web.filters import format_day
from ce_bases.web.i18n import gettext as _
from ce_bases.web.moment import request_now, today
from ce_bases.web.saving import carry_out, save

bp = Blueprint("bureaus", __name__)

Days = list[tuple[date, str | Text]]
Chip = tuple[str | Text, int | None, str, bool]


@bp.get("/holidays")
@allow(Action.READ_HOLIDAYS)
def holidays() -> ResponseReturnValue:
    year = request.args.get("year", today().year, type=int)
    return _page(year if year in YEARS else today().year, HolidayForm(formdata=None))


@bp.post("/holidays")
@allow(Action.KEEP_HOLIDAYS)
def note_holiday() -> ResponseReturnValue:
    form, actor, now = HolidayForm(), current_actor(), request_now()
    if not form.validate():
        return _asked_again(form), 422
    wanted = form.details()

    def work(db: Session) -> str:
        service.note_holidays(db, wanted, actor=actor, now=now)
        return url_for("bureaus.holidays", year=wanted.first.year)

    said = _("已记下“%(name)s”，共 %(n)d 天。", name=wanted.name, n=wanted.days)
    return save(form, work, again=lambda: _asked_again(form), said=said)


@bp.post("/holidays/drop")
@allow(Action.KEEP_HOLIDAYS)
def drop_holiday() -> ResponseReturnValue:
    form, actor, now = DropHolidayForm(), current_actor(), request_now()
    if not form.validate():
        abort(422)
    first, last = form.days()

    def work(db: Session) -> str:
        service.drop_holidays(db, first, last, actor=actor, now=now)
        return url_for("bureaus.holidays", year=first.year)

    return carry_out(work, said=_("已删除 %(day)s起的节假日。", day=format_day(first)))


def _asked_again(form: HolidayForm) -> str:
    """What was typed stays, on the page of the year it is about."""
    first = form.first.data
    return _page(first.year if first else today().year, form)


def _page(year: int, form: HolidayForm) -> str:
    is_published = not service.unpublished_years([today().replace(year=year, month=1, day=1)])
    rest, worked = _days(year, is_published=is_published)
    return render_template(
        "bureaus/holidays.html",
        year=year,
        years=_years(year),
        is_published=is_published,
        stretches=service.stretches(rest),
        worked=service.stretches(worked, is_worked=True),
        may_keep=grant_for(current_actor().role, Action.KEEP_HOLIDAYS) is not None,
        form=form,
        drop_form=DropHolidayForm(formdata=None),
    )


def _days(year: int, *, is_published: bool) -> tuple[Days, Days]:
    """The holidays of a year and the weekend days worked instead, published or noted."""
    if is_published:
        return [*service.published_in(year)], [*service.published_worked_in(year)]
    noted = service.noted_in(session(), year)
    rest: Days = [(row.day, row.name) for row in noted if not row.is_worked]
    return rest, [(row.day, row.name) for row in noted if row.is_worked]


def _years(shown: int) -> list[Chip]:
    """The years one plans in, and the one that is looked at."""
    this = today().year
    return [
        (msg("%(year)d 年", year=year), None, url_for("bureaus.holidays", year=year), year == shown)
        for year in sorted({*range(this - 1, this + 4), shown} & set(YEARS))
    ]
