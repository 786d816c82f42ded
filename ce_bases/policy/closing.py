"""From when on the register of a session may be closed — rules §5."""

from datetime import datetime, timedelta

from ce_bases.policy.attendance import Timing, needs_sign_out, window
from ce_bases.policy.shapes import AttendanceRule


def closes_from(timing: Timing, rule: AttendanceRule) -> datetime:
    """Once signing out has begun, or, where nobody signs out, once signing in is over."""
    if needs_sign_out(timing, rule):
        return window("out", timing, rule)[0]
    return window("in", timing, rule)[1]


def is_after_closing(occurred_at: datetime, closed_at: datetime | None) -> bool:
    """Whether a sign comes too late for a closed register.

    What happened before the closing counts, whenever it arrives: a phone may have been offline.
    """
    return closed_at is not None and occurred_at > closed_at


def lent_between(timing: Timing, rule: AttendanceRule) -> tuple[datetime, datetime]:
    """From when until when a substitute's link opens the register of a session."""
    around = timedelta(minutes=rule.lent_around_minutes)
    return timing.starts_at - around, timing.ends_at + around
