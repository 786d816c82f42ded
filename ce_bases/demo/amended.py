"""Changes of classes on file: one in force, one before its bureau, one still being written."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.core.actors import Actor
from ce_bases.plans import amendments, service
from ce_bases.plans.details import PlanDetails, details_of
from ce_bases.plans.models import Plan, PlanRevision, Standing
from ce_bases.plans.queries import working_change
from ce_bases.plans.workflow import PlanState

Edit = Callable[[PlanDetails], PlanDetails]


def change_classes(session: Session, clerk: Actor, *, now: datetime) -> None:
    """Take the clerk's last filed classes through the real services, as far as rules allow."""
    coming = _coming(session, clerk, now=now)
    for plan, edit in zip(coming, (_dearer, _another_contact), strict=False):
        _write(session, plan, edit, clerk, now=now)
        _send(session, plan, clerk, now=now)
    for plan in coming[1:]:
        _write(session, plan, _longer_title, clerk, now=now)
    session.flush()


def _write(session: Session, plan: Plan, edit: Edit, clerk: Actor, *, now: datetime) -> None:
    change = amendments.open_change(session, plan, actor=clerk, now=now)
    details, version = edit(details_of(change)), plan.version
    service.save_draft(session, plan, details, expected_version=version, actor=clerk, now=now)
    session.flush()


def _send(session: Session, plan: Plan, clerk: Actor, *, now: datetime) -> None:
    """Send what is written, unless the day of loading is too late for it."""
    change = working_change(plan)
    assert change is not None
    judged = amendments.judge(session, plan, change, now=now)
    if not judged.problems and judged.too_late is None:
        version = plan.version
        amendments.send_change(session, plan, expected_version=version, actor=clerk, now=now)
        session.flush()


def _coming(session: Session, clerk: Actor, *, now: datetime) -> Sequence[Plan]:
    """The clerk's filed classes to come, the last one first: it can still be filed again."""
    return session.scalars(
        select(Plan)
        .join(PlanRevision, PlanRevision.plan_id == Plan.id)
        .where(
            Plan.organiser_id == clerk.organiser_id,
            Plan.state == PlanState.FILED,
            PlanRevision.standing == Standing.IN_FORCE,
            PlanRevision.opens_on > (now + timedelta(days=1)).date(),
        )
        .order_by(PlanRevision.opens_on.desc(), Plan.id)
        .limit(2)
    ).all()


def _another_contact(details: PlanDetails) -> PlanDetails:
    return replace(details, contact_phone="0537-2356000", planned_number=_fewer(details))


def _fewer(details: PlanDetails) -> int:
    return max((details.planned_number or 50) - 10, 10)


def _dearer(details: PlanDetails) -> PlanDetails:
    return replace(
        details,
        fee_cents=details.fee_cents + 5000,
        fee_item=details.fee_item or "资料费",
        fee_basis=details.fee_basis or "按成本收取，报物价部门备案",
    )


def _longer_title(details: PlanDetails) -> PlanDetails:
    return replace(details, title=f"{details.title}（第二版）")
