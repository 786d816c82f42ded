"""Who is on the roster of which class."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ce_bases.core.orm import Base, by_value
from ce_bases.core.text import Text, msg
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


PLACE_LABELS: dict[Place, Text] = {
    Place.ENROLLED: msg("已有名额"),
    Place.WAITING: msg("候补中"),
    Place.CANCELLED: msg("已取消报名"),
}
VIA_LABELS: dict[Via, Text] = {
    Via.ROSTER: msg("办班单位录入"),
    Via.SELF: msg("本人报名"),
    Via.UNIT: msg("单位报名"),
    Via.WALK_IN: msg("现场补录"),
}


class Enrolment(Base):
    """One person on one plan's roster; unit and post as stated for this class.

    Who waits is served by `waiting_since`, then by id.
    """

    __tablename__ = "enrolment"
    __table_args__ = (
        UniqueConstraint("plan_id", "person_id"),
        CheckConstraint("(place = 'cancelled') = (cancelled_at IS NOT NULL)", name="cancelled_at"),
        CheckConstraint("(place = 'waiting') = (waiting_since IS NOT NULL)", name="waiting_since"),
        Index("ix__enrolment__person", "person_id", "place"),
        Index("ix__enrolment__seats", "plan_id", "place", "waiting_since"),
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
    waiting_since: Mapped[datetime | None]

    plan: Mapped[Plan] = relationship()
    person: Mapped[Person] = relationship()
