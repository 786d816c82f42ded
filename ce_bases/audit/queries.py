"""Reading the record."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.audit.models import AuditEntry


def history_of(session: Session, subject_kind: str, subject_id: int | str) -> Sequence[AuditEntry]:
    """Every act on one subject, oldest first. The caller has already scoped the subject."""
    return session.scalars(
        select(AuditEntry)
        .where(AuditEntry.subject_kind == subject_kind, AuditEntry.subject_id == str(subject_id))
        .order_by(AuditEntry.id)
    ).all()
