"""What higher features may want to know of rosters, in the same transaction."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LeavingRoster:
    """Somebody is about to be taken off; a handler that objects raises a refusal."""

    plan_id: int
    person_id: int
