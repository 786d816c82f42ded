"""What an officer does with a filing: one verb, three outcomes."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from ce_bases.core.actors import Actor
from ce_bases.plans import decisions
from ce_bases.plans.models import Plan


class Outcome(StrEnum):
    """What a bureau may decide — 二(二)3."""

    FILE = "file"
    RETURN = "return"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision on the `version` of the plan that the officer was looking at."""

    outcome: Outcome
    version: int
    reason: str = ""


def decide(
    session: Session, plan: Plan, decision: Decision, *, actor: Actor, now: datetime
) -> None:
    """Carry `decision` out on a submitted plan.

    Raises WrongStateError when somebody was quicker (saying who and when), InvalidInputError
    when a return or a refusal gives no reason.
    """
    version, reason = decision.version, decision.reason
    match decision.outcome:
        case Outcome.FILE:
            decisions.file_plan(session, plan, expected_version=version, actor=actor, now=now)
        case Outcome.RETURN:
            decisions.return_plan(
                session, plan, reason, expected_version=version, actor=actor, now=now
            )
        case Outcome.REFUSE:
            decisions.refuse_plan(
                session, plan, reason, expected_version=version, actor=actor, now=now
            )
