"""Taking in what a phone gathered: judged one by one, written in one go, answered one by one.

Says the same as `service.record_sign` and `correction.annul` would, item after item; a thousand
people's signs are read, folded and written by a handful of statements.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from ce_bases.attendance import permissions
from ce_bases.attendance.asides import Aside, against_aside, find_aside, keep_aside, with_sign_outs
from ce_bases.attendance.delivery import Delivery, QueuedSign
from ce_bases.attendance.door_state import (
    DoorState,
    Logged,
    Refused,
    Row,
    hold_session,
    read_door,
    write_door,
)
from ce_bases.attendance.fold import rule_of, timing_of, write_records
from ce_bases.attendance.intents import SignOutcome
from ce_bases.attendance.late import off_day, would_have_counted
from ce_bases.attendance.models import SignKind, Way
from ce_bases.attendance.queries import teacher_id
from ce_bases.attendance.register import RegisterRow
from ce_bases.attendance.service import closed_code
from ce_bases.core.access import Action
from ce_bases.core.actors import Actor
from ce_bases.enrolment.models import Place
from ce_bases.plans.queries import SessionInForce, hold_in_force
from ce_bases.policy import attendance as rules
from ce_bases.policy.attendance import Attendance, Sign, Timing
from ce_bases.policy.closing import is_after_closing
from ce_bases.policy.shapes import AttendanceRule


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a delivery: each item's outcome, and how the people it was about stand now.

    `undoable`: person → the last event the actor may still take back, as `register.undoable`.
    """

    held: SessionInForce
    outcomes: list[SignOutcome]
    rows: list[RegisterRow]
    undoable: Mapping[int, Logged]


def take_in_at_door(
    session: Session, session_id: int, delivery: Delivery, *, actor: Actor, now: datetime
) -> Taken:
    """Record a delivery of somebody who takes sign-in of that session; see `take_in`.

    Finding the session, holding its plan and knowing its lecturer are one statement. NotFoundError
    when the session is not theirs.
    """
    held, teacher = hold_session(session, session_id, actor=actor)
    door = _at_door(held, delivery, teacher=teacher, actor=actor, now=now)
    return door.take(session, delivery)


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
    door = _at_door(held, delivery, teacher=teacher, actor=actor, now=now, reason=reason)
    hold_in_force(session, held)
    return door.take(session, delivery).outcomes


