"""A unit enrols its own people, class by class."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ce_bases.core.access import Action
from ce_bases.core.actors import Role
from ce_bases.core.errors import NotFoundError, RuleViolationError, UserFacingError, WrongStateError
from ce_bases.enrolment import choosing, lists, queries
from ce_bases.enrolment.blueprint import answered, bp
from ce_bases.enrolment.forms import ChooseForm, EmptyForm
from ce_bases.enrolment.models import PLACE_LABELS
from ce_bases.enrolment.overlaps import overlaps_of
from ce_bases.enrolment.window import closed, closes_at
from ce_bases.people.queries import people_of_unit
from ce_bases.plans.models import REACH_LABELS
from ce_bases.plans.queries import get_public_plan
from ce_bases.plans.standing import shown_revision
from ce_bases.web.access import allow, current_actor
from ce_bases.web.commands import once
from ce_bases.web.extensions import session
from ce_bases.web.i18n import gettext as _
from ce_bases.web.moment import request_now, today
from ce_bases.web.pagination import page_number, page_url, paginate, searched
from ce_bases.web.saving import carry_out

STAFF = "/unit/plans/<number>"


@bp.get("/unit/classes")
@allow(Action.READ_STAFF_HOURS)
def staff_classes() -> ResponseReturnValue:
    """The classes to come in which the unit's people are enrolled."""
    statement = lists.staff_classes(current_actor().unit_id or 0, today=today())
    page = paginate(session(), statement, number=page_number())
    return render_template("enrolment/staff_classes.html", page=page, page_url=page_url)


@bp.get(STAFF)
@allow(Action.ENROL)
def staff(number: str) -> ResponseReturnValue:
    return _show(number, ChooseForm(formdata=None))


def _show(number: str, form: ChooseForm, *, refusal: UserFacingError | None = None) -> str:
    db, actor = session(), current_actor()
    if actor.role is not Role.UNIT:
        raise NotFoundError
    unit_id = actor.unit_id or 0
    plan = get_public_plan(db, number)
    revision = shown_revision(plan)
    q = searched()
    page = paginate(db, people_of_unit(unit_id, q=q), number=page_number())
    shown = [person.id for person in page.items]
    there = lists.staff_places(db, plan.id, unit_id)
    return render_template(
        "enrolment/staff.html",
        plan=plan,
        revision=revision,
        page=page,
        page_url=page_url,
        q=q,
        form=form,
        refusal=refusal,
        there=[(place, queries.find_position(db, place)) for place in there],
        places={place.person_id: place for place in there},
        place_labels=PLACE_LABELS,
        overlaps=overlaps_of(db, plan.id, shown),
        seats=queries.public_seats(db, [plan.id])[plan.id],
        closed=closed(plan, revision, request_now()),
        closes_at=closes_at(revision),
        reach_labels=REACH_LABELS,
        button=EmptyForm(formdata=None),
    )


@bp.post(STAFF)
@allow(Action.ENROL)
def enrol_staff(number: str) -> ResponseReturnValue:
    form, actor, now = ChooseForm(), current_actor(), request_now()
    if not form.validate():
        return _show(number, form), 422
    chosen = form.person.data or []

    def work(db: Session) -> str:
        plan = get_public_plan(db, number)
        done = choosing.enrol_staff(db, plan, chosen, actor=actor, now=now)
        seated, waiting = len(done.seated), len(done.waiting)
        return url_for("enrolment.staff", number=number, seated=seated, waiting=waiting)

    try:
        address = once(work)
    except (WrongStateError, RuleViolationError) as error:
        return _show(number, ChooseForm(formdata=None), refusal=error), error.status
    seated, waiting = answered(address, "seated"), answered(address, "waiting")
    if waiting == "0":
        flash(_("已为 %(seated)s 人报名，已通知本人。", seated=seated), "done")
    else:
        words = _("%(seated)s 人有名额，%(waiting)s 人候补。", seated=seated, waiting=waiting)
        flash(words, "time")
    return redirect(url_for("enrolment.staff", number=number))


@bp.post(f"{STAFF}/<int:person_id>/cancel")
@allow(Action.ENROL)
def cancel_staff(number: str, person_id: int) -> ResponseReturnValue:
    actor, now = current_actor(), request_now()

    def work(db: Session) -> str:
        plan = get_public_plan(db, number)
        choosing.cancel_staff(db, plan, person_id, actor=actor, now=now)
        return url_for("enrolment.staff", number=number)

    try:
        return carry_out(work, said=_("报名已取消，已通知本人。"))
    except WrongStateError as error:
        return _show(number, ChooseForm(formdata=None), refusal=error), error.status
