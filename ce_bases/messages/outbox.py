"""Mail that waits: taken by one sender at a time, sent, tried again or given up.

A sender takes one row with `UPDATE … RETURNING` in a transaction of its own, so that two senders
never hold the same one, sends it outside any transaction, and writes down the outcome under its
lease. What was written down as sent is never taken again.

Killed between the server's word and that line, a sender leaves a row whose lease runs out; the
next one sends it again, with the same Message-ID, by which mail servers and programs know it for
the same letter. The other order (write down, then send) would lose a cancellation instead.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from ce_bases.core.text import Text
from ce_bases.messages.models import MailAddress, Message, OutgoingMail
from ce_bases.messages.notes import thaw

#: Longer than one letter can take: the connection's time-out is counted in seconds.
LEASE = timedelta(minutes=10)
ATTEMPTS = 8
#: News of this age is none: after an outage (or a first set-up) nobody is flooded.
STALE = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail a sender holds: everything it needs, read after it was taken."""

    message_id: int
    lease: str
    attempts: int
    address: str
    language: str
    title: Text
    body: Text


def take(session: Session, *, now: datetime) -> Letter | None:
    """The mail that waits longest, held by the caller; None when nothing waits."""
    waiting = (
        select(OutgoingMail.message_id)
        .where(
            OutgoingMail.sent_at.is_(None),
            OutgoingMail.given_up_at.is_(None),
            OutgoingMail.due_at <= now,
            or_(OutgoingMail.leased_until.is_(None), OutgoingMail.leased_until <= now),
        )
        .order_by(OutgoingMail.due_at, OutgoingMail.message_id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    lease = secrets.token_hex(16)
    message_id = session.scalars(
        update(OutgoingMail)
        .where(OutgoingMail.message_id == waiting)
        .values(lease=lease, leased_until=now + LEASE, attempts=OutgoingMail.attempts + 1)
        .returning(OutgoingMail.message_id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    return None if message_id is None else _read(session, message_id, lease)


def _read(session: Session, message_id: int, lease: str) -> Letter | None:
    """What the letter says now: from here on a note of its key is another message."""
    session.execute(
        update(Message)
        .where(Message.id == message_id, Message.settles_at.is_not(None))
        .values(fold_key=None)
        .execution_options(synchronize_session=False)
    )
    row = session.execute(
        select(Message, OutgoingMail.attempts, MailAddress.address, MailAddress.language)
        .join(OutgoingMail, OutgoingMail.message_id == Message.id)
        .outerjoin(MailAddress, MailAddress.account_id == Message.account_id)
        .where(Message.id == message_id)
        .execution_options(populate_existing=True)
    ).one()
    message, attempts, address, language = row
    title, body = thaw(message.title), thaw(message.body)
    return Letter(message_id, lease, attempts, address or "", language or "zh", title, body)


def mark_sent(session: Session, letter: Letter, *, now: datetime) -> bool:
    """Write down that it is sent; False when the lease was lost meanwhile."""
    return _settle(session, letter, sent_at=now, last_error="")


def mark_failed(
    session: Session, letter: Letter, error: str, *, is_final: bool, now: datetime
) -> bool:
    """Try again later, each time later (2, 4, 8 … minutes), or give up."""
    if is_final or letter.attempts >= ATTEMPTS:
        return _settle(session, letter, given_up_at=now, last_error=error[:300])
    again = now + timedelta(minutes=2**letter.attempts)
    return _settle(session, letter, due_at=again, last_error=error[:300])


def _settle(session: Session, letter: Letter, **values: datetime | str) -> bool:
    done = session.execute(
        update(OutgoingMail)
        .where(OutgoingMail.message_id == letter.message_id, OutgoingMail.lease == letter.lease)
        .values(lease=None, leased_until=None, **values)
        .execution_options(synchronize_session=False)
        .returning(OutgoingMail.message_id)
    )
    return done.first() is not None


def give_up_stale(session: Session, *, now: datetime) -> int:
    """Give up what has waited for days; how many."""
    done = session.execute(
        update(OutgoingMail)
        .where(
            OutgoingMail.sent_at.is_(None),
            OutgoingMail.given_up_at.is_(None),
            OutgoingMail.lease.is_(None),
            OutgoingMail.message_id.in_(select(Message.id).where(Message.told_at <= now - STALE)),
        )
        .values(given_up_at=now, last_error="waited too long")
        .returning(OutgoingMail.message_id)
        .execution_options(synchronize_session=False)
    )
    return len(done.all())


def waiting(session: Session) -> int:
    """How many mails are not sent and not given up."""
    return (
        session.scalar(
            select(func.count()).where(
                OutgoingMail.sent_at.is_(None), OutgoingMail.given_up_at.is_(None)
            )
        )
        or 0
    )
