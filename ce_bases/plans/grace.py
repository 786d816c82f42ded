"""Whether a returned plan would keep its first submission if it were sent now, and why not."""

from dataclasses import dataclass
from datetime import date

from ce_bases.core.clock import business_date
from ce_bases.core.text import Text, msg
from ce_bases.plans.checks import hours_text
from ce_bases.plans.models import Plan, PlanRevision
from ce_bases.plans.queries import returned_from
from ce_bases.plans.submission import extent
from ce_bases.policy.filing import Extent, extended, last_grace_day
from ce_bases.policy.registry import filing_policy_for
from ce_bases.policy.scope import reach_rank


@dataclass(frozen=True, slots=True)
class Grace:
    """Which of the two cases sending a returned plan now would be — rules §3."""

    is_kept: bool
    title: Text
    reasons: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """What a correction says so far; None where nothing is chosen yet."""

    opens_on: date | None
    halves: int
    subject: str | None
    reach: str | None


def written_in(revision: PlanRevision) -> Written:
    halves = sum(entry.halves for entry in revision.entries)
    return Written(revision.opens_on, halves, revision.subject, revision.reach)


def grace_until(plan: Plan) -> date | None:
    """Until when a returned plan or change that is not extended keeps its first submission."""
    returned = returned_from(plan)
    return None if returned is None else _last_day(returned)


def _last_day(returned: PlanRevision) -> date:
    assert returned.decided_at is not None
    returned_on = business_date(returned.decided_at)
    return last_grace_day(returned_on, filing_policy_for(returned_on.year).filing)


def grace_of(returned: PlanRevision, written: Written, *, today: date) -> Grace:
    """Which case applies to `written`, the correction of `returned`, if it is sent today."""
    assert returned.counted_on is not None
    until = _last_day(returned)
    reasons = [msg("补正期限（%(day)s 24:00）已过", day=until)] if today > until else []
    reasons += _extensions(extent(returned), written)
    if reasons:
        title = msg("现在报送，按新报送重新核对期限，因为：")
        return Grace(False, title, tuple(reasons))
    counted = returned.counted_on
    return Grace(True, msg("现在报送，仍按首次报送（%(day)s）计算期限。", day=counted))


def _extensions(before: Extent, written: Written) -> list[Text]:
    """In words; what is not chosen yet counts as left as it was."""
    after = Extent(
        opens_on=written.opens_on or before.opens_on,
        halves=written.halves,
        subject=written.subject or before.subject,
        reach_rank=reach_rank(written.reach) if written.reach else before.reach_rank,
    )
    words = {
        "opens_on": msg(
            "开班日期由 %(was)s 提前到 %(now)s", was=before.opens_on, now=after.opens_on
        ),
        "halves": msg(
            "学时由 %(was)s 增加到 %(now)s",
            was=hours_text(before.halves),
            now=hours_text(after.halves),
        ),
        "subject": msg("科目改变了"),
        "reach_rank": msg("面向范围扩大了"),
    }
    return [words[name] for name in extended(before, after)]
