"""Objections: the professional raises one, the base and the bureau answer."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ce_bases.core.access import Action
from ce_bases.core.actors import BUREAU_ROLES
from ce_bases.core.events import publish
from ce_bases.credits import objections
from ce_bases.credits.events import JudgeAsked
from ce_bases.credits.explain import OBJECTION_LABELS
from ce_bases.credits.forms import AnswerForm, DeclineForm, ObjectionForm
from ce_bases.credits.models import LedgerLine
from ce_bases.credits.views import bp
from ce_bases.web.access import allow, current_actor
from ce_bases.web.extensions import session
from ce_bases.web.i18n import gettext as _
from ce_bases.web.moment import request_now, today
from ce_bases.web.pagination import page_number, page_url, paginate
from ce_bases.web.saving import carry_out


@bp.route("/me/lines/<int:line_id>/objection", methods=["GET", "POST"])
@allow(Action.OBJECT_TO_OWN_HOURS)
def object_to_line(line_id: int) -> ResponseReturnValue:
    form, actor, now = ObjectionForm(), current_actor(), request_now()
    line = objections.get_own_line(session(), line_id, actor=actor)
    if not form.validate_on_submit():
        html = render_template(
            "credits/object.html",
            line=line,
            standing=objections.standing_of(session(), line, today=today()),
            form=form,
        )
        return html, 422 if form.errors else 200

    def work(db: Session) -> str:
        objections.raise_objection(db, line_id, form.reason.data or "", actor=actor, now=now)
        return url_for("credits.year", year=line.year) + f"#line-{line_id}"

    return carry_out(work, said=_("异议已提出，有结果时会用消息通知您。"))


@bp.get("/filing/objections", endpoint="base_objections")
@bp.get("/desk/objections", endpoint="desk_objections")
@allow(Action.ANSWER_OBJECTION)
def objection_list() -> ResponseReturnValue:
    actor, everything = current_actor(), request.args.get("all") == "1"
    rows = objections.waiting(actor, all_of_them=everything)
    return render_template(
        "credits/objections.html",
        page=paginate(session(), rows, number=page_number()),
        page_url=page_url,
        everything=everything,
        case_endpoint=_own("objection"),
        list_endpoint=_own("objections"),
        states=OBJECTION_LABELS,
    )


def _own(what: str) -> str:
    """The endpoint in the actor's space."""
    return f"credits.{'desk' if current_actor().role in BUREAU_ROLES else 'base'}_{what}"


@bp.route(
    "/filing/objections/<int:objection_id>", methods=["GET", "POST"], endpoint="base_objection"
)
@bp.route("/desk/objections/<int:objection_id>", methods=["GET", "POST"], endpoint="desk_objection")
@allow(Action.ANSWER_OBJECTION)
def objection_case(objection_id: int) -> ResponseReturnValue:
    actor, now = current_actor(), request_now()
    is_bureau = actor.role in BUREAU_ROLES
    form = DeclineForm() if is_bureau else AnswerForm()
    objection, line, person, plan = objections.get_case(session(), objection_id, actor=actor)
    if not form.validate_on_submit():
        html = render_template(
            "credits/objection.html",
            objection=objection,
            line=line,
            person=person,
            plan=plan,
            correct_url=_correct_url(line) if is_bureau else "",
            may_answer=objections.may_answer(objection, actor),
            is_bureau=is_bureau,
            form=form,
            list_endpoint=_own("objections"),
            states=OBJECTION_LABELS,
        )
        return html, 422 if form.errors else 200

    def work(db: Session) -> str:
        found = objections.get_case(db, objection_id, actor=actor)[0]
        supports = isinstance(form, AnswerForm) and form.answer.data == "support"
        words = form.words.data or ""
        objections.answer(db, found, words, supports=supports, actor=actor, now=now)
        return url_for(_own("objection"), objection_id=objection_id)

    return carry_out(work, said=_("已答复，已通知学员。"))


def _correct_url(line: LedgerLine) -> str:
    """Where the bureau corrects `line`: among the class's hours, or where its claim was decided."""
    if line.plan_id is not None:
        return url_for("credits.correct", plan_id=line.plan_id, line_id=line.id)
    asked = JudgeAsked(line.source)
    publish(session(), asked)
    return url_for(asked.endpoint, **asked.values)
