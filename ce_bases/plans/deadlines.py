"""By when attendance is confirmed, and until when the bureau may object — rules §5 end."""

from datetime import date, datetime

from ce_bases.bureaus.holidays import Workdays
from ce_bases.core.clock import business_date, moment_at
from ce_bases.core.holidays import add_workdays
from ce_bases.plans.models import PlanRevision, TimetableEntry
from ce_bases.policy.registry import filing_policy_for


def last_day(revision: PlanRevision) -> date:
    """The day of the revision's last session."""
    return max(entry.held_on for entry in revision.entries)


def ends_at(entry: TimetableEntry) -> datetime:
    """The moment at which a session is over."""
    return moment_at(entry.held_on, entry.ends_at)


def confirm_by(closed_on: date, is_workday: Workdays) -> date:
    """The tenth working day after a class: the last on which confirming it is in time."""
    rule = filing_policy_for(closed_on.year).attendance
    return add_workdays(closed_on, rule.confirm_within_workdays, is_workday=is_workday)


def object_until(confirmed_at: datetime, is_workday: Workdays) -> date:
    """The tenth working day after the confirmation: the last on which a bureau may object."""
    confirmed_on = business_date(confirmed_at)
    rule = filing_policy_for(confirmed_on.year).attendance
    return add_workdays(confirmed_on, rule.object_within_workdays, is_workday=is_workday)
