"""Passwords, logins and one-time links. Callers own the transaction."""

import hashlib
import hmac
import secrets
import unicodedata
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from ce_bases.accounts.models import Account, LoginFailure, LoginSession, PasswordLink
from ce_bases.audit.service import Act, record
from ce_bases.core.actors import Actor
from ce_bases.core.errors import InvalidInputError, TooManyAttemptsError, WrongStateError
from ce_bases.core.text import Text, msg

# OWASP's argon2id minimum for machines of this size: 19 MiB, two passes.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_NOBODY = _HASHER.hash(secrets.token_hex(16))

SESSION_LIFE = timedelta(hours=12)
LINK_LIFE = timedelta(hours=48)
FAILURE_WINDOW = timedelta(minutes=15)
FAILURES_PER_ACCOUNT = 8
FAILURES_PER_ADDRESS = 300  # a hall of 1,000 people sits behind one address
PASSWORD_LENGTH = (10, 200)


def folded(username: str) -> str:
    """`username` as it is stored: NFKC, lower case, no blanks around it."""
    return unicodedata.normalize("NFKC", username).strip().lower()


def hash_password(password: str) -> str:
    """An argon2id hash for storage."""
    return _HASHER.hash(password)


def token_hash(token: str) -> str:
    """How a random token (128 bits and more) is kept; no salt is needed for such."""
    return hashlib.sha256(token.encode()).hexdigest()


def failure_key(secret: str, text: str) -> str:
    """A keyed hash under which failed logins of a name or address are counted."""
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def check_limits(
    session: Session,
    *,
    account_key: str,
    address_key: str,
    now: datetime,
    is_spared: bool = False,
) -> None:
    """Raise TooManyAttemptsError when the account or the address failed too often lately.

    Who `is_spared` is not asked about the address: by a scan of a classroom's door, or because
    the account was let in by this browser before.
    """
    since = now - FAILURE_WINDOW
    limits = [(LoginFailure.account_key, account_key, FAILURES_PER_ACCOUNT)]
    if not is_spared:
        limits.append((LoginFailure.address_key, address_key, FAILURES_PER_ADDRESS))
    for column, key, limit in limits:
        failures, last = session.execute(
            select(func.count(), func.max(LoginFailure.at)).where(
                column == key, LoginFailure.at > since
            )
        ).one()
        if failures >= limit:
            raise TooManyAttemptsError(
                msg("登录失败次数过多，已暂停登录。"),
                next_step=msg(
                    "请 15 分钟后再试，或用以前登录过的手机、电脑登录；"
                    "忘记密码请联系上一级管理员获取重设链接。"
                ),
                retry_after=int((last + FAILURE_WINDOW - now).total_seconds()) + 1,
            )


def note_failure(session: Session, *, account_key: str, address_key: str, now: datetime) -> None:
    """Count one failed login and forget those that no longer count."""
    session.execute(delete(LoginFailure).where(LoginFailure.at <= now - FAILURE_WINDOW))
    session.execute(
        insert(LoginFailure).values(account_key=account_key, address_key=address_key, at=now)
    )


def find_authentic(session: Session, username: str, password: str) -> Account | None:
    """The active account these words belong to, or None; as slow for unknown names as for known."""
    account = session.scalars(select(Account).where(Account.username == folded(username))).first()
    stored = account.password_hash if account and account.password_hash else _NOBODY
    try:
        _HASHER.verify(stored, password[: PASSWORD_LENGTH[1]])
    except (VerificationError, InvalidHashError):
        return None
    return account if account and account.is_active and stored is not _NOBODY else None


def start_session(
    session: Session, account: Account, *, hat: str, agent: str, now: datetime
) -> str:
    """Begin a login of `account` and return the token for its cookie."""
    token = secrets.token_urlsafe(32)
    session.add(
        LoginSession(
            token_hash=token_hash(token),
            account_id=account.id,
            hat=hat,
            agent=agent[:200],
            created_at=now,
            expires_at=now + SESSION_LIFE,
            ended_at=None,
        )
    )
    return token


