"""A professional objects to a posted line; the base or the bureau answers — rules §5 end."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, or_, select
from sqlalchemy.orm import Session, aliased

from ce_bases.audit.service import Act, record
from ce_bases.bureaus.holidays import Workdays
from ce_bases.core.access import Action
from ce_bases.core.actors import BUREAU_ROLES, Actor
from ce_bases.core.clock import business_date
from ce_bases.core.errors import ForbiddenError, NotFoundError, WrongStateError
from ce_bases.core.events import publish
from ce_bases.core.locks import lock
from ce_bases.core.reading import read
from ce_bases.core.text import msg
from ce_bases.credits import notices
from ce_bases.credits.events import JudgeAsked
from ce_bases.credits.models import (
    PENDING,
    Confirmation,
    LedgerLine,
    Objection,
    ObjectionState,
    Origin,
)
from ce_bases.credits.permissions import require_other
from ce_bases.credits.records import lock_people
from ce_bases.people.models import Person
from ce_bases.plans.deadlines import object_until
from ce_bases.plans.models import Plan
from ce_bases.plans.permissions import require
from ce_bases.plans.queries import within

_REVERSAL = aliased(LedgerLine)


_LINES: BindParameter[list[int]] = bindparam("line_ids", expanding=True)
_OBJECTIONS = select(Objection).where(Objection.line_id.in_(_LINES)).order_by(Objection.id)
_CONFIRMED = (
    select(
        LedgerLine.id,
        Confirmation.confirmed_at,
        LedgerLine.origin,
        LedgerLine.posted_at,
        _REVERSAL.id,
    )
    .outerjoin(Confirmation, Confirmation.plan_id == LedgerLine.plan_id)
    .outerjoin(_REVERSAL, _REVERSAL.reverses_id == LedgerLine.id)
    .where(LedgerLine.id.in_(_LINES))
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What can be said about a line: an objection that was made, and whether one can be made."""

    objection: Objection | None
    until: date | None
    is_open: bool


def raise_objection(
    session: Session, line_id: int, reason: str, *, actor: Actor, now: datetime
) -> Objection:
    """Object to one of the actor's own lines; the base and the bureau are told.

    NotFoundError for anybody else's line, WrongStateError after the days of the policy, while
    another waits, after the bureau's answer, or when the line is taken back already.
    """
    line = get_own_line(session, line_id, actor=actor)
    lock_people(session, [line.person_id])
    stands = standing_of(session, line, today=business_date(now))
    if not stands.is_open:
        raise _closed(stands)
    bureau_code = None if line.plan_id else _judge_of(session, line)
    declined = stands.objection is not None
    objection = Objection(
        line_id=line.id,
        plan_id=line.plan_id,
        bureau_code=bureau_code,
        person_id=line.person_id,
        state=ObjectionState.OPEN,
        to_bureau=declined or line.plan_id is None,
        reason=reason,
        raised_at=now,
    )
    session.add(objection)
    session.flush()
    act = Act("raise_objection", "hours_objection", objection.id, reason=reason)
    record(session, act, actor=actor, now=now)
    notices.tell_raised(session, objection, line, now=now)
    return objection


def _judge_of(session: Session, line: LedgerLine) -> str:
    """The bureau that decided on a line of no plan; WrongStateError when nobody knows it."""
    asked = JudgeAsked(line.source)
    publish(session, asked)
    if asked.bureau_code is None:
        raise WrongStateError(msg("这条学时不能在这里提出异议。"))
    return asked.bureau_code


def _closed(stands: Standing) -> WrongStateError:
    objection = stands.objection
    if objection is not None and objection.state in PENDING:
        return WrongStateError(
            msg("这条学时的异议正在处理，不用重复提出。"), next_step=msg("有结果时会用消息通知您。")
        )
    if objection is not None and objection.answered_at is not None:
        return WrongStateError(
            msg("人社部门已经答复过这条学时的异议。"), next_step=msg("答复在“我的学时”里可以看到。")
        )
    if stands.until is None:
        return WrongStateError(msg("这条学时不能在这里提出异议。"))
    return WrongStateError(
        msg("异议期已于 %(day)s 结束。", day=stands.until),
        next_step=msg(
            "异议期为考勤确认（申报的为认定入账）后 10 个工作日；"
            "办班单位未采纳的，从它答复起再算 10 个工作日。"
        ),
    )


def get_own_line(session: Session, line_id: int, *, actor: Actor) -> LedgerLine:
    """One of the actor's lines; NotFoundError for anybody else's, and for reversals."""
    found = session.scalars(
        select(LedgerLine).where(
            LedgerLine.id == line_id,
            LedgerLine.person_id == actor.person_id,
            LedgerLine.reverses_id.is_(None),
        )
    ).one_or_none()
    if found is None:
        raise NotFoundError
    return found


def standing_of(session: Session, line: LedgerLine, *, today: date) -> Standing:
    """The newest objection to a line, and whether its owner may object now."""
    return standings(session, [line.id], today=today)[line.id]


