"""The demo's unit reminded its listed professional, and nobody else, two days ago."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.accounts.models import Account
from ce_bases.core.clock import business_date
from ce_bases.credits.reminding import remind_staff
from ce_bases.credits.staff import StaffFilter
from ce_bases.demo.setting import Setting
from ce_bases.people.models import Person
from ce_bases.people.queries import unit_actors


def remind_learner(session: Session, setting: Setting, learner: Person) -> None:
    """So that the page which reminds has somebody who rests."""
    at = setting.now - timedelta(days=2)
    account_id = session.scalars(select(Account.id).where(Account.username == "unit")).one()
    unit = unit_actors(session, account_id, setting.now)[0]
    wanted = StaffFilter(business_date(at).year, q=learner.name)
    remind_staff(session, wanted, actor=unit, now=at)
