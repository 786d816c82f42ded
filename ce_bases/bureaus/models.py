"""Who works for which bureau; and the public holidays that the package does not know yet."""

from datetime import date

from sqlalchemy import ForeignKey, Index, String, text
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


class PublicHoliday(Base):
    """A public holiday of a year that the holiday package has not published, noted by hand."""

    __tablename__ = "public_holiday"

    day: Mapped[date] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
