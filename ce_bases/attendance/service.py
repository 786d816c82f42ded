"""Signing people in and out. Every accepted intent is one event; the record is their fold."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.attendance import permissions
from ce_bases.attendance.fold import refold, rule_of, sign_of, timing_of
from ce_bases.attendance.intents import SignIntent, SignOutcome, intent_hash, other_content
from ce_bases.attendance.late import keep_if_late, off_day
from ce_bases.attendance.models import RefusedSign, SignEvent, Way
from ce_bases.attendance.queries import find_closing, teacher_id
from ce_bases.core.access import Action
from ce_bases.core.actors import Actor
from ce_bases.enrolment.models import Enrolment, Place
from ce_bases.plans.queries import SessionInForce, hold_in_force
from ce_bases.plans.workflow import PlanState
from ce_bases.policy import attendance as rules
from ce_bases.policy.closing import is_after_closing


def record_sign(
    session: Session, held: SessionInForce, intent: SignIntent, *, actor: Actor, now: datetime
) -> SignOutcome:
    """Record a sign-in or -out that somebody takes of somebody else; see `enter_sign`."""
    need_sign_in_taker(session, held, actor)
    return enter_sign(session, held, intent, actor=actor, now=now)


def enter_sign(
    session: Session, held: SessionInForce, intent: SignIntent, *, actor: Actor, now: datetime
) -> SignOutcome:
    """Record a sign; a refused one is kept with its coded reason and changes nothing.

    The caller has made sure that the actor may sign this person. The same intent sent again
    gets the same answer; the same event id with another content raises UserFacingError (422).
    """
    place = hold(session, held, intent.person_id)
    digest = intent_hash(intent, session_id=held.session_id, account_id=actor.account_id)
    if (answered := find_answer(session, intent.event_id, digest)) is not None:
        return answered
    event = new_event(held, intent, digest=digest, actor=actor, now=now)
    if code := _refusal(held, place, event) or _closed(session, event):
        if code == "confirmed":
            keep_if_late(session, held, event, sign_of(event))
        return refuse(session, event, code, now=now)
    event.off_hours = rules.is_off_hours(
        event.kind, event.occurred_at, timing_of(held), rule_of(held)
    )
    session.add(event)
    refold(session, held, intent.person_id, now=now)
    return SignOutcome(event.event_id, event.person_id, off_hours=event.off_hours)


def need_sign_in_taker(session: Session, held: SessionInForce, actor: Actor) -> None:
    """Raise ForbiddenError unless the actor takes sign-in of this session."""
    permissions.require(
        actor,
        Action.TAKE_SIGN_IN,
        held.plan,
        teacher_id=teacher_id(session, held.entry),
        session_id=held.session_id,
    )


def hold_at_door(session: Session, held: SessionInForce, actor: Actor) -> None:
    """See that the actor takes sign-in here, and keep the plan from being confirmed meanwhile."""
    need_sign_in_taker(session, held, actor)
    hold_in_force(session, held)


def hold(session: Session, held: SessionInForce, person_id: int) -> Enrolment | None:
    """Keep the plan from being confirmed or cancelled meanwhile, and the person's events to us.

    The plan is held with everybody else at the door, the person's place alone; always in this
    order, before anything is read that decides.
    """
    hold_in_force(session, held)
    return session.scalars(
        select(Enrolment)
        .where(Enrolment.plan_id == held.plan.id, Enrolment.person_id == person_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def find_answer(session: Session, event_id: str, digest: str) -> SignOutcome | None:
    """The answer already given to this intent, if there is one."""
    event = session.scalars(select(SignEvent).where(SignEvent.event_id == event_id)).one_or_none()
    if event is not None:
        if event.request_hash != digest:
            raise other_content()
        return SignOutcome(event_id, event.person_id, "", True, event.off_hours)
    refused = session.scalars(
        select(RefusedSign).where(RefusedSign.event_id == event_id).limit(1)
    ).one_or_none()
    if refused is None:
        return None
    return SignOutcome(event_id, refused.person_id or 0, refused.code, is_repeat=True)


def new_event(
    held: SessionInForce, intent: SignIntent, *, digest: str, actor: Actor, now: datetime
) -> SignEvent:
    """The event an intent would make; not yet added to any session."""
    return SignEvent(
        event_id=intent.event_id,
        session_id=held.session_id,
        person_id=intent.person_id,
        kind=intent.kind,
        way=intent.way,
        occurred_at=intent.occurred_at or now,
        received_at=now,
        offset_ms=intent.offset_ms,
        device=intent.device,
        device_seq=intent.device_seq,
        recorded_by=actor.account_id,
        off_hours=False,
        reason=intent.reason,
        request_hash=digest,
    )


def closed_code(held: SessionInForce) -> str:
    """Why nothing can be recorded in this plan any more; "" while it is open."""
    if held.plan.state is PlanState.CANCELLED:
        return "cancelled"
    return "" if held.plan.state is PlanState.FILED else "confirmed"


def _refusal(held: SessionInForce, place: Enrolment | None, event: SignEvent) -> str:
    """The coded reason against `event`, or ""."""
    if place is None or place.place is not Place.ENROLLED:
        return "not_on_roster"
    timing, rule = timing_of(held), rule_of(held)
    return (
        closed_code(held)
        or (off_day(held, event.occurred_at) if event.way is Way.TAP else "")
        or rules.refusal(sign_of(event), timing, rule)
        or ""
    )


def _closed(session: Session, event: SignEvent) -> str:
    """The code "closed" for what happened after the closing; the base's own entries may."""
    if event.way in rules.BY_HAND:
        return ""
    closed_at = find_closing(session, event.session_id)
    return "closed" if is_after_closing(event.occurred_at, closed_at) else ""


def door_code(held: SessionInForce, at: datetime) -> str:
    """Why nobody can be tapped in at that moment, whoever it is; "" while the door is open."""
    return closed_code(held) or off_day(held, at)


def refuse(session: Session, event: SignEvent, code: str, *, now: datetime) -> SignOutcome:
    """Keep a refused attempt and say why."""
    session.add(
        RefusedSign(
            event_id=event.event_id,
            session_id=event.session_id,
            person_id=event.person_id,
            way=event.way,
            code=code,
            device=event.device,
            recorded_by=event.recorded_by,
            at=now,
        )
    )
    session.flush()
    return SignOutcome(event.event_id, event.person_id, code)
