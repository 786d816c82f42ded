"""Tables of claims and their evidence."""

from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ce_bases.bureaus.directory import CODES
from ce_bases.claims.content import FIELDS, Cause, Content, Rank
from ce_bases.claims.workflow import ClaimState
from ce_bases.core.orm import Base, BigId, by_value, one_of
from ce_bases.core.triggers import attach, guarded_ddl
from ce_bases.credits.models import Kind
from ce_bases.files.models import StoredFile
from ce_bases.people.models import Person, Unit
from ce_bases.plans.models import Subject

_HOLDING = text("state IN ('with_unit', 'with_bureau', 'credited')")


class Claim(Base):
    """One claim of one person; `state` only moves through `workflow`.

    What was sent is frozen by trigger while others judge it: a reviewer changes nothing but the
    subject, and a unit the hours of self-study with its archive number. What was decided on
    never changes. `version` counts every change, so that a decision made on an older page is
    noticed. `thing_key` is set from sending on; one person holds a thing once.
    """

    __tablename__ = "claim"
    __table_args__ = (
        one_of("bureau_code", CODES),
        CheckConstraint("kind NOT IN ('lecture', 'online_course')", name="kind_is_claimed"),
        CheckConstraint(
            "state IN ('draft', 'withdrawn') OR "
            "(bureau_code IS NOT NULL AND sent_at IS NOT NULL AND held_on IS NOT NULL)",
            name="sent_is_addressed",
        ),
        CheckConstraint("state <> 'with_unit' OR unit_id IS NOT NULL", name="unit_has_it"),
        CheckConstraint(
            "(confirmed_at IS NULL) = (confirmed_by IS NULL)", name="confirmed_by_somebody"
        ),
        CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="decided_by_somebody"),
        CheckConstraint(
            "state NOT IN ('credited', 'refused', 'reversed') OR decided_by IS NOT NULL",
            name="end_was_decided",
        ),
        CheckConstraint("confirmed_by <> decided_by", name="two_people"),
        CheckConstraint(
            "state NOT IN ('returned', 'refused', 'reversed') OR reason <> ''",
            name="against_has_reason",
        ),
        CheckConstraint(
            "kind <> 'self_study' OR archive_number <> '' OR "
            "state NOT IN ('with_bureau', 'credited', 'reversed')",
            name="self_study_has_archive",
        ),
        CheckConstraint("kind = 'self_study' OR archive_number = ''", name="archive_kind"),
        CheckConstraint(
            "halves IS NULL OR (kind IN ('training', 'self_study') AND halves BETWEEN 1 AND 1998)",
            name="halves_kind",
        ),
        CheckConstraint(
            "minutes IS NULL OR (kind = 'expert_service' AND minutes BETWEEN 1 AND 1440)",
            name="minutes_kind",
        ),
        CheckConstraint("rank IS NULL OR kind = 'competition'", name="rank_kind"),
        CheckConstraint("cause IS NULL OR kind = 'absence'", name="cause_kind"),
        CheckConstraint("until_on IS NULL OR kind IN ('posting', 'absence')", name="until_kind"),
        CheckConstraint(
            "state IN ('draft', 'returned', 'withdrawn') OR until_on IS NULL "
            "OR until_on >= held_on",
            name="period_in_order",
        ),
        Index("ix__claim__unit_queue", "unit_id", "state"),
        Index("ix__claim__bureau_queue", "bureau_code", "state"),
        Index("ix__claim__thing", "kind", "thing_key"),
        Index(
            "uq__claim__held_once",
            "person_id",
            "kind",
            "thing_key",
            unique=True,
            sqlite_where=_HOLDING,
            postgresql_where=_HOLDING,
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    bureau_code: Mapped[str | None] = mapped_column(String(6))
    kind: Mapped[Kind] = mapped_column(by_value(Kind))
    state: Mapped[ClaimState] = mapped_column(by_value(ClaimState))
    state_since: Mapped[datetime]
    version: Mapped[int] = mapped_column()

    title: Mapped[str] = mapped_column(String(100), default="")
    organiser: Mapped[str] = mapped_column(String(100), default="")
    number: Mapped[str] = mapped_column(String(100), default="")
    approved: Mapped[bool | None]
    subject: Mapped[Subject | None] = mapped_column(by_value(Subject))
    held_on: Mapped[date | None]
    until_on: Mapped[date | None]
    starts_at: Mapped[time | None]
    halves: Mapped[int | None]
    minutes: Mapped[int | None]
    rank: Mapped[Rank | None] = mapped_column(by_value(Rank))
    cause: Mapped[Cause | None] = mapped_column(by_value(Cause))
    remarks: Mapped[str] = mapped_column(String(500), default="")
    thing_key: Mapped[str | None] = mapped_column(String(100))
    archive_number: Mapped[str] = mapped_column(String(60), default="")

    sent_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    reason: Mapped[str] = mapped_column(String(500), default="")
    imported_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 -- as declarative wants it

    person: Mapped[Person] = relationship()
    unit: Mapped[Unit | None] = relationship()
    evidence: Mapped[list["Evidence"]] = relationship(
        back_populates="claim", order_by="Evidence.id"
    )

    @property
    def content(self) -> Content:
        """What the claimant says, as plain data: not the subject that reviewers move."""
        asked = (*FIELDS[self.kind], "remarks")
        return Content(**{name: getattr(self, name) for name in asked})


class Evidence(Base):
    """One file that proves a claim; it comes and goes only while the claimant writes."""

    __tablename__ = "claim_evidence"
    __table_args__ = (UniqueConstraint("claim_id", "file_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"), index=True)
    added_at: Mapped[datetime]

    claim: Mapped[Claim] = relationship(back_populates="evidence")
    file: Mapped[StoredFile] = relationship()


_SAID = (
    *("person_id", "kind", "title", "organiser", "number", "approved", "held_on", "until_on"),
    *("starts_at", "minutes", "rank", "cause", "remarks", "sent_at"),
)
_JUDGED = ("subject", "halves", "archive_number", "thing_key", "unit_id", "bureau_code")


def _changed(names: tuple[str, ...]) -> str:
    return " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in names)


attach(
    Claim.__table__,
    guarded_ddl(
        "claim",
        "frozen",
        ("UPDATE",),
        f"(OLD.state NOT IN ('draft', 'returned') AND ({_changed(_SAID)})) OR "
        "(OLD.state NOT IN ('draft', 'returned', 'with_unit', 'with_bureau') AND "
        f"({_changed(_JUDGED)}))",
        "a claim that was sent is frozen",
    ),
)
attach(
    Claim.__table__,
    guarded_ddl("claim", "kept", ("DELETE",), "OLD.id IS NOT NULL", "claims are never deleted"),
)
attach(
    Evidence.__table__,
    guarded_ddl(
        "claim_evidence",
        "frozen",
        ("UPDATE", "DELETE"),
        "(SELECT state FROM claim WHERE id = OLD.claim_id) NOT IN ('draft', 'returned')",
        "evidence of a claim that was sent is frozen",
    ),
)
attach(
    Evidence.__table__,
    guarded_ddl(
        "claim_evidence",
        "closed",
        ("INSERT",),
        "(SELECT state FROM claim WHERE id = NEW.claim_id) NOT IN ('draft', 'returned')",
        "evidence of a claim that was sent is frozen",
    ),
)
