"""Who may take sign-in, and who may correct it afterwards."""

from ce_bases.core.access import Action
from ce_bases.core.actors import Actor, Role
from ce_bases.core.errors import ForbiddenError
from ce_bases.core.text import msg
from ce_bases.enrolment.queries import is_own
from ce_bases.plans.models import Plan
from ce_bases.plans.permissions import may


def may_act(
    actor: Actor,
    action: Action,
    plan: Plan,
    *,
    teacher_id: int | None,
    session_id: int | None = None,
) -> bool:
    """Whether the actor may do `action` in a session taught by account `teacher_id`.

    Who does not say which session it is (`session_id`) refuses substitutes.
    """
    teaches = actor.role is Role.LECTURER and actor.account_id == teacher_id
    if actor.role is Role.SUBSTITUTE:
        teaches = session_id is not None and actor.session_id == session_id
    return may(actor, action, plan, teaches=teaches) and is_own(actor, plan)


def require(
    actor: Actor,
    action: Action,
    plan: Plan,
    *,
    teacher_id: int | None,
    session_id: int | None = None,
) -> None:
    """Raise ForbiddenError unless `may_act`."""
    if not may_act(actor, action, plan, teacher_id=teacher_id, session_id=session_id):
        raise ForbiddenError(
            msg("您不能在这个课次上执行此操作。"),
            next_step=msg("只有办班单位和本课次的授课人可以办理签到。"),
        )


def is_second_person(actor: Actor, *, teacher_id: int | None) -> bool:
    """Whether the actor is somebody else than the lecturer, as make-ups and corrections ask."""
    return teacher_id is None or actor.account_id != teacher_id
