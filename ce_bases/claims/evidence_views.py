"""Files that prove claims: for the claimant, their unit and the deciding bureau only."""

from flask import Response, send_file
from flask.typing import ResponseReturnValue

from ce_bases.claims.blueprint import bp
from ce_bases.claims.queries import get_evidence
from ce_bases.core.access import Action
from ce_bases.core.errors import NotFoundError
from ce_bases.web.access import allow, current_actor
from ce_bases.web.extensions import session
from ce_bases.web.uploads import SANDBOX, file_store, send_attachment

PICTURES = frozenset({"image/jpeg", "image/png"})


@bp.get("/claims/evidence/<int:evidence_id>")
@allow(Action.READ_CLAIM)
def evidence(evidence_id: int) -> ResponseReturnValue:
    """The file as a download."""
    return send_attachment(get_evidence(session(), evidence_id, actor=current_actor()))


@bp.get("/claims/evidence/<int:evidence_id>/picture")
@allow(Action.READ_CLAIM)
def picture(evidence_id: int) -> ResponseReturnValue:
    """A photo to be shown inside a page of ours; a PDF has no picture."""
    kept = get_evidence(session(), evidence_id, actor=current_actor())
    path = file_store().path(kept.storage_name)
    if kept.media_type not in PICTURES or not path.is_file():
        raise NotFoundError
    answer: Response = send_file(path, mimetype=kept.media_type, conditional=True, max_age=None)
    answer.headers["Content-Security-Policy"] = SANDBOX
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
