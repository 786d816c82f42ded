"""From sign events to attendance — rules §5.

A fold over the *set* of events: order, repeats and batches never change it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from ce_bases.policy.shapes import AttendanceRule

BY_HAND = frozenset({"paper", "make_up"})
#: Ways whose word counts whatever the clock says; outside the window they are only flagged.
TRUSTED = frozenset({"tap", "paper", "make_up"})
Code = Literal["too_early", "too_late", "no_sign_out"]


@dataclass(frozen=True, slots=True)
class Timing:
    """A session as sign-in sees it; aware moments. `halves` are its filed half-hours."""

    starts_at: datetime
    ends_at: datetime
    halves: int
    is_lecture: bool


@dataclass(frozen=True, slots=True)
class Sign:
    """One event of one person; `kind` is in, out or annul (of the event `annuls`)."""

    event_id: str
    kind: str
    way: str
    occurred_at: datetime
    annuls: str | None = None


@dataclass(frozen=True, slots=True)
class Attendance:
    """What a person's events in a session amount to."""

    signed_in_at: datetime | None
    signed_out_at: datetime | None
    attended: bool
    by_hand: bool
    off_hours: bool


def needs_sign_out(timing: Timing, rule: AttendanceRule) -> bool:
    """Sign-out from 3 学时 on, never for 公益课堂 (the notice asks sign-in at the opening)."""
    return not timing.is_lecture and timing.halves >= rule.sign_out_from_halves


def window(kind: str, timing: Timing, rule: AttendanceRule) -> tuple[datetime, datetime]:
    """First and last moment (both still in) for signing in or out."""
    if kind == "in":
        return (
            timing.starts_at - timedelta(minutes=rule.opens_before_start),
            timing.starts_at + timedelta(minutes=rule.closes_after_start),
        )
    return (
        timing.ends_at - timedelta(minutes=rule.out_opens_before_end),
        timing.ends_at + timedelta(minutes=rule.out_closes_after_end),
    )


def is_off_hours(kind: str, at: datetime, timing: Timing, rule: AttendanceRule) -> bool:
    """Whether `at` lies outside the window of `kind`."""
    opens, closes = window(kind, timing, rule)
    return not opens <= at <= closes


def refusal(sign: Sign, timing: Timing, rule: AttendanceRule) -> Code | None:
    """Why a sign must be refused, as a code; None when it counts.

    Codes and live check-ins are held to the window; the lecturer's tap and the base's paper are
    accepted and flagged.
    """
    if sign.kind == "out" and not needs_sign_out(timing, rule):
        return "no_sign_out"
    if sign.kind == "annul" or sign.way in TRUSTED:
        return None
    opens, closes = window(sign.kind, timing, rule)
    if sign.occurred_at < opens:
        return "too_early"
    return "too_late" if sign.occurred_at > closes else None


def may_undo(recorded_at: datetime, now: datetime, rule: AttendanceRule) -> bool:
    """Whether the one who recorded an event may still take it back (15 minutes)."""
    return now - recorded_at <= timedelta(minutes=rule.undo_minutes)


def moment_of(claimed: datetime, received: datetime) -> datetime:
    """When a sign counts as made that a phone reports after the event — rules §5.

    The phone's word holds for the past: what its clock was off by is taken out before. Nothing
    can have happened after the server learned of it, so a clock that runs ahead gains nothing.
    """
    return min(claimed, received)


def may_make_up(ended_at: datetime, now: datetime, rule: AttendanceRule) -> bool:
    """Whether the base may still enter a make-up (48 hours after the session)."""
    return now - ended_at <= timedelta(hours=rule.make_up_hours)


def may_enter_paper(ended_at: datetime, now: datetime, rule: AttendanceRule) -> bool:
    """Whether the base may still type in a signed sheet (48 hours after the session)."""
    return now - ended_at <= timedelta(hours=rule.paper_hours)


def attendance_of(events: Iterable[Sign], timing: Timing, rule: AttendanceRule) -> Attendance:
    """Fold one person's events: present when signed in, and out where that is required.

    The earliest live sign-in and the latest live sign-out count. An annulled event is as if it
    had never been; an annulment cannot itself be annulled. Should two events share an id, the
    earlier one counts, whichever arrived first.
    """
    known = {event.event_id: event for event in sorted(set(events), key=_order, reverse=True)}
    annulled = {event.annuls for event in known.values() if event.kind == "annul"}
    live = [e for e in known.values() if e.kind != "annul" and e.event_id not in annulled]
    ins = sorted((e.occurred_at, e.event_id) for e in live if e.kind == "in")
    outs = sorted((e.occurred_at, e.event_id) for e in live if e.kind == "out")
    counted = [known[e] for _, e in ins[:1] + outs[-1:]]
    return Attendance(
        signed_in_at=ins[0][0] if ins else None,
        signed_out_at=outs[-1][0] if outs else None,
        attended=bool(ins) and (bool(outs) or not needs_sign_out(timing, rule)),
        by_hand=any(e.way in BY_HAND for e in counted),
        off_hours=any(is_off_hours(e.kind, e.occurred_at, timing, rule) for e in counted),
    )


def _order(event: Sign) -> tuple[datetime, str, str, bool, str]:
    return event.occurred_at, event.kind, event.way, event.annuls is None, event.annuls or ""
