"""Whether an actor may do something to a plan: the access table's scopes, over plain data."""

from typing import Protocol

from ce_bases.core.access import Action, Scope, grant_for
from ce_bases.core.actors import Actor, Role
from ce_bases.core.errors import ForbiddenError
from ce_bases.core.text import msg

#: What the city bureau may read everywhere, beside acting in its own jurisdiction.
READING = frozenset({Action.READ_PLAN, Action.READ_ATTENDANCE})


class Filed(Protocol):
    """What a predicate needs of a plan."""

    @property
    def organiser_id(self) -> int: ...
    @property
    def bureau_code(self) -> str: ...


def may(actor: Actor, action: Action, plan: Filed, *, teaches: bool = False) -> bool:
    """Whether `actor`'s grant for `action` reaches `plan`; `teaches`: one of its sessions."""
    grant = grant_for(actor.role, action)
    if grant is None:
        return False
    match grant.scope:
        case Scope.PUBLIC:
            return True
        case Scope.OWN_BASE:
            return actor.organiser_id == plan.organiser_id
        case Scope.JURISDICTION:
            reads_all = actor.role is Role.CITY and action in READING
            return reads_all or actor.bureau_code == plan.bureau_code
        case Scope.OWN_SESSION:
            return teaches
        case _:
            return False


def require(actor: Actor, action: Action, plan: Filed) -> None:
    """Raise ForbiddenError unless `may`; services call it whatever the view already did."""
    if not may(actor, action, plan):
        raise ForbiddenError(
            msg("您不能对这份计划执行此操作。"),
            next_step=msg("只有办班单位和受理备案的同级人社部门可以处理。"),
        )
