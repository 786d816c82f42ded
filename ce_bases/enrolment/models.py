"""Who is on the roster of which class."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ce_bases.core.orm import Base, by_value
from ce_bases.people.models import Person
from ce_bases.plans.models import Plan


class Place(StrEnum):
    """Whether a person has a seat, waits for one, or gave it up."""

    ENROLLED = "enrolled"
    WAITING = "waiting"
    CANCELLED = "cancelled"


class Via(StrEnum):
    """How somebody came onto the roster."""

    ROSTER = "roster"
    SELF = "self"
    UNIT = "unit"
    WALK_IN = "walk_in"


class Enrolment(Base):
    """One person on one plan's roster; unit and post as stated for this class."""

    __tablename__ = "enrolment"
    __table_args__ = (
        UniqueConstraint("plan_id", "person_id"),
        CheckConstraint("(place = 'cancelled') = (cancelled_at IS NOT NULL)", name="cancelled_at"),
        Index("ix__enrolment__person", "person_id", "place"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    place: Mapped[Place] = mapped_column(by_value(Place))
    via: Mapped[Via] = mapped_column(by_value(Via))
    unit_name: Mapped[str] = mapped_column(String(120), default="")
    post: Mapped[str] = mapped_column(String(60), default="")
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    cancelled_at: Mapped[datetime | None]

    plan: Mapped[Plan] = relationship()
    person: Mapped[Person] = relationship()
