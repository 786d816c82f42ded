"""An officer on leave hands the queue to a colleague: who, on which days, and the end of it."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from ce_bases.accounts.models import Account
from ce_bases.audit.service import Act, record
from ce_bases.bureaus.models import StandIn
from ce_bases.bureaus.queries import officers_of
from ce_bases.bureaus.service import hold_bureau
from ce_bases.core.access import Action, grant_for
from ce_bases.core.actors import Actor
from ce_bases.core.clock import business_date
from ce_bases.core.errors import ForbiddenError, InvalidInputError, NotFoundError, WrongStateError
from ce_bases.core.text import Text, msg
from ce_bases.messages.notes import Note
from ce_bases.messages.service import notify


@dataclass(frozen=True, slots=True)
class Leave:
    """One who is or will be away, and who stands in; `lasts`: today is one of the days."""

    id: int
    account_id: int
    name: str
    colleague_id: int
    colleague: str
    from_on: date
    until_on: date
    lasts: bool


@dataclass(frozen=True, slots=True)
class Days:
    """From the first to the last day, both included."""

    from_on: date
    until_on: date


def leaves_of(session: Session, actor: Actor, *, today: date) -> list[Leave]:
    """The leaves of the actor's bureau that last or are to come, the next one first."""
    absent, colleague = aliased(Account), aliased(Account)
    rows = session.execute(
        select(StandIn, absent.display_name, colleague.display_name)
        .join(absent, absent.id == StandIn.account_id)
        .join(colleague, colleague.id == StandIn.colleague_account_id)
        .where(
            StandIn.bureau_code == actor.bureau_code,
            StandIn.ended_at.is_(None),
            StandIn.until_on >= today,
        )
        .order_by(StandIn.from_on, StandIn.id)
    )
    return [
        Leave(
            row.id,
            row.account_id,
            name,
            row.colleague_account_id,
            other,
            row.from_on,
            row.until_on,
            row.from_on <= today,
        )
        for row, name, other in rows
    ]


def colleagues_of(session: Session, actor: Actor, *, today: date) -> dict[int, str]:
    """The other officers of the actor's bureau of today: account and name."""
    officers = officers_of(session, actor.bureau_code or "", today=today)
    rows = session.execute(
        select(Account.id, Account.display_name)
        .where(Account.id.in_(officers), Account.id != actor.account_id, Account.is_active)
        .order_by(Account.id)
    )
    return dict(rows.all())


def get_own_leave(session: Session, stand_in_id: int, *, actor: Actor) -> StandIn:
    """A leave of the actor's own in this bureau; NotFoundError for others, as for missing ones."""
    found = session.scalars(
        select(StandIn).where(
            StandIn.id == stand_in_id,
            StandIn.account_id == actor.account_id,
            StandIn.bureau_code == actor.bureau_code,
        )
    ).one_or_none()
    if found is None:
        raise NotFoundError
    return found


def hand_over(
    session: Session, colleague_id: int, days: Days, *, actor: Actor, now: datetime
) -> StandIn:
    """Name a colleague for the days of a leave, and tell them; else InvalidInputError."""
    bureau, today = _own_bureau(actor), business_date(now)
    hold_bureau(session, bureau)
    _put_away_past(session, bureau, today=today, now=now)
    colleagues = colleagues_of(session, actor, today=today)
    _refuse(session, actor, colleague_id, days, today=today, known=colleague_id in colleagues)
    row = StandIn(
        bureau_code=bureau,
        account_id=actor.account_id,
        colleague_account_id=colleague_id,
        from_on=days.from_on,
        until_on=days.until_on,
        ended_at=None,
    )
    session.add(row)
    session.flush()
    after = {
        "colleague": colleague_id,
        "from": days.from_on.isoformat(),
        "until": days.until_on.isoformat(),
    }
    record(session, Act("hand_over", "stand_in", row.id, after=after), actor=actor, now=now)
    title = msg("请代 %(name)s 处理备案", name=actor.name)
    body = msg("%(first)s至%(last)s。", first=days.from_on, last=days.until_on)
    _tell(session, row, title, body, now=now)
    return row


def end_early(session: Session, row: StandIn, *, actor: Actor, now: datetime) -> None:
    """The officer is back, or does not go; WrongStateError when it is over already."""
    hold_bureau(session, _own_bureau(actor))
    session.refresh(row)
    if row.account_id != actor.account_id:
        raise NotFoundError
    if row.ended_at is not None or row.until_on < business_date(now):
        raise WrongStateError(msg("这次休假代理已经结束。"), next_step=msg("请刷新页面查看。"))
    row.ended_at = now
    session.flush()
    after = {"ended": business_date(now).isoformat()}
    record(session, Act("end_stand_in", "stand_in", row.id, after=after), actor=actor, now=now)
    title = msg("不用再代 %(name)s 处理备案", name=actor.name)
    _tell(session, row, title, msg("休假代理已提前结束。"), now=now)


def _own_bureau(actor: Actor) -> str:
    if grant_for(actor.role, Action.DECIDE_FILING) is None or actor.bureau_code is None:
        raise ForbiddenError(
            msg("只有人社部门的工作人员可以登记休假代理。"), next_step=msg("请切换身份后再办理。")
        )
    return actor.bureau_code


def _put_away_past(session: Session, bureau: str, *, today: date, now: datetime) -> None:
    """Leaves whose last day is over make room for the next ones."""
    past = select(StandIn).where(
        StandIn.bureau_code == bureau, StandIn.ended_at.is_(None), StandIn.until_on < today
    )
    for row in session.scalars(past):
        row.ended_at = now
    session.flush()


def _refuse(
    session: Session,
    actor: Actor,
    colleague_id: int,
    days: Days,
    *,
    today: date,
    known: bool,
) -> None:
    problems: dict[str, Text] = {}
    leaves = leaves_of(session, actor, today=today)
    if any(leave.account_id == actor.account_id for leave in leaves):
        problems["colleague"] = msg("您已经登记了一次休假代理，请先结束那一次。")
    elif not known:
        problems["colleague"] = msg("请选择本局现在的一位同事。")
    elif any(leave.account_id == colleague_id and _overlap(leave, days) for leave in leaves):
        problems["colleague"] = msg("这位同事那几天也休假，请选择另一位。")
    if days.from_on < today:
        problems["from_on"] = msg("第一天不能早于今天。")
    if days.until_on < days.from_on:
        problems["until_on"] = msg("最后一天不能早于第一天。")
    if problems:
        raise InvalidInputError(next(iter(problems.values())), problems=problems)


def _overlap(leave: Leave, days: Days) -> bool:
    return leave.from_on <= days.until_on and days.from_on <= leave.until_on


def _tell(session: Session, row: StandIn, title: Text, body: Text, *, now: datetime) -> None:
    note = Note("stand_in", title, body, "oversight.leave")
    notify(session, [row.colleague_account_id], note, now=now)
