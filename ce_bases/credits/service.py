"""Confirming attendance, which posts the hours, and taking posted hours back."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ce_bases.audit.service import Act, record
from ce_bases.bureaus.holidays import Workdays
from ce_bases.core.actors import Actor
from ce_bases.core.clock import business_date
from ce_bases.core.errors import RuleViolationError, WrongStateError
from ce_bases.core.locks import lock
from ce_bases.core.text import msg
from ce_bases.credits import ledger, objections, queries
from ce_bases.credits.models import Confirmation, LedgerLine
from ce_bases.credits.permissions import require_confirm, require_objection, require_other
from ce_bases.credits.records import lock_people, recompute_records
from ce_bases.credits.telling import tell_of_change
from ce_bases.enrolment.queries import enrolled
from ce_bases.people.models import Person
from ce_bases.plans.deadlines import ends_at, object_until
from ce_bases.plans.models import Plan, PlanRevision
from ce_bases.plans.queries import in_force
from ce_bases.plans.service import move
from ce_bases.plans.workflow import PlanAction, PlanState, next_state
from ce_bases.policy.registry import policy_for


def confirm_attendance(
    session: Session, plan: Plan, *, actor: Actor, now: datetime
) -> Confirmation:
    """The organiser's word that the attendance is right: the hours are posted with it.

    One transaction under the plan's lock: every line once, the year records of everybody
    touched, the plan to 学时已入账. ForbiddenError for a lecturer of the class, WrongStateError
    when it is confirmed already, not filed, or not over — rules §5.
    """
    lock(session, plan)
    require_confirm(actor, plan, queries.teacher_accounts(session, plan.id))
    revision = _over_and_filed(plan, now)
    posted = sum(
        ledger.post_lines(
            session, ledger.attended_lines(plan, year, policy_for(year), actor=actor, now=now)
        )
        for year in sorted({entry.held_on.year for entry in revision.entries})
    )
    recompute_records(session, queries.keys_of_plan(session, plan.id), now=now)
    confirmation = _confirmation(session, plan, posted, actor, now)
    move(session, plan, PlanAction.CONFIRM_ATTENDANCE, actor=actor, now=now)
    move(session, plan, PlanAction.CREDIT, actor=actor, now=now)
    figures = {"expected": confirmation.expected, "attended": confirmation.attended}
    act = Act("confirm_attendance", "plan", plan.id, after={**figures, "lines": posted})
    record(session, act, actor=actor, now=now)
    return confirmation


def confirm_several(
    session: Session, plans: Sequence[Plan], *, actor: Actor, now: datetime
) -> list[Confirmation]:
    """Confirm all of `plans` or, when one of them cannot be, none.

    Every plan is held before the first is judged, in the order of their ids, so that two who
    confirm some of the same classes wait for each other instead of standing in a circle.
    """
    ordered = sorted(plans, key=lambda plan: plan.id)
    for plan in ordered:
        lock(session, plan)
    return [confirm_attendance(session, plan, actor=actor, now=now) for plan in ordered]


def _over_and_filed(plan: Plan, now: datetime) -> PlanRevision:
    """The revision in force of a plan whose hours can be posted now, or the refusal."""
    if plan.state in {PlanState.ATTENDANCE_CONFIRMED, PlanState.CREDITED}:
        raise WrongStateError(
            msg("这个班的考勤已经确认，学时已经入账，没有重复记账。"),
            next_step=msg("请返回计划页查看入账结果。"),
        )
    next_state(plan.state, PlanAction.CONFIRM_ATTENDANCE)
    revision = in_force(plan)
    if revision is None:
        raise WrongStateError(msg("这份计划没有生效的备案内容，不能入账学时。"))
    ahead = [entry for entry in revision.entries if ends_at(entry) > now]
    if ahead:
        raise WrongStateError(
            msg("还有 %(count)s 次课没有结束，现在不能确认考勤。", count=len(ahead)),
            next_step=msg("最后一次课结束后即可确认。"),
        )
    return revision


def _confirmation(
    session: Session, plan: Plan, posted: int, actor: Actor, now: datetime
) -> Confirmation:
    confirmation = Confirmation(
        plan_id=plan.id,
        confirmed_at=now,
        confirmed_by=actor.account_id,
        expected=enrolled(session, plan.id),
        attended=queries.count_attended(session, plan.id),
        lines=posted,
    )
    session.add(confirmation)
    session.flush()
    return confirmation


def reverse_line(
    session: Session,
    line: LedgerLine,
    reason: str,
    *,
    actor: Actor,
    now: datetime,
    replacement: int | None = None,
) -> LedgerLine | None:
    """Take `line` back, with `replacement` half-hours instead if given; the new line, or None.

    The upheld objection of the bureau that received the filing, within ten working days of the
    confirmation, or later while an objection of the person waits, which this upholds. Nothing is
    changed: a reversal is added, and a line of the next version.
    """
    plan = session.get_one(Plan, line.plan_id)
    require_objection(actor, plan)
    require_other(actor, session.get_one(Person, line.person_id).account_id)
    lock_people(session, [line.person_id])
    _require_correctable(session, line, replacement, now)
    rows = [ledger.reversal_of(line, reason, actor=actor, now=now)]
    if replacement:
        rows.append(ledger.replacement_of(line, replacement, reason, actor=actor, now=now))
    if ledger.post_lines(session, rows) < len(rows):
        raise _already_reversed()
    recompute_records(session, [(line.person_id, line.year)], now=now)
    before = {"version": line.version, "halves": line.public_halves + line.professional_halves}
    after = {"version": line.version + 1, "halves": replacement} if replacement else {"halves": 0}
    act = Act("reverse_line", "ledger_line", line.id, before, after, reason)
    record(session, act, actor=actor, now=now)
    if objections.find_pending(session, line.id) is not None:
        objections.uphold(session, line, reason, actor=actor, now=now)
    else:
        _tell(session, plan, line, replacement, reason, now=now)
    return queries.find_version(session, line, line.version + 1)


def _tell(
    session: Session,
    plan: Plan,
    line: LedgerLine,
    replacement: int | None,
    reason: str,
    *,
    now: datetime,
) -> None:
    """Tell the person and the organiser what became of the line, and why."""
    values = {"title": line.title, "reason": reason}
    said = (
        msg(
            "“%(title)s”的学时更正为 %(hours)s。理由：%(reason)s",
            hours=_hours(replacement),
            **values,
        )
        if replacement
        else msg("“%(title)s”的学时已冲销。理由：%(reason)s", **values)
    )
    tell_of_change(session, plan, line.person_id, line.year, said, now=now)


def _hours(halves: int) -> str:
    return f"{halves / 2:g}"


def _require_correctable(
    session: Session, line: LedgerLine, replacement: int | None, now: datetime
) -> None:
    confirmed_at = session.scalar(
        select(Confirmation.confirmed_at).where(Confirmation.plan_id == line.plan_id)
    )
    if confirmed_at is None or line.reverses_id is not None:
        raise WrongStateError(msg("只能更正已经入账的学时记录。"))
    until = object_until(confirmed_at, Workdays(session))
    if business_date(now) > until and objections.find_pending(session, line.id) is None:
        raise WrongStateError(
            msg("异议期已于 %(day)s 结束，不能再冲销或更正这条学时。", day=until),
            next_step=msg("异议期为考勤确认后 10 个工作日。"),
        )
    if replacement is None:
        return
    filed = session.scalar(
        select(func.max(LedgerLine.public_halves + LedgerLine.professional_halves)).where(
            LedgerLine.source == line.source, LedgerLine.person_id == line.person_id
        )
    )
    if replacement == line.public_halves + line.professional_halves:
        raise RuleViolationError(msg("更正后的学时与已入账的相同，不需要更正。"))
    if not 0 < replacement <= (filed or 0):
        raise RuleViolationError(
            msg("更正后的学时应大于 0，且不超过备案的学时。"),
            next_step=msg("如需全部取消，请选择“冲销”。"),
            clause=policy_for(line.year).training_clause,
        )


def _already_reversed() -> WrongStateError:
    return WrongStateError(
        msg("这条学时记录刚刚已被更正。"), next_step=msg("请刷新页面，查看最新的记录。")
    )
