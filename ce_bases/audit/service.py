"""Writing the record of who did what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from ce_bases.audit.models import AuditEntry
from ce_bases.core.actors import Actor


@dataclass(frozen=True, slots=True)
class Act:
    """What was done to which subject; `before` and `after` hold only the values that changed."""

    action: str
    subject_kind: str
    subject_id: int | str
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""


def record(session: Session, act: Act, *, actor: Actor | None, now: datetime) -> AuditEntry:
    """Add one line for `act` in the transaction of the act itself; no actor: the system."""
    entry = AuditEntry(
        at=now,
        account_id=actor.account_id if actor else None,
        actor_role=actor.role.value if actor else "system",
        actor_name=actor.name if actor else "",
        organisation=actor.organisation if actor else "",
        action=act.action,
        subject_kind=act.subject_kind,
        subject_id=str(act.subject_id),
        before=dict(act.before),
        after=dict(act.after),
        reason=act.reason,
    )
    session.add(entry)
    return entry