def standings(session: Session, line_ids: list[int], *, today: date) -> dict[int, Standing]:
    """The same for many lines, two queries for all of them."""
    newest: dict[int, Objection] = {}
    for objection in session.scalars(_OBJECTIONS, {"line_ids": line_ids}):
        newest[objection.line_id] = objection
    rows = read(session, _CONFIRMED, line_ids=line_ids)
    workdays = Workdays(session)
    found: dict[int, Standing] = {}
    for line_id, confirmed_at, origin, posted_at, reversed_by in rows:
        begins_at = posted_at if origin is Origin.CLAIM else confirmed_at
        last = newest.get(line_id)
        if begins_at and last is not None and last.base_answered_at:
            # However long the base took, the days in which to go on to the bureau are whole.
            begins_at = max(begins_at, last.base_answered_at)
        until = object_until(begins_at, workdays) if begins_at else None
        # A base's refusal may be taken to the bureau; the bureau's word is the last.
        answered = last is not None and (last.state in PENDING or last.answered_at is not None)
        in_time = until is not None and today <= until
        is_open = in_time and not answered and reversed_by is None
        found[line_id] = Standing(last, until, is_open)
    return found


def find_pending(session: Session, line_id: int) -> Objection | None:
    """The objection to a line that waits for an answer, held: nobody else answers it meanwhile."""
    return session.scalars(
        select(Objection)
        .where(Objection.line_id == line_id, Objection.state.in_(PENDING))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


# -- answering ----------------------------------------------------------------------------------


def waiting(actor: Actor, *, all_of_them: bool = False) -> Select[*tuple[Any, ...]]:
    """Rows (objection, line, person, plan or None) that wait for the actor, the oldest first.

    A base is asked first; what it was not asked or has answered waits for the bureau alone.
    """
    statement: Select[*tuple[Any, ...]] = (
        select(Objection, LedgerLine, Person, Plan)
        .join(LedgerLine, LedgerLine.id == Objection.line_id)
        .join(Person, Person.id == Objection.person_id)
        .outerjoin(Plan, Plan.id == Objection.plan_id)
        .where(_reached(actor))
        .order_by(Objection.id.desc() if all_of_them else Objection.id)
    )
    if all_of_them:
        return statement
    if actor.role in BUREAU_ROLES:
        return statement.where(Objection.state.in_(PENDING))
    return statement.where(Objection.state == ObjectionState.OPEN, ~Objection.to_bureau)


def _reached(actor: Actor) -> ColumnElement[bool]:
    """A plan within the grant, or a line without plan that the actor's bureau decided on."""
    own = within(actor, Action.ANSWER_OBJECTION)
    if actor.role not in BUREAU_ROLES:
        return own
    return or_(own, Objection.bureau_code == actor.bureau_code)


def get_case(session: Session, objection_id: int, *, actor: Actor) -> Any:
    """A row of `waiting` (answered ones too); NotFoundError beyond the actor's reach."""
    row = session.execute(
        waiting(actor, all_of_them=True).where(Objection.id == objection_id)
    ).one_or_none()
    if row is None:
        raise NotFoundError
    return row


def may_answer(objection: Objection, actor: Actor) -> bool:
    """Whether it waits for the actor: the bureau always, the base once."""
    if actor.role in BUREAU_ROLES:
        return objection.state in PENDING
    return objection.state is ObjectionState.OPEN and not objection.to_bureau


def answer(
    session: Session,
    objection: Objection,
    words: str,
    *,
    supports: bool,
    actor: Actor,
    now: datetime,
) -> Objection:
    """Decline with a reason; or, a base only, ask the bureau to correct the line.

    A bureau upholds by correcting the line (`service.reverse_line`, `claims.correcting`), or by
    taking back the claim that earned it.
    """
    _require_judge(session, objection, actor)
    require_other(actor, session.get_one(Person, objection.person_id).account_id)
    lock(session, objection)
    is_bureau = actor.role in BUREAU_ROLES
    if not may_answer(objection, actor) or (is_bureau and supports):
        raise WrongStateError(msg("这条异议已经答复。"), next_step=msg("请返回列表查看。"))
    objection.state = ObjectionState.SUPPORTED if supports else ObjectionState.DECLINED
    if is_bureau:
        objection.answer, objection.answered_at = words, now
        objection.answered_by = actor.account_id
    else:
        objection.base_answer, objection.base_answered_at = words, now
        objection.base_answered_by = actor.account_id
    session.flush()
    _note(session, objection, words, actor, now)
    notices.tell_answered(session, objection, words, actor=actor, now=now)
    return objection


def _require_judge(session: Session, objection: Objection, actor: Actor) -> None:
    if objection.plan_id is not None:
        plan = session.get_one(Plan, objection.plan_id)
        require(actor, Action.ANSWER_OBJECTION, plan)
    elif actor.role not in BUREAU_ROLES or actor.bureau_code != objection.bureau_code:
        raise ForbiddenError(msg("只有认定这条学时的人社部门可以答复。"))


def uphold(session: Session, line: LedgerLine, words: str, *, actor: Actor, now: datetime) -> None:
    """The bureau has corrected `line`: whoever waits for that is answered."""
    objection = find_pending(session, line.id)
    if objection is None:
        return
    objection.state = ObjectionState.UPHELD
    objection.answer, objection.answered_at = words, now
    objection.answered_by = actor.account_id
    session.flush()
    _note(session, objection, words, actor, now)
    notices.tell_answered(session, objection, words, actor=actor, now=now)


def _note(session: Session, objection: Objection, words: str, actor: Actor, now: datetime) -> None:
    after = {"state": objection.state.value}
    act = Act("answer_objection", "hours_objection", objection.id, after=after, reason=words)
    record(session, act, actor=actor, now=now)
