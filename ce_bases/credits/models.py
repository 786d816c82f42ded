"""The ledger of hours, and what is stored of the fold over it."""

from datetime import date, datetime, time
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from ce_bases.core.orm import Base, BigId, by_value
from ce_bases.core.triggers import append_only_ddl, attach
from ce_bases.plans.models import Subject


class Kind(StrEnum):
    """The kinds of activity of clause 二(二)4 and 二(二)2 — rules §6."""

    TRAINING = "training"
    LECTURE = "lecture"
    SELF_STUDY = "self_study"
    ACHIEVEMENT = "achievement"
    PUBLICATION = "publication"
    EXPERT_SERVICE = "expert_service"
    POSTING = "posting"
    EXAM = "exam"
    COMPETITION = "competition"
    ABSENCE = "absence"
    ONLINE_COURSE = "online_course"


class Origin(StrEnum):
    """Where a line comes from: an organiser's confirmation, or a person's claim."""

    BASE = "base"
    CLAIM = "claim"


class Confirmation(Base):
    """The organiser's word that a plan's attendance is right; one a plan, for ever."""

    __tablename__ = "confirmation"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), unique=True)
    confirmed_at: Mapped[datetime]
    confirmed_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    expected: Mapped[int]
    attended: Mapped[int]
    lines: Mapped[int]


class LedgerLine(Base):
    """One activity of one person as it was posted; hours as claimed, never as cut.

    What is credited is computed from the set of live lines (`policy.year`), so it cannot depend
    on who posted first. A correction is a reversal (`reverses_id`, every figure negated) and a
    new line with the next `version`. No personal data: `person_id` only.
    """

    __tablename__ = "ledger_line"
    __table_args__ = (
        UniqueConstraint("source", "person_id", "version"),
        CheckConstraint(
            "(reverses_id IS NULL AND public_halves >= 0 AND professional_halves >= 0) OR "
            "(reverses_id IS NOT NULL AND public_halves <= 0 AND professional_halves <= 0)",
            name="sign_of_reversal",
        ),
        CheckConstraint("reverses_id IS NULL OR reason <> ''", name="reversal_has_reason"),
        CheckConstraint("version <> 0", name="version_not_zero"),
        CheckConstraint("(version < 0) = (reverses_id IS NOT NULL)", name="reversal_version"),
        Index("ix__ledger_line__person_year", "person_id", "year"),
        Index("ix__ledger_line__person_thing", "person_id", "thing_key"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    year: Mapped[int]
    source: Mapped[str] = mapped_column(String(64))
    version: Mapped[int]
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_line.id"), unique=True)
    kind: Mapped[Kind] = mapped_column(by_value(Kind))
    subject: Mapped[Subject | None] = mapped_column(by_value(Subject))
    clause: Mapped[str] = mapped_column(String(20))
    origin: Mapped[Origin] = mapped_column(by_value(Origin))
    held_on: Mapped[date]
    until_on: Mapped[date | None]
    starts_at: Mapped[time]
    public_halves: Mapped[int]
    professional_halves: Mapped[int]
    is_filed: Mapped[bool] = mapped_column(default=True)
    has_exception: Mapped[bool] = mapped_column(default=False)
    has_archive: Mapped[bool] = mapped_column(default=False)
    thing_key: Mapped[str | None] = mapped_column(String(120))
    detail: Mapped[str] = mapped_column(String(20), default="")
    title: Mapped[str] = mapped_column(String(200))
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("plan.id"), index=True)
    session_id: Mapped[int | None] = mapped_column(ForeignKey("course_session.id"))
    policy_version: Mapped[str] = mapped_column(String(20))
    posted_at: Mapped[datetime]
    posted_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    reason: Mapped[str] = mapped_column(String(500), default="")


attach(LedgerLine.__table__, append_only_ddl("ledger_line"))


class ObjectionState(StrEnum):
    """An objection waits for the base or the bureau, then for the bureau, then it is answered."""

    OPEN = "open"
    SUPPORTED = "supported"
    DECLINED = "declined"
    UPHELD = "upheld"


PENDING = frozenset({ObjectionState.OPEN, ObjectionState.SUPPORTED})


class Objection(Base):
    """A professional's word that a posted line is wrong; one at a time on a line.

    The base answers first unless it declined before (`to_bureau`); only the bureau corrects, and
    its correction of the line upholds the objection. A line of no plan, a claim's, is the matter
    of the bureau that decided on it (`bureau_code`) alone.
    """

    __tablename__ = "hours_objection"
    __table_args__ = (
        CheckConstraint("reason <> ''", name="has_reason"),
        CheckConstraint("(plan_id IS NULL) = (bureau_code IS NOT NULL)", name="has_a_judge"),
        CheckConstraint("plan_id IS NOT NULL OR to_bureau", name="without_base_to_bureau"),
        CheckConstraint("state <> 'upheld' OR answered_at IS NOT NULL", name="bureau_upholds"),
        CheckConstraint(
            "state = 'open' OR base_answered_at IS NOT NULL OR answered_at IS NOT NULL",
            name="somebody_answered",
        ),
        Index(
            "uq__hours_objection__pending",
            "line_id",
            unique=True,
            sqlite_where=text("state IN ('open', 'supported')"),
            postgresql_where=text("state IN ('open', 'supported')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("ledger_line.id"), index=True)
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("plan.id"), index=True)
    bureau_code: Mapped[str | None] = mapped_column(String(6))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    state: Mapped[ObjectionState] = mapped_column(by_value(ObjectionState))
    to_bureau: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(500))
    raised_at: Mapped[datetime]
    base_answer: Mapped[str] = mapped_column(String(500), default="")
    base_answered_at: Mapped[datetime | None]
    base_answered_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    answer: Mapped[str] = mapped_column(String(500), default="")
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class YearRecord(Base):
    """The fold's result for one person and year, kept for lists, exports and statistics.

    Recomputed under a lock on this row in the transaction that posts; `flask ledger verify`
    proves it equal to the fold.
    """

    __tablename__ = "year_record"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    public_halves: Mapped[int]
    professional_halves: Mapped[int]
    is_complete: Mapped[bool]
    lines: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    computed_at: Mapped[datetime]


class HoursReminder(Base):
    """When a unit last reminded one of its people of missing hours."""

    __tablename__ = "hours_reminder"

    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    reminded_at: Mapped[datetime]
    reminded_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
