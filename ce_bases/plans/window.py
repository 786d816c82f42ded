"""The filing window in words, for whoever is thinking about an opening day — 二(二)3."""

from dataclasses import dataclass
from datetime import date

from ce_bases.core.holidays import is_workday
from ce_bases.core.text import Text, msg
from ce_bases.policy.citations import Clause
from ce_bases.policy.filing import FilingWindow, filing_window
from ce_bases.policy.registry import filing_policy_for


@dataclass(frozen=True, slots=True)
class WindowToday:
    """Whether a class can be filed today; `kind` is `done`, `time` (hurry) or `refused`."""

    window: FilingWindow
    kind: str
    title: Text
    advice: Text
    clause: Clause


def window_on(opens_on: date, today: date) -> WindowToday:
    """What there is to say today about filing a class that opens on `opens_on`."""
    rule = filing_policy_for(opens_on.year).filing
    window = filing_window(opens_on, today, rule, is_workday=is_workday)
    last = window.last_filing_day
    left = (last - today).days
    if not window.in_time:
        title = msg("%(last)s 已截止，来不及了", last=last)
        advice = msg("今天报送，最早可以 %(earliest)s 开班。", earliest=window.earliest_opening)
        return WindowToday(window, "refused", title, advice, rule.clause)
    if left == 0:
        title = msg("今天 24:00 前必须报送")
    else:
        title = msg("%(last)s 24:00 前报送，还有 %(left)d 天", last=last, left=left)
    advice = msg(
        "%(opens_on)s 开班，今天报送即提前 %(days)d 天。", opens_on=opens_on, days=window.days_ahead
    )
    return WindowToday(window, "time" if left <= 3 else "done", title, advice, rule.clause)
