"""What attendance has to say about changes in lower features."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.attendance.models import AttendanceRecord
from ce_bases.core import events
from ce_bases.core.errors import WrongStateError
from ce_bases.core.text import msg
from ce_bases.enrolment.events import LeavingRoster
from ce_bases.plans.models import CourseSession


def keep_signed_in(session: Session, leaving: LeavingRoster) -> None:
    """Refuse to take somebody off the roster who has signed in to one of its sessions.

    The remover holds the plan alone, those who sign in hold it together: no sign can slip in.
    """
    signed = session.scalars(
        select(AttendanceRecord.session_id)
        .join(CourseSession, CourseSession.id == AttendanceRecord.session_id)
        .where(
            CourseSession.plan_id == leaving.plan_id,
            AttendanceRecord.person_id == leaving.person_id,
            AttendanceRecord.signed_in_at.is_not(None),
        )
        .limit(1)
    ).first()
    if signed is not None:
        raise WrongStateError(
            msg("这个人已经签到，不能移出名单。"),
            next_step=msg("如果签到记错了，请先在考勤页撤销签到，再移出名单。"),
        )


def subscribe() -> None:
    """Have the guards asked; the factory calls this once."""
    events.subscribe(LeavingRoster, keep_signed_in)
