"""Reads of accounts: who holds a login token."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ScalarSelect, Select, bindparam, select
from sqlalchemy.orm import Session

from ce_bases.accounts.models import Account, LoginSession, PasswordLink
from ce_bases.accounts.service import folded, token_hash
from ce_bases.core.actors import Actor, Role
from ce_bases.core.reading import read

_parts: dict[str, ScalarSelect[Any]] = {}


def add_part(name: str, part: ScalarSelect[Any]) -> None:
    """Have every login bring `part`, a value about its `Account`, that its pages show anyway: a
    statement of its own would go to the database and back once more.
    """
    _parts[name] = part
    _login.cache_clear()


@cache
def _login() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Account.id,
            Account.display_name,
            Account.is_admin,
            LoginSession.hat,
            *_parts.values(),
        )
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
    """A live login: the account, the role ("hat") it was last used in, and its parts by name."""

    account_id: int
    display_name: str
    is_admin: bool
    hat: str
    parts: Mapping[str, Any]


def find_login(session: Session, token: str, *, now: datetime) -> Login | None:
    """The live login behind a cookie's token, or None when it ended or ran out."""
    row = read(session, _login(), token_hash=token_hash(token), now=now).one_or_none()
    if row is None:
        return None
    account_id, name, is_admin, hat, *parts = row
    return Login(account_id, name, is_admin, hat, dict(zip(_parts, parts, strict=True)))


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
