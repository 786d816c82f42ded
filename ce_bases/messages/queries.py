"""Reads of messages: always the actor's own."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from ce_bases.accounts.models import Account
from ce_bases.core.actors import Actor
from ce_bases.core.errors import NotFoundError
from ce_bases.core.reading import read
from ce_bases.messages.models import MailAddress, Message

# SQLite of older builds takes 999 values a statement.
CHUNK = 500
_TOLD = select(func.count()).where(Message.account_id == bindparam("account_id"))
#: Of the account of a login; see `accounts.queries.add_part`.
UNREAD_OF_LOGIN = (
    select(func.count())
    .where(Message.account_id == Account.id, Message.read_at.is_(None))
    .correlate(Account)
    .scalar_subquery()
)


def inbox(actor: Actor, *, unread: bool = False) -> Select[Any]:
    """The actor's messages, newest first."""
    statement = (
        select(Message)
        .where(Message.account_id == actor.account_id)
        .order_by(Message.told_at.desc(), Message.id.desc())
    )
    return statement.where(Message.read_at.is_(None)) if unread else statement


def get_message(session: Session, message_id: int, *, actor: Actor) -> Message:
    """One of the actor's messages; NotFoundError for anybody else's."""
    found = session.scalars(
        select(Message).where(Message.id == message_id, Message.account_id == actor.account_id)
    ).one_or_none()
    if found is None:
        raise NotFoundError
    return found


def count(session: Session, actor: Actor) -> int:
    """How many messages the actor has; how many are unread comes with the login."""
    return read(session, _TOLD, account_id=actor.account_id).scalar() or 0


def not_told(session: Session, account_ids: Iterable[int], key: str) -> list[int]:
    """Those of these accounts that no message of this key was told yet, in order."""
    wanted = sorted(set(account_ids))
    left: list[int] = []
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        told = session.scalars(
            select(Message.account_id).where(Message.account_id.in_(chunk), Message.fold_key == key)
        )
        left += sorted(set(chunk).difference(told))
    return left


def mail_address(session: Session, actor: Actor) -> MailAddress | None:
    """Where the actor's messages are sent too."""
    return session.get(MailAddress, actor.account_id)
