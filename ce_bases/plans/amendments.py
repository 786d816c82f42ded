"""Changing a filed plan: filed again, told to the bureau, or nothing — rules §3.

What is on file stays in force until something else is; the change is a revision beside it.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from ce_bases.core.actors import Actor
from ce_bases.core.errors import InvalidInputError, RuleViolationError, WrongStateError
from ce_bases.core.holidays import is_workday
from ce_bases.core.text import msg
from ce_bases.plans import notices
from ce_bases.plans.checks import Problems
from ce_bases.plans.decisions import put_change_in_force, put_in_force
from ce_bases.plans.details import content_hash
from ce_bases.plans.differences import change_rule, has_begun, keep, report_of, times_gone
from ce_bases.plans.drafting import reopen
from ce_bases.plans.lapsing import throw_away
from ce_bases.plans.models import LeadWaiver, Plan, PlanRevision, Standing
from ce_bases.plans.moves import check_version, move, require_writer, take
from ce_bases.plans.queries import in_force, open_revision, pending_change, working_change
from ce_bases.plans.submission import TooLateError, missing_in, seal, window_of
from ce_bases.plans.workflow import PlanAction, PlanState, next_state
from ce_bases.policy.changes import ChangeReport
from ce_bases.policy.filing import last_filing_day
from ce_bases.policy.registry import filing_policy_for


@dataclass(frozen=True, slots=True)
class Judged:
    """A change as it would be sent now: what it is, and what keeps it from being sent."""

    report: ChangeReport
    problems: Problems
    too_late: TooLateError | None


def open_change(session: Session, plan: Plan, *, actor: Actor, now: datetime) -> PlanRevision:
    """A working copy of what is on file; the one a colleague has begun, if there is one."""
    take(session, plan)
    require_writer(actor, plan, plan.organiser)
    next_state(plan.state, PlanAction.AMEND)
    if (begun := working_change(plan)) is not None:
        return begun
    if pending_change(plan) is not None:
        raise WrongStateError(
            msg("上一次变更已经报送，正在等待受理。"),
            next_step=msg("请等受理部门处理，或先撤回那次变更。"),
        )
    filed = in_force(plan)
    assert filed is not None
    if not may_open(plan, now=now):
        raise RuleViolationError(
            msg("所有课次都已经举行，不能再变更。"),
            next_step=msg("确有出入的，请用考勤更正，并附证明材料。"),
            clause=change_rule(filed).clause,
        )
    copy = reopen(session, plan, filed, now=now, amends=filed.number)
    move(session, plan, PlanAction.AMEND, actor=actor, now=now)
    session.flush()
    return copy


def may_open(plan: Plan, *, now: datetime) -> bool:
    """Whether something of a filed plan is still to come, and no change of it is open."""
    filed = in_force(plan)
    if plan.state is not PlanState.FILED or filed is None or open_revision(plan) is not None:
        return False
    return not all(has_begun(entry, now) for entry in filed.entries)


def judge(
    session: Session, plan: Plan, revision: PlanRevision, *, now: datetime, holding: bool = False
) -> Judged:
    """What sending `revision` now would mean; nothing is written."""
    filed = in_force(plan)
    assert filed is not None
    report = report_of(filed, revision, now=now)
    problems = {
        **missing_in(session, plan, revision, now=now, holding=holding),
        **_moved_into_the_past(filed, revision, now=now),
    }
    if report.strictest == "locked":
        problems["sessions"] = msg("变更涉及的课次已经举行，不能再修改。")
    too_late = None
    if report.strictest == "refile" and not problems:
        too_late = window_of(plan, revision, now=now).refusal
    return Judged(report, problems, too_late)


def _moved_into_the_past(filed: PlanRevision, revision: PlanRevision, *, now: datetime) -> Problems:
    """A change is in force before the session it touches, so no session can move to a time gone."""
    return {
        f"sessions-{index}-held_on": msg("新的上课时间已经过去了。")
        for index in times_gone(filed, revision, now=now)
    }


def send_change(
    session: Session, plan: Plan, *, expected_version: int, actor: Actor, now: datetime
) -> str:
    """Send the change being written; its class: `refile`, `notice` or `free`.

    A change to be filed again is submitted and tested against the window anew; any other is in
    force at once, and the bureau is told unless it is free.
    """
    revision = _own_working(session, plan, expected_version=expected_version, actor=actor)
    judged = judge(session, plan, revision, now=now, holding=True)
    if judged.problems:
        raise InvalidInputError(
            msg("还有 %(n)d 处需要补充或修改，补齐后才能报送。", n=len(judged.problems)),
            problems=judged.problems,
        )
    if judged.report.strictest is None:
        raise InvalidInputError(msg("没有任何改动，不需要报送。"))
    if judged.too_late is not None:
        raise judged.too_late
    keep(revision, judged.report)
    if judged.report.strictest == "refile":
        _file_again(session, plan, revision, actor=actor, now=now)
    else:
        _seal_beside_the_first(plan, revision, actor=actor, now=now)
        action = PlanAction.NOTIFY_CHANGE
        put_change_in_force(session, plan, revision, action, actor=actor, now=now)
    if judged.report.strictest == "notice":
        notices.tell_bureau_of_change(session, plan, revision, now=now)
    return judged.report.strictest


def _own_working(
    session: Session, plan: Plan, *, expected_version: int, actor: Actor
) -> PlanRevision:
    """The change being written, under the plan's lock; or why there is none."""
    take(session, plan)
    require_writer(actor, plan, plan.organiser)
    check_version(session, plan, expected_version)
    revision = working_change(plan)
    if revision is None:
        raise _nothing_open()
    return revision


