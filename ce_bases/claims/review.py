"""What others do with a claim: the unit confirms, the bureau decides, either returns it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from ce_bases.audit.queries import last_act
from ce_bases.claims.content import MOST_HALVES, MOVABLE
from ce_bases.claims.models import Claim
from ce_bases.claims.moves import move, need_reason, take
from ce_bases.claims.notices import tell_claimant
from ce_bases.claims.oddities import oddities_of
from ce_bases.claims.permissions import may, require_other
from ce_bases.claims.posting import ledger_lines
from ce_bases.claims.queries import get_claim
from ce_bases.claims.service import snapshot
from ce_bases.claims.workflow import ClaimAction, ClaimState
from ce_bases.core.access import Action
from ce_bases.core.actors import Actor
from ce_bases.core.errors import (
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    RuleViolationError,
    WrongStateError,
)
from ce_bases.core.text import Text, msg
from ce_bases.credits import ledger, objections
from ce_bases.credits.models import Kind, LedgerLine
from ce_bases.credits.records import lock_people, recompute_records
from ce_bases.plans.models import Subject


class Outcome(StrEnum):
    """What a unit may decide (confirm, return), and a bureau (credit, refuse, return)."""

    CONFIRM = "confirm"
    CREDIT = "credit"
    REFUSE = "refuse"
    RETURN = "return"


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision on the `version` of the claim that the reviewer was looking at.

    `subject` moves it where the rules allow; `halves` and `archive_number` are the unit's
    determination of self-study.
    """

    outcome: Outcome
    version: int
    reason: str = ""
    subject: Subject | None = None
    halves: int | None = None
    archive_number: str = ""


def confirm(
    session: Session, claim: Claim, decision: Decision, *, actor: Actor, now: datetime
) -> None:
    """The unit's word: its archive entry for self-study, its consent for absence — rules §6."""
    take_to_judge(session, claim, decision, actor, Action.FIRST_REVIEW_CLAIM)
    if decision.outcome is Outcome.RETURN:
        _against(session, claim, ClaimAction.RETURN, decision, actor, now)
        return
    if decision.outcome is not Outcome.CONFIRM:
        raise ForbiddenError(msg("单位只能确认或退回申报。"))
    require_state(session, claim, ClaimState.WITH_UNIT)
    changes = _move_subject(claim, decision.subject)
    if claim.kind is Kind.SELF_STUDY:
        changes |= _determine(claim, decision)
    claim.confirmed_at, claim.confirmed_by = now, actor.account_id
    move(session, claim, ClaimAction.CONFIRM, actor=actor, now=now, changes=changes)
    tell_claimant(session, claim, now=now)


def _determine(claim: Claim, decision: Decision) -> dict[str, Any]:
    """The hours the employer determines, and the archive that proves them — 二(二)4(2)."""
    problems: dict[str, Text] = {}
    if not decision.archive_number:
        problems["archive_number"] = msg("请填写学习档案编号；没有建立学习档案的，不予登记。")
    halves = decision.halves if decision.halves is not None else claim.halves
    if halves is None or not 0 < halves <= MOST_HALVES:
        problems["halves"] = msg("请填写单位认定的学时，应大于 0。")
    if problems:
        raise InvalidInputError(msg("单位的认定还不完整，没有保存。"), problems=problems)
    claim.halves, claim.archive_number = halves, decision.archive_number
    return {"halves": halves, "archive_number": decision.archive_number}


def decide(
    session: Session, claim: Claim, decision: Decision, *, actor: Actor, now: datetime
) -> None:
    """The bureau's decision. Crediting posts the ledger's lines in the same transaction, once.

    ForbiddenError for the claimant and for who confirmed it for the unit; WrongStateError, with
    the name of who was quicker, when it is decided already.
    """
    take_to_judge(session, claim, decision, actor, Action.DECIDE_CLAIM)
    require_not_confirmed(claim, actor)
    if decision.outcome is Outcome.RETURN:
        _against(session, claim, ClaimAction.RETURN, decision, actor, now)
        return
    require_state(session, claim, ClaimState.WITH_BUREAU)
    if decision.outcome is Outcome.REFUSE:
        claim.decided_at, claim.decided_by = now, actor.account_id
        _against(session, claim, ClaimAction.REFUSE, decision, actor, now)
        return
    if decision.outcome is not Outcome.CREDIT:
        raise ForbiddenError(msg("人社部门只能认定、不予认定或退回申报。"))
    _credit(session, claim, decision, actor, now)


def _credit(
    session: Session, claim: Claim, decision: Decision, actor: Actor, now: datetime
) -> None:
    _move_subject(claim, decision.subject)
    claim.decided_at, claim.decided_by = now, actor.account_id
    lines = ledger_lines(claim, actor=actor, now=now)
    if ledger.post_lines(session, lines) < len(lines):
        raise WrongStateError(msg("这项申报的学时已经入账，没有重复记账。"))
    recompute_records(session, [(line["person_id"], line["year"]) for line in lines], now=now)
    move(session, claim, ClaimAction.CREDIT, actor=actor, now=now, changes=snapshot(claim))
    tell_claimant(session, claim, now=now)


