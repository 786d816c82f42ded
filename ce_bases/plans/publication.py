"""Writing what the public sees: one row a session, rendered once when it changes."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from ce_bases.plans.ical import render_event
from ce_bases.plans.models import Plan, PlanRevision, PublishedSession, TimetableEntry
from ce_bases.plans.queries import in_force
from ce_bases.plans.workflow import PlanState


def publish(session: Session, plan: Plan, *, now: datetime) -> None:
    """Bring the published sessions of a filed or cancelled `plan` up to its revision in force.

    Each call is one published change: SEQUENCE rises, and every feed shows it.
    """
    revision = in_force(plan)
    assert revision is not None
    plan.sequence += 1
    session.execute(delete(PublishedSession).where(PublishedSession.plan_id == plan.id))
    session.add_all(published_row(plan, revision, entry, now=now) for entry in revision.entries)
    session.flush()


def published_row(
    plan: Plan, revision: PlanRevision, entry: TimetableEntry, *, now: datetime
) -> PublishedSession:
    """The public face of one session."""
    assert plan.filing_number is not None
    assert revision.subject is not None
    assert revision.form is not None
    row = PublishedSession(
        session_id=entry.session_id,
        plan_id=plan.id,
        organiser_id=plan.organiser_id,
        organiser_name=plan.organiser.name,
        filing_number=plan.filing_number,
        area_code=entry.venue_area or plan.organiser.area_code,
        subject=revision.subject,
        form=revision.form,
        title=revision.title,
        topic=entry.topic,
        lecturer_name=entry.lecturer_name,
        venue_name=entry.venue_name,
        held_on=entry.held_on,
        starts_at=entry.starts_at,
        ends_at=entry.ends_at,
        halves=entry.halves,
        is_cancelled=plan.state is PlanState.CANCELLED,
        has_exception=plan.has_exception,
        sequence=plan.sequence - 1,
        changed_at=now,
        search_text="",
        vevent="",
    )
    row.search_text = _search_text(row)
    row.vevent = render_event(row, revision, entry)
    return row


def _search_text(row: PublishedSession) -> str:
    words = (
        row.title,
        row.topic,
        row.lecturer_name,
        row.organiser_name,
        row.venue_name,
        row.filing_number,
    )
    return " ".join(words).lower()
