"""A server whose workers die at the worst instant: the tap is stored, its answer not yet sent."""

import os
import signal
from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from ce_bases.attendance import offline_views
from ce_bases.web.extensions import in_transaction
from tests.bench.hall import door_app

#: Each worker's taps until it dies: small, so that many taps meet that instant.
LIFETIME = 3

app = door_app()
_stored = 0


def store_and_die(work: Callable[[Session], Any]) -> Any:
    """What `in_transaction` does, and a SIGKILL behind the commit of every third."""
    global _stored  # noqa: PLW0603 -- the count of one worker's life
    outcomes = in_transaction(work)
    _stored += 1
    if _stored >= LIFETIME:
        os.kill(os.getpid(), signal.SIGKILL)
    return outcomes


offline_views.in_transaction = store_and_die
