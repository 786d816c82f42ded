"""An organiser's clerks, its lecturers' accounts, and whose password the next one up resets."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.accounts.creation import create_account
from ce_bases.accounts.models import Account
from ce_bases.accounts.service import end_all_sessions, issue_password_link
from ce_bases.audit.service import Act, record
from ce_bases.bureaus.models import BureauMember
from ce_bases.core import events
from ce_bases.core.actors import Actor
from ce_bases.core.clock import business_date
from ce_bases.core.errors import ForbiddenError, WrongStateError
from ce_bases.core.locks import lock
from ce_bases.core.text import Text, msg
from ce_bases.organisers.events import PasswordResetAsked
from ce_bases.organisers.models import Lecturer, Organiser, OrganiserMember
from ce_bases.organisers.permissions import is_next_up, own_base

OTHER_ROLES = msg("这个账号还有您管不到的其他身份，不能由您重设密码。")


def add_clerk(
    session: Session, organiser: Organiser, account: Account, *, actor: Actor | None, now: datetime
) -> None:
    """Let `account` act for `organiser` from today; WrongStateError when it already does."""
    member = select(OrganiserMember.id).where(
        OrganiserMember.organiser_id == organiser.id,
        OrganiserMember.account_id == account.id,
        OrganiserMember.until_on.is_(None),
    )
    if session.scalars(member).first() is not None:
        raise WrongStateError(msg("这个账号已经是该单位的工作人员。"))
    session.add(
        OrganiserMember(
            organiser_id=organiser.id, account_id=account.id, since_on=business_date(now)
        )
    )
    act = Act("add_clerk", "account", account.id, after={"organiser": organiser.name})
    record(session, act, actor=actor, now=now)
    session.flush()


def new_clerk(
    session: Session, username: str, name: str, *, actor: Actor, now: datetime
) -> Account:
    """A new account that acts for the actor's base; its first password comes by a link."""
    organiser = session.get_one(Organiser, own_base(actor))
    account = create_account(session, username, name, actor=actor, now=now)
    add_clerk(session, organiser, account, actor=actor, now=now)
    return account


def end_clerk(session: Session, member: OrganiserMember, *, actor: Actor, now: datetime) -> None:
    """A colleague acts for the base no more, from this moment; never oneself."""
    own_base(actor)
    lock(session, member)
    if member.account_id == actor.account_id:
        raise ForbiddenError(
            msg("不能停用自己的身份。"), next_step=msg("请由本单位的另一位工作人员办理。")
        )
    if member.until_on is not None:
        raise WrongStateError(msg("这位工作人员已经停用。"))
    member.until_on = business_date(now)
    end_all_sessions(session, member.account_id, now=now)
    act = Act("end_clerk", "account", member.account_id, after={"until": str(member.until_on)})
    record(session, act, actor=actor, now=now)
    session.flush()


def give_lecturer_account(
    session: Session, lecturer: Lecturer, username: str, *, actor: Actor, now: datetime
) -> Account:
    """A new account under which a lecturer takes sign-in; its first password comes by a link."""
    own_base(actor)
    lock(session, lecturer)
    account = create_account(session, username, lecturer.name, actor=actor, now=now)
    link_lecturer(session, lecturer, account, actor=actor, now=now)
    return account


def link_lecturer(
    session: Session, lecturer: Lecturer, account: Account, *, actor: Actor | None, now: datetime
) -> None:
    """Let `account` be the lecturer's; WrongStateError when there is one already."""
    if lecturer.account_id is not None:
        raise WrongStateError(msg("这位授课人已经有账号。"))
    lecturer.account_id = account.id
    act = Act("give_account", "lecturer", lecturer.id, after={"account": account.username})
    record(session, act, actor=actor, now=now)
    session.flush()


def reset_password(session: Session, account: Account, *, actor: Actor, now: datetime) -> str:
    """A one-time token for somebody's new password; only for whom `actor` is the next one up.

    The clerk is for colleagues and lecturers of the base, the officer for the clerks of the
    jurisdiction. Whoever also is more than that is out of reach: a reset would hand over the rest.
    """
    lock(session, account)
    if account.id == actor.account_id:
        raise ForbiddenError(
            msg("不能给自己发放重设链接。"), next_step=msg("请在“账号”页修改自己的密码。")
        )
    if problem := _out_of_reach(session, account, actor):
        raise ForbiddenError(problem, next_step=msg("请联系系统管理员重设。"))
    events.publish(session, PasswordResetAsked(account.id))
    return issue_password_link(session, account, actor=actor, now=now)


def _out_of_reach(session: Session, account: Account, actor: Actor) -> Text | None:
    officer = select(BureauMember.id).where(
        BureauMember.account_id == account.id, BureauMember.until_on.is_(None)
    )
    if account.is_admin or session.scalars(officer).first() is not None:
        return OTHER_ROLES
    served = session.scalars(
        select(Organiser)
        .join(OrganiserMember, OrganiserMember.organiser_id == Organiser.id)
        .where(OrganiserMember.account_id == account.id, OrganiserMember.until_on.is_(None))
    ).all()
    taught = session.scalars(
        select(Organiser)
        .join(Lecturer, Lecturer.organiser_id == Organiser.id)
        .where(Lecturer.account_id == account.id)
    ).all()
    if actor.organiser_id is not None:
        reached = all(each.id == actor.organiser_id for each in [*served, *taught])
        return None if reached and (served or taught) else OTHER_ROLES
    reached = all(is_next_up(actor, each) for each in [*served, *taught])
    return None if reached and served else OTHER_ROLES
