"""What happens to plans that higher features react to."""

from dataclasses import dataclass

from ce_bases.core.text import Text


@dataclass(frozen=True, slots=True)
class PlanCancelled:
    """A filed class was cancelled; a handler that raises refuses the cancelling."""

    plan_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class LossesAsked:
    """Somebody is about to cancel a class; handlers add sentences about what would be lost."""

    plan_id: int
    losses: list[Text]
