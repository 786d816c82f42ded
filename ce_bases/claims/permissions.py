"""Whether an actor may do something to a claim: the access table's scopes, over plain data."""

from typing import Protocol

from ce_bases.claims.workflow import BEFORE_BUREAU, BEFORE_UNIT, ClaimState
from ce_bases.core.access import Action, Scope, grant_for
from ce_bases.core.actors import Actor
from ce_bases.core.errors import ForbiddenError
from ce_bases.core.text import msg


class Claimed(Protocol):
    """What a predicate needs of a claim."""

    @property
    def person_id(self) -> int: ...
    @property
    def unit_id(self) -> int | None: ...
    @property
    def bureau_code(self) -> str | None: ...
    @property
    def state(self) -> ClaimState: ...


def may(actor: Actor, action: Action, claim: Claimed) -> bool:
    """Whether `actor`'s grant for `action` reaches `claim` where it is now."""
    grant = grant_for(actor.role, action)
    if grant is None:
        return False
    match grant.scope:
        case Scope.OWN_PERSON:
            return actor.person_id == claim.person_id
        case Scope.OWN_UNIT:
            return actor.unit_id == claim.unit_id and claim.state in BEFORE_UNIT
        case Scope.JURISDICTION:
            return actor.bureau_code == claim.bureau_code and claim.state in BEFORE_BUREAU
        case _:
            return False


def require_other(actor: Actor, account_id: int | None) -> None:
    """Nobody judges a claim of their own, in whatever role — trust.md."""
    if account_id is not None and actor.account_id == account_id:
        raise ForbiddenError(
            msg("您不能处理自己的学时申报。"), next_step=msg("请由本单位其他同事处理。")
        )
