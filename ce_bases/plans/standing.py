"""Where a plan stands, in words: its state today, who has it, and since when."""

from dataclasses import dataclass
from datetime import date, datetime

from ce_bases.bureaus.directory import BY_CODE
from ce_bases.core.clock import end_of_day
from ce_bases.core.errors import NotFoundError
from ce_bases.core.text import Text, msg
from ce_bases.plans.models import Plan, PlanRevision, Standing
from ce_bases.plans.queries import in_force, open_revision
from ce_bases.plans.workflow import UNDER_WAY, PlanState


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a plan now (`name`), what they are to do with it, and since when."""

    name: str
    task: Text
    since: datetime


def shown_revision(plan: Plan) -> PlanRevision:
    """The revision a plan's page is about: in force, else being written or judged, else last."""
    return in_force(plan) or open_revision(plan) or plan.revisions[-1]


def submitted_revision(plan: Plan) -> PlanRevision:
    """The same for who cannot write the plan: never what is only being written.

    NotFoundError when nothing was submitted yet.
    """
    sealed = [revision for revision in plan.revisions if revision.submitted_at is not None]
    if not sealed:
        raise NotFoundError
    return in_force(plan) or sealed[-1]


def state_shown(plan: Plan, today: date, *, revision: PlanRevision | None = None) -> str:
    """The plan's state as people see it; `under_way` while its dates last, never stored."""
    revision = revision or in_force(plan)
    if plan.state is PlanState.FILED and revision is not None and revision.opens_on is not None:
        assert revision.closes_on is not None
        if revision.opens_on <= today <= revision.closes_on:
            return UNDER_WAY
    return plan.state.value


def who_has_it(plan: Plan, today: date, *, revision: PlanRevision | None = None) -> Holder:
    """Who must act on `plan` next, and since when it has been with them."""
    organiser, bureau = plan.organiser.name, BY_CODE[plan.bureau_code].name
    if plan.state is PlanState.FILED and revision and revision.standing is Standing.PENDING:
        assert revision.submitted_at is not None
        return Holder(bureau, msg("变更待受理"), revision.submitted_at)
    if plan.state is PlanState.FILED:
        return _while_filed(plan, today, revision or in_force(plan))
    name, task = {
        PlanState.DRAFT: (organiser, msg("尚未报送")),
        PlanState.SUBMITTED: (bureau, msg("待受理")),
        PlanState.RETURNED: (organiser, msg("待补正后重新报送")),
        PlanState.ATTENDANCE_CONFIRMED: (bureau, msg("考勤已确认，学时待入账")),
        PlanState.CREDITED: (organiser, msg("已办结，学时已入账")),
        PlanState.REFUSED: (organiser, msg("已办结，不予备案")),
        PlanState.WITHDRAWN: (organiser, msg("已办结，办班单位撤回")),
        PlanState.CANCELLED: (organiser, msg("已办结，培训已取消")),
    }[plan.state]
    return Holder(name, task, plan.state_since)


def _while_filed(plan: Plan, today: date, revision: PlanRevision | None) -> Holder:
    organiser = plan.organiser.name
    if revision is None or revision.opens_on is None or today < revision.opens_on:
        return Holder(organiser, msg("已备案，待开班"), plan.state_since)
    assert revision.closes_on is not None
    if today <= revision.closes_on:
        return Holder(organiser, msg("正在办班"), plan.state_since)
    return Holder(organiser, msg("培训已结束，待确认考勤"), end_of_day(revision.closes_on))


_WAY: tuple[tuple[Text, frozenset[str]], ...] = (
    (msg("草稿"), frozenset({PlanState.DRAFT})),
    (msg("报送受理"), frozenset({PlanState.SUBMITTED, PlanState.RETURNED})),
    (msg("备案"), frozenset({PlanState.FILED})),
    (msg("办班签到"), frozenset({UNDER_WAY})),
    (msg("确认考勤"), frozenset({PlanState.ATTENDANCE_CONFIRMED})),
    (msg("学时入账"), frozenset({PlanState.CREDITED})),
)


def steps_of(plan: Plan, today: date) -> list[tuple[Text, str, str]]:
    """The six steps of a plan's usual way as (label, `done`, `now` or empty, note).

    Empty when the plan has left that way.
    """
    shown = state_shown(plan, today)
    here = next((i for i, (_label, states) in enumerate(_WAY) if shown in states), None)
    if here is None:
        return []
    revision = in_force(plan)
    if plan.state is PlanState.FILED and revision is not None and revision.closes_on is not None:
        here = 4 if today > revision.closes_on else max(here, 2)
    finished = plan.state is PlanState.CREDITED
    return [
        (label, "done" if index < here or finished else "now" if index == here else "", "")
        for index, (label, _states) in enumerate(_WAY)
    ]


def last_decision(plan: Plan) -> PlanRevision | None:
    """The newest revision a bureau has sent back or refused, with its reason."""
    decided = [r for r in plan.revisions if r.standing is Standing.PAST and r.decision_reason]
    return decided[-1] if decided else None
