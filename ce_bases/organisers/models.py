"""Tables of those who hold classes."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, func, text
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ce_bases.bureaus.directory import CITY_CODE, CODES
from ce_bases.core.orm import Base, by_value, one_of
from ce_bases.core.text import Text, msg


class OrganiserKind(StrEnum):
    """Who may hold classes: a base, a sector department, or a bureau (公益课堂 only)."""

    BASE = "base"
    DEPARTMENT = "department"
    BUREAU = "bureau"


class Level(StrEnum):
    """The level an organiser stands on; it decides who receives its filings."""

    NATIONAL = "national"
    PROVINCIAL = "provincial"
    CITY = "city"
    COUNTY = "county"


KIND_LABELS: dict[OrganiserKind, Text] = {
    OrganiserKind.BASE: msg("继续教育基地"),
    OrganiserKind.DEPARTMENT: msg("行业主管部门"),
    OrganiserKind.BUREAU: msg("人社部门"),
}
LEVEL_LABELS: dict[Level, Text] = {
    Level.NATIONAL: msg("国家级"),
    Level.PROVINCIAL: msg("省级"),
    Level.CITY: msg("市级"),
    Level.COUNTY: msg("县级"),
}


class Organiser(Base):
    """A base, department or bureau. `area_code` is its county, or the city's for higher levels."""

    __tablename__ = "organiser"
    __table_args__ = (
        one_of("area_code", CODES),
        CheckConstraint(
            f"(level = 'county') = (area_code <> '{CITY_CODE}')", name="county_level_has_county"
        ),
        CheckConstraint("kind <> 'department' OR sector <> ''", name="department_has_sector"),
        Index(
            "uq__organiser__bureau",
            "area_code",
            unique=True,
            sqlite_where=text("kind = 'bureau'"),
            postgresql_where=text("kind = 'bureau'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    kind: Mapped[OrganiserKind] = mapped_column(by_value(OrganiserKind))
    level: Mapped[Level] = mapped_column(by_value(Level))
    area_code: Mapped[str] = mapped_column(String(6), index=True)
    sector: Mapped[str] = mapped_column(String(60), default="")
    address: Mapped[str] = mapped_column(String(200), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    about: Mapped[str] = mapped_column(String(2000), default="")
    created_at: Mapped[datetime]

    venues: Mapped[list["Venue"]] = relationship(back_populates="organiser")
    lecturers: Mapped[list["Lecturer"]] = relationship(back_populates="organiser")


class OrganiserMember(Base):
    """A clerk of an organiser from `since_on` up to, not including, `until_on`."""

    __tablename__ = "organiser_member"
    __table_args__ = (
        Index(
            "uq__organiser_member__current",
            "organiser_id",
            "account_id",
            unique=True,
            sqlite_where=text("until_on IS NULL"),
            postgresql_where=text("until_on IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organiser_id: Mapped[int] = mapped_column(ForeignKey("organiser.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    since_on: Mapped[date]
    until_on: Mapped[date | None]


class Venue(Base):
    """A room of an organiser; `is_shared` rooms may hold two classes at once."""

    __tablename__ = "venue"
    __table_args__ = (
        one_of("area_code", CODES),
        CheckConstraint("capacity > 0", name="capacity_positive"),
        Index("uq__venue__organiser_id_name", "organiser_id", "name", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organiser_id: Mapped[int] = mapped_column(ForeignKey("organiser.id"))
    name: Mapped[str] = mapped_column(String(80))
    address: Mapped[str] = mapped_column(String(200))
    area_code: Mapped[str] = mapped_column(String(6))
    capacity: Mapped[int]
    is_shared: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)

    organiser: Mapped[Organiser] = relationship(back_populates="venues")


class Lecturer(Base):
    """Someone who teaches for an organiser.

    The same person teaching for two organisers has two rows; `identity_index` (a keyed hash of
    the resident ID) tells that they are one, without showing either organiser the other's plans.
    Where an ID is missing, `person_key` is shared by rows that a clerk said are one person; a
    row with a key of its own was said to be nobody else.
    """

    __tablename__ = "lecturer"
    __table_args__ = (
        Index("uq__lecturer__organiser_id_identity", "organiser_id", "identity_index", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organiser_id: Mapped[int] = mapped_column(ForeignKey("organiser.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    unit_name: Mapped[str] = mapped_column(String(120))
    title: Mapped[str] = mapped_column(String(60))
    field: Mapped[str] = mapped_column(String(80), default="")
    identity_index: Mapped[str | None] = mapped_column(String(64), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    is_active: Mapped[bool] = mapped_column(default=True)
    person_key: Mapped[str | None] = mapped_column(String(64), index=True)

    organiser: Mapped[Organiser] = relationship(back_populates="lecturers")

    @hybrid_property
    def person(self) -> str | None:
        """What all rows of this person share; None while nothing is known but the row."""
        return self.identity_index or self.person_key

    @person.inplace.expression
    @classmethod
    def _person(cls) -> ColumnElement[str | None]:
        return func.coalesce(cls.identity_index, cls.person_key)
