"""The common reasons of returns: five of the site's own until a bureau writes its own."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.audit.service import Act, record
from ce_bases.bureaus.service import hold_bureau
from ce_bases.core.access import Action, grant_for
from ce_bases.core.actors import Actor
from ce_bases.core.errors import ForbiddenError, InvalidInputError, NotFoundError, WrongStateError
from ce_bases.core.text import Text, msg
from ce_bases.oversight.models import LONGEST_REASON, ReturnReason

#: What is most often wrong; what a clerk reads is always the Chinese sentence.
COMMON_REASONS: tuple[Text, ...] = (
    msg("请补充收费项目和收费依据。"),
    msg("授课人信息不完整，请补充单位和职称。"),
    msg("培训对象与面向范围不一致，请核对。"),
    msg("课程内容与所选科目不符，请核对。"),
    msg("培训地点不明确，请补充详细地址。"),
)
#: More than this nobody reads while deciding.
MOST = 30


def reasons_of(session: Session, actor: Actor) -> Sequence[ReturnReason]:
    """Everything the actor's bureau has written, in its order, rested ones too."""
    return session.scalars(
        select(ReturnReason)
        .where(ReturnReason.bureau_code == actor.bureau_code)
        .order_by(ReturnReason.position, ReturnReason.id)
    ).all()


def offered(session: Session, actor: Actor) -> list[str]:
    """The bureau's own reasons in use; empty: the site's are offered."""
    return [reason.text for reason in reasons_of(session, actor) if reason.is_active]


def get_reason(session: Session, reason_id: int, *, actor: Actor) -> ReturnReason:
    """A reason of the actor's own bureau; NotFoundError for others, as for missing ones."""
    reason = session.scalars(
        select(ReturnReason).where(
            ReturnReason.id == reason_id, ReturnReason.bureau_code == actor.bureau_code
        )
    ).one_or_none()
    if reason is None:
        raise NotFoundError
    return reason


def add_reason(session: Session, text: str, *, actor: Actor, now: datetime) -> ReturnReason:
    """One more reason at the end of the list; InvalidInputError when there it is already."""
    known = _hold(session, actor)
    _refuse(known, text, but=None)
    return _add(session, known, text, actor=actor, now=now)


def adopt_built_in(session: Session, *, actor: Actor, now: datetime) -> None:
    """Begin with the site's reasons; WrongStateError once the bureau has some of its own."""
    if _hold(session, actor):
        raise WrongStateError(
            msg("本局已经有自己的常用理由。"), next_step=msg("请刷新页面，在列表里修改。")
        )
    for words in COMMON_REASONS:
        _add(session, reasons_of(session, actor), str(words), actor=actor, now=now)


def reword(
    session: Session, reason: ReturnReason, text: str, *, actor: Actor, now: datetime
) -> None:
    """Give a reason other words; decisions already made keep theirs."""
    known = _hold(session, actor)
    _require_own(reason, actor)
    _refuse(known, text, but=reason.id)
    _change(session, reason, {"text": text}, actor=actor, now=now)


def use_or_rest(
    session: Session, reason: ReturnReason, *, is_active: bool, actor: Actor, now: datetime
) -> None:
    """Offer a reason no more, or again."""
    _hold(session, actor)
    _require_own(reason, actor)
    _change(session, reason, {"is_active": is_active}, actor=actor, now=now)


def move_up(session: Session, reason: ReturnReason, *, actor: Actor, now: datetime) -> None:
    """Change places with the one before; the first one stays where it is."""
    order = list(_hold(session, actor))
    _require_own(reason, actor)
    place = order.index(reason)
    if place == 0:
        return
    above = order[place - 1]
    before = {"position": reason.position}
    reason.position, above.position = above.position, reason.position
    act = Act(
        "move_return_reason", "return_reason", reason.id, before, {"position": reason.position}
    )
    record(session, act, actor=actor, now=now)
    session.flush()


def _hold(session: Session, actor: Actor) -> Sequence[ReturnReason]:
    """The bureau's reasons as they are now, nobody else changing them."""
    if grant_for(actor.role, Action.DECIDE_FILING) is None or actor.bureau_code is None:
        raise ForbiddenError(
            msg("您不能修改常用理由。"), next_step=msg("请由人社部门的工作人员办理。")
        )
    hold_bureau(session, actor.bureau_code)
    session.expire_all()
    return reasons_of(session, actor)


def _require_own(reason: ReturnReason, actor: Actor) -> None:
    if reason.bureau_code != actor.bureau_code:
        raise NotFoundError


def _refuse(known: Sequence[ReturnReason], text: str, *, but: int | None) -> None:
    problem = None
    if not text:
        problem = msg("请填写理由。")
    elif len(text) > LONGEST_REASON:
        problem = msg("最多 %(max)d 个字。", max=LONGEST_REASON)
    elif any(reason.text == text and reason.id != but for reason in known):
        problem = msg("本局已经有这一条理由，请改用那一条。")
    elif but is None and len(known) >= MOST:
        problem = msg("最多 %(n)d 条。请修改不再使用的一条。", n=MOST)
    if problem is not None:
        raise InvalidInputError(problem, problems={"text": problem})


def _add(
    session: Session, known: Sequence[ReturnReason], text: str, *, actor: Actor, now: datetime
) -> ReturnReason:
    assert actor.bureau_code is not None
    last = max((reason.position for reason in known), default=0)
    reason = ReturnReason(bureau_code=actor.bureau_code, text=text, position=last + 1)
    session.add(reason)
    session.flush()
    act = Act("add_return_reason", "return_reason", reason.id, after={"text": text})
    record(session, act, actor=actor, now=now)
    return reason


def _change(
    session: Session,
    reason: ReturnReason,
    values: dict[str, Any],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    before = {name: getattr(reason, name) for name in values}
    if before == values:
        return
    for name, value in values.items():
        setattr(reason, name, value)
    session.flush()
    act = Act("change_return_reason", "return_reason", reason.id, before, values)
    record(session, act, actor=actor, now=now)
