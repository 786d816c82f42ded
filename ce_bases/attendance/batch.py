"""Taking in what a phone gathered: judged one by one, written in one go, answered one by one.

Says the same as `service.record_sign` and `correction.annul` would, item after item; a thousand
people's signs are read, folded and written by a handful of statements.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from ce_bases.attendance import permissions
from ce_bases.attendance.delivery import Delivery, QueuedSign
from ce_bases.attendance.fold import refold_many, rule_of, timing_of
from ce_bases.attendance.intents import SignOutcome
from ce_bases.attendance.late import would_have_counted
from ce_bases.attendance.models import LateSign, RefusedSign, SignEvent, SignKind, Way
from ce_bases.attendance.queries import find_closing, teacher_id
from ce_bases.attendance.service import closed_code, door_code
from ce_bases.core.access import Action
from ce_bases.core.actors import Actor
from ce_bases.enrolment.models import Enrolment, Place
from ce_bases.plans.queries import SessionInForce
from ce_bases.policy import attendance as rules
from ce_bases.policy.attendance import Sign, Timing
from ce_bases.policy.closing import is_after_closing
from ce_bases.policy.shapes import AttendanceRule

#: Ids asked for in one statement.
_CHUNK = 1000
Row = dict[str, Any]


def take_in(
    session: Session,
    held: SessionInForce,
    delivery: Delivery,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> list[SignOutcome]:
    """Record a delivery; the outcomes in the order of its items, broken ones last.

    Sending it again, whole or in part, adds nothing and gets the same answers. `reason` is set
    when the base enters a phone's file on the lecturer's behalf.
    """
    teacher = teacher_id(session, held.entry)
    permissions.require(
        actor,
        Action.TAKE_SIGN_IN,
        held.plan,
        teacher_id=teacher,
        session_id=held.session_id,
    )
    may_correct = (
        bool(reason)
        and permissions.may_act(actor, Action.MAKE_UP_ATTENDANCE, held.plan, teacher_id=teacher)
        and permissions.is_second_person(actor, teacher_id=teacher)
    )
    door = _Door(
        held, timing_of(held), rule_of(held), delivery.device, actor, now, reason, may_correct
    )
    _hold_and_read(session, door, delivery)
    outcomes = [door.judge(item) for item in delivery.items]
    outcomes += [door.refuse(event_id, None, "malformed") for event_id in delivery.broken]
    _write(session, door)
    return outcomes


@dataclass(slots=True)
class _Known:
    """What is known of an event id: the digest of its content, and the answer it got."""

    digest: str
    outcome: SignOutcome


@dataclass(slots=True)
class _Door:
    """Everything the judgement of a delivery rests on, and what comes of it."""

    held: SessionInForce
    timing: Timing
    rule: AttendanceRule
    device: str
    actor: Actor
    now: datetime
    reason: str
    may_correct: bool
    closed_at: datetime | None = None
    enrolled: set[int] = field(default_factory=set)
    answered: dict[str, _Known] = field(default_factory=dict)
    signs: dict[str, tuple[int, int | None, datetime]] = field(default_factory=dict)
    annulled: set[str] = field(default_factory=set)
    new_events: list[Row] = field(default_factory=list)
    new_refusals: list[Row] = field(default_factory=list)
    new_requests: list[Row] = field(default_factory=list)

    def judge(self, item: QueuedSign) -> SignOutcome:
        digest = content_hash(self.held.session_id, item)
        if (known := self.answered.get(item.event_id)) is not None:
            if known.digest not in {digest, ""}:
                return SignOutcome(item.event_id, item.person_id, "other_content")
            return known.outcome
        moment = rules.moment_of(item.at, self.now)
        against = self._against_annulling if item.annuls_id else self._against_sign
        if code := against(item, moment):
            if code == "confirmed":
                self._keep_if_late(item, moment)
            return self.refuse(item.event_id, item.person_id, code)
        outcome = self._accept(item, moment, digest)
        self.answered[item.event_id] = _Known(digest, _repeated(outcome))
        return outcome

    def _against_sign(self, item: QueuedSign, moment: datetime) -> str:
        if item.person_id not in self.enrolled:
            return "not_on_roster"
        sign = Sign(item.event_id, item.kind.value, Way.TAP.value, moment)
        refused = rules.refusal(sign, self.timing, self.rule)
        closed = "closed" if is_after_closing(moment, self.closed_at) else ""
        return door_code(self.held, moment) or refused or closed

    def _keep_if_late(self, item: QueuedSign, moment: datetime) -> None:
        """Keep a sign that only the confirmation stands against as a request."""
        sign = Sign(item.event_id, item.kind.value, Way.TAP.value, moment)
        if item.annuls_id or not would_have_counted(self.held, sign, self.closed_at):
            return
        self.new_requests.append(
            {
                "event_id": item.event_id,
                "session_id": self.held.session_id,
                "person_id": item.person_id,
                "kind": item.kind,
                "way": Way.TAP,
                "occurred_at": moment,
                "received_at": self.now,
                "recorded_by": self.actor.account_id,
                "answer": "",
            }
        )

    def _against_annulling(self, item: QueuedSign, moment: datetime) -> str:
        person_id, recorder, received_at = self.signs.get(item.annuls_id, (0, None, moment))
        if person_id != item.person_id:
            return "unknown_event"
        if code := closed_code(self.held):
            return code
        if self.may_correct:
            return ""
        if recorder != self.actor.account_id:
            return "not_recorder"
        in_time = rules.may_undo(received_at, moment, self.rule)
        return "" if in_time else "undo_too_late"

    def _accept(self, item: QueuedSign, moment: datetime, digest: str) -> SignOutcome:
        if item.annuls_id in self.annulled:
            return SignOutcome(item.event_id, item.person_id, is_repeat=True)
        off_hours = not item.annuls_id and rules.is_off_hours(
            item.kind, moment, self.timing, self.rule
        )
        if item.annuls_id:
            self.annulled.add(item.annuls_id)
        else:
            self.signs[item.event_id] = item.person_id, self.actor.account_id, self.now
        self.new_events.append(
            {
                "event_id": item.event_id,
                "session_id": self.held.session_id,
                "person_id": item.person_id,
                "kind": item.kind,
                "way": Way.TAP,
                "annuls_id": item.annuls_id or None,
                "occurred_at": moment,
                "received_at": self.now,
                "offset_ms": item.offset_ms,
                "device": self.device,
                "device_seq": item.seq,
                "recorded_by": self.actor.account_id,
                "off_hours": off_hours,
                "reason": self.reason,
                "request_hash": digest,
            }
        )
        return SignOutcome(item.event_id, item.person_id, off_hours=off_hours)

    def refuse(self, event_id: str, person_id: int | None, code: str) -> SignOutcome:
        if (known := self.answered.get(event_id)) is not None:
            return known.outcome
        self.new_refusals.append(
            {
                "event_id": event_id,
                "session_id": self.held.session_id,
                "person_id": person_id if person_id in self.enrolled else None,
                "way": Way.TAP,
                "code": code,
                "device": self.device,
                "recorded_by": self.actor.account_id,
                "at": self.now,
            }
        )
        outcome = SignOutcome(event_id, person_id or 0, code)
        self.answered[event_id] = _Known("", _repeated(outcome))
        return outcome


def _repeated(outcome: SignOutcome) -> SignOutcome:
    return SignOutcome(outcome.event_id, outcome.person_id, outcome.code, True, outcome.off_hours)


def content_hash(session_id: int, item: QueuedSign) -> str:
    """A digest of what an item says, whoever brings it: by the phone or by its file."""
    said = (session_id, item.kind.value, item.person_id, item.annuls_id, item.at.isoformat())
    return hashlib.sha256(repr(said).encode()).hexdigest()


def _hold_and_read(session: Session, door: _Door, delivery: Delivery) -> None:
    """Hold the plan with everybody else, the people's places alone; then read what decides."""
    session.refresh(door.held.plan, with_for_update={"read": True})
    door.closed_at = find_closing(session, door.held.session_id)
    people = sorted({item.person_id for item in delivery.items})
    for part in _parts(people):
        rows = session.execute(
            select(Enrolment.person_id, Enrolment.place)
            .where(Enrolment.plan_id == door.held.plan.id, Enrolment.person_id.in_(part))
            .order_by(Enrolment.person_id)
            .with_for_update()
        )
        door.enrolled.update(person for person, place in rows if place is Place.ENROLLED)
    _read_signs(session, door, people)
    ids = sorted({*(item.event_id for item in delivery.items), *delivery.broken})
    _read_answers(session, door, ids)