def _nothing_open() -> WrongStateError:
    return WrongStateError(
        msg("这份计划现在没有正在办理的变更。"),
        next_step=msg("同事可能刚刚处理过。请打开计划页，查看最新状态。"),
    )


def _file_again(
    session: Session, plan: Plan, revision: PlanRevision, *, actor: Actor, now: datetime
) -> None:
    seal(plan, revision, actor=actor, now=now)
    changes = {"revision": revision.number, "opens_on": str(revision.opens_on)}
    move(session, plan, PlanAction.SUBMIT_CHANGE, actor=actor, now=now, changes=changes)
    session.flush()
    if revision.lead_waiver is LeadWaiver.OWN_LECTURE:
        put_in_force(session, plan, revision, actor=actor, now=now)


def _seal_beside_the_first(
    plan: Plan, revision: PlanRevision, *, actor: Actor, now: datetime
) -> None:
    """Seal a change that need not be filed again: the filed submission goes on counting.

    It opens no earlier than what is on file, so that one was in time for it too.
    """
    filed = in_force(plan)
    assert filed is not None
    assert revision.opens_on is not None
    digest = content_hash(revision)
    rule = filing_policy_for(revision.opens_on.year).filing
    revision.lead_waiver = filed.lead_waiver
    revision.counted_at, revision.counted_on = filed.counted_at, filed.counted_on
    revision.last_filing_on = last_filing_day(revision.opens_on, rule, is_workday=is_workday)
    revision.submitted_at, revision.submitted_by = now, actor.account_id
    revision.content_hash = digest
    revision.standing = Standing.PENDING


def recall_change(
    session: Session, plan: Plan, *, expected_version: int, actor: Actor, now: datetime
) -> None:
    """Take a submitted change back before the bureau decides; its text can be written on."""
    take(session, plan)
    require_writer(actor, plan, plan.organiser)
    check_version(session, plan, expected_version)
    revision = pending_change(plan)
    if revision is None:
        raise _nothing_open()
    revision.standing = Standing.PAST
    session.flush()
    reopen(session, plan, revision, now=now, amends=revision.amends)
    move(session, plan, PlanAction.RECALL_CHANGE, actor=actor, now=now)
    session.flush()


def drop_change(
    session: Session, plan: Plan, *, expected_version: int, actor: Actor, now: datetime
) -> None:
    """Throw the change being written away; what is on file goes on."""
    revision = _own_working(session, plan, expected_version=expected_version, actor=actor)
    throw_away(session, plan, revision)
    move(session, plan, PlanAction.DROP_CHANGE, actor=actor, now=now)
    session.flush()
