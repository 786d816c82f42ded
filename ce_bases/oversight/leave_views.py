"""The page on which an officer names who stands in during a leave."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ce_bases.bureaus import standing_in
from ce_bases.oversight.blueprint import DESK, bp
from ce_bases.oversight.forms import LeaveForm
from ce_bases.web.access import allow, current_actor
from ce_bases.web.extensions import session
from ce_bases.web.i18n import gettext as _
from ce_bases.web.moment import request_now, today
from ce_bases.web.saving import carry_out, save


@bp.get("/leave")
@allow(DESK)
def leave() -> ResponseReturnValue:
    return _page(LeaveForm(formdata=None))


def _page(form: LeaveForm) -> str:
    actor = current_actor()
    colleagues = standing_in.colleagues_of(session(), actor, today=today())
    form.colleague.offer(colleagues)
    return render_template(
        "oversight/leave.html",
        form=form,
        has_colleagues=bool(colleagues),
        leaves=standing_in.leaves_of(session(), actor, today=today()),
        account_id=actor.account_id,
    )


@bp.post("/leave")
@allow(DESK)
def hand_over() -> ResponseReturnValue:
    actor, now, form = current_actor(), request_now(), LeaveForm()
    if not form.validate():
        return _page(form), 422
    colleague_id, days = form.details()

    def work(db: Session) -> str:
        standing_in.hand_over(db, colleague_id, days, actor=actor, now=now)
        return url_for("oversight.leave")

    said = _("已登记，已告知同事。")
    return save(form, work, again=lambda: _page(form), said=said)


@bp.post("/leave/<int(max=2147483647):stand_in_id>/end")
@allow(DESK)
def end_leave(stand_in_id: int) -> ResponseReturnValue:
    actor, now = current_actor(), request_now()

    def work(db: Session) -> str:
        own = standing_in.get_own_leave(db, stand_in_id, actor=actor)
        standing_in.end_early(db, own, actor=actor, now=now)
        return url_for("oversight.leave")

    return carry_out(work, said=_("已结束，已告知同事。"))