def take_back(
    session: Session, claim: Claim, reason: str, *, version: int, actor: Actor, now: datetime
) -> None:
    """Reverse a credited claim: every line of it is taken back, the reason stays for ever.

    Whoever objected to one of them and waits is answered with it.
    """
    decision = Decision(Outcome.REFUSE, version, reason)
    take_to_judge(session, claim, decision, actor, Action.DECIDE_CLAIM)
    require_state(session, claim, ClaimState.CREDITED)
    reason = need_reason(reason)
    lock_people(session, [claim.person_id])
    lines = lines_of(session, claim)
    rows = [ledger.reversal_of(line, reason, actor=actor, now=now) for line in lines]
    if ledger.post_lines(session, rows) < len(rows):
        raise WrongStateError(msg("这项申报的学时已经被撤销。"))
    recompute_records(session, [(line.person_id, line.year) for line in lines], now=now)
    changes = {"lines": len(rows)}
    move(
        session,
        claim,
        ClaimAction.TAKE_BACK,
        actor=actor,
        now=now,
        reason=reason,
        changes=changes,
    )
    tell_claimant(session, claim, now=now)
    for line in lines:
        objections.uphold(session, line, reason, actor=actor, now=now)


def lines_of(session: Session, claim: Claim) -> list[LedgerLine]:
    """The lines a claim is credited with now: neither reversals nor what they took back."""
    source, reversal = f"claim:{claim.id}", aliased(LedgerLine)
    return list(
        session.scalars(
            select(LedgerLine)
            .where(
                LedgerLine.person_id == claim.person_id,
                (LedgerLine.source == source) | LedgerLine.source.startswith(f"{source}:"),
                LedgerLine.reverses_id.is_(None),
                ~exists().where(reversal.reverses_id == LedgerLine.id),
            )
            .order_by(LedgerLine.year)
        )
    )


def require_not_confirmed(claim: Claim, actor: Actor) -> None:
    """Who confirmed a claim for the unit does not decide on it as well."""
    if claim.confirmed_by == actor.account_id:
        raise ForbiddenError(
            msg("单位的确认是您作出的，不能再由您认定。"),
            next_step=msg("请由本局其他同事处理。"),
        )


def take_to_judge(
    session: Session, claim: Claim, decision: Decision, actor: Actor, action: Action
) -> None:
    """Hold the claim, and see that this actor may judge it at all."""
    take(session, claim, expected_version=decision.version)
    if not may(actor, action, claim):
        raise NotFoundError
    require_other(actor, claim.person.account_id)


def require_state(session: Session, claim: Claim, state: ClaimState) -> None:
    if claim.state is state:
        return
    last = last_act(session, "claim", claim.id)
    raise WrongStateError(
        msg("这项申报已由 %(name)s 处理过。", name=last.actor_name if last else ""),
        next_step=msg("您这次的处理没有生效。请打开最新的页面核对。"),
    )


def _against(
    session: Session,
    claim: Claim,
    action: ClaimAction,
    decision: Decision,
    actor: Actor,
    now: datetime,
) -> None:
    reason = need_reason(decision.reason)
    move(session, claim, action, actor=actor, now=now, reason=reason)
    tell_claimant(session, claim, now=now)


def _move_subject(claim: Claim, subject: Subject | None) -> dict[str, Any]:
    """Move the hours to the other subject where a reviewer may — rules §6."""
    if subject is None or subject is claim.subject:
        return {}
    if claim.kind not in MOVABLE:
        raise RuleViolationError(msg("这类学时的科目不能由审核人改动。"))
    claim.subject = subject
    return {"subject": subject.value}


def credit_together(
    session: Session, chosen: Mapping[int, int], *, actor: Actor, now: datetime
) -> tuple[int, int]:
    """Credit claims (id → version looked at) with which nothing is odd; (credited, left alone).

    Whatever has changed meanwhile, or turned odd because of another of them, is left alone.
    """
    claims = sorted(
        (get_claim(session, n, actor=actor, action=Action.DECIDE_CLAIM) for n in chosen),
        key=lambda claim: claim.id,
    )
    for claim in claims:
        take(session, claim)
    lock_people(session, sorted({claim.person_id for claim in claims}))
    done = 0
    for claim in claims:
        is_same = claim.version == chosen[claim.id] and claim.state is ClaimState.WITH_BUREAU
        is_own = actor.account_id in (claim.person.account_id, claim.confirmed_by)
        if is_same and not is_own and not oddities_of(session, [claim], now=now)[claim.id]:
            decide(session, claim, Decision(Outcome.CREDIT, claim.version), actor=actor, now=now)
            done += 1
    return done, len(claims) - done
