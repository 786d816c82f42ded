"""Links by which somebody without an account takes sign-in of one session, for its hours only."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from ce_bases.accounts.creation import create_account
from ce_bases.accounts.models import Account
from ce_bases.accounts.service import end_all_sessions, start_session, token_hash
from ce_bases.attendance import permissions
from ce_bases.attendance.fold import rule_of, timing_of
from ce_bases.attendance.intents import REFUSALS
from ce_bases.attendance.models import DoorLink
from ce_bases.attendance.service import closed_code
from ce_bases.audit.service import Act, record
from ce_bases.core.access import Action
from ce_bases.core.actors import Actor, Role
from ce_bases.core.errors import NotFoundError, WrongStateError
from ce_bases.core.text import Text, msg
from ce_bases.plans.models import Plan, PlanRevision, Standing, TimetableEntry
from ce_bases.plans.queries import SessionInForce
from ce_bases.policy.closing import lent_between

_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Lent:
    """A link with its session; `opens` and `closes` bound the time in which it is good."""

    link: DoorLink
    held: SessionInForce
    opens: datetime
    closes: datetime

    def is_good(self, now: datetime) -> bool:
        return self.link.revoked_at is None and self.opens <= now <= self.closes


def lend_door(
    session: Session, held: SessionInForce, name: str, token: str, *, actor: Actor, now: datetime
) -> DoorLink:
    """A new link for the substitute `name`; of its `token` only the hash is kept.

    WrongStateError when the session's time is over or nothing can be recorded any more.
    """
    permissions.require(actor, Action.LEND_DOOR, held.plan, teacher_id=None)
    if code := closed_code(held):
        raise WrongStateError(REFUSALS[code])
    closes = lent_between(timing_of(held), rule_of(held))[1]
    if now > closes:
        raise WrongStateError(
            msg("这个课次已经结束，不能再发替课链接。"),
            next_step=msg("漏签的人请补签，或录入纸质签到表。"),
        )
    shown = f"替课人 {name}（{actor.name} 发放链接）"[:_LONGEST_NAME]
    account = create_account(session, f"door-{uuid.uuid4().hex}", shown, actor=actor, now=now)
    link = DoorLink(
        session_id=held.session_id,
        account_id=account.id,
        name=name,
        token_hash=token_hash(token),
        issued_at=now,
        issued_by=actor.account_id,
        opened_at=None,
        revoked_at=None,
        revoked_by=None,
    )
    session.add(link)
    session.flush()
    act = Act("lend_door", "session", held.session_id, after={"name": name, "link": link.id})
    record(session, act, actor=actor, now=now)
    return link


def revoke_link(
    session: Session, held: SessionInForce, link_id: int, *, actor: Actor, now: datetime
) -> None:
    """End a link at once, whoever holds it; ending it twice changes nothing."""
    permissions.require(actor, Action.LEND_DOOR, held.plan, teacher_id=None)
    link = session.scalars(
        select(DoorLink)
        .where(DoorLink.id == link_id, DoorLink.session_id == held.session_id)
        .with_for_update()
    ).one_or_none()
    if link is None:
        raise NotFoundError
    if link.revoked_at is not None:
        return
    link.revoked_at, link.revoked_by = now, actor.account_id
    end_all_sessions(session, link.account_id, now=now)
    act = Act("revoke_door_link", "session", held.session_id, after={"link": link.id})
    record(session, act, actor=actor, now=now)


def open_link(session: Session, token: str, *, agent: str, now: datetime) -> tuple[str, Lent]:
    """Begin the one login of a link; the token of its cookie. The first browser keeps it."""
    session.execute(
        select(DoorLink.id).where(DoorLink.token_hash == token_hash(token)).with_for_update()
    )
    lent = find_lent(session, token)
    if lent is None:
        raise NotFoundError
    if (problem := obstacle(lent, now)) is not None:
        raise WrongStateError(problem, next_step=msg("请与办班单位联系，需要时请他们另发一个。"))
    account = session.get_one(Account, lent.link.account_id)
    lent.link.opened_at = now
    actor = _actor(lent, account.display_name)
    login = start_session(session, account, hat=actor.hat, agent=agent, now=now)
    act = Act("open_door_link", "session", lent.held.session_id, after={"link": lent.link.id})
    record(session, act, actor=actor, now=now)
    return login, lent


def obstacle(lent: Lent, now: datetime) -> Text | None:
    """Why a link cannot be opened now, or None."""
    if lent.link.revoked_at is not None:
        return msg("这个替课链接已经被收回。")
    if lent.link.opened_at is not None:
        return msg("这个替课链接已经在一部手机上打开，只能在那部手机上使用。")
    if now < lent.opens:
        return msg("这个替课链接 %(at)s 起才能打开。", at=lent.opens)
    if now > lent.closes:
        return msg("这个替课链接已经过期。")
    return None


def _lent() -> Select[DoorLink, Plan, PlanRevision, TimetableEntry]:
    return (
        select(DoorLink, Plan, PlanRevision, TimetableEntry)
        .join(TimetableEntry, TimetableEntry.session_id == DoorLink.session_id)
        .join(PlanRevision, PlanRevision.id == TimetableEntry.revision_id)
        .join(Plan, Plan.id == PlanRevision.plan_id)
        .where(PlanRevision.standing == Standing.IN_FORCE)
        .execution_options(populate_existing=True)
    )


def _as_lent(link: DoorLink, plan: Plan, revision: PlanRevision, entry: TimetableEntry) -> Lent:
    held = SessionInForce(plan, revision, entry)
    return Lent(link, held, *lent_between(timing_of(held), rule_of(held)))


def find_lent(session: Session, token: str) -> Lent | None:
    """The link behind a token with its session; None when there is no such link."""
    row = session.execute(_lent().where(DoorLink.token_hash == token_hash(token))).one_or_none()
    return _as_lent(*row) if row else None


def links_of(session: Session, held: SessionInForce) -> Sequence[Lent]:
    """The links of a session the caller has scoped, the newest first."""
    rows = session.execute(
        _lent().where(DoorLink.session_id == held.session_id).order_by(DoorLink.id.desc())
    )
    return [_as_lent(*row) for row in rows]


def substitute_actors(session: Session, account_id: int, now: datetime) -> list[Actor]:
    """The role of a link's account, while the link is good."""
    row = session.execute(
        _lent().where(DoorLink.account_id == account_id, DoorLink.opened_at.is_not(None))
    ).one_or_none()
    lent = _as_lent(*row) if row else None
    if lent is None or not lent.is_good(now):
        return []
    return [_actor(lent, session.get_one(Account, account_id).display_name)]


def _actor(lent: Lent, name: str) -> Actor:
    return Actor(
        lent.link.account_id,
        Role.SUBSTITUTE,
        name,
        lent.held.plan.organiser.name,
        session_id=lent.held.session_id,
    )
