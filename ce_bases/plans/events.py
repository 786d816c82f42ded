"""What happens to plans that higher features react to."""

from dataclasses import dataclass
from datetime import datetime

from ce_bases.core.text import Text
from ce_bases.plans.workflow import PlanAction
from ce_bases.policy.changes import Change

#: Changes that people on the roster must hear of: when, where, how, and what it costs.
TOLD_TO_LEARNERS = frozenset(
    {"session", "held_on", "starts_at", "ends_at", "venue", "county"}
    | {"form", "live_address", "fee_cents"}
)


@dataclass(frozen=True, slots=True)
class PlanMoved:
    """A plan has taken a step of `workflow`, with this reason; `by` is the account that did it."""

    plan_id: int
    action: PlanAction
    reason: str
    by: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class PlanCancelled:
    """A filed class was cancelled; a handler that raises refuses the cancelling."""

    plan_id: int
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PlanChanged:
    """A filed class is another one from now on (`at`); a handler that raises refuses it.

    `changes` are all differences to what was on file before, the plan's own first, then session
    by session (by the session's lasting `uid`); the revision in force is already the new one.
    """

    plan_id: int
    changes: tuple[Change, ...]
    at: datetime

    @property
    def for_learners(self) -> tuple[Change, ...]:
        """What those on the roster must hear of."""
        return tuple(change for change in self.changes if change.field in TOLD_TO_LEARNERS)


@dataclass(frozen=True, slots=True)
class LossesAsked:
    """Somebody is about to cancel a class; handlers add sentences about what would be lost."""

    plan_id: int
    losses: list[Text]
