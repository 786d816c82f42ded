"""What people are told about their places in classes: in the transaction of the fact."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from functools import reduce

from sqlalchemy.orm import Session

from ce_bases.core.clock import moment_at
from ce_bases.core.text import Text, msg
from ce_bases.enrolment.models import Enrolment
from ce_bases.enrolment.window import opens_at
from ce_bases.messages.notes import Note
from ce_bases.messages.service import notify
from ce_bases.people.queries import accounts_of
from ce_bases.plans.models import Plan, PlanRevision
from ce_bases.plans.queries import in_force

Places = Iterable[Enrolment]
#: The page of one's own place in the class.
OWN_PAGE = "enrolment.own"
ONLINE = msg("线上")
SETTLE_MINUTES = 10
LINES = 6


def tell_seated(session: Session, plan: Plan, places: Places, *, by: str, now: datetime) -> None:
    """Tell them that they have a seat; `by`: who enrolled them, empty for themselves."""
    title = msg("报名成功：%(title)s", title=_title(plan))
    body = _where_and_when(plan)
    if by:
        title = msg("已为您报名：%(title)s", title=_title(plan))
        body = msg("%(by)s为您报了名。%(rest)s", by=by, rest=body)
    _tell(session, places, _note(plan, "enrolled", title, body), now=now)


def tell_waiting(session: Session, plan: Plan, places: Places, *, by: str, now: datetime) -> None:
    """Tell them that they wait for a seat."""
    body = msg("名额已满。有人取消时按先后顺序自动递补，递补上了会在这里通知您。")
    if by:
        body = msg("%(by)s为您报了名。%(rest)s", by=by, rest=body)
    title = msg("已列入候补：%(title)s", title=_title(plan))
    _tell(session, places, _note(plan, "waiting", title, body), now=now)


def tell_promoted(session: Session, plan: Plan, places: Places, *, now: datetime) -> None:
    """Tell those who waited that they have a seat now."""
    title = msg("候补递补成功：%(title)s", title=_title(plan))
    body = msg("您已有名额。%(rest)s不能参加请尽早取消，让给后面的人。", rest=_where_and_when(plan))
    _tell(session, places, _note(plan, "promoted", title, body), now=now)


def tell_taken_off(session: Session, plan: Plan, places: Places, *, by: str, now: datetime) -> None:
    """Tell them that somebody else gave up their seat or their place in the waiting list."""
    title = msg("报名已取消：%(title)s", title=_title(plan))
    body = msg("%(by)s取消了您在这个班的报名。%(contact)s", by=by, contact=_contact(plan))
    _tell(session, places, _note(plan, "taken_off", title, body), now=now)


def tell_cancelled(
    session: Session, plan: Plan, places: Places, *, reason: str, now: datetime
) -> None:
    """Tell them that their class was cancelled."""
    title = msg("培训班已取消：%(title)s", title=_title(plan))
    body = msg("原因：%(reason)s\n%(contact)s", reason=reason, contact=_contact(plan))
    _tell(session, places, _note(plan, "class_cancelled", title, body), now=now)


def tell_changed(session: Session, plan: Plan, places: Places, *, now: datetime) -> None:
    """Tell them when and where their class is now; what follows within minutes is one message."""
    revision = _revision(plan)
    title = msg("培训安排有变化：%(title)s", title=revision.title)
    body = msg(
        "时间、地点、形式或费用有变动，请核对最新安排：\n%(rest)s", rest=_timetable(revision)
    )
    note = replace(
        _note(plan, "class_changed", title, body),
        key=f"class_changed:{plan.id}",
        settle_minutes=SETTLE_MINUTES,
    )
    _tell(session, places, note, now=now)


def _timetable(revision: PlanRevision) -> Text:
    """The sessions, a line each; the first few say it, the page has them all."""
    lines = [
        msg(
            "%(at)s–%(until)s，%(place)s",
            at=moment_at(entry.held_on, entry.starts_at),
            until=f"{entry.ends_at:%H:%M}",
            place=entry.venue_name or ONLINE,
        )
        for entry in revision.entries[:LINES]
    ]
    if len(revision.entries) > LINES:
        lines.append(msg("共 %(n)d 次课，其余见报名页面", n=len(revision.entries)))
    return reduce(lambda said, line: msg("%(said)s\n%(line)s", said=said, line=line), lines)


def _note(plan: Plan, kind: str, title: Text, body: Text) -> Note:
    assert plan.filing_number is not None
    return Note(kind, title, body, OWN_PAGE, {"number": plan.filing_number})


def _tell(session: Session, places: Places, note: Note, *, now: datetime) -> None:
    notify(session, accounts_of(session, (p.person_id for p in places)), note, now=now)


def _revision(plan: Plan) -> PlanRevision:
    revision = in_force(plan)
    assert revision is not None
    return revision


def _title(plan: Plan) -> str:
    return _revision(plan).title


def _where_and_when(plan: Plan) -> Text:
    revision = _revision(plan)
    return msg(
        "开班：%(at)s，%(place)s。",
        at=opens_at(revision),
        place=revision.entries[0].venue_name or ONLINE,
    )


def _contact(plan: Plan) -> Text:
    revision = _revision(plan)
    return msg(
        "如有疑问，请联系%(name)s（%(phone)s）。",
        name=revision.contact_name,
        phone=revision.contact_phone,
    )
