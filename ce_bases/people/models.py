"""Tables of professionals and the units they work for."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ce_bases.bureaus.directory import CODES
from ce_bases.core.orm import Base, one_of


class Unit(Base):
    """An employer (用人单位)."""

    __tablename__ = "unit"
    __table_args__ = (
        one_of("area_code", CODES),
        CheckConstraint("length(credit_code) = 18", name="credit_code_length"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    credit_code: Mapped[str] = mapped_column(String(18), unique=True)
    area_code: Mapped[str] = mapped_column(String(6), index=True)


class UnitMember(Base):
    """Someone of a unit's personnel office, from `since_on` up to, not including, `until_on`."""

    __tablename__ = "unit_member"
    __table_args__ = (
        Index(
            "uq__unit_member__current",
            "unit_id",
            "account_id",
            unique=True,
            sqlite_where=text("until_on IS NULL"),
            postgresql_where=text("until_on IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    since_on: Mapped[date]
    until_on: Mapped[date | None]


class Person(Base):
    """A professional: one resident ID, one row, at most one account.

    The ID is encrypted (`id_cipher`) and found by keyed hash (`id_index`); staff see `id_last4`.
    `initials` are the pinyin initials of the name, for the lecturer's list.
    """

    __tablename__ = "person"
    __table_args__ = (CheckConstraint("length(id_last4) = 4", name="last4_length"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), index=True)
    initials: Mapped[str] = mapped_column(String(20), default="")
    post: Mapped[str] = mapped_column(String(60), default="")
    area_code: Mapped[str | None] = mapped_column(String(6))
    id_cipher: Mapped[bytes] = mapped_column(LargeBinary(120))
    id_index: Mapped[str] = mapped_column(String(64), unique=True)
    id_last4: Mapped[str] = mapped_column(String(4))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), unique=True)
    created_at: Mapped[datetime]

    affiliations: Mapped[list["Affiliation"]] = relationship(back_populates="person")


class Affiliation(Base):
    """Who works where, dated; at most one open row a person. Hours follow the person."""

    __tablename__ = "affiliation"
    __table_args__ = (
        CheckConstraint("until_on IS NULL OR until_on >= since_on", name="dates_in_order"),
        Index(
            "uq__affiliation__current",
            "person_id",
            unique=True,
            sqlite_where=text("until_on IS NULL"),
            postgresql_where=text("until_on IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    since_on: Mapped[date]
    until_on: Mapped[date | None]

    person: Mapped[Person] = relationship(back_populates="affiliations")
    unit: Mapped[Unit] = relationship()
