"""The bureau's desk: what waits, and every plan of the jurisdiction."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from ce_bases.bureaus import standing_in
from ce_bases.bureaus.directory import BUREAUS, BY_CODE
from ce_bases.core.access import Action
from ce_bases.core.actors import Role
from ce_bases.core.clock import business_date
from ce_bases.core.text import Text, msg
from ce_bases.oversight import case_views, exception_views, leave_views, reason_views
from ce_bases.oversight.blueprint import DESK, bp
from ce_bases.oversight.waiting import waiting_for
from ce_bases.plans import exceptions, lists, standing
from ce_bases.plans.models import SUBJECT_LABELS
from ce_bases.plans.workflow import STATE_LABELS, UNDER_WAY, PlanState
from ce_bases.web.access import allow, current_actor
from ce_bases.web.extensions import session
from ce_bases.web.moment import today
from ce_bases.web.pagination import page_number, page_url, paginate, with_query

__all__ = ["bp", "case_views", "exception_views", "leave_views", "reason_views"]

LIST_STATES: dict[str, Text] = {
    "": msg("全部"),
    PlanState.SUBMITTED.value: msg("待受理"),
    PlanState.RETURNED.value: STATE_LABELS[PlanState.RETURNED],
    PlanState.FILED.value: msg("已备案，待开班"),
    UNDER_WAY: STATE_LABELS[UNDER_WAY],
    lists.TO_CONFIRM: msg("待确认考勤"),
    **{
        state.value: STATE_LABELS[state]
        for state in (
            PlanState.ATTENDANCE_CONFIRMED,
            PlanState.CREDITED,
            PlanState.REFUSED,
            PlanState.WITHDRAWN,
            PlanState.CANCELLED,
        )
    },
}
SORT_LABELS: dict[str, Text] = {
    "latest": msg("最近改动"),
    "opens": msg("开班日期"),
    "title": msg("名称"),
}


@bp.get("")
@allow(DESK)
def desk() -> ResponseReturnValue:
    actor = current_actor()
    return render_template(
        "oversight/desk.html",
        page=paginate(session(), lists.queue_of(actor), number=page_number()),
        page_url=page_url,
        today=today(),
        business_date=business_date,
        counts=lists.count_by_state(
            session(),
            actor,
            today=today(),
            action=Action.READ_PLAN,
            bureau=actor.bureau_code or "",
        ),
        bureau=actor.bureau_code,
        subjects=SUBJECT_LABELS,
        asking=exceptions.requests_waiting(session(), actor),
        away=standing_in.leaves_of(session(), actor, today=today()),
        account_id=actor.account_id,
        waiting=waiting_for(session(), actor, today=today()),
    )


@bp.get("/plans")
@allow(DESK)
def plans() -> ResponseReturnValue:
    actor, asked = current_actor(), request.args.get("bureau", "")
    wanted = lists.Wanted(
        state=request.args.get("state", ""),
        words=" ".join(request.args.get("q", "").replace("\x00", " ").split())[:60],
        sort=request.args.get("sort", "latest"),
        bureau=asked if asked in BY_CODE else "",
    )
    day, reading = today(), Action.READ_PLAN
    statement = lists.plans_of(actor, wanted, today=day, action=reading)
    return render_template(
        "oversight/plans.html",
        page=paginate(session(), statement, number=page_number()),
        wanted=wanted,
        counts=lists.count_by_state(
            session(), actor, today=day, action=reading, bureau=wanted.bureau
        ),
        state_labels=STATE_LABELS,
        list_states=LIST_STATES,
        sort_labels=SORT_LABELS,
        bureaus=BUREAUS if actor.role is Role.CITY else (),
        by_code=BY_CODE,
        state_shown=standing.state_shown,
        who_has_it=standing.who_has_it,
        page_url=page_url,
        with_query=with_query,
        today=today(),
    )
