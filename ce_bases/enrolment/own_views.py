"""One's own place in a class: enrol, wait, cancel. The public page leads here."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ce_bases.bureaus.directory import BY_CODE
from ce_bases.core.access import Action
from ce_bases.core.actors import Role
from ce_bases.core.errors import RuleViolationError, UserFacingError, WrongStateError
from ce_bases.enrolment import choosing, queries
from ce_bases.enrolment.blueprint import bp
from ce_bases.enrolment.forms import EmptyForm
from ce_bases.enrolment.models import Place
from ce_bases.enrolment.overlaps import overlaps_of
from ce_bases.enrolment.window import closed, closes_at, opens_at
from ce_bases.plans.models import REACH_LABELS, SUBJECT_LABELS
from ce_bases.plans.queries import get_public_plan
from ce_bases.plans.standing import shown_revision
from ce_bases.web.access import allow, current_actor
from ce_bases.web.commands import once
from ce_bases.web.extensions import session
from ce_bases.web.i18n import gettext as _
from ce_bases.web.moment import request_now
from ce_bases.web.saving import carry_out

OWN = "/me/plans/<number>"


@bp.get(OWN)
@allow(Action.ENROL)
def own(number: str) -> ResponseReturnValue:
    if current_actor().role is Role.UNIT:
        return redirect(url_for("enrolment.staff", number=number))
    return _show(number)


def _show(number: str, *, refusal: UserFacingError | None = None) -> str:
    db, person_id = session(), current_actor().person_id or 0
    plan = get_public_plan(db, number)
    revision = shown_revision(plan)
    place = queries.enrolments_by_person(db, plan.id, [person_id]).get(person_id)
    is_live = place is not None and place.place is not Place.CANCELLED
    return render_template(
        "enrolment/own.html",
        plan=plan,
        revision=revision,
        place=place if is_live else None,
        position=queries.find_position(db, place),
        seats=queries.public_seats(db, [plan.id])[plan.id],
        overlaps=overlaps_of(db, plan.id, [person_id]).get(person_id, []),
        closed=closed(plan, revision, request_now()),
        closes_at=closes_at(revision),
        opens_at=opens_at(revision),
        area=BY_CODE[plan.organiser.area_code].area,
        total=sum(entry.halves for entry in revision.entries),
        labels={"reach": REACH_LABELS, "subject": SUBJECT_LABELS},
        form=EmptyForm(formdata=None),
        refusal=refusal,
    )


@bp.post(f"{OWN}/enrol")
@allow(Action.ENROL)
def enrol(number: str) -> ResponseReturnValue:
    actor, now = current_actor(), request_now()

    def work(db: Session) -> str:
        choosing.enrol_oneself(db, get_public_plan(db, number), actor=actor, now=now)
        return url_for("enrolment.own", number=number)

    try:
        return redirect(once(work))
    except (WrongStateError, RuleViolationError) as error:
        return _show(number, refusal=error), error.status


@bp.post(f"{OWN}/cancel")
@allow(Action.ENROL)
def cancel(number: str) -> ResponseReturnValue:
    actor, now = current_actor(), request_now()

    def work(db: Session) -> str:
        choosing.cancel_own(db, get_public_plan(db, number), actor=actor, now=now)
        return url_for("enrolment.own", number=number)

    try:
        return carry_out(work, said=_("报名已取消。"))
    except WrongStateError as error:
        return _show(number, refusal=error), error.status