def change_hat(session: Session, token: str, hat: str) -> None:
    """Remember another role for this login."""
    session.execute(
        update(LoginSession).where(LoginSession.token_hash == token_hash(token)).values(hat=hat)
    )


def end_session(session: Session, token: str, *, now: datetime) -> None:
    """End one login: its cookie is worth nothing from now on."""
    session.execute(
        update(LoginSession)
        .where(LoginSession.token_hash == token_hash(token), LoginSession.ended_at.is_(None))
        .values(ended_at=now)
    )


def end_all_sessions(
    session: Session, account_id: int, *, now: datetime, but: str | None = None
) -> None:
    """End every login of an account, `but` the one of this token."""
    ending = update(LoginSession).where(
        LoginSession.account_id == account_id, LoginSession.ended_at.is_(None)
    )
    if but is not None:
        ending = ending.where(LoginSession.token_hash != token_hash(but))
    session.execute(ending.values(ended_at=now))


def password_problem(password: str, *, username: str) -> Text | None:
    """Why `password` may not be used, or None. Length counts, not kinds of characters."""
    shortest, longest = PASSWORD_LENGTH
    if len(password) < shortest:
        return msg("密码至少 %(n)d 个字符，用一句话最好记。", n=shortest)
    if len(password) > longest:
        return msg("密码最多 %(n)d 个字符。", n=longest)
    if username in password.lower() or len(set(password)) < 5:
        return msg("这个密码太容易被猜到，请换一个。")
    return None


def set_password(
    session: Session, account: Account, password: str, *, actor: Actor | None, now: datetime
) -> None:
    """Give `account` a new password; raises InvalidInputError with the field's problem."""
    if problem := password_problem(password, username=account.username):
        raise InvalidInputError(problem, problems={"new_password": problem})
    account.password_hash = hash_password(password)
    account.password_changed_at = now
    record(session, Act("change_password", "account", account.id), actor=actor, now=now)


def change_password(
    session: Session, current: str, new: str, *, actor: Actor, token: str, now: datetime
) -> None:
    """Change one's own password; every other login of the account ends."""
    account = session.get_one(Account, actor.account_id, with_for_update=True)
    if find_authentic(session, account.username, current) is None:
        problem = msg("当前密码不正确。")
        raise InvalidInputError(problem, problems={"password": problem})
    set_password(session, account, new, actor=actor, now=now)
    end_all_sessions(session, account.id, now=now, but=token)


def issue_password_link(
    session: Session, account: Account, *, actor: Actor | None, now: datetime
) -> str:
    """A one-time token that lets `account` choose a password; earlier links stop working.

    The caller has made sure that `actor` is the next one up.
    """
    session.execute(
        update(PasswordLink)
        .where(PasswordLink.account_id == account.id, PasswordLink.used_at.is_(None))
        .values(used_at=now)
    )
    token = secrets.token_urlsafe(32)
    session.add(
        PasswordLink(
            token_hash=token_hash(token),
            account_id=account.id,
            issued_by=actor.account_id if actor else None,
            created_at=now,
            expires_at=now + LINK_LIFE,
        )
    )
    record(session, Act("issue_password_link", "account", account.id), actor=actor, now=now)
    return token


def use_password_link(session: Session, token: str, new: str, *, now: datetime) -> Account:
    """Set the password through a link, once; every login of the account ends."""
    link = session.scalars(
        select(PasswordLink).where(PasswordLink.token_hash == token_hash(token)).with_for_update()
    ).one_or_none()
    if link is None or link.used_at is not None or link.expires_at <= now:
        raise WrongStateError(
            msg("这个重设链接已经用过或已过期。"),
            next_step=msg("请向给您链接的人再要一个新的。"),
        )
    account = session.get_one(Account, link.account_id)
    set_password(session, account, new, actor=None, now=now)
    link.used_at = now
    end_all_sessions(session, account.id, now=now)
    return account
