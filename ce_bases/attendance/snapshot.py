"""One session's register as plain data for the script: what the page shows, and nothing more.

Names, units and the last four digits, as on the page; never an ID number. Moments are told in
milliseconds since 1970.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any, Protocol

from ce_bases.attendance.fold import rule_of, timing_of
from ce_bases.attendance.models import SignKind
from ce_bases.attendance.queries import Summary
from ce_bases.attendance.register import RegisterRow
from ce_bases.core.clock import local, moment_at
from ce_bases.plans.queries import SessionInForce
from ce_bases.policy.attendance import needs_sign_out, window

#: How long after the class a phone keeps the list.
KEPT = timedelta(days=3)


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
