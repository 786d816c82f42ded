"""What clerks are reminded of: the last filing day of drafts, attendance that is to be confirmed.

Everything is found when it is asked for, so that a reminder moves or dies with its class.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from ce_bases.bureaus.holidays import Workdays
from ce_bases.bureaus.queries import officer_accounts
from ce_bases.core.clock import business_date, local
from ce_bases.core.text import msg
from ce_bases.messages.events import RemindersDue
from ce_bases.messages.notes import Note
from ce_bases.messages.service import notify
from ce_bases.organisers.models import OrganiserKind
from ce_bases.organisers.queries import clerk_accounts
from ce_bases.plans.deadlines import confirm_by
from ce_bases.plans.models import Plan, PlanRevision, Standing
from ce_bases.plans.window import window_on
from ce_bases.plans.workflow import PlanState

#: Nobody is reminded at night.
FROM_HOUR = 8
#: Days before a deadline on which clerks are reminded.
DAYS_BEFORE = (1, 3)
#: No deadline lies further from its class than this.
SPAN = timedelta(days=60)


def remind_clerks(session: Session, due: RemindersDue) -> None:
    """Tell clerks what runs out in three days and what runs out tomorrow, each once."""
    if local(due.now).hour < FROM_HOUR:
        return
    today = business_date(due.now)
    for plan, note in (*_filings(session, today), *_confirmations(session, today)):
        due.told += notify(session, _keepers(session, plan, today), note, now=due.now)


def stage(deadline: date, today: date) -> int | None:
    """Which of `DAYS_BEFORE` has come for a deadline; None when none has, or it has passed."""
    left = (deadline - today).days
    return next((days for days in DAYS_BEFORE if 0 <= left <= days), None)


def _filings(session: Session, today: date) -> Iterator[tuple[Plan, Note]]:
    rows = session.execute(
        _classes(Standing.WORKING).where(
            Plan.state == PlanState.DRAFT, PlanRevision.opens_on.between(today, today + SPAN)
        )
    )
    for plan, revision in rows:
        assert revision.opens_on is not None
        last = window_on(revision.opens_on, today).window.last_filing_day
        days = stage(last, today)
        if days is None or plan.organiser.kind is OrganiserKind.BUREAU:
            continue
        title = msg("报送期限快到了：%(title)s", title=revision.title)
        body = msg(
            "%(opens_on)s 开班，最迟 %(last)s 24:00 前报送备案。",
            opens_on=revision.opens_on,
            last=last,
        )
        yield (
            plan,
            Note(
                "filing_due",
                title,
                body,
                "plans.edit",
                {"plan_id": plan.id},
                key=f"filing_due:{plan.id}:{last}:{days}",
                once=True,
            ),
        )


def _confirmations(session: Session, today: date) -> Iterator[tuple[Plan, Note]]:
    rows = session.execute(
        _classes(Standing.IN_FORCE).where(
            Plan.state == PlanState.FILED,
            PlanRevision.closes_on.between(today - SPAN, today - timedelta(days=1)),
        )
    )
    workdays = Workdays(session)
    for plan, revision in rows:
        assert revision.closes_on is not None
        last = confirm_by(revision.closes_on, workdays)
        if (days := stage(last, today)) is None:
            continue
        title = msg("请确认考勤：%(title)s", title=revision.title)
        body = msg("确认后学时才能入账，最迟 %(last)s。", last=last)
        yield (
            plan,
            Note(
                "confirmation_due",
                title,
                body,
                "credits.confirm",
                {"plan_id": plan.id},
                key=f"confirmation_due:{plan.id}:{last}:{days}",
                once=True,
            ),
        )


def _classes(standing: Standing) -> Select[Plan, PlanRevision]:
    return (
        select(Plan, PlanRevision)
        .join(PlanRevision, PlanRevision.plan_id == Plan.id)
        .where(PlanRevision.standing == standing)
        .options(joinedload(Plan.organiser))
        .order_by(Plan.id)
    )


def _keepers(session: Session, plan: Plan, today: date) -> list[int]:
    """Who keeps the plan: its clerks, or the officers of the bureau that holds it itself."""
    if plan.organiser.kind is OrganiserKind.BUREAU:
        return list(officer_accounts(session, plan.organiser.area_code, today=today))
    return list(clerk_accounts(session, plan.organiser_id, today=today))
