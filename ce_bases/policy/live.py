"""Prompts in a class that is held over the net — rules §5: when each may open."""

from datetime import datetime, timedelta

from ce_bases.policy.attendance import Timing, window
from ce_bases.policy.shapes import AttendanceRule, LiveRule


def slots(
    kind: str, timing: Timing, rule: AttendanceRule, live: LiveRule
) -> list[tuple[datetime, datetime]]:
    """The first and last moment at which each prompt of a window may open, in order.

    The window is cut into equal parts with one prompt each, which closes within its part: a
    prompt never outlasts the window in which its answer counts.
    """
    opens, closes = window(kind, timing, rule)
    part = (closes - opens) / live.prompts_a_window
    last = part - timedelta(minutes=live.open_minutes)
    if last < timedelta(0):
        raise ValueError("the prompts of a window do not fit into it")
    begins = [opens + part * number for number in range(live.prompts_a_window)]
    return [(begin, begin + last) for begin in begins]
