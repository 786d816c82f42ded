"""The day before: who has a seat is reminded of when and where."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.core.clock import business_date, local, moment_at
from ce_bases.core.text import msg
from ce_bases.enrolment.models import Enrolment, Place
from ce_bases.enrolment.telling import ONLINE, OWN_PAGE
from ce_bases.messages.events import RemindersDue
from ce_bases.messages.notes import Note
from ce_bases.messages.queries import not_told
from ce_bases.messages.service import notify
from ce_bases.people.models import Person
from ce_bases.plans.models import Plan, PlanRevision, Standing, TimetableEntry
from ce_bases.plans.reminders import FROM_HOUR
from ce_bases.plans.workflow import PlanState


def remind_learners(session: Session, due: RemindersDue) -> None:
    """Tell them of tomorrow's classes, once a class and day; found as the timetable is now."""
    if local(due.now).hour < FROM_HOUR:
        return
    tomorrow = business_date(due.now) + timedelta(days=1)
    rows = session.execute(
        select(Plan, PlanRevision, TimetableEntry)
        .join(PlanRevision, PlanRevision.plan_id == Plan.id)
        .join(TimetableEntry, TimetableEntry.revision_id == PlanRevision.id)
        .where(
            Plan.state == PlanState.FILED,
            PlanRevision.standing == Standing.IN_FORCE,
            TimetableEntry.held_on == tomorrow,
        )
        .order_by(Plan.id, TimetableEntry.starts_at)
    ).all()
    first = {plan.id: (plan, revision, entry) for plan, revision, entry in reversed(rows)}
    for plan_id in sorted(first):
        note = _note(*first[plan_id])
        accounts = session.scalars(
            select(Person.account_id)
            .join(Enrolment, Enrolment.person_id == Person.id)
            .where(
                Enrolment.plan_id == plan_id,
                Enrolment.place == Place.ENROLLED,
                Person.account_id.is_not(None),
            )
        )
        wanted = [account for account in accounts if account is not None]
        new = not_told(session, wanted, note.key)
        due.told += notify(session, new, note, now=due.now) if new else 0


def _note(plan: Plan, revision: PlanRevision, entry: TimetableEntry) -> Note:
    assert plan.filing_number is not None
    return Note(
        "tomorrow",
        msg("明天上课：%(title)s", title=revision.title),
        msg(
            "%(at)s，%(place)s。请带好手机，按时签到。",
            at=moment_at(entry.held_on, entry.starts_at),
            place=entry.venue_name or ONLINE,
        ),
        OWN_PAGE,
        {"number": plan.filing_number},
        key=f"tomorrow:{plan.id}:{entry.held_on}",
        once=True,
    )
