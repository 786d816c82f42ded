"""Tables of the filing feature: the plan, its revisions, their timetables, what is published."""

from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ce_bases.bureaus.directory import CODES
from ce_bases.core.orm import Base, by_value, one_of
from ce_bases.core.text import Text as Words
from ce_bases.core.text import msg
from ce_bases.core.triggers import append_only_ddl, attach
from ce_bases.files.models import StoredFile
from ce_bases.organisers.models import Organiser
from ce_bases.plans.workflow import PlanState


class Subject(StrEnum):
    """公需科目 or 专业科目 — 二(一)."""

    PUBLIC = "public"
    PROFESSIONAL = "professional"


class Form(StrEnum):
    """Form of delivery — 二(二)3, and the 公益课堂 of 二(二)2."""

    FACE_TO_FACE = "face_to_face"
    DISTANCE = "distance"
    LIVE = "live"
    FIELD = "field"
    LECTURE = "lecture"


class Reach(StrEnum):
    """Whom a class addresses — 二(二)3."""

    CITY = "city"
    COUNTY = "county"
    SECTOR = "sector"
    UNIT = "unit"


class Standing(StrEnum):
    """Where a revision stands: being written, waiting for the bureau, in force, or replaced."""

    WORKING = "working"
    PENDING = "pending"
    IN_FORCE = "in_force"
    PAST = "past"


class AttachmentKind(StrEnum):
    """What a file that goes with a plan is — 二(二)3."""

    NOTICE = "notice"
    FORM = "form"
    FEE_BASIS = "fee_basis"
    OTHER = "other"


class LeadWaiver(StrEnum):
    """Why a revision need not have been filed ten days ahead."""

    NONE = "none"
    OWN_LECTURE = "own_lecture"
    EXCEPTION = "exception"


SUBJECT_LABELS: dict[Subject, Words] = {
    Subject.PUBLIC: msg("公需科目"),
    Subject.PROFESSIONAL: msg("专业科目"),
}
FORM_LABELS: dict[Form, Words] = {
    Form.FACE_TO_FACE: msg("集中面授"),
    Form.DISTANCE: msg("远程教育"),
    Form.LIVE: msg("直播"),
    Form.FIELD: msg("实地观摩"),
    Form.LECTURE: msg("公益课堂"),
}
ATTACHMENT_LABELS: dict[AttachmentKind, Words] = {
    AttachmentKind.NOTICE: msg("办班通知"),
    AttachmentKind.FORM: msg("盖章的报送表"),
    AttachmentKind.FEE_BASIS: msg("收费依据"),
    AttachmentKind.OTHER: msg("其他材料"),
}
REACH_LABELS: dict[Reach, Words] = {
    Reach.CITY: msg("面向全市"),
    Reach.COUNTY: msg("面向本县（市、区）"),
    Reach.SECTOR: msg("面向本行业"),
    Reach.UNIT: msg("面向本单位"),
}


