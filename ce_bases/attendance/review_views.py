"""After the class: what was recorded, whom to make up for, what to take back, one's own record."""

import uuid
from functools import partial
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ce_bases.attendance import correction, permissions, queries, register, service
from ce_bases.attendance.evidence import Proof, evidence_of, keep_proof
from ce_bases.attendance.flagging import flags_of_sessions
from ce_bases.attendance.fold import rule_of, timing_of
from ce_bases.attendance.forms import AnnulForm, MakeUpForm
from ce_bases.attendance.intents import SignOutcome
from ce_bases.attendance.late import late_requests
from ce_bases.attendance.models import WAY_LABELS
from ce_bases.attendance.own import own_session
from ce_bases.attendance.paper import obstacle
from ce_bases.attendance.sheet import names_to_write
from ce_bases.attendance.walk_in_list import open_by_session
from ce_bases.core.access import Action
from ce_bases.enrolment.lists import own_classes as classes_of
from ce_bases.plans.queries import SessionInForce, get_session_in_force
from ce_bases.policy.attendance import may_make_up, needs_sign_out
from ce_bases.web.access import allow, current_actor
from ce_bases.web.extensions import in_transaction, session
from ce_bases.web.i18n import gettext as _
from ce_bases.web.moment import request_now, today
from ce_bases.web.uploads import file_store

bp = Blueprint("attendance_review", __name__)

_correctable = partial(own_session, action=Action.MAKE_UP_ATTENDANCE)


def _readable(session_id: int) -> SessionInForce:
    return get_session_in_force(
        session(), session_id, actor=current_actor(), action=Action.READ_ATTENDANCE
    )


@bp.get("/filing/sessions/<int:session_id>/attendance")
@allow(Action.READ_ATTENDANCE)
def overview(session_id: int) -> ResponseReturnValue:
    held = _readable(session_id)
    rows = register.register_of(session(), held)
    summaries = queries.summaries_of(session(), {session_id: held.plan.id})
    font = current_app.config["SETTINGS"].font_path
    return render_template(
        "attendance/overview.html",
        held=held,
        rows=rows,
        summary=summaries[session_id],
        needs_out=needs_sign_out(timing_of(held), rule_of(held)),
        to_write=names_to_write(rows, font_path=font),
        evidence=evidence_of(session(), session_id),
        late=late_requests(session(), [held]),
        way_labels=WAY_LABELS,
        may_lend=_may(held, Action.LEND_DOOR),
        may_type=_may(held, Action.MAKE_UP_ATTENDANCE) and not obstacle(held, request_now()),
        flags=flags_of_sessions(session(), [held]),
        walk_ins=open_by_session(session(), [session_id]).get(session_id, 0),
        closed_at=queries.find_closing(session(), session_id),
        may_reopen=_may(held, Action.REOPEN_REGISTER) and not service.closed_code(held),
        may_take=_may(held, Action.TAKE_SIGN_IN),
        may_correct=_may(held, Action.MAKE_UP_ATTENDANCE),
        may_print=_may(held, Action.PRINT_SHEET),
    )


def _may(held: SessionInForce, action: Action) -> bool:
    teacher = queries.teacher_id(session(), held.entry)
    return permissions.may_act(current_actor(), action, held.plan, teacher_id=teacher)


@bp.get("/filing/sessions/<int:session_id>/attendance/<int:person_id>")
@allow(Action.READ_ATTENDANCE)
def person(session_id: int, person_id: int) -> ResponseReturnValue:
    """Everything recorded of one person in one session, and what may still be corrected."""
    return _show_person(_readable(session_id), person_id)


def _show_person(held: SessionInForce, person_id: int, **more: Any) -> str:
    row = register.find_register_row(session(), held, person_id)
    timing, rule, now = timing_of(held), rule_of(held), request_now()
    corrects = _may(held, Action.MAKE_UP_ATTENDANCE) and not service.closed_code(held)
    in_time = now >= timing.ends_at and may_make_up(timing.ends_at, now, rule)
    shown = {
        "make_up_form": MakeUpForm(formdata=None),
        "annul_form": AnnulForm(formdata=None),
        "refusal": None,
        **more,
    }
    return render_template(
        "attendance/person.html",
        held=held,
        row=row,
        events=register.events_of(session(), held, person_id),
        proofs={kept.evidence.event_id: kept for kept in evidence_of(session(), held.session_id)},
        late=late_requests(session(), [held], person_id=person_id),
        way_labels=WAY_LABELS,
        corrects=corrects,
        new_key=lambda: str(uuid.uuid4()),
        may_make_up=corrects and in_time and not row.attended,
        **shown,
    )


@bp.post("/filing/sessions/<int:session_id>/attendance/<int:person_id>/make-up")
@allow(Action.MAKE_UP_ATTENDANCE)
def make_up(session_id: int, person_id: int) -> ResponseReturnValue:
    form, actor, now = MakeUpForm(), current_actor(), request_now()
    held = _correctable(session(), session_id)
    if not form.validate():
        return _show_person(held, person_id, make_up_form=form), 422
    intent = form.details(person_id)

    def work(db: Session) -> SignOutcome:
        own = _correctable(db, session_id)
        outcome = correction.make_up(db, own, intent, actor=actor, now=now)
        if form.proof.data and outcome.accepted and not outcome.is_repeat:
            proof, event_id = Proof(form.proof.data, file_store()), outcome.event_id
            keep_proof(db, session_id, proof, event_id=event_id, actor=actor, now=now)
        return outcome

    return _after(session_id, person_id, in_transaction(work), _("已补签，记录会一直注明“补签”。"))


@bp.post("/filing/sessions/<int:session_id>/attendance/<int:person_id>/annul")
@allow(Action.MAKE_UP_ATTENDANCE)
def annul(session_id: int, person_id: int) -> ResponseReturnValue:
    form, actor, now = AnnulForm(), current_actor(), request_now()
    held = _correctable(session(), session_id)
    if not form.validate():
        return _show_person(held, person_id, annul_form=form), 422
    intent = form.details()

    def work(db: Session) -> SignOutcome:
        own = _correctable(db, session_id)
        return correction.annul(db, own, intent, actor=actor, now=now)

    return _after(session_id, person_id, in_transaction(work), _("已撤销，原记录仍保留可查。"))


def _after(session_id: int, person_id: int, outcome: SignOutcome, done: str) -> ResponseReturnValue:
    if not outcome.accepted:
        held = _correctable(session(), session_id)
        return _show_person(held, person_id, refusal=outcome.words), 422
    flash(done, "done")
    address = url_for("attendance_review.person", session_id=session_id, person_id=person_id)
    return redirect(address)


@bp.get("/me/classes")
@allow(Action.READ_OWN_RECORD)
def own_classes() -> ResponseReturnValue:
    """The classes one is enrolled in or waits for, and every session with one's own sign-ins."""
    person_id = current_actor().person_id or 0
    return render_template(
        "attendance/own.html",
        today=today(),
        classes=classes_of(session(), person_id, today=today()),
        sessions=queries.own_sessions(session(), person_id),
    )
