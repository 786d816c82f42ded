"""The sign-in sheets of a whole class or one of its days: one file, to print or to fill in."""

from collections.abc import Sequence
from datetime import date

from flask import Response, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ce_bases.attendance import permissions, queries, register
from ce_bases.attendance.flagging import sessions_of
from ce_bases.attendance.review_views import bp
from ce_bases.attendance.sheet import names_to_write, sheet_of
from ce_bases.core.access import Action
from ce_bases.core.errors import InvalidInputError, NotFoundError
from ce_bases.core.text import msg
from ce_bases.documents.shapes import SignInSheet
from ce_bases.documents.sheet_book import sign_in_book
from ce_bases.documents.sign_in_sheet import sign_in_sheet_pdf
from ce_bases.enrolment.queries import get_own_plan
from ce_bases.plans.models import Plan
from ce_bases.plans.queries import SessionInForce
from ce_bases.web.access import allow, current_actor
from ce_bases.web.extensions import session
from ce_bases.web.moment import request_now
from ce_bases.web.workbooks import XLSX

#: Lines of one file; more are downloaded day by day.
MOST_LINES = 4_000


def _plan(plan_id: int) -> tuple[Plan, list[SessionInForce]]:
    """A plan with the sessions whose sheets the actor prints; a lecturer's are their own."""
    actor, db = current_actor(), session()
    plan = get_own_plan(db, plan_id, actor=actor, action=Action.PRINT_SHEET)
    own = [
        held
        for held in sessions_of(plan)
        if permissions.may_act(
            actor, Action.PRINT_SHEET, plan, teacher_id=queries.teacher_id(db, held.entry)
        )
    ]
    if not own:
        raise NotFoundError
    return plan, own


@bp.get("/filing/plans/<int:plan_id>/sheets")
@allow(Action.PRINT_SHEET)
def plan_sheets(plan_id: int) -> ResponseReturnValue:
    """Which files there are, and which names a pen has to complete."""
    plan, own = _plan(plan_id)
    rows = register.register_of(session(), own[0])
    days: dict[date, list[SessionInForce]] = {}
    for held in own:
        days.setdefault(held.entry.held_on, []).append(held)
    return render_template(
        "attendance/plan_sheets.html",
        plan=plan,
        revision=own[0].revision,
        days=days,
        people=len(rows),
        most=MOST_LINES,
        sessions=len(own),
        to_write=names_to_write(rows, font_path=_font()),
    )


def _font() -> str:
    return str(current_app.config["SETTINGS"].font_path)


def _sheets(plan_id: int) -> tuple[Sequence[SignInSheet], str]:
    """The sheets asked for (`?day=`, all without it), and a name for their file."""
    plan, own = _plan(plan_id)
    if "day" in request.args:
        day = request.args.get("day", type=date.fromisoformat)
        own = [held for held in own if held.entry.held_on == day]
    if not own:
        raise NotFoundError
    db, now = session(), request_now()
    registers = [register.register_of(db, held) for held in own]
    if sum(map(len, registers)) > MOST_LINES:
        raise InvalidInputError(
            msg("这些签到表共超过 %(most)d 行，请按天或按课次下载。", most=MOST_LINES)
        )
    sheets = [
        sheet_of(
            held,
            rows,
            session_url=url_for(
                "attendance.show_register", session_id=held.session_id, _external=True
            ),
            now=now,
            font_path=_font(),
        )
        for held, rows in zip(own, registers, strict=True)
    ]
    days = {held.entry.held_on for held in own}
    span = f"{min(days):%Y%m%d}" if len(days) == 1 else f"{min(days):%Y%m%d}-{max(days):%Y%m%d}"
    return sheets, f"sign-in-{plan.id}-{span}"


@bp.get("/filing/plans/<int:plan_id>/sheets.pdf")
@allow(Action.PRINT_SHEET)
def plan_sheets_pdf(plan_id: int) -> ResponseReturnValue:
    """All sheets in one file with a bookmark for each session."""
    sheets, name = _sheets(plan_id)
    data = sign_in_sheet_pdf(sheets, produced_at=request_now(), font_path=_font())
    return _file(data, "application/pdf", f'inline; filename="{name}.pdf"')


@bp.get("/filing/plans/<int:plan_id>/sheets.xlsx")
@allow(Action.PRINT_SHEET)
def plan_sheets_book(plan_id: int) -> ResponseReturnValue:
    """The same sheets as a workbook, one tab a session."""
    sheets, name = _sheets(plan_id)
    return _file(sign_in_book(sheets), XLSX, f'attachment; filename="{name}.xlsx"')


def _file(data: bytes, media_type: str, disposition: str) -> Response:
    return Response(data, mimetype=media_type, headers={"Content-Disposition": disposition})
