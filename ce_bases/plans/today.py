"""What a clerk must do today, sorted by deadline."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from ce_bases.bureaus.holidays import Workdays
from ce_bases.core.actors import Actor
from ce_bases.core.text import Text, msg
from ce_bases.plans.deadlines import confirm_by
from ce_bases.plans.grace import grace_until
from ce_bases.plans.lists import TO_CONFIRM, Wanted, changes_of, plans_of
from ce_bases.plans.models import Plan, PlanRevision
from ce_bases.plans.window import window_on
from ce_bases.plans.workflow import PlanState

MOST = 50


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing to do: about which plan, by which day (None: no day set yet)."""

    plan: Plan
    revision: PlanRevision
    what: Text
    due: date | None

    def urgency(self, today: date) -> str:
        """`late`, `soon` (three days and less) or empty, for the colour beside the words."""
        if self.due is None or self.due > today + timedelta(days=3):
            return ""
        return "late" if self.due < today else "soon"


def todo_list(session: Session, actor: Actor, *, today: date) -> list[Todo]:
    """Drafts to submit, returned plans to correct, changes not sent, attendance to confirm: most
    urgent first.
    """
    found = []
    workdays = Workdays(session)
    for state in (PlanState.DRAFT, PlanState.RETURNED, TO_CONFIRM):
        wanted = Wanted(state=state, sort="opens")
        rows = session.execute(plans_of(actor, wanted, today=today).limit(MOST))
        found += [_todo(plan, revision, state, today, workdays) for plan, revision in rows]
    for plan, revision in session.execute(changes_of(actor).limit(MOST)):
        what = msg("变更补正后报送") if revision.corrects else msg("变更核对后报送")
        found.append(Todo(plan, revision, what, grace_until(plan)))
    return sorted(found, key=lambda todo: (todo.due is None, todo.due or today, todo.plan.id))


def _todo(
    plan: Plan, revision: PlanRevision, state: str, today: date, is_workday: Workdays
) -> Todo:
    if state == TO_CONFIRM:
        assert revision.closes_on is not None
        due = confirm_by(revision.closes_on, is_workday)
        return Todo(plan, revision, msg("确认考勤"), due)
    if state == PlanState.RETURNED:
        return Todo(plan, revision, msg("补正后报送"), grace_until(plan))
    if revision.opens_on is None:
        return Todo(plan, revision, msg("填好课程安排后报送"), None)
    last = window_on(revision.opens_on, today).window.last_filing_day
    return Todo(plan, revision, msg("报送备案"), last)
