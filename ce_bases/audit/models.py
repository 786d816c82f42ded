"""The one table that says who did what, when, and what changed."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from ce_bases.core.orm import Base, BigId
from ce_bases.core.triggers import append_only_ddl, attach


class AuditEntry(Base):
    """One act: never edited, never deleted (triggers), and free of ID numbers."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix__audit_entry__subject", "subject_kind", "subject_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    account_id: Mapped[int | None]
    actor_role: Mapped[str] = mapped_column(String(20))
    actor_name: Mapped[str] = mapped_column(String(80))
    organisation: Mapped[str] = mapped_column(String(120), default="")
    action: Mapped[str] = mapped_column(String(40))
    subject_kind: Mapped[str] = mapped_column(String(30))
    subject_id: Mapped[str] = mapped_column(String(64))
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    reason: Mapped[str] = mapped_column(String(1000), default="")


attach(AuditEntry.__table__, append_only_ddl("audit_entry"))
