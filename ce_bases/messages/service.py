"""Telling people, and what they do with what they were told. Callers own the transaction."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from ce_bases.accounts.models import Account
from ce_bases.audit.service import Act, record
from ce_bases.core.actors import Actor
from ce_bases.core.errors import InvalidInputError, NotFoundError
from ce_bases.core.inserting import insert_on_conflict
from ce_bases.core.text import msg
from ce_bases.messages.models import LONGEST_ADDRESS, MailAddress, Message, OutgoingMail
from ce_bases.messages.notes import Note, freeze

CHUNK = 500
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


def notify(session: Session, account_ids: Iterable[int], note: Note, *, now: datetime) -> int:
    """Put `note` into these accounts' inboxes and their mail into the outbox; how many were told.

    In the caller's transaction: with the fact or not at all.
    """
    # One order for everybody, so that two notes cannot wait for each other.
    wanted = sorted(set(account_ids))
    told = 0
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        if note.settle_minutes:
            _close_settled(session, chunk, note.key, now=now)
        message_ids = _tell(session, chunk, note, now=now)
        _post(session, message_ids, due_at=now + timedelta(minutes=note.settle_minutes))
        told += len(message_ids)
    return told


def _close_settled(session: Session, accounts: Sequence[int], key: str, *, now: datetime) -> None:
    """What has settled is said: the next note of its key is another message."""
    session.execute(
        update(Message)
        .where(Message.account_id.in_(accounts), Message.fold_key == key, Message.settles_at <= now)
        .values(fold_key=None)
        .execution_options(synchronize_session=False)
    )


def _tell(session: Session, accounts: Sequence[int], note: Note, *, now: datetime) -> list[int]:
    """The ids of the messages that now say `note`."""
    settles_at = now + timedelta(minutes=note.settle_minutes) if note.settle_minutes else None
    said = {
        "kind": note.kind,
        "title": freeze(note.title),
        "body": freeze(note.body),
        "endpoint": note.endpoint,
        "values": dict(note.values),
        "told_at": now,
        "read_at": None,
    }
    kept = {"key": note.key, "created_at": now, "settles_at": settles_at}
    fold_key = note.key if note.once or note.settle_minutes else None
    rows = [{**said, **kept, "account_id": a, "fold_key": fold_key} for a in accounts]
    statement = insert_on_conflict(session, Message).values(rows)
    unique = [Message.account_id, Message.fold_key]
    if note.once:
        statement = statement.on_conflict_do_nothing(index_elements=unique)
    elif note.settle_minutes:
        again = {name: statement.excluded[name] for name in said}
        statement = statement.on_conflict_do_update(index_elements=unique, set_=again)
    return list(session.scalars(statement.returning(Message.id)))


def _post(session: Session, message_ids: Sequence[int], *, due_at: datetime) -> None:
    """Mail for those messages whose reader has an address; one each, however often folded."""
    if not message_ids:
        return
    mailed = session.scalars(
        select(Message.id)
        .join(MailAddress, MailAddress.account_id == Message.account_id)
        .join(Account, Account.id == Message.account_id)
        .where(Message.id.in_(message_ids), Account.is_active)
    ).all()
    if mailed:
        rows = [
            {"message_id": m, "due_at": due_at, "attempts": 0, "last_error": ""} for m in mailed
        ]
        session.execute(
            insert_on_conflict(session, OutgoingMail).values(rows).on_conflict_do_nothing()
        )


def mark_read(session: Session, message: Message, *, now: datetime) -> None:
    """Note that the reader has seen `message`; the first time counts."""
    _mark(session, Message.id == message.id, now=now)


def mark_all_read(session: Session, *, actor: Actor, until: datetime, now: datetime) -> None:
    """Everything told up to `until`: what came after the page was opened stays unread."""
    own = (Message.account_id == actor.account_id) & (Message.told_at <= until)
    _mark(session, own, now=now)


def _mark(session: Session, which: ColumnElement[bool], *, now: datetime) -> None:
    session.execute(
        update(Message)
        .where(which, Message.read_at.is_(None))
        .values(read_at=now)
        .execution_options(synchronize_session=False)
    )


def set_mail_address(
    session: Session, address: str, *, language: str, actor: Actor, now: datetime
) -> None:
    """Send the actor's messages to `address` too from now on; an empty one ends it."""
    account = session.get(Account, actor.account_id, with_for_update=True)
    if account is None:
        raise NotFoundError
    found = session.get(MailAddress, account.id)
    if address and (len(address) > LONGEST_ADDRESS or not _ADDRESS.fullmatch(address)):
        problem = msg("请填写完整的邮箱地址，例如 name@example.cn。")
        raise InvalidInputError(problem, problems={"address": problem})
    if found is not None:
        session.delete(found)
        session.flush()
    if address:
        session.add(
            MailAddress(account_id=account.id, address=address, language=language, changed_at=now)
        )
    act = Act("set_mail_address", "account", account.id, after={"given": bool(address)})
    record(session, act, actor=actor, now=now)
    session.flush()
