"""People with accounts who enrol by themselves."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.accounts.models import Account
from ce_bases.core.actors import Actor, Role
from ce_bases.enrolment.models import Enrolment, Place
from ce_bases.messages.models import Message
from ce_bases.messages.notes import thaw
from ce_bases.people.models import Affiliation
from ce_bases.plans.models import Plan
from tests.factories.world import World, make_person


def make_learners(
    session: Session, world: World, count: int, *, now: datetime, unit_id: int | None = None
) -> list[Actor]:
    """`count` professionals with accounts `joiner0` …; of `unit_id`, else of no unit."""
    learners = []
    for number in range(count):
        name = f"学员{chr(ord('甲') + number)}"
        account = Account(username=f"joiner{number}", display_name=name, created_at=now)
        session.add(account)
        session.flush()
        person = make_person(session, name, 500 + number, now=now, account_id=account.id)
        if unit_id:
            since = now.date()
            session.add(Affiliation(person_id=person.id, unit_id=unit_id, since_on=since))
        learners.append(Actor(account.id, Role.PROFESSIONAL, name, person_id=person.id))
    session.flush()
    return learners


def places_of(session: Session, plan: Plan) -> dict[str, list[int]]:
    """Person ids with a seat, then those who wait in their order."""
    session.flush()
    live = select(Enrolment).where(Enrolment.plan_id == plan.id)
    rows = session.scalars(live.order_by(Enrolment.waiting_since, Enrolment.id)).all()
    return {
        "seats": sorted(row.person_id for row in rows if row.place is Place.ENROLLED),
        "waiting": [row.person_id for row in rows if row.place is Place.WAITING],
    }


def told(session: Session, actor: Actor) -> list[tuple[str, str]]:
    """(kind, title) of everything the actor was told, oldest first."""
    session.flush()
    own = select(Message).where(Message.account_id == actor.account_id)
    rows = session.scalars(own.order_by(Message.told_at, Message.id))
    return [(row.kind, str(thaw(row.title))) for row in rows]
