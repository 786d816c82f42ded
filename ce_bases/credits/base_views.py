"""What a base has posted for a class: a page and a workbook."""

from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from ce_bases.core.access import Action
from ce_bases.core.spreadsheets import Column, Sheet, write_book
from ce_bases.credits import queries
from ce_bases.credits.views import bp
from ce_bases.enrolment.queries import get_own_plan
from ce_bases.plans.models import SUBJECT_LABELS, Plan
from ce_bases.plans.queries import in_force
from ce_bases.web.access import allow, current_actor
from ce_bases.web.extensions import session
from ce_bases.web.i18n import gettext as _
from ce_bases.web.i18n import say
from ce_bases.web.pagination import page_number, page_url, paginate, searched
from ce_bases.web.workbooks import send_workbook

LINES_A_PAGE = 50


def _plan(plan_id: int) -> Plan:
    return get_own_plan(session(), plan_id, actor=current_actor(), action=Action.CONFIRM_ATTENDANCE)


@bp.get("/filing/plans/<int:plan_id>/hours")
@allow(Action.CONFIRM_ATTENDANCE)
def base_posted(plan_id: int) -> ResponseReturnValue:
    plan = _plan(plan_id)
    q = searched()
    return render_template(
        "credits/base_posted.html",
        plan=plan,
        revision=in_force(plan),
        made=queries.find_confirmation(session(), plan.id),
        page=paginate(
            session(),
            queries.posted_lines(plan.id, q=q),
            number=page_number(),
            per_page=LINES_A_PAGE,
        ),
        page_url=page_url,
        q=q,
        subjects=SUBJECT_LABELS,
    )


@bp.get("/filing/plans/<int:plan_id>/hours.xlsx")
@allow(Action.CONFIRM_ATTENDANCE)
def base_posted_xlsx(plan_id: int) -> ResponseReturnValue:
    plan = _plan(plan_id)
    rows = session().execute(queries.posted_lines(plan.id)).all()
    headings = [
        (_("姓名"), 12),
        (_("身份证后四位"), 14),
        (_("日期"), 12),
        (_("开始时间"), 10),
        (_("内容"), 40),
        (_("科目"), 10),
        (_("学时"), 8),
        (_("更正"), 40),
    ]
    columns = [Column(str(n), words, width) for n, (words, width) in enumerate(headings)]
    sheet = Sheet(_("已入账学时"), columns, [_row(*row) for row in rows])
    return send_workbook(write_book([sheet]), f"posted-{plan_id}.xlsx")


def _row(line: Any, person: Any, reversal: Any) -> tuple[str | float, ...]:
    halves = line.public_halves + line.professional_halves
    return (
        person.name,
        person.id_last4,
        line.held_on.isoformat(),
        f"{line.starts_at:%H:%M}",
        line.title,
        say(SUBJECT_LABELS[line.subject]),
        0 if reversal else halves / 2,
        reversal.reason if reversal else line.reason,
    )
