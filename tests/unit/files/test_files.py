"""Uploads: judged by content, kept whole, swept when nobody owns them."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from ce_bases.core.errors import InvalidInputError
from ce_bases.core.filestore import FileStore
from ce_bases.core.uploads import MOST_BYTES, read_upload, tidy_name
from ce_bases.files.models import StoredFile
from ce_bases.files.service import keep, missing, sweep
from tests.conftest import NOON_1_JUNE
from tests.factories.world import World

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20 + b"IEND\xaeB`\x82"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"\0" * 20 + b"\xff\xd9"
PDF = b"%PDF-1.7\n1 0 obj\nendobj\ntrailer\n%%EOF\n"


@pytest.mark.parametrize(
    ("name", "data", "media_type", "kept_name"),
    [
        ("通知.pdf", PDF, "application/pdf", "通知.pdf"),
        ("IMG_1.JPG", JPEG, "image/jpeg", "IMG_1.jpg"),
        ("C:\\x\\章.exe", PNG, "image/png", "章.png"),
        ("../../etc/passwd", PNG, "image/png", "passwd.png"),
        ('a"\r\nX: y.png', PNG, "image/png", "aX y.png"),
        ("", PDF, "application/pdf", "file.pdf"),
    ],
)
def test_the_content_decides(name: str, data: bytes, media_type: str, kept_name: str) -> None:
    upload = read_upload(name, data)

    assert (upload.media_type, upload.original_name) == (media_type, kept_name)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html><script>alert(1)</script></html>",
        b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>",
        b"GIF89a" + b"\0" * 40,
        b"GIF89a/*" + PNG,
        b"BM" + b"\0" * 60,
        b"RIFF\0\0\0\0WEBPVP8 ",
        b"MZ" + b"\0" * 100,
        b"\x7fELF" + b"\0" * 100,
        b"PK\x03\x04" + b"\0" * 100,
        b"#!/bin/sh\n",
        PDF.replace(b"%%EOF", b""),
        PNG[:-4],
        JPEG[:-2],
        b" " + PNG,
        PNG + b"\0" * MOST_BYTES,
    ],
    ids=lambda data: repr(data[:12]),
)
def test_everything_else_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidInputError):
        read_upload("x.png", data)


def test_ten_megabytes_are_in_and_one_byte_more_is_out() -> None:
    padding = b"\0" * (MOST_BYTES - len(PNG))
    whole = PNG[:-8] + padding + PNG[-8:]

    assert len(read_upload("x.png", whole).data) == MOST_BYTES
    with pytest.raises(InvalidInputError):
        read_upload("x.png", whole + b"\0")


def test_long_names_keep_their_ending() -> None:
    assert tidy_name("长" * 300 + ".pdf", "pdf") == "长" * 114 + ".pdf"


@pytest.mark.parametrize("name", ["../x", "a.png", "", f"{'0' * 32}.png/..", f"{'g' * 32}.png"])
def test_the_store_knows_only_its_own_names(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="no name"):
        FileStore(tmp_path).path(name)


def test_keeping_the_same_upload_again_after_a_retry_leaves_one_file(
    tmp_path: Path, session: Session, world: World
) -> None:
    store, upload = FileStore(tmp_path), read_upload("a.pdf", PDF)
    store.write(upload.storage_name, upload.data)

    kept = keep(session, store, upload, actor=world["clerk"], now=NOON_1_JUNE)

    assert [path.name for path in store.files()] == [kept.storage_name]
    assert store.read(kept.storage_name) == PDF
    assert (kept.size, kept.sha256) == (len(PDF), upload.sha256)
    assert missing(session, store) == []
    store.path(kept.storage_name).unlink()
    assert missing(session, store) == [kept.storage_name]


def test_records_of_files_never_change(tmp_path: Path, session: Session, world: World) -> None:
    keep(
        session,
        FileStore(tmp_path),
        read_upload("a.pdf", PDF),
        actor=world["clerk"],
        now=NOON_1_JUNE,
    )

    with pytest.raises(DBAPIError):
        session.execute(text("UPDATE stored_file SET original_name = 'x'"))


def test_the_sweep_takes_only_old_files_nobody_owns(
    tmp_path: Path, session: Session, world: World
) -> None:
    store = FileStore(tmp_path)
    owned, orphan, fresh = (read_upload("a.png", PNG) for _ in range(3))
    keep(session, store, owned, actor=world["clerk"], now=NOON_1_JUNE)
    for upload in (orphan, fresh):
        store.write(upload.storage_name, upload.data)
    old = (NOON_1_JUNE - timedelta(days=2)).timestamp()
    for upload in (owned, orphan):
        os.utime(store.path(upload.storage_name), (old, old))
    os.utime(store.path(fresh.storage_name), (NOON_1_JUNE.timestamp(),) * 2)

    assert sweep(session, store, now=NOON_1_JUNE) == 1
    assert {path.name for path in store.files()} == {owned.storage_name, fresh.storage_name}
    assert session.query(StoredFile).count() == 1