class Plan(Base):
    """One class (培训计划) of an organiser; `state` only moves through `workflow`.

    What the class is stands in its revisions. `version` counts every change of this row, so
    that a decision made on an older page is noticed.
    """

    __tablename__ = "plan"
    __table_args__ = (
        one_of("bureau_code", CODES),
        CheckConstraint(
            "(filing_number IS NOT NULL) = "
            "(state IN ('filed', 'cancelled', 'attendance_confirmed', 'credited'))",
            name="filed_has_number",
        ),
        CheckConstraint("(filing_number IS NULL) = (filed_at IS NULL)", name="number_has_date"),
        CheckConstraint(
            "(exception_reason = '') = (exception_document = '')", name="exception_complete"
        ),
        CheckConstraint("state <> 'cancelled' OR close_reason <> ''", name="cancelled_has_reason"),
        Index("ix__plan__queue", "bureau_code", "state"),
        Index("ix__plan__organiser_state", "organiser_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organiser_id: Mapped[int] = mapped_column(ForeignKey("organiser.id"))
    bureau_code: Mapped[str] = mapped_column(String(6))
    state: Mapped[PlanState] = mapped_column(by_value(PlanState))
    state_since: Mapped[datetime]
    version: Mapped[int] = mapped_column()
    filing_number: Mapped[str | None] = mapped_column(String(24), unique=True)
    filed_at: Mapped[datetime | None]
    exception_reason: Mapped[str] = mapped_column(String(500), default="")
    exception_document: Mapped[str] = mapped_column(String(120), default="")
    close_reason: Mapped[str] = mapped_column(String(500), default="")
    sequence: Mapped[int] = mapped_column(default=0)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 -- as declarative wants it

    organiser: Mapped[Organiser] = relationship()
    revisions: Mapped[list["PlanRevision"]] = relationship(
        back_populates="plan", order_by="PlanRevision.number"
    )

    @property
    def has_exception(self) -> bool:
        """Whether the plan carries the mark 例外 (for ever)."""
        return self.exception_document != ""


class PlanRevision(Base):
    """What a class is, as written at one time. Frozen (trigger) from its submission on.

    `submitted_at` is the server's clock at this submission; `counted_at`/`counted_on` the
    submission that counts for the window (an earlier one when a returned plan came back in
    time); `last_filing_on` the last day the policy allowed. All three together are the sealed
    proof of the filing window, and a CHECK.

    `amends` is the number of the filed revision that this one changes, `corrects` that of the
    returned one it comes back from.
    """

    __tablename__ = "plan_revision"
    __table_args__ = (
        UniqueConstraint("plan_id", "number"),
        CheckConstraint(
            "counted_on IS NULL OR counted_on <= last_filing_on OR lead_waiver <> 'none'",
            name="filed_in_time",
        ),
        CheckConstraint(
            "(submitted_at IS NULL) = (standing = 'working') "
            "AND (submitted_at IS NULL) = (counted_at IS NULL) "
            "AND (submitted_at IS NULL) = (counted_on IS NULL) "
            "AND (submitted_at IS NULL) = (last_filing_on IS NULL) "
            "AND (submitted_at IS NULL) = (content_hash = '')",
            name="submitted_is_sealed",
        ),
        CheckConstraint("standing <> 'in_force' OR decided_at IS NOT NULL", name="decided"),
        CheckConstraint("planned_number IS NULL OR planned_number > 0", name="number_positive"),
        CheckConstraint("fee_cents >= 0", name="fee_not_negative"),
        CheckConstraint("closes_on >= opens_on", name="dates_in_order"),
        Index(
            "uq__plan_revision__open",
            "plan_id",
            unique=True,
            sqlite_where=text("standing IN ('working', 'pending')"),
            postgresql_where=text("standing IN ('working', 'pending')"),
        ),
        Index(
            "uq__plan_revision__in_force",
            "plan_id",
            unique=True,
            sqlite_where=text("standing = 'in_force'"),
            postgresql_where=text("standing = 'in_force'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    number: Mapped[int]
    standing: Mapped[Standing] = mapped_column(by_value(Standing))
    amends: Mapped[int | None]
    corrects: Mapped[int | None]

    title: Mapped[str] = mapped_column(String(120))
    subject: Mapped[Subject | None] = mapped_column(by_value(Subject))
    series: Mapped[str] = mapped_column(String(60), default="")
    form: Mapped[Form | None] = mapped_column(by_value(Form))
    reach: Mapped[Reach | None] = mapped_column(by_value(Reach))
    audience: Mapped[str] = mapped_column(String(500), default="")
    planned_number: Mapped[int | None]
    live_address: Mapped[str] = mapped_column(String(300), default="")
    aims: Mapped[str] = mapped_column(Text, default="")
    outline: Mapped[str] = mapped_column(Text, default="")
    assessment: Mapped[str] = mapped_column(String(500), default="")
    fee_cents: Mapped[int] = mapped_column(default=0)
    fee_item: Mapped[str] = mapped_column(String(120), default="")
    fee_basis: Mapped[str] = mapped_column(String(300), default="")
    contact_name: Mapped[str] = mapped_column(String(60), default="")
    contact_phone: Mapped[str] = mapped_column(String(40), default="")
    enrol_how: Mapped[str] = mapped_column(String(500), default="")
    enrol_closes_at: Mapped[datetime | None]
    remarks: Mapped[str] = mapped_column(String(1000), default="")
    opens_on: Mapped[date | None] = mapped_column(index=True)
    closes_on: Mapped[date | None]

    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    submitted_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    counted_at: Mapped[datetime | None]
    counted_on: Mapped[date | None]
    last_filing_on: Mapped[date | None]
    lead_waiver: Mapped[LeadWaiver] = mapped_column(by_value(LeadWaiver), default=LeadWaiver.NONE)
    content_hash: Mapped[str] = mapped_column(String(64), default="")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decision_reason: Mapped[str] = mapped_column(String(1000), default="")

    plan: Mapped[Plan] = relationship(back_populates="revisions")
    entries: Mapped[list["TimetableEntry"]] = relationship(
        back_populates="revision",
        order_by="(TimetableEntry.held_on, TimetableEntry.starts_at, TimetableEntry.id)",
        cascade="all, delete-orphan",
    )
    changes: Mapped[list["RevisionChange"]] = relationship(order_by="RevisionChange.position")
    attachments: Mapped[list["PlanAttachment"]] = relationship(
        back_populates="revision", order_by="PlanAttachment.id", cascade="all, delete-orphan"
    )


class RevisionChange(Base):
    """One difference of an amendment to what was on file, as it was told when it was sent.

    `session_uid` is the session's lasting id, empty for the plan itself; `before` and `after`
    are plain values in an object, `{"value": …}`.
    """

    __tablename__ = "revision_change"
    __table_args__ = (one_of("consequence", ("free", "notice", "refile")),)

    revision_id: Mapped[int] = mapped_column(ForeignKey("plan_revision.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    session_uid: Mapped[str] = mapped_column(String(32), default="")
    field: Mapped[str] = mapped_column(String(40))
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    consequence: Mapped[str] = mapped_column(String(8))


class CourseSession(Base):
    """The lasting identity of a session (课次): the same through every revision that moves it."""

    __tablename__ = "course_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True)

    plan: Mapped[Plan] = relationship()


class TimetableEntry(Base):
    """A session as one revision plans it. Names are copied in, so that a filed timetable stays
    what it was when a lecturer or a venue is renamed later.

    `halves` are the filed hours in half-hours: at most ⌊net minutes / 45 × 2⌋ (CHECK).
    """

    __tablename__ = "timetable_entry"
    __table_args__ = (
        UniqueConstraint("revision_id", "session_id"),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("starts_at >= 0 AND ends_at <= 1439", name="within_the_day"),
        CheckConstraint("break_minutes >= 0", name="break_not_negative"),
        CheckConstraint(
            "halves >= 0 AND halves * 45 <= (ends_at - starts_at - break_minutes) * 2",
            name="hours_fit_minutes",
        ),
        CheckConstraint("halves <= 16", name="hours_fit_day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("plan_revision.id"), index=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("course_session.id"), index=True)
    held_on: Mapped[date] = mapped_column(index=True)
    starts_at: Mapped[time]
    ends_at: Mapped[time]
    break_minutes: Mapped[int] = mapped_column(default=0)
    halves: Mapped[int]
    topic: Mapped[str] = mapped_column(String(200))
    lecturer_id: Mapped[int | None] = mapped_column(ForeignKey("lecturer.id"), index=True)
    lecturer_name: Mapped[str] = mapped_column(String(60), default="")
    lecturer_unit: Mapped[str] = mapped_column(String(120), default="")
    lecturer_title: Mapped[str] = mapped_column(String(60), default="")
    venue_id: Mapped[int | None] = mapped_column(ForeignKey("venue.id"), index=True)
    venue_name: Mapped[str] = mapped_column(String(80), default="")
    venue_address: Mapped[str] = mapped_column(String(200), default="")
    venue_area: Mapped[str] = mapped_column(String(6), default="")

    revision: Mapped[PlanRevision] = relationship(back_populates="entries")
    session: Mapped[CourseSession] = relationship()


#: A revision carries no more files than this (trigger).
MOST_ATTACHMENTS = 10


class PlanAttachment(Base):
    """A file that goes with a revision, frozen with it; a copy of a revision has the same files.

    Only the notice of the class may be public: anyone can then fetch it from the class's page.
    """

    __tablename__ = "plan_attachment"
    __table_args__ = (
        UniqueConstraint("revision_id", "file_id"),
        CheckConstraint("NOT is_public OR kind = 'notice'", name="only_notices_public"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("plan_revision.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"), index=True)
    kind: Mapped[AttachmentKind] = mapped_column(by_value(AttachmentKind))
    is_public: Mapped[bool] = mapped_column(default=False)
    added_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    added_at: Mapped[datetime]

    revision: Mapped[PlanRevision] = relationship(back_populates="attachments")
    file: Mapped[StoredFile] = relationship(lazy="joined")


class PublishedSession(Base):
    """A session as the public sees it: one row, written when its plan is filed, moved or
    cancelled, so that calendars and feeds read one table and nothing else.

    `vevent` are its bytes in every feed; `sequence` rises with each published change.
    """

    __tablename__ = "published_session"
    __table_args__ = (
        Index("ix__published_session__day", "held_on", "starts_at"),
        Index("ix__published_session__organiser", "organiser_id", "held_on"),
        one_of("area_code", CODES),
    )

    session_id: Mapped[int] = mapped_column(ForeignKey("course_session.id"), primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    organiser_id: Mapped[int] = mapped_column(ForeignKey("organiser.id"))
    organiser_name: Mapped[str] = mapped_column(String(120))
    filing_number: Mapped[str] = mapped_column(String(24))
    area_code: Mapped[str] = mapped_column(String(6))
    subject: Mapped[Subject] = mapped_column(by_value(Subject))
    form: Mapped[Form] = mapped_column(by_value(Form))
    title: Mapped[str] = mapped_column(String(120))
    topic: Mapped[str] = mapped_column(String(200))
    lecturer_name: Mapped[str] = mapped_column(String(60))
    venue_name: Mapped[str] = mapped_column(String(80))
    held_on: Mapped[date]
    starts_at: Mapped[time]
    ends_at: Mapped[time]
    halves: Mapped[int]
    is_cancelled: Mapped[bool]
    has_exception: Mapped[bool]
    sequence: Mapped[int]
    changed_at: Mapped[datetime]
    search_text: Mapped[str] = mapped_column(Text)
    vevent: Mapped[str] = mapped_column(Text)


class ExceptionRequest(Base):
    """A base asks its bureau to take a plan that is too late (例外) — 二(二)3; one at a time.

    What was granted stands on the plan itself, for ever. `title` and `opens_on` are those of the
    text it was asked for: the text goes on being the base's own.
    """

    __tablename__ = "exception_request"
    __table_args__ = (
        CheckConstraint("explanation <> ''", name="explained"),
        CheckConstraint(
            "(decided_at IS NULL) = (is_granted IS NULL) AND (decided_at IS NULL) = (reason = '')",
            name="decision_complete",
        ),
        CheckConstraint(
            "(is_granted IS NOT NULL AND is_granted) = (document <> '')", name="granted_by_document"
        ),
        Index(
            "uq__exception_request__open",
            "plan_id",
            unique=True,
            sqlite_where=text("decided_at IS NULL"),
            postgresql_where=text("decided_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    title: Mapped[str] = mapped_column(String(120))
    opens_on: Mapped[date]
    explanation: Mapped[str] = mapped_column(String(1000))
    asked_at: Mapped[datetime]
    asked_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    is_granted: Mapped[bool | None]
    reason: Mapped[str] = mapped_column(String(500), default="")
    document: Mapped[str] = mapped_column(String(120), default="")

    plan: Mapped[Plan] = relationship()


class FilingSerial(Base):
    """The last serial given out by a bureau in a year; numbers are never used again."""

    __tablename__ = "filing_serial"
    __table_args__ = (one_of("bureau_code", CODES),)

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    bureau_code: Mapped[str] = mapped_column(String(6), primary_key=True)
    last: Mapped[int]


attach(RevisionChange.__table__, append_only_ddl("revision_change"))
