"""What is remembered of every file people sent; the bytes are in the file store."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from ce_bases.core.orm import Base, BigId, one_of
from ce_bases.core.triggers import append_only_ddl, attach
from ce_bases.core.uploads import ENDINGS, LONGEST_NAME, MOST_BYTES


class StoredFile(Base):
    """One file as it was sent; who may read it is told by the record it belongs to."""

    __tablename__ = "stored_file"
    __table_args__ = (
        CheckConstraint(f"size BETWEEN 1 AND {MOST_BYTES}", name="size_in_bounds"),
        one_of("media_type", tuple(ENDINGS)),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    storage_name: Mapped[str] = mapped_column(String(40), unique=True)
    original_name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    media_type: Mapped[str] = mapped_column(String(20))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    kept_at: Mapped[datetime]
    kept_by_account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))


attach(StoredFile.__table__, append_only_ddl("stored_file"))
