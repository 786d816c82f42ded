"""Taking events back, and making up for a missed sign-in: never by changing what was recorded."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.attendance import permissions
from ce_bases.attendance.fold import refold, rule_of, timing_of
from ce_bases.attendance.intents import (
    AnnulIntent,
    SignIntent,
    SignOutcome,
    intent_hash,
    sibling_id,
)
from ce_bases.attendance.models import AttendanceRecord, SignEvent, SignKind, Way
from ce_bases.attendance.queries import find_event, teacher_id
from ce_bases.attendance.service import closed_code, find_answer, hold, new_event, refuse
from ce_bases.audit.service import Act, record
from ce_bases.core.access import Action
from ce_bases.core.actors import Actor
from ce_bases.core.errors import InvalidInputError
from ce_bases.core.text import msg
from ce_bases.enrolment.models import Place
from ce_bases.plans.queries import SessionInForce
from ce_bases.policy import attendance as rules


def annul(
    session: Session, held: SessionInForce, intent: AnnulIntent, *, actor: Actor, now: datetime
) -> SignOutcome:
    """Take an event back: the recorder within 15 minutes, the base later with a reason.

    The event stays; a new one annuls it. Refused attempts are kept with their coded reason.
    Raises NotFoundError when the session has no such event.
    """
    teacher = teacher_id(session, held.entry)
    permissions.require(
        actor,
        Action.TAKE_SIGN_IN,
        held.plan,
        teacher_id=teacher,
        session_id=held.session_id,
    )
    target = find_event(session, held.session_id, intent.annuls_id)
    hold(session, held, target.person_id)
    digest = intent_hash(intent, session_id=held.session_id, account_id=actor.account_id)
    if (answered := find_answer(session, intent.event_id, digest)) is not None:
        return answered
    event = new_event(held, _as_sign(intent, target), digest=digest, actor=actor, now=now)
    event.annuls_id = target.event_id
    code = closed_code(held) or _against_annulling(held, intent, target, actor, teacher, now)
    if code:
        return refuse(session, event, code, now=now)
    if _is_annulled(session, target):
        return SignOutcome(intent.event_id, target.person_id, is_repeat=True)
    session.add(event)
    refold(session, held, target.person_id, now=now)
    if intent.reason:
        _note(session, "annul_sign", event, actor=actor, now=now)
    return SignOutcome(intent.event_id, target.person_id)


def _as_sign(intent: AnnulIntent, target: SignEvent) -> SignIntent:
    return SignIntent(
        intent.event_id, target.person_id, SignKind.ANNUL, target.way, reason=intent.reason
    )


def _against_annulling(
    held: SessionInForce,
    intent: AnnulIntent,
    target: SignEvent,
    actor: Actor,
    teacher: int | None,
    now: datetime,
) -> str:
    """The coded reason against taking `target` back, or ""."""
    is_recorder = target.recorded_by == actor.account_id
    if is_recorder and rules.may_undo(target.received_at, now, rule_of(held)):
        return ""
    correcting = Action.MAKE_UP_ATTENDANCE
    if not permissions.may_act(actor, correcting, held.plan, teacher_id=teacher):
        return "undo_too_late" if is_recorder else "not_recorder"
    if not permissions.is_second_person(actor, teacher_id=teacher):
        return "second_person"
    if not intent.reason:
        problem = msg("超过 15 分钟的更正须写明原因。")
        raise InvalidInputError(problem, problems={"reason": problem})
    return ""


def _is_annulled(session: Session, target: SignEvent) -> bool:
    found = session.scalars(
        select(SignEvent.id).where(SignEvent.annuls_id == target.event_id).limit(1)
    ).first()
    return found is not None


def make_up(
    session: Session, held: SessionInForce, intent: SignIntent, *, actor: Actor, now: datetime
) -> SignOutcome:
    """Enter attendance afterwards (补签): by the base, within 48 hours, with a reason, marked.

    Adds what is missing (sign-in, and sign-out where required) at the session's own times.
    Raises InvalidInputError without a reason; other refusals are kept with their code.
    """
    teacher = teacher_id(session, held.entry)
    permissions.require(actor, Action.MAKE_UP_ATTENDANCE, held.plan, teacher_id=teacher)
    if not intent.reason:
        problem = msg("补签须写明原因和依据。")
        raise InvalidInputError(problem, problems={"reason": problem})
    place = hold(session, held, intent.person_id)
    digest = intent_hash(intent, session_id=held.session_id, account_id=actor.account_id)
    if (answered := find_answer(session, intent.event_id, digest)) is not None:
        return answered
    event = new_event(held, replace(intent, way=Way.MAKE_UP), digest=digest, actor=actor, now=now)
    if place is None or place.place is not Place.ENROLLED:
        return refuse(session, event, "not_on_roster", now=now)
    missing = _missing(session, held, intent.person_id)
    code = closed_code(held) or _against_make_up(held, missing, actor, teacher, now)
    if code:
        return refuse(session, event, code, now=now)
    _add_missing(session, held, event, missing)
    refold(session, held, intent.person_id, now=now)
    _note(session, "make_up_attendance", event, actor=actor, now=now)
    return SignOutcome(intent.event_id, intent.person_id)


def _missing(session: Session, held: SessionInForce, person_id: int) -> list[SignKind]:
    """Which signs a person lacks to count as present."""
    found = session.get(AttendanceRecord, (held.session_id, person_id), populate_existing=True)
    missing = [] if found and found.signed_in_at else [SignKind.IN]
    needs_out = rules.needs_sign_out(timing_of(held), rule_of(held))
    if needs_out and not (found and found.signed_out_at):
        missing.append(SignKind.OUT)
    return missing


def _against_make_up(
    held: SessionInForce,
    missing: list[SignKind],
    actor: Actor,
    teacher: int | None,
    now: datetime,
) -> str:
    """The coded reason against a make-up, or ""."""
    timing = timing_of(held)
    if not permissions.is_second_person(actor, teacher_id=teacher):
        return "second_person"
    if now < timing.ends_at:
        return "make_up_too_early"
    if not rules.may_make_up(timing.ends_at, now, rule_of(held)):
        return "make_up_too_late"
    return "" if missing else "already_attended"


def _add_missing(
    session: Session, held: SessionInForce, event: SignEvent, missing: list[SignKind]
) -> None:
    """One event for each sign that is missing; the first carries the intent's own id."""
    timing = timing_of(held)
    moments = {SignKind.IN: timing.starts_at, SignKind.OUT: timing.ends_at}
    event.kind, event.occurred_at = missing[0], moments[missing[0]]
    session.add(event)
    for kind in missing[1:]:
        session.add(
            SignEvent(
                event_id=sibling_id(event.event_id, kind.value),
                session_id=event.session_id,
                person_id=event.person_id,
                kind=kind,
                way=event.way,
                occurred_at=moments[kind],
                received_at=event.received_at,
                recorded_by=event.recorded_by,
                reason=event.reason,
                request_hash=event.request_hash,
            )
        )


def _note(session: Session, action: str, event: SignEvent, *, actor: Actor, now: datetime) -> None:
    """A line in the record for what was corrected by hand; taps are their own record."""
    act = Act(
        action,
        "session",
        event.session_id,
        after={"person": event.person_id, "event": event.event_id},
        reason=event.reason,
    )
    record(session, act, actor=actor, now=now)
