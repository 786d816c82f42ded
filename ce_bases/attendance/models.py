"""The append-only log of sign events, and what folds out of it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from ce_bases.core.orm import Base, BigId, by_value
from ce_bases.core.text import Text, msg
from ce_bases.core.triggers import append_only_ddl, attach


class SignKind(StrEnum):
    """In, out, or the annulment of an earlier event."""

    IN = "in"
    OUT = "out"
    ANNUL = "annul"


class Way(StrEnum):
    """How a sign-in came about — rules §5."""

    TAP = "tap"
    ROTATING_CODE = "rotating_code"
    PERSONAL_CODE = "personal_code"
    LIVE = "live"
    PAPER = "paper"
    MAKE_UP = "make_up"


WAY_LABELS: dict[Way, Text] = {
    Way.TAP: msg("点名"),
    Way.ROTATING_CODE: msg("扫动态码"),
    Way.PERSONAL_CODE: msg("出示个人码"),
    Way.LIVE: msg("直播签到"),
    Way.PAPER: msg("纸质签到表"),
    Way.MAKE_UP: msg("补签"),
}


class SignEvent(Base):
    """One accepted act at the door, kept as it came (triggers: never changed, never deleted).

    `event_id` is made on the device, so that sending it again adds nothing; `request_hash`
    tells the same id with another content. `occurred_at` is when it happened by the device
    (corrected by `offset_ms`), `received_at` when the server learned of it.
    """

    __tablename__ = "sign_event"
    __table_args__ = (
        CheckConstraint("(kind = 'annul') = (annuls_id IS NOT NULL)", name="annul_names_event"),
        Index("ix__sign_event__session_person", "session_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[str] = mapped_column(String(36), unique=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("course_session.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[SignKind] = mapped_column(by_value(SignKind))
    way: Mapped[Way] = mapped_column(by_value(Way))
    annuls_id: Mapped[str | None] = mapped_column(ForeignKey("sign_event.event_id"))
    occurred_at: Mapped[datetime]
    received_at: Mapped[datetime]
    offset_ms: Mapped[int] = mapped_column(default=0)
    device: Mapped[str] = mapped_column(String(64), default="")
    device_seq: Mapped[int | None]
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    off_hours: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(String(500), default="")
    request_hash: Mapped[str] = mapped_column(String(64))


class RefusedSign(Base):
    """A refused attempt to sign in or out, kept with its coded reason."""

    __tablename__ = "refused_sign"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[str] = mapped_column(String(36), default="", index=True)
    session_id: Mapped[int | None] = mapped_column(ForeignKey("course_session.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    way: Mapped[Way] = mapped_column(by_value(Way))
    code: Mapped[str] = mapped_column(String(40))
    device: Mapped[str] = mapped_column(String(64), default="")
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]


class SessionEvidence(Base):
    """A photo or scan that something entered by hand rests on; the bytes are a stored file.

    `event_id`: the make-up it belongs to; a signed paper sheet belongs to the whole session.
    """

    __tablename__ = "session_evidence"
    __table_args__ = (
        CheckConstraint("(way = 'make_up') = (event_id IS NOT NULL)", name="make_up_names_event"),
        CheckConstraint("way IN ('paper', 'make_up')", name="by_hand"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("course_session.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"), unique=True)
    way: Mapped[Way] = mapped_column(by_value(Way))
    event_id: Mapped[str | None] = mapped_column(ForeignKey("sign_event.event_id"))
    kept_at: Mapped[datetime]
    kept_by: Mapped[int] = mapped_column(ForeignKey("account.id"))


class HeadCount(Base):
    """How many people somebody counted in the room, kept as it came; the latest count stands.

    `occurred_at` is when they were counted, whenever the phone could tell.
    """

    __tablename__ = "head_count"
    __table_args__ = (CheckConstraint("heads >= 0", name="heads_not_negative"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[str] = mapped_column(String(36), unique=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("course_session.id"), index=True)
    heads: Mapped[int]
    occurred_at: Mapped[datetime]
    received_at: Mapped[datetime]
    recorded_by: Mapped[int] = mapped_column(ForeignKey("account.id"))


for _table in (
    SignEvent.__table__,
    RefusedSign.__table__,
    SessionEvidence.__table__,
    HeadCount.__table__,
):
    attach(_table, append_only_ddl(_table.name))


class AttendanceRecord(Base):
    """What the events of one person in one session amount to; rewritten by the fold alone."""

    __tablename__ = "attendance_record"
    __table_args__ = (
        CheckConstraint("NOT attended OR signed_in_at IS NOT NULL", name="attended_signed_in"),
    )

    session_id: Mapped[int] = mapped_column(ForeignKey("course_session.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    signed_in_at: Mapped[datetime | None]
    signed_out_at: Mapped[datetime | None]
    attended: Mapped[bool]
    by_hand: Mapped[bool] = mapped_column(default=False)
    off_hours: Mapped[bool] = mapped_column(default=False)
    updated_at: Mapped[datetime]


class SessionRegister(Base):
    """The register of one session: who opened and closed it, and the heads counted."""

    __tablename__ = "session_register"
    __table_args__ = (CheckConstraint("headcount >= 0", name="headcount_not_negative"),)

    session_id: Mapped[int] = mapped_column(ForeignKey("course_session.id"), primary_key=True)
    headcount: Mapped[int | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class LateSign(Base):
    """A sign that reached the server after the attendance was confirmed: asked for, never entered.

    The bureau that may object answers it: `upheld` or not, with its reason.
    """

    __tablename__ = "late_sign"
    __table_args__ = (
        CheckConstraint("kind IN ('in', 'out')", name="is_a_sign"),
        CheckConstraint(
            "(upheld IS NULL) = (answered_at IS NULL) AND (upheld IS NULL) = (answered_by IS NULL)",
            name="answered_whole",
        ),
        CheckConstraint("upheld IS NULL OR answer <> ''", name="answer_has_reason"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[str] = mapped_column(String(36), unique=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("course_session.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[SignKind] = mapped_column(by_value(SignKind))
    way: Mapped[Way] = mapped_column(by_value(Way))
    occurred_at: Mapped[datetime]
    received_at: Mapped[datetime]
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    upheld: Mapped[bool | None]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    answer: Mapped[str] = mapped_column(String(500), default="")


class WalkInState(StrEnum):
    """What became of somebody who came without being on the roster."""

    HELD = "held"
    WITHDRAWN = "withdrawn"
    MATCHED = "matched"
    DISMISSED = "dismissed"


class WalkIn(Base):
    """Somebody at the door who is not on the roster: held until the base knows who it is.

    It earns nothing by itself. Matched, the person has a place and `event_id` is the sign-in
    that was entered; once that event is annulled the walk-in is open again.
    """

    __tablename__ = "walk_in"
    __table_args__ = (
        CheckConstraint("left_at IS NULL OR left_at >= came_at", name="left_after_coming"),
        CheckConstraint(
            "(state = 'held') = (settled_at IS NULL) AND (state = 'held') = (settled_by IS NULL)",
            name="settled_whole",
        ),
        CheckConstraint(
            "(state = 'matched') = (person_id IS NOT NULL)"
            " AND (state = 'matched') = (event_id IS NOT NULL)",
            name="matched_to_sign",
        ),
        CheckConstraint("state <> 'dismissed' OR reason <> ''", name="dismissed_for_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[str] = mapped_column(String(36), unique=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("course_session.id"), index=True)
    name: Mapped[str] = mapped_column(String(40))
    last4: Mapped[str] = mapped_column(String(4))
    remark: Mapped[str] = mapped_column(String(100), default="", server_default="")
    came_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    noted_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    state: Mapped[WalkInState] = mapped_column(by_value(WalkInState))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    event_id: Mapped[str | None] = mapped_column(ForeignKey("sign_event.event_id"), unique=True)
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    reason: Mapped[str] = mapped_column(String(500), default="")


class DoorLink(Base):
    """A link by which a substitute lecturer without an account takes sign-in of one session.

    Its account can do nothing else and has no password; the browser that opened the link first
    holds its login. Only the token's hash is kept.
    """

    __tablename__ = "door_link"
    __table_args__ = (
        CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="revoked_by_somebody"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("course_session.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), unique=True)
    name: Mapped[str] = mapped_column(String(20))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    issued_at: Mapped[datetime]
    issued_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    opened_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
