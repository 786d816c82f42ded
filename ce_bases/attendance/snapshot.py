"""One session's register as plain data for the script: what the page shows, and nothing more.

Names, units and the last four digits, as on the page; never an ID number. Moments are told in
milliseconds since 1970.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any, Protocol

from ce_bases.attendance.fold import rule_of, timing_of
from ce_bases.attendance.models import SignKind, WalkInState
from ce_bases.attendance.queries import Summary
from ce_bases.attendance.register import RegisterRow
from ce_bases.core.clock import local, moment_at
from ce_bases.plans.queries import SessionInForce
from ce_bases.policy.attendance import needs_sign_out, window

#: How long after the class a phone keeps the list.
KEPT = timedelta(days=3)


class Guest(Protocol):
    """Somebody who is not on the roster, as far as a phone must know."""

    @property
    def client_id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def last4(self) -> str: ...
    @property
    def remark(self) -> str: ...
    @property
    def came_at(self) -> datetime: ...
    @property
    def left_at(self) -> datetime | None: ...
    @property
    def noted_by(self) -> int: ...
    @property
    def state(self) -> WalkInState: ...


class Undoable(Protocol):
    """An event as far as a phone must know it to take it back."""

    @property
    def event_id(self) -> str: ...
    @property
    def kind(self) -> SignKind: ...
    @property
    def received_at(self) -> datetime: ...


def millis(moment: datetime | None) -> int | None:
    """`moment` as the script counts."""
    return None if moment is None else round(moment.timestamp() * 1000)


def snapshot_of(
    held: SessionInForce,
    rows: Sequence[RegisterRow],
    undoable: Mapping[int, Undoable],
    summary: Summary,
    *,
    closed: str,
    now: datetime,
) -> dict[str, Any]:
    """Everything the lecturer's page needs to go on without a network."""
    timing, rule = timing_of(held), rule_of(held)
    entry = held.entry
    undo = timedelta(minutes=rule.undo_minutes)
    day_begins = moment_at(entry.held_on, time(0))
    out_closes = window("out", timing, rule)[1]
    return {
        "now": millis(now),
        "session": held.session_id,
        "topic": entry.topic,
        "title": held.revision.title,
        "number": held.plan.filing_number or "",
        "venue": entry.venue_name or "",
        "starts": millis(timing.starts_at),
        "ends": millis(timing.ends_at),
        "needsOut": needs_sign_out(timing, rule),
        "windows": {
            kind: [millis(moment) for moment in window(kind, timing, rule)]
            for kind in ("in", "out")
        },
        "opens": millis(day_begins),
        "closes": millis(max(day_begins + timedelta(days=1), out_closes)),
        "forget": millis(local(timing.ends_at) + KEPT),
        "undoFor": millis_of(undo),
        "closed": closed,
        "heads": summary.headcount,
        "rows": rows_of(held, rows, undoable),
    }


def rows_of(
    held: SessionInForce, rows: Sequence[RegisterRow], undoable: Mapping[int, Undoable]
) -> list[dict[str, Any]]:
    """The people of a register, each with what the reader may still take back."""
    undo = timedelta(minutes=rule_of(held).undo_minutes)
    return [_row(row, undoable.get(row.person_id), undo) for row in rows]


def guests_of(
    held: SessionInForce, guests: Sequence[Guest], *, account_id: int | None
) -> list[dict[str, Any]]:
    """Those who are not on the roster and still to be checked, each with what may be done.

    `undo`: until when the reader may take the note back; `leaves`: whether a leaving is asked for.
    """
    timing, rule = timing_of(held), rule_of(held)
    undo, needs_out = timedelta(minutes=rule.undo_minutes), needs_sign_out(timing, rule)
    return [_guest(guest, undo, needs_out, account_id) for guest in guests]


def _guest(
    guest: Guest, undo: timedelta, needs_out: bool, account_id: int | None
) -> dict[str, Any]:
    is_held = guest.state is WalkInState.HELD
    told: dict[str, Any] = {
        "g": guest.client_id,
        "n": guest.name,
        "l": guest.last4,
        "r": guest.remark,
        "came": millis(guest.came_at),
        "left": millis(guest.left_at),
        "leaves": is_held and needs_out and guest.left_at is None,
    }
    if is_held and guest.noted_by == account_id:
        told["undo"] = millis(guest.came_at + undo)
    return told


def millis_of(span: timedelta) -> int:
    """A span as the script counts."""
    return span // timedelta(milliseconds=1)


def _row(row: RegisterRow, last: Undoable | None, undo: timedelta) -> dict[str, Any]:
    told: dict[str, Any] = {
        "p": row.person_id,
        "n": row.name,
        "i": row.initials,
        "l": row.last4,
        "u": row.unit_name,
        "in": millis(row.signed_in_at),
        "out": millis(row.signed_out_at),
        "by": row.by_hand,
        "off": row.off_hours,
    }
    if last is not None:
        told["last"] = [last.event_id, last.kind.value, millis(last.received_at + undo)]
    return told
