"""Reading the record."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.audit.models import AuditEntry


def history_of(
    session: Session, subject_kind: str, subject_id: int | str, *, only: Iterable[str] = ()
) -> Sequence[AuditEntry]:
    """Every act (or `only` these) on one subject, oldest first. The caller has scoped it."""
    wanted = [AuditEntry.action.in_(only)] if only else []
    return session.scalars(
        select(AuditEntry)
        .where(
            AuditEntry.subject_kind == subject_kind,
            AuditEntry.subject_id == str(subject_id),
            *wanted,
        )
        .order_by(AuditEntry.id)
    ).all()


def last_act(session: Session, subject_kind: str, subject_id: int) -> AuditEntry | None:
    """The newest act on one subject. The caller has scoped it."""
    return session.scalars(
        select(AuditEntry)
        .where(AuditEntry.subject_kind == subject_kind, AuditEntry.subject_id == str(subject_id))
        .order_by(AuditEntry.id.desc())
        .limit(1)
    ).one_or_none()
