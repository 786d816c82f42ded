"""Who keeps a base's lists, and which organisers a bureau is next up to."""

from typing import Protocol

from ce_bases.core.access import Action, Scope, grant_for
from ce_bases.core.actors import Actor, Role
from ce_bases.core.errors import ForbiddenError
from ce_bases.core.text import msg


class Placed(Protocol):
    """What tells whose jurisdiction an organiser is in."""

    @property
    def level(self) -> str: ...
    @property
    def area_code(self) -> str: ...


def own_base(actor: Actor) -> int:
    """The organiser whose staff, rooms and lecturers `actor` keeps; ForbiddenError if none."""
    grant = grant_for(actor.role, Action.MANAGE_BASE)
    if grant is None or grant.scope is not Scope.OWN_BASE or actor.organiser_id is None:
        raise ForbiddenError(msg("只有办班单位的工作人员可以维护本单位的资料。"))
    return actor.organiser_id


def is_next_up(actor: Actor, organiser: Placed) -> bool:
    """Whether `actor` is an officer of the bureau of the organiser's own level and place."""
    if grant_for(actor.role, Action.APPROVE_ORGANISATIONS) is None:
        return False
    if actor.role is Role.CITY:
        return organiser.level != "county"
    return organiser.level == "county" and organiser.area_code == actor.bureau_code
