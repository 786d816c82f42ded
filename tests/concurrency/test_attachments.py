"""Clerks of one base adding files to one plan at the same moment: never one too many, none lost."""

from collections import Counter
from functools import partial
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ce_bases.audit.models import AuditEntry
from ce_bases.core.errors import InvalidInputError
from ce_bases.core.filestore import FileStore
from ce_bases.core.uploads import Upload, read_upload
from ce_bases.files.service import keep
from ce_bases.plans import attachments
from ce_bases.plans.attachments import SentFile
from ce_bases.plans.models import MOST_ATTACHMENTS, AttachmentKind, Plan, PlanAttachment
from ce_bases.plans.queries import open_revision
from ce_bases.web.extensions import in_transaction, make_write_session
from tests.concurrency.test_plans import CLERKS, clerk
from tests.concurrency.together import together
from tests.conftest import NOON_1_JUNE as NOW
from tests.factories.plans import drafted_plan
from tests.factories.world import World

pytestmark = pytest.mark.concurrency

FREE = 2


def pdf(text: str) -> Upload:
    return read_upload(f"{text}.pdf", b"%PDF-1.7\n" + text.encode() + b"\n%%EOF\n")


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


@pytest.fixture
def draft_id(world: World, store: FileStore) -> int:
    """A draft with room for two more files."""
    with make_write_session() as session:
        plan = drafted_plan(session, world, now=NOW)
        for number in range(MOST_ATTACHMENTS - FREE):
            sent = SentFile(pdf(f"before {number}"), AttachmentKind.OTHER)
            attachments.add_attachment(session, plan, sent, store, actor=world["clerk"], now=NOW)
        session.commit()
        return plan.id


def upload_together(
    app: Flask, world: World, plan_id: int, store: FileStore, uploads: list[Upload]
) -> Counter[str]:
    def upload(number: int) -> str:
        def work(session: Session) -> str:
            plan, sent = session.get_one(Plan, plan_id), SentFile(uploads[number], KIND)
            actor = clerk(world, number)
            attachments.add_attachment(session, plan, sent, store, actor=actor, now=NOW)
            return "kept"

        try:
            return in_transaction(work)
        except InvalidInputError as refusal:
            return str(refusal.message)

    return Counter(together(app, CLERKS, upload))


KIND = AttachmentKind.OTHER


def counted() -> tuple[int, int]:
    """Files of the plan, and lines in the record about them."""
    with make_write_session() as session:
        files = session.scalar(select(func.count()).select_from(PlanAttachment)) or 0
        lines = select(func.count()).where(AuditEntry.action == "plan_attach")
        return files, session.scalar(lines) or 0


def test_files_sent_at_once_stop_at_the_limit(
    app: Flask, world: World, draft_id: int, store: FileStore
) -> None:
    uploads = [pdf(f"file {number}") for number in range(CLERKS)]

    answers = upload_together(app, world, draft_id, store, uploads)

    refused = "最多 10 个附件，请先删除不需要的。"
    assert answers == {"kept": FREE, refused: CLERKS - FREE}
    assert counted() == (MOST_ATTACHMENTS, MOST_ATTACHMENTS)
    with make_write_session() as session:
        revision = open_revision(session.get_one(Plan, draft_id))
        assert revision is not None
        assert [
            a.id for a in revision.attachments if not store.path(a.file.storage_name).exists()
        ] == []


def test_one_file_sent_by_several_at_once_is_kept_once(
    app: Flask, world: World, draft_id: int, store: FileStore
) -> None:
    answers = upload_together(app, world, draft_id, store, [pdf("same")] * CLERKS)

    # The storage name of one upload is its own: who comes second finds the file there.
    assert answers == {"kept": 1, "这个文件已经在附件里了。": CLERKS - 1}
    assert counted() == (MOST_ATTACHMENTS - 1, MOST_ATTACHMENTS - 1)


def test_control_without_the_lock_everybody_finds_room_and_only_the_trigger_stands(
    app: Flask, world: World, draft_id: int, store: FileStore
) -> None:
    """Missing: the plan's lock before its files are counted.

    What was decided on old counts is then written one by one, so that the outcome is certain.
    """
    counted_all = Barrier(CLERKS)

    def find_room(_number: int) -> str:
        with make_write_session() as session:
            there = session.scalar(select(func.count()).select_from(PlanAttachment)) or 0
            session.rollback()  # SQLite's writers queue at BEGIN: the decision is older than that
        counted_all.wait(timeout=30)
        return "room" if there < MOST_ATTACHMENTS else "full"

    assert Counter(together(app, CLERKS, find_room)) == {"room": CLERKS}

    def write(session: Session, number: int) -> None:
        actor = clerk(world, number)
        kept = keep(session, store, pdf(f"file {number}"), actor=actor, now=NOW)
        revision = open_revision(session.get_one(Plan, draft_id))
        assert revision is not None
        row = PlanAttachment(revision_id=revision.id, file_id=kept.id, kind=KIND)
        row.added_by, row.added_at = actor.account_id, NOW
        session.add(row)
        session.flush()

    for number in range(FREE):
        in_transaction(partial(write, number=number))
    with pytest.raises(IntegrityError, match="a revision has few attachments"):
        in_transaction(partial(write, number=FREE))
    assert counted()[0] == MOST_ATTACHMENTS
