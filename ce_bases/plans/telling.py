"""What clerks and officers are told of a filing's way: in the transaction of each step."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from ce_bases.bureaus.directory import BY_CODE
from ce_bases.bureaus.queries import officer_accounts
from ce_bases.core import events
from ce_bases.core.clock import business_date
from ce_bases.core.text import Text, msg
from ce_bases.messages.events import RemindersDue
from ce_bases.messages.notes import Note
from ce_bases.messages.service import notify
from ce_bases.organisers.models import OrganiserKind
from ce_bases.organisers.queries import clerk_accounts
from ce_bases.plans.events import PlanMoved
from ce_bases.plans.models import Plan
from ce_bases.plans.reminders import remind_clerks
from ce_bases.plans.workflow import PlanAction

#: The page of a plan for its clerks, and for the officers who judge it.
CLERKS_PAGE, OFFICERS_PAGE = "plans.show", "oversight.item"
_TO_OFFICERS: Mapping[PlanAction, tuple[Text, Text]] = {
    PlanAction.SUBMIT: (
        msg("新报送：%(title)s"),
        msg("%(organiser)s报送，%(opens_on)s 开班，待受理。"),
    ),
    PlanAction.WITHDRAW: (
        msg("办班单位已撤回：%(title)s"),
        msg("%(organiser)s撤回了报送，不用再受理。"),
    ),
    PlanAction.CANCEL: (
        msg("办班单位已取消办班：%(title)s"),
        msg("%(organiser)s，备案号 %(number)s。原因：%(reason)s"),
    ),
}
_TO_CLERKS: Mapping[PlanAction, tuple[Text, Text]] = {
    PlanAction.FILE: (
        msg("已予以备案：%(title)s"),
        msg("%(bureau)s已备案，备案号 %(number)s，公开日历上可以看到。"),
    ),
    PlanAction.RETURN: (
        msg("退回补正：%(title)s"),
        msg("%(bureau)s退回，请补正后重新报送。理由：%(reason)s"),
    ),
    PlanAction.REFUSE: (
        msg("不予备案：%(title)s"),
        msg("%(bureau)s不予备案。理由：%(reason)s"),
    ),
}


def tell_moved(session: Session, moved: PlanMoved) -> None:
    """Tell the other side: officers what was submitted or given up, clerks what was decided."""
    plan = session.get_one(Plan, moved.plan_id)
    if plan.organiser.kind is OrganiserKind.BUREAU:
        return  # a bureau's own 公益课堂 has no other side
    today = business_date(moved.at)
    if moved.action in _TO_CLERKS:
        clerks = clerk_accounts(session, plan.organiser_id, today=today)
        _tell(session, clerks, plan, _TO_CLERKS[moved.action], moved)
    elif moved.action in _TO_OFFICERS and any(r.submitted_at for r in plan.revisions):
        officers = officer_accounts(session, plan.bureau_code, today=today)
        _tell(session, officers, plan, _TO_OFFICERS[moved.action], moved)


def _tell(
    session: Session,
    accounts: Sequence[int],
    plan: Plan,
    words: tuple[Text, Text],
    moved: PlanMoved,
) -> None:
    title, body = (Text(text.msgid, _values(plan, text.msgid, moved)) for text in words)
    page = CLERKS_PAGE if moved.action in _TO_CLERKS else OFFICERS_PAGE
    note = Note(f"plan_{moved.action}", title, body, page, {"plan_id": plan.id})
    notify(session, (a for a in accounts if a != moved.by), note, now=moved.at)


def _values(plan: Plan, msgid: str, moved: PlanMoved) -> dict[str, Any]:
    """What the sentence names, and nothing else: messages keep their values."""
    revision = plan.revisions[-1]
    known = {
        "title": revision.title,
        "organiser": plan.organiser.name,
        "bureau": BY_CODE[plan.bureau_code].name,
        "opens_on": revision.opens_on,
        "number": plan.filing_number,
        "reason": moved.reason,
    }
    return {name: value for name, value in known.items() if f"%({name})s" in msgid}


def subscribe() -> None:
    """Have the sides told, and the clerks reminded; the factory calls this once."""
    events.subscribe(PlanMoved, tell_moved)
    events.subscribe(RemindersDue, remind_clerks)
