"""Writing what the public sees: one row a session, rendered once when it changes."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ce_bases.plans.ical import render_event
from ce_bases.plans.models import Plan, PlanRevision, PublishedSession, TimetableEntry
from ce_bases.plans.queries import in_force
from ce_bases.plans.workflow import PlanState


def publish(session: Session, plan: Plan, *, now: datetime) -> None:
    """Bring the published sessions of a filed or cancelled `plan` up to its revision in force.

    Each call is one published change: SEQUENCE rises, and every feed shows it. A session the
    revision no longer has stays as cancelled: who has it in a calendar must be told.
    """
    revision = in_force(plan)
    assert revision is not None
    plan.sequence += 1
    held = {entry.session_id for entry in revision.entries}
    own = PublishedSession.plan_id == plan.id
    dropped = set(
        session.scalars(
            select(PublishedSession.session_id).where(
                own, PublishedSession.session_id.not_in(held), ~PublishedSession.is_cancelled
            )
        )
    )
    session.execute(
        delete(PublishedSession).where(own, PublishedSession.session_id.in_(held | dropped))
    )
    session.add_all(published_row(plan, revision, entry, now=now) for entry in revision.entries)
    session.add_all(
        published_row(plan, last, entry, now=now, is_dropped=True)
        for last, entry in _last_entries(plan, dropped)
    )
    session.flush()


def _last_entries(
    plan: Plan, session_ids: set[int]
) -> Iterator[tuple[PlanRevision, TimetableEntry]]:
    """Each of these sessions as the newest decided revision that had it planned it."""
    left = set(session_ids)
    for revision in sorted(plan.revisions, key=lambda r: -r.number):
        for entry in revision.entries if revision.decided_at is not None else ():
            if entry.session_id in left:
                left.remove(entry.session_id)
                yield revision, entry


def published_row(
    plan: Plan,
    revision: PlanRevision,
    entry: TimetableEntry,
    *,
    now: datetime,
    is_dropped: bool = False,
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
        is_cancelled=is_dropped or plan.state is PlanState.CANCELLED,
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
