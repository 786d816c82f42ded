"""One button for rooms and lecturers alike: out of use, or back into it."""

from typing import Protocol

from flask import url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ce_bases.core.actors import Actor
from ce_bases.organisers import service
from ce_bases.organisers.models import Lecturer, Venue
from ce_bases.web.access import current_actor
from ce_bases.web.i18n import gettext as _
from ce_bases.web.moment import request_now
from ce_bases.web.saving import carry_out


class FindsOwn(Protocol):
    """A query for a row of the actor's own base; anybody else's is not found."""

    def __call__(self, session: Session, row_id: int, /, *, actor: Actor) -> Venue | Lecturer: ...


def use_or_rest(find: FindsOwn, row_id: int, wish: str, *, back: str) -> ResponseReturnValue:
    """Do what the button says (`use` or `rest`) and return to the list `back`."""
    actor, now = current_actor(), request_now()

    def work(db: Session) -> str:
        own = find(db, row_id, actor=actor)
        service.use_or_rest(db, own, is_active=wish == "use", actor=actor, now=now)
        return url_for(back)

    said = _("已恢复使用。") if wish == "use" else _("已停用，以前的计划不受影响。")
    return carry_out(work, said=said)
