"""What enrolment does when something happens to a plan."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.core import events
from ce_bases.core.clock import business_date
from ce_bases.core.text import msg
from ce_bases.enrolment import places, queries, telling
from ce_bases.enrolment.models import Enrolment, Place
from ce_bases.enrolment.reminders import remind_learners
from ce_bases.messages.events import RemindersDue
from ce_bases.organisers.events import VenueGrew
from ce_bases.people.queries import accounts_of
from ce_bases.plans.events import LossesAsked, PlanCancelled, PlanChanged, PlanMoved
from ce_bases.plans.models import Plan
from ce_bases.plans.moves import take
from ce_bases.plans.workflow import PlanAction


def tell_losses(session: Session, asked: LossesAsked) -> None:
    """Name the people who would lose their class."""
    plan = session.get_one(Plan, asked.plan_id)
    there = _there(session, plan, Place.ENROLLED)
    if there:
        told = len(accounts_of(session, (place.person_id for place in there)))
        asked.losses.append(
            msg(
                "名单上的 %(n)d 人将没有这门课。"
                "系统会通知其中有账号的 %(told)d 人，其余需要由您通知。",
                n=len(there),
                told=told,
            )
        )


def tell_cancelled(session: Session, cancelled: PlanCancelled) -> None:
    """Tell everybody who has a seat or waits for one."""
    plan = session.get_one(Plan, cancelled.plan_id)
    there = _there(session, plan, Place.ENROLLED, Place.WAITING)
    telling.tell_cancelled(session, plan, there, reason=cancelled.reason, now=cancelled.at)


def follow_change(session: Session, changed: PlanChanged) -> None:
    """Tell those on the roster when and where it is now; who waits gets the seats it has more."""
    plan = session.get_one(Plan, changed.plan_id)
    if changed.for_learners:
        there = _there(session, plan, Place.ENROLLED, Place.WAITING)
        telling.tell_changed(session, plan, there, now=changed.at)
    places.promote(session, plan, now=changed.at)


def follow_larger_room(session: Session, grew: VenueGrew) -> None:
    """Give the seats that a larger room adds to those who wait for them.

    Every class that has the room is held, also one where nobody waits yet: who comes at the same
    moment is judged by the new capacity, or is seen here. Rows of one class after the other, in
    the order of their ids.
    """
    today = business_date(grew.at)
    for plan in session.scalars(queries.classes_in(grew.venue_id, today=today)).all():
        take(session, plan)
        places.promote(session, plan, now=grew.at)


def tell_filed(session: Session, moved: PlanMoved) -> None:
    """When a class is filed for the first time, tell those the base has listed already."""
    plan = session.get_one(Plan, moved.plan_id)
    if moved.action is PlanAction.FILE and plan.sequence == 0:
        there = _there(session, plan, Place.ENROLLED)
        telling.tell_seated(session, plan, there, by=plan.organiser.name, now=moved.at)


def _there(session: Session, plan: Plan, *wanted: Place) -> Sequence[Enrolment]:
    return session.scalars(
        select(Enrolment).where(Enrolment.plan_id == plan.id, Enrolment.place.in_(wanted))
    ).all()


def subscribe() -> None:
    """Have enrolment told; the factory calls this once."""
    events.subscribe(LossesAsked, tell_losses)
    events.subscribe(PlanCancelled, tell_cancelled)
    events.subscribe(PlanChanged, follow_change)
    events.subscribe(VenueGrew, follow_larger_room)
    events.subscribe(PlanMoved, tell_filed)
    events.subscribe(RemindersDue, remind_learners)
