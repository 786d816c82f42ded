"""Reads of accounts: who holds a login token."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from ce_bases.accounts.models import Account, LoginSession, PasswordLink
from ce_bases.accounts.service import folded, token_hash
from ce_bases.core.actors import Actor, Role
from ce_bases.core.reading import read

_LOGIN = (
    select(Account.id, Account.display_name, Account.is_admin, LoginSession.hat)
    .join(LoginSession, LoginSession.account_id == Account.id)
    .where(
        LoginSession.token_hash == bindparam("token_hash"),
        LoginSession.ended_at.is_(None),
        LoginSession.expires_at > bindparam("now"),
        Account.is_active,
    )
)


@dataclass(frozen=True, slots=True)
class Login:
    """A live login: the account and the role ("hat") it was last used in."""

    account_id: int
    display_name: str
    is_admin: bool
    hat: str


def find_login(session: Session, token: str, *, now: datetime) -> Login | None:
    """The live login behind a cookie's token, or None when it ended or ran out."""
    row = read(session, _LOGIN, token_hash=token_hash(token), now=now).one_or_none()
    return Login(*row) if row else None


def admin_actors(session: Session, account_id: int, _now: datetime) -> list[Actor]:
    """The technical administrator's role, when the account has it."""
    account = session.get(Account, account_id)
    if account is None or not account.is_admin:
        return []
    return [Actor(account_id, Role.ADMIN, account.display_name)]


def find_account(session: Session, username: str) -> Account | None:
    """The account of this user name, however it is typed."""
    return session.scalars(select(Account).where(Account.username == folded(username))).first()


def find_link_account(session: Session, token: str, *, now: datetime) -> Account | None:
    """Whose password an unused, unexpired link sets; None when it is neither."""
    return session.scalars(
        select(Account)
        .join(PasswordLink, PasswordLink.account_id == Account.id)
        .where(
            PasswordLink.token_hash == token_hash(token),
            PasswordLink.used_at.is_(None),
            PasswordLink.expires_at > now,
        )
    ).first()
