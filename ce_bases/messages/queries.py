"""Reads of messages: always the actor's own."""

from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from ce_bases.core.actors import Actor
from ce_bases.core.errors import NotFoundError
from ce_bases.messages.models import MailAddress, Message


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


def count(session: Session, actor: Actor, *, unread: bool = False) -> int:
    """How many messages the actor has, or has not read yet."""
    statement = select(func.count()).where(Message.account_id == actor.account_id)
    return session.scalar(statement.where(Message.read_at.is_(None)) if unread else statement) or 0


def mail_address(session: Session, actor: Actor) -> MailAddress | None:
    """Where the actor's messages are sent too."""
    return session.get(MailAddress, actor.account_id)
