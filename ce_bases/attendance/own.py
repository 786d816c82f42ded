"""The session a request is about, loaded as what its reader may do to it."""

from sqlalchemy.orm import Session

from ce_bases.attendance import queries
from ce_bases.core.access import Action
from ce_bases.plans.queries import SessionInForce
from ce_bases.web.access import current_actor


def own_session(
    db: Session, session_id: int, action: Action = Action.TAKE_SIGN_IN
) -> SessionInForce:
    """The session in force to which the reader may do `action`; NotFoundError for any other."""
    return queries.get_own_session(db, session_id, actor=current_actor(), action=action)
