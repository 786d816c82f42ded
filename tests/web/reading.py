"""Reading what a request left behind: the page as a person does, the database as it is now."""

from bs4 import BeautifulSoup
from sqlalchemy.orm import Session

from ce_bases.plans.models import Plan
from ce_bases.web.extensions import session as reading_session


def main(html: str) -> str:
    """What stands in the page's main part, its blanks as one."""
    found = BeautifulSoup(html, "html.parser").select_one("main")
    assert found is not None
    return " ".join(found.get_text(" ").split())


def look() -> Session:
    """The database as it is now, without holding it."""
    found = reading_session()
    found.rollback()
    found.expire_all()
    return found


def fresh(plan: Plan) -> Plan:
    """`plan` as it is now."""
    return look().get_one(Plan, plan.id)