def _parts(ids: list[Any]) -> list[list[Any]]:
    return [ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK)]


def _read_signs(session: Session, door: _Door, people: list[int]) -> None:
    for part in _parts(people):
        rows = session.execute(
            select(
                SignEvent.event_id,
                SignEvent.person_id,
                SignEvent.kind,
                SignEvent.annuls_id,
                SignEvent.recorded_by,
                SignEvent.received_at,
            ).where(SignEvent.session_id == door.held.session_id, SignEvent.person_id.in_(part))
        )
        for event_id, person, kind, annuls_id, recorder, received_at in rows:
            if kind is SignKind.ANNUL:
                door.annulled.add(str(annuls_id))
            else:
                door.signs[event_id] = person, recorder, received_at


def _read_answers(session: Session, door: _Door, ids: list[str]) -> None:
    for part in _parts(ids):
        refused = session.execute(
            select(RefusedSign.event_id, RefusedSign.person_id, RefusedSign.code).where(
                RefusedSign.event_id.in_(part)
            )
        )
        for event_id, person, code in refused:
            outcome = SignOutcome(event_id, person or 0, code, is_repeat=True)
            door.answered[event_id] = _Known("", outcome)
        accepted = session.execute(
            select(
                SignEvent.event_id,
                SignEvent.person_id,
                SignEvent.off_hours,
                SignEvent.request_hash,
            ).where(SignEvent.event_id.in_(part))
        )
        for event_id, person, off_hours, digest in accepted:
            outcome = SignOutcome(event_id, person, "", True, off_hours)
            door.answered[event_id] = _Known(digest, outcome)


def _write(session: Session, door: _Door) -> None:
    if door.new_requests:
        session.execute(insert(LateSign.__table__), door.new_requests)  # type: ignore[arg-type]
    if door.new_refusals:
        session.execute(insert(RefusedSign.__table__), door.new_refusals)  # type: ignore[arg-type]
    if door.new_events:
        session.execute(insert(SignEvent.__table__), door.new_events)  # type: ignore[arg-type]
        people = sorted({row["person_id"] for row in door.new_events})
        refold_many(session, door.held, people, now=door.now)
