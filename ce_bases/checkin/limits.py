"""Limits against guessing codes, kept in the database so that all workers count together."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from ce_bases.checkin.models import CodeFailure
from ce_bases.core.errors import TooManyAttemptsError
from ce_bases.core.text import msg

WINDOW = timedelta(minutes=15)
FAILURES_PER_ACCOUNT = 20
# A hall of 1,000 people sits behind one address, and some of them mistype. A thousand guesses at
# six digits of which two are good find them once in five hundred times, and the hall is full of
# people who could simply read them out.
FAILURES_PER_ADDRESS = 1_000


def check_guesses(session: Session, key: str, *, most: int, now: datetime) -> None:
    """Raise TooManyAttemptsError when `key` typed too many wrong codes lately."""
    failures, last = session.execute(
        select(func.count(), func.max(CodeFailure.at)).where(
            CodeFailure.key == key, CodeFailure.at > now - WINDOW
        )
    ).one()
    if failures >= most:
        raise TooManyAttemptsError(
            msg("输错的次数过多，已暂停输入数字码。"),
            next_step=msg("请扫屏幕上的二维码，或找授课人在名单上点名；先登录再输入也可以。"),
            retry_after=int((last + WINDOW - now).total_seconds()) + 1,
        )


def note_guess(session: Session, key: str, *, now: datetime) -> None:
    """Count one wrong code and forget those that no longer count."""
    session.execute(delete(CodeFailure).where(CodeFailure.at <= now - WINDOW))
    session.execute(insert(CodeFailure).values(key=key, at=now))
