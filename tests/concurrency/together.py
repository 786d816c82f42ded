"""Several at once: threads that begin at the same moment, each with a session of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from flask import Flask

from ce_bases.web.extensions import db

Answer = TypeVar("Answer")
#: Seconds until a thread that never comes is noticed.
PATIENCE = 30


def together(app: Flask, count: int, work: Callable[[int], Answer]) -> list[Answer]:
    """What `work(0)` … `work(count - 1)` answered, in that order, all begun at the same moment."""
    start = Barrier(count)

    def run(number: int) -> Answer:
        with app.app_context():
            start.wait(timeout=PATIENCE)
            try:
                return work(number)
            finally:
                db.session.remove()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))
