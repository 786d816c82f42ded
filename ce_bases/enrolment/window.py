"""Until when one may enrol in a class, and what to do when it is too late."""

from datetime import datetime

from ce_bases.core.clock import moment_at
from ce_bases.core.errors import WrongStateError
from ce_bases.core.text import msg
from ce_bases.plans.models import Plan, PlanRevision
from ce_bases.plans.workflow import PlanState


def opens_at(revision: PlanRevision) -> datetime:
    """The start of the first session."""
    first = revision.entries[0]
    return moment_at(first.held_on, first.starts_at)


def closes_at(revision: PlanRevision) -> datetime:
    """The moment from which nobody can enrol or cancel by themselves any more."""
    return revision.enrol_closes_at or opens_at(revision)


def closed(plan: Plan, revision: PlanRevision, now: datetime) -> WrongStateError | None:
    """Why enrolment in a published class is closed, and what to do; None while it is open."""
    elsewhere = msg("请在培训日历上另选一个培训班。")
    if plan.state is PlanState.CANCELLED:
        return WrongStateError(msg("这个培训班已取消。"), next_step=elsewhere)
    last = revision.entries[-1]
    if plan.state is not PlanState.FILED or now >= moment_at(last.held_on, last.ends_at):
        return WrongStateError(msg("这个培训班已经结束。"), next_step=elsewhere)
    if now >= (closing := closes_at(revision)):
        return WrongStateError(
            msg("网上报名已于 %(at)s 截止。", at=closing),
            next_step=msg(
                "仍想参加或不能参加，请直接联系办班单位：%(name)s，%(phone)s。",
                name=revision.contact_name,
                phone=revision.contact_phone,
            ),
        )
    return None
