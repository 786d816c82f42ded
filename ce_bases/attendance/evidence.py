"""Photos and scans that entries by hand rest on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.accounts.models import Account
from ce_bases.attendance.models import SessionEvidence, Way
from ce_bases.core.actors import Actor
from ce_bases.core.errors import NotFoundError
from ce_bases.core.filestore import FileStore
from ce_bases.core.uploads import Upload
from ce_bases.files.models import StoredFile
from ce_bases.files.service import keep


@dataclass(frozen=True, slots=True)
class Proof:
    """A file to be kept, and where its bytes go."""

    upload: Upload
    store: FileStore


def keep_proof(
    session: Session,
    session_id: int,
    proof: Proof,
    *,
    event_id: str | None = None,
    actor: Actor,
    now: datetime,
) -> SessionEvidence:
    """Keep the signed sheet of a session, or what a make-up (`event_id`) rests on."""
    kept = keep(session, proof.store, proof.upload, actor=actor, now=now)
    found = SessionEvidence(
        session_id=session_id,
        file_id=kept.id,
        way=Way.MAKE_UP if event_id else Way.PAPER,
        event_id=event_id,
        kept_at=now,
        kept_by=actor.account_id,
    )
    session.add(found)
    session.flush()
    return found


@dataclass(frozen=True, slots=True)
class Kept:
    """A piece of evidence with its file and who gave it."""

    evidence: SessionEvidence
    file: StoredFile
    by: str


def evidence_of(session: Session, session_id: int) -> Sequence[Kept]:
    """Everything kept for a session the caller has scoped, as it came."""
    rows = session.execute(
        select(SessionEvidence, StoredFile, Account.display_name)
        .join(StoredFile, StoredFile.id == SessionEvidence.file_id)
        .join(Account, Account.id == SessionEvidence.kept_by)
        .where(SessionEvidence.session_id == session_id)
        .order_by(SessionEvidence.id)
    )
    return [Kept(*row) for row in rows]


def get_evidence(session: Session, session_id: int, evidence_id: int) -> StoredFile:
    """The file of a piece of evidence of that session; NotFoundError for another's."""
    found = session.scalars(
        select(StoredFile)
        .join(SessionEvidence, SessionEvidence.file_id == StoredFile.id)
        .where(SessionEvidence.id == evidence_id, SessionEvidence.session_id == session_id)
    ).one_or_none()
    if found is None:
        raise NotFoundError
    return found
