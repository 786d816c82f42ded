"""Who is told when posted hours change after the bureau's decision."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.core.clock import business_date
from ce_bases.core.text import Text, msg
from ce_bases.messages.notes import Note
from ce_bases.messages.service import notify
from ce_bases.organisers.models import OrganiserMember
from ce_bases.people.models import Person
from ce_bases.plans.models import Plan


def tell_of_change(
    session: Session, plan: Plan, person_id: int, year: int, said: Text, *, now: datetime
) -> None:
    """Tell the person and everybody who works for the organiser, in the transaction of the fact."""
    person = session.get_one(Person, person_id)
    if person.account_id is not None:
        note = Note(
            "hours_corrected", msg("您的学时有更正"), said, "credits.my_year", {"year": year}
        )
        notify(session, [person.account_id], note, now=now)
    today = business_date(now)
    clerks = session.scalars(
        select(OrganiserMember.account_id).where(
            OrganiserMember.organiser_id == plan.organiser_id,
            OrganiserMember.since_on <= today,
            (OrganiserMember.until_on.is_(None)) | (OrganiserMember.until_on >= today),
        )
    )
    body = msg("%(name)s：%(said)s", name=person.name, said=said)
    note = Note(
        "hours_corrected",
        msg("受理部门更正了已入账的学时"),
        body,
        "credits.confirm",
        {"plan_id": plan.id},
    )
    notify(session, clerks, note, now=now)
