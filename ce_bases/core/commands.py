"""Commands sent twice do their work once: the answer is stored with the work itself."""

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy import String, UniqueConstraint, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from ce_bases.core.errors import UserFacingError
from ce_bases.core.orm import Base, BigId
from ce_bases.core.text import msg


class CommandReceipt(Base):
    """The stored answer to one command of one account."""

    __tablename__ = "command_receipt"
    __table_args__ = (UniqueConstraint("account_id", "key"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int]
    key: Mapped[str] = mapped_column(String(36))
    request_hash: Mapped[str] = mapped_column(String(64))
    answer: Mapped[str] = mapped_column(String(400))
    at: Mapped[datetime] = mapped_column(index=True)


def request_hash(parts: Iterable[tuple[str, str]]) -> str:
    """A digest of what was sent, independent of the order of the fields."""
    return hashlib.sha256(repr(sorted(parts)).encode()).hexdigest()


def once(
    session: Session,
    work: Callable[[], str],
    *,
    account_id: int,
    key: str,
    digest: str,
    now: datetime,
) -> str:
    """`work()`, or the stored answer when this `key` was already answered.

    The same key with another body is a 422: two different commands never share one answer.
    A second request running at the same time loses the unique key, rolls back and is retried.
    """
    found = session.scalars(
        select(CommandReceipt).where(
            CommandReceipt.account_id == account_id, CommandReceipt.key == key
        )
    ).one_or_none()
    if found is None:
        answer = work()
        session.execute(
            insert(CommandReceipt).values(
                account_id=account_id, key=key, request_hash=digest, answer=answer, at=now
            )
        )
        return answer
    if found.request_hash != digest:
        raise UserFacingError(
            msg("这张表单已经提交过，内容与上次不同。"),
            next_step=msg("请返回列表，打开最新的页面再修改。"),
        )
    return found.answer
