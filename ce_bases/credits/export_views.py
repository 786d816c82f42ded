"""A professional takes the year away: PDF, workbook, JSON."""

import json

from flask import Response, current_app
from flask.typing import ResponseReturnValue

from ce_bases.core.access import Action
from ce_bases.core.errors import NotFoundError
from ce_bases.credits import export
from ce_bases.credits.views import bp
from ce_bases.credits.year_page import year_page
from ce_bases.policy.registry import FIRST_YEAR
from ce_bases.web.access import allow, current_actor
from ce_bases.web.extensions import session
from ce_bases.web.moment import request_now, today
from ce_bases.web.workbooks import XLSX


@bp.get("/me/years/<int:year>/record.<any(json, xlsx, pdf):kind>")
@allow(Action.READ_OWN_RECORD)
def export_year(year: int, kind: str) -> ResponseReturnValue:
    actor, now = current_actor(), request_now()
    if actor.person_id is None or not FIRST_YEAR <= year <= today().year:
        raise NotFoundError
    page = year_page(session(), actor.person_id, year, today=today())
    match kind:
        case "json":
            told = export.year_data(page, actor.name, now=now)
            body, mimetype = json.dumps(told, ensure_ascii=False).encode(), "application/json"
        case "xlsx":
            body, mimetype = export.year_workbook(page, actor.name, now=now), XLSX
        case _:
            font = current_app.config["SETTINGS"].font_path
            body = export.year_pdf(page, actor.name, now=now, font_path=font)
            mimetype = "application/pdf"
    answer = Response(body, mimetype=mimetype)
    answer.headers["Content-Disposition"] = f'attachment; filename="hours-{year}.{kind}"'
    return answer
