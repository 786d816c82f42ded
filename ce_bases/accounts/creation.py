"""New accounts. What they may do comes from memberships in other features."""

import re
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.accounts.models import Account
from ce_bases.accounts.service import folded, hash_password, password_problem
from ce_bases.audit.service import Act, record
from ce_bases.core.actors import Actor
from ce_bases.core.errors import InvalidInputError
from ce_bases.core.text import Text, msg

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,39}")


def username_problem(session: Session, username: str) -> Text | None:
    """Why a folded user name cannot be given, or None."""
    if not _USERNAME.fullmatch(username):
        return msg("用户名为 3 至 40 个小写字母、数字、点、横线或下划线，以字母或数字开头。")
    if session.scalars(select(Account.id).where(Account.username == username)).first() is not None:
        return msg("这个用户名已经有人使用，请换一个。")
    return None


def create_account(
    session: Session,
    username: str,
    name: str,
    *,
    password: str | None = None,
    actor: Actor | None,
    now: datetime,
) -> Account:
    """A stored account (flushed); without a password it waits for a one-time link.

    Raises InvalidInputError naming the field for a bad or taken user name or a bad password.
    """
    username = folded(username)
    problems: dict[str, Text] = {}
    if problem := username_problem(session, username):
        problems["username"] = problem
    elif password and (problem := password_problem(password, username=username)):
        problems["password"] = problem
    if problems:
        raise InvalidInputError(next(iter(problems.values())), problems=problems)
    account = Account(
        username=username,
        display_name=name,
        password_hash=hash_password(password) if password else None,
        created_at=now,
    )
    session.add(account)
    session.flush()
    act = Act("create_account", "account", account.id, after={"username": username, "name": name})
    record(session, act, actor=actor, now=now)
    return account
