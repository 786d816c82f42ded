"""Keeping files, and clearing away those whose record was never written."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.core.actors import Actor
from ce_bases.core.filestore import FileStore
from ce_bases.core.uploads import Upload
from ce_bases.files.models import StoredFile

#: A file this old without a record belongs to a transaction that was given up.
ORPHAN_AGE = timedelta(days=1)


def keep(
    session: Session, store: FileStore, upload: Upload, *, actor: Actor, now: datetime
) -> StoredFile:
    """Keep `upload`: the bytes first, then the row, so that no row is ever without its file."""
    store.write(upload.storage_name, upload.data)
    kept = StoredFile(
        storage_name=upload.storage_name,
        original_name=upload.original_name,
        media_type=upload.media_type,
        size=len(upload.data),
        sha256=upload.sha256,
        kept_at=now,
        kept_by_account_id=actor.account_id,
    )
    session.add(kept)
    session.flush()
    return kept


def sweep(session: Session, store: FileStore, *, now: datetime) -> int:
    """Delete files without a record that are older than a day; how many."""
    known = set(session.scalars(select(StoredFile.storage_name)))
    orphans = [
        path
        for path in store.files()
        if path.name not in known and path.stat().st_mtime < (now - ORPHAN_AGE).timestamp()
    ]
    for path in orphans:
        path.unlink(missing_ok=True)
    return len(orphans)


def missing(session: Session, store: FileStore) -> list[str]:
    """Names of records whose file is not in the store, e.g. after a half restored backup."""
    names = session.scalars(select(StoredFile.storage_name).order_by(StoredFile.id))
    return [name for name in names if not store.path(name).is_file()]
