"""The bureau answers signs that arrived after the confirmation: a new line, never an edit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.attendance.fold import rule_of, sign_of, timing_of
from ce_bases.attendance.models import LateSign, SignEvent
from ce_bases.audit.service import Act, record
from ce_bases.bureaus.holidays import Workdays
from ce_bases.core.actors import Actor
from ce_bases.core.clock import business_date
from ce_bases.core.errors import RuleViolationError, WrongStateError
from ce_bases.core.text import msg
from ce_bases.credits import ledger
from ce_bases.credits.models import Confirmation
from ce_bases.credits.permissions import require_objection, require_other
from ce_bases.credits.records import lock_people, recompute_records
from ce_bases.credits.telling import tell_of_change
from ce_bases.people.models import Person
from ce_bases.plans.deadlines import object_until
from ce_bases.plans.queries import SessionInForce
from ce_bases.policy.attendance import Sign, attendance_of
from ce_bases.policy.registry import policy_for


@dataclass(frozen=True, slots=True)
class LateAnswer:
    """What the bureau decides about one person's late signs in one session, and why."""

    person_id: int
    upheld: bool
    reason: str


def answer_late_signs(
    session: Session, held: SessionInForce, answer: LateAnswer, *, actor: Actor, now: datetime
) -> int:
    """Decide all open late signs of one person in one session; how many lines were posted.

    Only the bureau that received the filing, within ten working days of the confirmation. Upheld
    signs are folded with what was recorded; a whole attendance becomes one more ledger line with
    the reason. RuleViolationError when it is not whole even then.
    """
    require_objection(actor, held.plan)
    person = session.get(Person, answer.person_id)
    require_other(actor, person.account_id if person else None)
    lock_people(session, [answer.person_id])
    _require_in_time(session, held, now)
    waiting = session.scalars(
        select(LateSign)
        .where(
            LateSign.session_id == held.session_id,
            LateSign.person_id == answer.person_id,
            LateSign.upheld.is_(None),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if not waiting:
        raise WrongStateError(
            msg("这条更正申请刚刚已经处理。"), next_step=msg("请刷新页面，查看最新的记录。")
        )
    posted = 0
    if answer.upheld:
        _require_whole(session, held, answer, waiting)
        grant = ledger.Grant(answer.person_id, answer.reason, actor, now)
        posted = _post(session, held, grant)
    for late in waiting:
        late.upheld, late.answer = answer.upheld, answer.reason
        late.answered_at, late.answered_by = now, actor.account_id
    session.flush()
    after = {"person": answer.person_id, "upheld": answer.upheld, "lines": posted}
    act = Act("answer_late_sign", "session", held.session_id, after=after, reason=answer.reason)
    record(session, act, actor=actor, now=now)
    _tell(session, held, answer, now=now)
    return posted


def _require_in_time(session: Session, held: SessionInForce, now: datetime) -> None:
    confirmed_at = session.scalar(
        select(Confirmation.confirmed_at).where(Confirmation.plan_id == held.plan.id)
    )
    until = object_until(confirmed_at, Workdays(session)) if confirmed_at else None
    if until is None or business_date(now) > until:
        raise WrongStateError(
            msg("异议期已结束，不能再处理更正申请。"),
            next_step=msg("异议期为考勤确认后 10 个工作日。"),
        )


def _require_whole(
    session: Session, held: SessionInForce, answer: LateAnswer, waiting: Sequence[LateSign]
) -> None:
    recorded = session.scalars(
        select(SignEvent).where(
            SignEvent.session_id == held.session_id, SignEvent.person_id == answer.person_id
        )
    )
    late = [Sign(s.event_id, s.kind.value, s.way.value, s.occurred_at) for s in waiting]
    found = attendance_of([*map(sign_of, recorded), *late], timing_of(held), rule_of(held))
    if not found.attended:
        raise RuleViolationError(
            msg("加上这次签到，考勤仍不完整，不能计学时。"),
            next_step=msg("请选择“不采纳”，并写明理由。"),
        )


def _post(session: Session, held: SessionInForce, grant: ledger.Grant) -> int:
    """The line of the session; the year is computed anew. Refused where there ever was one."""
    year = held.entry.held_on.year
    line = ledger.granted_line(held.plan, held.session_id, year, policy_for(year), grant)
    posted = ledger.post_lines(session, line)
    if not posted:
        raise RuleViolationError(
            msg("这个课次的学时已经入过账或被更正过，不能再入一次。"),
            next_step=msg("请选择“不采纳”，并写明理由。"),
        )
    recompute_records(session, [(grant.person_id, year)], now=grant.now)
    return posted


def _tell(session: Session, held: SessionInForce, answer: LateAnswer, *, now: datetime) -> None:
    values = {"topic": held.entry.topic, "reason": answer.reason}
    said = (
        msg("“%(topic)s”迟到的签到已采纳，学时已入账。理由：%(reason)s", **values)
        if answer.upheld
        else msg("“%(topic)s”迟到的签到没有采纳。理由：%(reason)s", **values)
    )
    tell_of_change(session, held.plan, answer.person_id, held.entry.held_on.year, said, now=now)
