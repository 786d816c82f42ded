"""Tables of signing in by code."""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from ce_bases.core.orm import Base, BigId


class CodeFailure(Base):
    """A wrong code that was typed, counted per account or address; only as a keyed hash."""

    __tablename__ = "code_failure"
    __table_args__ = (Index("ix__code_failure__key", "key", "at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(index=True)
