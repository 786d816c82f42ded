"""A year's figures anew after its policy was corrected, on the record."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy.orm import Session

from ce_bases.audit.service import Act, record
from ce_bases.credits.records import (
    NOTHING,
    PolicyOf,
    differences_of,
    lock_people,
    recompute_records,
)
from ce_bases.policy.registry import policy_for


def apply_policy(
    session: Session,
    year: int,
    people: Sequence[int],
    *,
    now: datetime,
    policy_of: PolicyOf = policy_for,
) -> int:
    """Store what the fold gives for `people` (sorted) in `year`; how many records changed.

    Under their locks: what was posted since the differences were shown counts too. The audit
    keeps each record's figures before and after, and the policy's version.
    """
    policy = policy_of(year)
    lock_people(session, people)
    changed = list(differences_of(session, year, people, policy))
    recompute_records(session, [(d.person_id, year) for d in changed], now=now, policy_of=policy_of)
    for difference in changed:
        act = Act(
            "recompute_year",
            "year_record",
            f"{difference.person_id}:{year}",
            asdict(difference.stored or NOTHING),
            asdict(difference.folded),
            reason=f"policy {policy.version}",
        )
        record(session, act, actor=None, now=now)
    return len(changed)
