"""Who may confirm attendance and correct hours: the access table, and two rules it cannot say."""

from collections.abc import Collection
from typing import Protocol

from ce_bases.core.access import Action
from ce_bases.core.actors import BUREAU_ROLES, Actor
from ce_bases.core.errors import ForbiddenError
from ce_bases.core.text import Text, msg
from ce_bases.organisers.models import OrganiserKind
from ce_bases.plans.permissions import Filed, may, require


class Held(Filed, Protocol):
    """A plan whose organiser is known."""

    @property
    def organiser(self) -> "Holder": ...


class Holder(Protocol):
    """Who holds a class."""

    kind: OrganiserKind
    area_code: str


def confirm_obstacle(actor: Actor, plan: Held, teacher_accounts: Collection[int]) -> Text | None:
    """Why `actor` may not confirm this plan's attendance, or None.

    The organiser confirms, never one of its lecturers; a bureau only a 公益课堂 of its own.
    """
    if not may(actor, Action.CONFIRM_ATTENDANCE, plan):
        return msg("只有办班单位可以确认考勤。")
    if actor.role in BUREAU_ROLES and not (
        plan.organiser.kind is OrganiserKind.BUREAU
        and plan.organiser.area_code == actor.bureau_code
    ):
        return msg("考勤由办班单位确认；人社部门只确认自己举办的公益课堂。")
    if actor.account_id in teacher_accounts:
        return msg("您是本班的授课人，考勤须由本单位的另一位工作人员确认。")
    return None


def require_confirm(actor: Actor, plan: Held, teacher_accounts: Collection[int]) -> None:
    """Raise ForbiddenError when there is an obstacle."""
    if obstacle := confirm_obstacle(actor, plan, teacher_accounts):
        raise ForbiddenError(obstacle, next_step=msg("请由办班单位的其他工作人员登录后确认。"))


def require_other(actor: Actor, account_id: int | None) -> None:
    """Nobody decides about hours of their own, in whatever role."""
    if account_id is not None and actor.account_id == account_id:
        raise ForbiddenError(
            msg("您不能处理自己的学时。"), next_step=msg("请由本单位其他同事处理。")
        )


def require_objection(actor: Actor, plan: Filed) -> None:
    """Only the bureau that received the filing corrects posted hours."""
    require(actor, Action.OBJECT_TO_HOURS, plan)
