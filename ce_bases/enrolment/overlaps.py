"""Classes of one person that take place at the same time; which to attend is the learner's choice.

Half-open intervals: 09:00–10:00 and 10:00–11:00 do not overlap.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from ce_bases.enrolment.models import Enrolment, Place
from ce_bases.plans.models import Plan, PlanRevision, Standing, TimetableEntry
from ce_bases.plans.workflow import PlanState


@dataclass(frozen=True, slots=True)
class Overlap:
    """A session of another class one is on the roster of, during one of this class."""

    person_id: int
    title: str
    topic: str
    held_on: date
    starts_at: time
    ends_at: time
    venue_name: str


def overlaps_of(
    session: Session, plan_id: int, person_ids: Sequence[int]
) -> dict[int, list[Overlap]]:
    """Person id → what they attend elsewhere during the filed sessions of the plan, in order."""
    mine, other = aliased(PlanRevision), aliased(PlanRevision)
    ours, theirs = aliased(TimetableEntry), aliased(TimetableEntry)
    rows = session.execute(
        select(
            *(Enrolment.person_id, other.title, theirs.topic, theirs.held_on),
            *(theirs.starts_at, theirs.ends_at, theirs.venue_name),
        )
        .distinct()
        .select_from(mine)
        .join(ours, ours.revision_id == mine.id)
        .join(
            theirs,
            (theirs.held_on == ours.held_on)
            & (theirs.starts_at < ours.ends_at)
            & (theirs.ends_at > ours.starts_at),
        )
        .join(other, (other.id == theirs.revision_id) & (other.standing == Standing.IN_FORCE))
        .join(Plan, (Plan.id == other.plan_id) & (Plan.state == PlanState.FILED))
        .join(Enrolment, (Enrolment.plan_id == Plan.id) & (Enrolment.place != Place.CANCELLED))
        .where(
            mine.plan_id == plan_id,
            mine.standing == Standing.IN_FORCE,
            Plan.id != plan_id,
            Enrolment.person_id.in_(person_ids),
        )
        .order_by(theirs.held_on, theirs.starts_at, other.title)
    )
    found: dict[int, list[Overlap]] = defaultdict(list)
    for row in rows:
        found[row.person_id].append(Overlap(*row))
    return dict(found)
