"""What becomes of a change that will never be decided."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ce_bases.plans.models import CourseSession, Plan, PlanRevision, Standing, TimetableEntry
from ce_bases.plans.queries import open_revision


def let_lapse(session: Session, plan: Plan) -> None:
    """End the open change of a plan that is no longer filed: nobody can decide it any more."""
    revision = open_revision(plan)
    if revision is None:
        return
    if revision.standing is Standing.PENDING:
        revision.standing = Standing.PAST
    else:
        throw_away(session, plan, revision)


def throw_away(session: Session, plan: Plan, revision: PlanRevision) -> None:
    """Delete a working revision, and the sessions that only it knew."""
    session.delete(revision)
    session.flush()
    session.expire(plan, ["revisions"])
    planned = select(TimetableEntry.session_id).where(TimetableEntry.session_id == CourseSession.id)
    session.execute(
        delete(CourseSession)
        .where(CourseSession.plan_id == plan.id, ~planned.exists())
        .execution_options(synchronize_session=False)
    )
