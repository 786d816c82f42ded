"""A unit's spreadsheet of claims: the template, the check, the entry."""

from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ce_bases.claims import importing, pages, reviewing
from ce_bases.claims.blueprint import bp
from ce_bases.claims.forms import ImportForm, SheetForm
from ce_bases.core.access import Action
from ce_bases.core.errors import InvalidInputError
from ce_bases.core.spreadsheets import Row
from ce_bases.web.access import allow, current_actor
from ce_bases.web.extensions import session
from ce_bases.web.i18n import gettext as _
from ce_bases.web.i18n import say
from ce_bases.web.moment import request_now
from ce_bases.web.saving import carry_out
from ce_bases.web.vault import vault
from ce_bases.web.workbooks import send_workbook


def _show(form: SheetForm, **more: Any) -> str:
    shown = {"checked": None, "confirm": None, **more}
    return render_template(
        "claims/import.html", form=form, words=pages.WORDS, most=importing.MOST_ROWS, **shown
    )


@bp.get("/unit/claims/import")
@allow(Action.FIRST_REVIEW_CLAIM)
def unit_import() -> ResponseReturnValue:
    reviewing.require_reviewer(current_actor())
    return _show(SheetForm(formdata=None))


@bp.get("/unit/claims/import.xlsx")
@allow(Action.FIRST_REVIEW_CLAIM)
def unit_template() -> ResponseReturnValue:
    reviewing.require_reviewer(current_actor())
    return send_workbook(importing.template(), "claims-template.xlsx")


@bp.post("/unit/claims/import")
@allow(Action.FIRST_REVIEW_CLAIM)
def unit_check() -> ResponseReturnValue:
    """Show what a spreadsheet would enter; nothing is written."""
    reviewing.require_reviewer(current_actor())
    form = SheetForm()
    if not form.validate():
        return _show(form), 422
    try:
        rows = form.rows()
    except InvalidInputError as error:
        form.sheet.errors = [say(error.message)]
        return _show(form), 422
    return _preview(rows)


def _preview(rows: list[Row]) -> str:
    checked = importing.check_rows(
        session(), rows, vault=vault(), actor=current_actor(), now=request_now()
    )
    is_right = not any(item.problems for item in checked)
    confirm = ImportForm.of(rows) if is_right else None
    return _show(SheetForm(formdata=None), checked=checked, confirm=confirm)


@bp.post("/unit/claims/import/enter")
@allow(Action.FIRST_REVIEW_CLAIM)
def unit_enter() -> ResponseReturnValue:
    """Enter checked rows; they are checked again, by the same rules, as things are now."""
    actor, now, ids = current_actor(), request_now(), vault()
    reviewing.require_reviewer(actor)
    form = ImportForm()
    if not form.validate():
        return _show(SheetForm(formdata=None)), 422
    try:
        rows = form.rows()
    except InvalidInputError as error:
        again = SheetForm(formdata=None)
        again.sheet.errors = [say(error.message)]
        return _show(again), 422

    def work(db: Session) -> str:
        importing.import_claims(db, rows, vault=ids, actor=actor, now=now)
        return url_for("claims.unit_queue", state="with_bureau")

    said = _("已导入 %(count)s 项申报，报送人社部门认定。", count=len(rows))
    try:
        return carry_out(work, said=said)
    except InvalidInputError:
        return _preview(rows), 422