def _at_door(
    held: SessionInForce,
    delivery: Delivery,
    *,
    teacher: int | None,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> "_Door":
    """Where the items are judged; ForbiddenError when the actor takes no sign-in here."""
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
    timing, rule = timing_of(held), rule_of(held)
    return _Door(held, timing, rule, delivery.device, actor, now, reason, may_correct)


@dataclass(frozen=True, slots=True)
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
    state: DoorState = field(default_factory=DoorState)
    closed: str = ""
    answered: dict[str, _Known] = field(default_factory=dict)
    annulled: set[str] = field(default_factory=set)
    new_events: list[Row] = field(default_factory=list)
    new_refusals: list[Row] = field(default_factory=list)
    new_requests: list[Row] = field(default_factory=list)

    def take(self, session: Session, delivery: Delivery) -> Taken:
        """Judge every item and write what comes of them; the plan is held by the caller."""
        items = with_sign_outs(session, self.held, delivery.items)
        people = {item.person_id for item in items if isinstance(item, QueuedSign)}
        ids = {*(item.event_id for item in items), *delivery.broken}
        self._know(read_door(session, self.held, people, ids))
        outcomes = [
            self.judge(item) if isinstance(item, QueuedSign) else self._judge_aside(session, item)
            for item in items
        ]
        outcomes += [self.refuse(event_id, None, "malformed") for event_id in delivery.broken]
        write_door(
            session, events=self.new_events, refused=self.new_refusals, late=self.new_requests
        )
        changed = {row["person_id"] for row in self.new_events}
        folded = {person_id: self._fold(person_id) for person_id in people}
        written = {person_id: folded[person_id] for person_id in changed}
        write_records(session, self.held.session_id, written, now=self.now)
        return Taken(self.held, outcomes, self._rows(folded), self._undoable(people))

    def _know(self, state: DoorState) -> None:
        self.state, self.closed = state, closed_code(self.held)
        for event_id, found in state.answered.items():
            self.answered[event_id] = _known(found)
        self.annulled = {
            event.annuls_id
            for events in state.events.values()
            for event in events
            if event.annuls_id is not None
        }

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

    def _judge_aside(self, session: Session, item: Aside) -> SignOutcome:
        """Heads, and people who are not on the list: rare, so each is asked for by itself."""
        if (known := self.answered.get(item.event_id)) is not None:
            other = SignOutcome(item.event_id, 0, "other_content")
            return other if known.digest else known.outcome
        there = find_aside(session, self.held, item, actor=self.actor)
        if there is not None:
            return SignOutcome(item.event_id, 0, "" if there else "other_content", True)
        item = replace(item, at=rules.moment_of(item.at, self.now))
        by = None if self.may_correct else self.actor.account_id
        if code := against_aside(session, self.held, item, self.state.closed_at, by=by):
            return self.refuse(item.event_id, None, code)
        keep_aside(session, self.held, item, actor=self.actor, now=self.now, reason=self.reason)
        return SignOutcome(item.event_id, 0)

    def _against_sign(self, item: QueuedSign, moment: datetime) -> str:
        seat = self.state.seats.get(item.person_id)
        if seat is None or seat.place is not Place.ENROLLED:
            return "not_on_roster"
        sign = Sign(item.event_id, item.kind.value, Way.TAP.value, moment)
        return (
            self.closed
            or off_day(self.held, moment)
            or rules.refusal(sign, self.timing, self.rule)
            or ("closed" if is_after_closing(moment, self.state.closed_at) else "")
        )

    def _keep_if_late(self, item: QueuedSign, moment: datetime) -> None:
        """Keep a sign that only the confirmation stands against as a request."""
        sign = Sign(item.event_id, item.kind.value, Way.TAP.value, moment)
        if item.annuls_id or not would_have_counted(self.held, sign, self.state.closed_at):
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
        events = self.state.events.get(item.person_id, ())
        target = next((e for e in events if e.event_id == item.annuls_id), None)
        if target is None or target.kind is SignKind.ANNUL:
            return "unknown_event"
        if self.closed:
            return self.closed
        if self.may_correct:
            return ""
        if target.recorded_by != self.actor.account_id:
            return "not_recorder"
        in_time = rules.may_undo(target.received_at, moment, self.rule)
        return "" if in_time else "undo_too_late"

    def _accept(self, item: QueuedSign, moment: datetime, digest: str) -> SignOutcome:
        if item.annuls_id in self.annulled:
            return SignOutcome(item.event_id, item.person_id, is_repeat=True)
        off_hours = not item.annuls_id and rules.is_off_hours(
            item.kind, moment, self.timing, self.rule
        )
        if item.annuls_id:
            self.annulled.add(item.annuls_id)
        event = Logged(
            0,
            item.event_id,
            self.held.session_id,
            item.person_id,
            item.kind,
            Way.TAP,
            item.annuls_id or None,
            moment,
            self.now,
            self.actor.account_id,
            off_hours,
            digest,
        )
        self.state.events[item.person_id].append(event)
        self.new_events.append(self._row_of(event, item))
        return SignOutcome(item.event_id, item.person_id, off_hours=off_hours)

    def _row_of(self, event: Logged, item: QueuedSign) -> Row:
        return {
            "event_id": event.event_id,
            "session_id": event.session_id,
            "person_id": event.person_id,
            "kind": event.kind,
            "way": event.way,
            "annuls_id": event.annuls_id,
            "occurred_at": event.occurred_at,
            "received_at": event.received_at,
            "offset_ms": item.offset_ms,
            "device": self.device,
            "device_seq": item.seq,
            "recorded_by": event.recorded_by,
            "off_hours": event.off_hours,
            "reason": self.reason,
            "request_hash": event.request_hash,
        }

    def refuse(self, event_id: str, person_id: int | None, code: str) -> SignOutcome:
        if (known := self.answered.get(event_id)) is not None:
            return known.outcome
        seat = self.state.seats.get(person_id or 0)
        is_enrolled = seat is not None and seat.place is Place.ENROLLED
        self.new_refusals.append(
            {
                "event_id": event_id,
                "session_id": self.held.session_id,
                "person_id": person_id if is_enrolled else None,
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

    def _fold(self, person_id: int) -> Attendance:
        events = self.state.events.get(person_id, ())
        return rules.attendance_of([event.sign for event in events], self.timing, self.rule)

    def _rows(self, folded: Mapping[int, Attendance]) -> list[RegisterRow]:
        """Those of the people who are on the roster, as the register shows them."""
        return [
            RegisterRow(
                person_id,
                seat.name,
                seat.initials,
                seat.last4,
                seat.unit_name,
                seat.post,
                folded[person_id].signed_in_at,
                folded[person_id].signed_out_at,
                folded[person_id].attended,
                folded[person_id].by_hand,
                folded[person_id].off_hours,
            )
            for person_id, seat in self.state.seats.items()
            if seat.place is Place.ENROLLED
        ]

    def _undoable(self, people: set[int]) -> dict[int, Logged]:
        since = self.now - timedelta(minutes=self.rule.undo_minutes)
        return {
            person_id: event
            for person_id in people
            for event in self.state.events.get(person_id, ())
            if event.recorded_by == self.actor.account_id
            and event.kind is not SignKind.ANNUL
            and event.received_at >= since
            and event.event_id not in self.annulled
        }


def _known(found: Logged | Refused) -> _Known:
    """The answer an id got before."""
    if isinstance(found, Logged):
        outcome = SignOutcome(found.event_id, found.person_id, "", True, found.off_hours)
        return _Known(found.request_hash, outcome)
    return _Known("", SignOutcome(found.event_id, found.person_id or 0, found.code, True))


def _repeated(outcome: SignOutcome) -> SignOutcome:
    return SignOutcome(outcome.event_id, outcome.person_id, outcome.code, True, outcome.off_hours)


def content_hash(session_id: int, item: QueuedSign) -> str:
    """A digest of what an item says, whoever brings it: by the phone or by its file."""
    said = (session_id, item.kind.value, item.person_id, item.annuls_id, item.at.isoformat())
    return hashlib.sha256(repr(said).encode()).hexdigest()
