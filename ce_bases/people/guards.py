"""What people have to say about acts of lower features."""

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from ce_bases.core import events
from ce_bases.core.errors import ForbiddenError
from ce_bases.core.text import msg
from ce_bases.organisers.events import PasswordResetAsked
from ce_bases.people.models import Person, UnitMember


def keep_own_accounts(session: Session, asked: PasswordResetAsked) -> None:
    """Refuse a reset by base or bureau of an account that also opens hours or a unit's desk."""
    is_persons = exists().where(Person.account_id == asked.account_id)
    is_units = exists().where(
        UnitMember.account_id == asked.account_id, UnitMember.until_on.is_(None)
    )
    if session.scalar(select(or_(is_persons, is_units))):
        raise ForbiddenError(
            msg("这个账号还用于查看个人学时或办理用人单位事务，不能由您重设密码。"),
            next_step=msg("请联系系统管理员重设。"),
        )


def subscribe() -> None:
    """Have the guard asked; the factory calls this once."""
    events.subscribe(PasswordResetAsked, keep_own_accounts)
