"""Putting a credited claim's hours right: how a bureau upholds an objection without undoing it all.

The claim stays what was sent and decided on. What is put right are the facts from which the hours
of one line follow; the hours are what the notice makes of them, as when it was credited — rules §6.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.audit.service import Act, record
from ce_bases.claims.content import MISSING, problems_of
from ce_bases.claims.models import Claim
from ce_bases.claims.moves import need_reason
from ce_bases.claims.posting import ledger_lines
from ce_bases.claims.review import (
    Decision,
    Outcome,
    lines_of,
    require_not_confirmed,
    require_state,
    take_to_judge,
)
from ce_bases.claims.workflow import ClaimState
from ce_bases.core.access import Action
from ce_bases.core.actors import Actor
from ce_bases.core.clock import business_date
from ce_bases.core.errors import (
    InvalidInputError,
    NotFoundError,
    RuleViolationError,
    WrongStateError,
)
from ce_bases.core.text import Text, msg
from ce_bases.credits import ledger, objections
from ce_bases.credits.models import PENDING, Kind, LedgerLine, Objection
from ce_bases.credits.records import lock_people, recompute_records
from ce_bases.policy.year import PERIODS

#: The facts of each kind that may be put right. A subject only where reviewers may move it; a
#: work or a certificate is worth what it is worth, and what it is called and when stays claimed.
CORRECTABLE: Mapping[Kind, tuple[str, ...]] = {
    Kind.TRAINING: ("halves",),
    Kind.SELF_STUDY: ("subject", "halves"),
    Kind.ACHIEVEMENT: ("subject",),
    Kind.PUBLICATION: ("subject",),
    Kind.EXPERT_SERVICE: ("subject", "minutes"),
    Kind.COMPETITION: ("rank",),
    Kind.POSTING: ("held_on", "until_on"),
    Kind.ABSENCE: ("held_on", "until_on"),
}
_COLUMNS = [column.key for column in Claim.__mapper__.column_attrs]


@dataclass(frozen=True, slots=True)
class Correction:
    """The facts behind one line as they should be; `version` of the claim that was looked at."""

    line_id: int
    version: int
    reason: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Contested:
    """A line of a claim with the objection that waits for the bureau."""

    line: LedgerLine
    objection: Objection


def contested(session: Session, claim: Claim) -> list[Contested]:
    """The lines of a credited claim to which somebody objects, if they can be put right."""
    if claim.state is not ClaimState.CREDITED or claim.kind not in CORRECTABLE:
        return []
    lines = {line.id: line for line in lines_of(session, claim)}
    waiting = session.scalars(
        select(Objection)
        .where(Objection.line_id.in_(lines), Objection.state.in_(PENDING))
        .order_by(Objection.id)
    )
    return [Contested(lines[objection.line_id], objection) for objection in waiting]


def facts_of(claim: Claim, line: LedgerLine) -> dict[str, Any]:
    """The facts that may be put right, as they stand behind `line` now."""
    posted = {
        "subject": line.subject,
        "halves": line.public_halves + line.professional_halves,
        "minutes": claim.minutes,
        "rank": claim.rank,
        "held_on": line.held_on,
        "until_on": line.until_on,
    }
    return {name: posted[name] for name in CORRECTABLE.get(claim.kind, ())}


def correct_line(
    session: Session, claim: Claim, correction: Correction, *, actor: Actor, now: datetime
) -> None:
    """Reverse a contested line and post what it should have been; this answers the objection.

    InvalidInputError, field by field, for facts that the kind does not have or allow;
    WrongStateError when no objection waits (any more).
    """
    decision = Decision(Outcome.CREDIT, correction.version, correction.reason)
    take_to_judge(session, claim, decision, actor, Action.DECIDE_CLAIM)
    require_not_confirmed(claim, actor)
    require_state(session, claim, ClaimState.CREDITED)
    reason = need_reason(correction.reason)
    lock_people(session, [claim.person_id])
    line = _contested_line(session, claim, correction.line_id)
    row = _corrected(claim, line, correction.facts, actor=actor, now=now)
    rows = [ledger.reversal_of(line, reason, actor=actor, now=now), row | {"reason": reason}]
    if ledger.post_lines(session, rows) < len(rows):
        raise WrongStateError(msg("这条学时记录刚刚已被更正。"))
    recompute_records(session, [(line.person_id, line.year)], now=now)
    claim.updated_at = now
    session.flush()
    act = Act("claim_correct", "claim", claim.id, _told(line), _told_row(row), reason)
    record(session, act, actor=actor, now=now)
    objections.uphold(session, line, reason, actor=actor, now=now)


def _contested_line(session: Session, claim: Claim, line_id: int) -> LedgerLine:
    line = next((line for line in lines_of(session, claim) if line.id == line_id), None)
    if line is None:
        if session.get(LedgerLine, line_id) is None:
            raise NotFoundError
        raise WrongStateError(
            msg("这条学时记录刚刚已被更正。"), next_step=msg("请刷新页面，查看最新的记录。")
        )
    if objections.find_pending(session, line.id) is None:
        raise WrongStateError(
            msg("这条学时没有待答复的异议，不能更正。"),
            next_step=msg("确有错误的，可以撤销认定，由本人重新申报。"),
        )
    return line


def _corrected(
    claim: Claim, line: LedgerLine, facts: Mapping[str, Any], *, actor: Actor, now: datetime
) -> dict[str, Any]:
    """The row that takes the place of `line`, made as crediting the claim makes it."""
    as_if = _as_if(claim, line, facts)
    if problems := _problems(as_if, line, facts, now=now):
        raise InvalidInputError(next(iter(problems.values())), problems=problems)
    (row,) = ledger_lines(as_if, actor=actor, now=now)
    row |= {"source": line.source, "version": line.version + 1}
    if row["public_halves"] + row["professional_halves"] == 0:
        raise RuleViolationError(
            msg("按这样的情况没有学时可记。"), next_step=msg("如需全部取消，请撤销认定。")
        )
    if _told_row(row) == _told(line):
        raise RuleViolationError(msg("更正后的学时与已入账的相同，不需要更正。"))
    return row


def _as_if(claim: Claim, line: LedgerLine, facts: Mapping[str, Any]) -> Claim:
    """The claim as it should have been, in no session; of a period what is of the line's year."""
    said = {name: getattr(claim, name) for name in _COLUMNS}
    said |= {"held_on": line.held_on, "until_on": line.until_on}
    allowed = CORRECTABLE.get(claim.kind, ())
    return Claim(**(said | {name: value for name, value in facts.items() if name in allowed}))


def _problems(
    as_if: Claim, line: LedgerLine, facts: Mapping[str, Any], *, now: datetime
) -> dict[str, Text]:
    allowed = CORRECTABLE.get(as_if.kind, ())
    if not allowed or set(facts) - set(allowed):
        raise RuleViolationError(msg("这类申报的学时是固定的，不能更正，只能撤销认定。"))
    found = {name: MISSING[name] for name in allowed if facts.get(name) is None}
    wrong = problems_of(as_if.kind, as_if.content, today=business_date(now))
    found |= {name: wrong[name] for name in allowed if name in wrong and name not in found}
    if as_if.kind in PERIODS:
        for name in allowed:
            if name not in found and facts[name].year != line.year:
                found[name] = msg(
                    "只更正 %(year)d 年的学时，请填写这一年之内的日期。", year=line.year
                )
    return found


_TOLD = ("public_halves", "professional_halves", "held_on", "until_on")


def _told(line: LedgerLine) -> dict[str, Any]:
    return _told_row({name: getattr(line, name) for name in _TOLD})


def _told_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the record says of a line."""
    return {name: str(row[name]) if row[name] is not None else "" for name in _TOLD}
