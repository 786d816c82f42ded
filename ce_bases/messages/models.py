"""Tables of messages: what was said to whom, where mail goes, and the mail still to be sent."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ce_bases.core.orm import Base, BigId, one_of

LANGUAGES = ("zh", "en")
LONGEST_ADDRESS = 254


class Message(Base):
    """One message in one account's inbox; title and body are frozen `Text`.

    While `fold_key` stands, a note of that key becomes this message instead of another one: for
    ever when it was to be told once (`settles_at` empty), else until it has settled.
    """

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("account_id", "fold_key"),
        CheckConstraint("settles_at IS NULL OR key <> ''", name="settles_by_key"),
        Index("ix__message__inbox", "account_id", "told_at"),
        Index(
            "ix__message__unread",
            "account_id",
            sqlite_where=text("read_at IS NULL"),
            postgresql_where=text("read_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(120), default="")
    fold_key: Mapped[str | None] = mapped_column(String(120))
    title: Mapped[dict[str, Any]]
    body: Mapped[dict[str, Any]]
    endpoint: Mapped[str] = mapped_column(String(80))
    values: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    told_at: Mapped[datetime]
    settles_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]


class MailAddress(Base):
    """Where an account wants its messages sent too, and in which language."""

    __tablename__ = "mail_address"
    __table_args__ = (
        one_of("language", LANGUAGES),
        CheckConstraint("address LIKE '%_@_%'", name="address_has_at"),
    )

    account_id: Mapped[int] = mapped_column(
        ForeignKey("account.id"), primary_key=True, autoincrement=False
    )
    address: Mapped[str] = mapped_column(String(LONGEST_ADDRESS))
    language: Mapped[str] = mapped_column(String(2))
    changed_at: Mapped[datetime]


class OutgoingMail(Base):
    """One message to be sent by e-mail: written with the message, one for each at most.

    A sender holds it by `lease` until `leased_until`. It ends as sent or given up, never both.
    """

    __tablename__ = "outgoing_mail"
    __table_args__ = (
        CheckConstraint("sent_at IS NULL OR given_up_at IS NULL", name="one_end"),
        CheckConstraint("(lease IS NULL) = (leased_until IS NULL)", name="lease_has_end"),
        CheckConstraint("attempts >= 0", name="attempts_not_negative"),
        Index(
            "ix__outgoing_mail__waiting",
            "due_at",
            sqlite_where=text("sent_at IS NULL AND given_up_at IS NULL"),
            postgresql_where=text("sent_at IS NULL AND given_up_at IS NULL"),
        ),
    )

    message_id: Mapped[int] = mapped_column(
        ForeignKey("message.id"), primary_key=True, autoincrement=False
    )
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    lease: Mapped[str | None] = mapped_column(String(32))
    leased_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    given_up_at: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(String(300), default="")

    message: Mapped[Message] = relationship()
