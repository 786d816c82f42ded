"""The addresses of calendars that are somebody's own."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from ce_bases.core.orm import Base


class FeedLink(Base):
    """An address under which one account's calendar app reads what concerns it in one role.

    `nonce` makes the token again together with the site's secret key, which is not in the
    database; a request is known by `token_hash`. Ended here, the address is dead at once.
    """

    __tablename__ = "feed_link"
    __table_args__ = (
        Index(
            "uq__feed_link__live",
            "account_id",
            "hat",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    hat: Mapped[str] = mapped_column(String(40))
    nonce: Mapped[str] = mapped_column(String(32))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
