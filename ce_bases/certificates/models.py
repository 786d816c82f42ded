"""Certificates as they were issued, and what was revoked."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from ce_bases.bureaus.directory import CODES
from ce_bases.core.orm import Base, BigId, one_of
from ce_bases.core.triggers import append_only_ddl, attach


class Certificate(Base):
    """What one certificate says; never changed, whatever becomes of the ledger.

    `url` is all the QR code says: the public address, and the signed facts behind a `#`. The PDF
    is drawn from this row alone, so it comes out the same every time. `bureau_code` is the bureau
    in charge of the person on that day.
    """

    __tablename__ = "certificate"
    __table_args__ = (
        one_of("bureau_code", CODES),
        CheckConstraint("length(number) = 32", name="number_length"),
        CheckConstraint("public_halves + professional_halves > 0", name="certifies_something"),
        Index("ix__certificate__person_year", "person_id", "year"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[str] = mapped_column(String(32), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    year: Mapped[int]
    name: Mapped[str] = mapped_column(String(60))
    public_halves: Mapped[int]
    professional_halves: Mapped[int]
    is_complete: Mapped[bool]
    need_public_halves: Mapped[int]
    need_professional_halves: Mapped[int]
    need_total_halves: Mapped[int]
    bureau_code: Mapped[str] = mapped_column(String(6), index=True)
    url: Mapped[str] = mapped_column(String(800))
    issued_at: Mapped[datetime]
    issued_by: Mapped[int] = mapped_column(ForeignKey("account.id"))


class Revocation(Base):
    """A bureau's word that a certificate no longer holds; `may_reissue`: the same facts may be
    certified again under another number.
    """

    __tablename__ = "certificate_revocation"
    __table_args__ = (CheckConstraint("reason <> ''", name="has_reason"),)

    certificate_id: Mapped[int] = mapped_column(
        ForeignKey("certificate.id"), primary_key=True, autoincrement=False
    )
    revoked_at: Mapped[datetime]
    revoked_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    reason: Mapped[str] = mapped_column(String(500))
    may_reissue: Mapped[bool]


attach(Certificate.__table__, append_only_ddl("certificate"))
attach(Revocation.__table__, append_only_ddl("certificate_revocation"))
