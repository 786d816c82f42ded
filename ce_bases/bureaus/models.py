"""Who works for which bureau; and the public holidays that the package does not know yet."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, false, text
from sqlalchemy.orm import Mapped, mapped_column

from ce_bases.bureaus.directory import CODES
from ce_bases.core.orm import Base, one_of


class BureauMember(Base):
    """An officer of a bureau from `since_on` up to, not including, `until_on`."""

    __tablename__ = "bureau_member"
    __table_args__ = (
        one_of("bureau_code", CODES),
        Index(
            "uq__bureau_member__current",
            "bureau_code",
            "account_id",
            unique=True,
            sqlite_where=text("until_on IS NULL"),
            postgresql_where=text("until_on IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    bureau_code: Mapped[str] = mapped_column(String(6))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    since_on: Mapped[date]
    until_on: Mapped[date | None]


class StandIn(Base):
    """A colleague stands in for an officer on leave, on the days from `from_on` to `until_on`.

    Both days are included; `ended_at`: ended early, or put away when the next one was named.
    """

    __tablename__ = "stand_in"
    __table_args__ = (
        one_of("bureau_code", CODES),
        CheckConstraint("account_id <> colleague_account_id", name="somebody_else"),
        CheckConstraint("from_on <= until_on", name="days_in_order"),
        Index(
            "uq__stand_in__open",
            "bureau_code",
            "account_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    bureau_code: Mapped[str] = mapped_column(String(6))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    colleague_account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    from_on: Mapped[date]
    until_on: Mapped[date]
    ended_at: Mapped[datetime | None]


class PublicHoliday(Base):
    """A day of a year that the holiday package has not published, noted by hand.

    A public holiday, or a weekend day on which people work instead (`is_worked`).
    """

    __tablename__ = "public_holiday"

    day: Mapped[date] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    is_worked: Mapped[bool] = mapped_column(default=False, server_default=false())
