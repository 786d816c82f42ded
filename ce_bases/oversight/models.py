"""What a bureau keeps for its own desk."""

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ce_bases.bureaus.directory import CODES
from ce_bases.core.orm import Base, one_of

LONGEST_REASON = 300


class ReturnReason(Base):
    """A reason that a bureau's officers tick when they return or refuse a filing.

    Rested, never deleted. What was ticked is copied into the decision: a change of words here
    changes no decision.
    """

    __tablename__ = "return_reason"
    __table_args__ = (
        one_of("bureau_code", CODES),
        CheckConstraint("text <> ''", name="has_words"),
        CheckConstraint("position > 0", name="position_positive"),
        UniqueConstraint("bureau_code", "text"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    bureau_code: Mapped[str] = mapped_column(String(6))
    text: Mapped[str] = mapped_column(String(LONGEST_REASON))
    position: Mapped[int]
    is_active: Mapped[bool] = mapped_column(default=True)
