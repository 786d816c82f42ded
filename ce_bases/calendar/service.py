"""Giving out and ending the addresses of personal calendars."""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime

from sqlalchemy.orm import Session

from ce_bases.accounts.service import token_hash
from ce_bases.audit.service import Act, record
from ce_bases.calendar.models import FeedLink
from ce_bases.calendar.personal import find_own_link
from ce_bases.core.actors import Actor


def feed_token(secret: str, nonce: str) -> str:
    """The 256-bit token of a link: made again whenever its owner looks, never stored."""
    digest = hmac.new(secret.encode(), f"feed-link:{nonce}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def make_feed_link(session: Session, *, actor: Actor, secret: str, now: datetime) -> FeedLink:
    """A new address for the actor's calendar in this role; the one before it is dead."""
    end_feed_link(session, actor=actor, now=now)
    nonce = secrets.token_hex(16)
    link = FeedLink(
        account_id=actor.account_id,
        hat=actor.hat,
        nonce=nonce,
        token_hash=token_hash(feed_token(secret, nonce)),
        created_at=now,
    )
    session.add(link)
    session.flush()
    record(session, Act("feed_link_make", "feed_link", link.id), actor=actor, now=now)
    return link


def end_feed_link(session: Session, *, actor: Actor, now: datetime) -> None:
    """No calendar app reads under the actor's address any more; nothing to do without one."""
    link = find_own_link(session, actor)
    if link is None:
        return
    link.ended_at = now
    session.flush()
    record(session, Act("feed_link_end", "feed_link", link.id), actor=actor, now=now)
