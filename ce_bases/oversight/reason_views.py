"""The pages on which a bureau keeps its common reasons."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ce_bases.oversight import reasons
from ce_bases.oversight.blueprint import DESK, bp
from ce_bases.oversight.forms import ReasonForm
from ce_bases.oversight.models import ReturnReason
from ce_bases.web.access import allow, current_actor
from ce_bases.web.extensions import session
from ce_bases.web.i18n import gettext as _
from ce_bases.web.moment import request_now
from ce_bases.web.saving import carry_out, save

REASON = "/reasons/<int(max=2147483647):reason_id>"


@bp.get("/reasons", endpoint="reasons")
@allow(DESK)
def reason_list() -> ResponseReturnValue:
    return render_template(
        "oversight/reasons.html",
        reasons=reasons.reasons_of(session(), current_actor()),
        built_in=reasons.COMMON_REASONS,
    )


def _page(form: ReasonForm, reason: ReturnReason | None = None) -> str:
    return render_template("oversight/reason.html", form=form, reason=reason)


@bp.route("/reasons/new", methods=["GET", "POST"])
@allow(DESK)
def new_reason() -> ResponseReturnValue:
    form, actor, now = ReasonForm(), current_actor(), request_now()
    if not form.validate_on_submit():
        return _page(form), 422 if form.is_submitted() else 200

    def work(db: Session) -> str:
        reasons.add_reason(db, form.text.data or "", actor=actor, now=now)
        return url_for("oversight.reasons")

    said = _("已添加，处理备案时可以勾选。")
    return save(form, work, again=lambda: _page(form), said=said)


@bp.route(REASON, methods=["GET", "POST"])
@allow(DESK)
def edit_reason(reason_id: int) -> ResponseReturnValue:
    actor, now = current_actor(), request_now()
    reason = reasons.get_reason(session(), reason_id, actor=actor)
    form = ReasonForm(obj=reason)
    if not form.validate_on_submit():
        return _page(form, reason), 422 if form.is_submitted() else 200

    def work(db: Session) -> str:
        own = reasons.get_reason(db, reason_id, actor=actor)
        reasons.reword(db, own, form.text.data or "", actor=actor, now=now)
        return url_for("oversight.reasons")

    def again() -> str:
        return _page(form, reasons.get_reason(session(), reason_id, actor=actor))

    said = _("已保存，以前的处理结果不受影响。")
    return save(form, work, again=again, said=said)


@bp.post(f"{REASON}/<any(rest, use, up):wish>")
@allow(DESK)
def arrange_reason(reason_id: int, wish: str) -> ResponseReturnValue:
    actor, now = current_actor(), request_now()

    def work(db: Session) -> str:
        own = reasons.get_reason(db, reason_id, actor=actor)
        if wish == "up":
            reasons.move_up(db, own, actor=actor, now=now)
        else:
            reasons.use_or_rest(db, own, is_active=wish == "use", actor=actor, now=now)
        return url_for("oversight.reasons")

    words = {"rest": _("已停用。"), "use": _("已恢复使用。"), "up": _("已上移。")}
    return carry_out(work, said=words[wish])


@bp.post("/reasons/built-in")
@allow(DESK)
def adopt_reasons() -> ResponseReturnValue:
    """The site's five as the bureau's own, to be changed."""
    actor, now = current_actor(), request_now()

    def work(db: Session) -> str:
        reasons.adopt_built_in(db, actor=actor, now=now)
        return url_for("oversight.reasons")

    return carry_out(work, said=_("已作为本局的常用理由，可以修改。"))
