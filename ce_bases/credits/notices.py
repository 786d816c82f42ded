"""Who is told what about hours: objections and their answers, reminders of a unit."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from ce_bases.bureaus.queries import officer_accounts
from ce_bases.core.actors import BUREAU_ROLES, Actor
from ce_bases.core.clock import business_date
from ce_bases.core.text import msg
from ce_bases.credits.models import LedgerLine, Objection, ObjectionState
from ce_bases.messages.notes import Note
from ce_bases.messages.service import notify
from ce_bases.organisers.models import OrganiserMember
from ce_bases.people.models import Person
from ce_bases.plans.models import Plan


def tell_raised(session: Session, objection: Objection, line: LedgerLine, *, now: datetime) -> None:
    """The base (unless it declined before, or there is none) and the bureau."""
    today = business_date(now)
    plan = session.get(Plan, objection.plan_id) if objection.plan_id else None
    code = plan.bureau_code if plan else objection.bureau_code or ""
    told = [(officer_accounts(session, code, today=today), "credits.desk_objection")]
    if plan and not objection.to_bureau:
        told.append((_clerks(session, plan.organiser_id, today), "credits.base_objection"))
    for accounts, endpoint in told:
        note = Note(
            kind="objection_raised",
            title=msg("学员对一条学时提出异议"),
            body=msg("“%(title)s”。理由：%(reason)s", title=line.title, reason=objection.reason),
            endpoint=endpoint,
            values={"objection_id": objection.id},
        )
        notify(session, accounts, note, now=now)


def tell_answered(
    session: Session, objection: Objection, words: str, *, actor: Actor, now: datetime
) -> None:
    """The professional, and the other of base and bureau where it must act or know."""
    line = session.get_one(LedgerLine, objection.line_id)
    said = {
        ObjectionState.SUPPORTED: msg("办班单位同意您的异议，已请人社部门更正"),
        ObjectionState.DECLINED: msg("您的学时异议未被采纳"),
        ObjectionState.UPHELD: msg("您的学时异议成立，学时已更正"),
    }
    body = msg(
        "“%(title)s”。%(by)s答复：%(words)s",
        title=line.title,
        by=actor.organisation,
        words=words,
    )
    owner = session.get_one(Person, objection.person_id).account_id
    own = Note(
        kind="objection_answered",
        title=said[objection.state],
        body=body,
        endpoint="credits.year",
        values={"year": line.year},
    )
    notify(session, [owner] if owner is not None else [], own, now=now)
    if objection.plan_id is None:
        return
    plan, today = session.get_one(Plan, objection.plan_id), business_date(now)
    if actor.role in BUREAU_ROLES:
        others, endpoint = _clerks(session, plan.organiser_id, today), "credits.base_objection"
        title = msg("人社部门答复了一条学时异议")
    elif objection.state is ObjectionState.SUPPORTED:
        others, endpoint = (
            officer_accounts(session, plan.bureau_code, today=today),
            "credits.desk_objection",
        )
        title = msg("办班单位请求更正一条学时")
    else:
        return
    values: dict[str, str | int] = {"objection_id": objection.id}
    note = Note(kind="objection_answered", title=title, body=body, endpoint=endpoint, values=values)
    notify(session, others, note, now=now)


def _clerks(session: Session, organiser_id: int, today: date) -> Sequence[int]:
    table = OrganiserMember
    current = _current(table.since_on, table.until_on, today)
    return session.scalars(
        select(table.account_id).where(table.organiser_id == organiser_id, current)
    ).all()


def _current(since: Any, until: Any, today: date) -> ColumnElement[bool]:
    current: ColumnElement[bool] = (since <= today) & or_(until.is_(None), until > today)
    return current
