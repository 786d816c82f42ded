"""Views' side of commands that are done once."""

import hashlib
import uuid
from collections.abc import Callable, Iterator

from flask import request
from sqlalchemy.orm import Session

from ce_bases.core import commands
from ce_bases.web.access import current_actor
from ce_bases.web.extensions import in_transaction
from ce_bases.web.moment import request_now

_NOT_CONTENT = {"csrf_token", "idempotency_key"}


def once(work: Callable[[Session], str]) -> str:
    """Run `work` in one transaction and remember its answer (an address) for the form's key.

    A double click or a resent form gets the first answer and changes nothing; with another text
    or file in it, it is refused. Only refusals are not remembered: after mending the input the
    same form may be sent again.
    """
    key = request.form.get("idempotency_key", "")
    try:
        key = str(uuid.UUID(key))
    except ValueError:
        return in_transaction(work)
    sent = [(k, v) for k, v in request.form.items(multi=True) if k not in _NOT_CONTENT]
    digest = commands.request_hash([("path", request.path), *sent, *_files()])
    actor, now = current_actor(), request_now()
    return in_transaction(
        lambda session: commands.once(
            session,
            lambda: work(session),
            account_id=actor.account_id,
            key=key,
            digest=digest,
            now=now,
        )
    )


def _files() -> Iterator[tuple[str, str]]:
    """What the chosen files hold: another file under the same words is another command."""
    for name, file in request.files.items(multi=True):
        if file.filename and not file.stream.closed:
            place = file.stream.tell()
            file.stream.seek(0)
            yield f"file {name}", hashlib.sha256(file.stream.read()).hexdigest()
            file.stream.seek(place)
