"""Several senders at one outbox: no letter in two hands, on both databases."""

import threading
from collections import Counter
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.core.text import Text
from ce_bases.messages import outbox, service
from ce_bases.messages.models import Message, OutgoingMail
from ce_bases.messages.notes import Note
from ce_bases.web.extensions import in_transaction, make_write_session
from tests.concurrency.together import together
from tests.conftest import NOON_1_JUNE as NOON
from tests.factories.world import World

pytestmark = pytest.mark.concurrency
SENDERS = 8
LETTERS = 40
NOTE = Note("moved", Text("改期"), Text("改期"), "home.index")
FOLDED = Note("moved", Text("改期"), Text("改期"), "home.index", key="plan:1", settle_minutes=10)


@pytest.fixture
def letters(session: Session, world: World) -> None:
    learner = world["learner"]
    service.set_mail_address(session, "a@b.cn", language="zh", actor=learner, now=NOON)
    for _number in range(LETTERS):
        service.notify(session, [learner.account_id], NOTE, now=NOON)
    session.commit()


def at_once(app: Flask, work: Callable[[], list[int]]) -> list[int]:
    """What `SENDERS` threads that start together got, in one list."""
    return [item for got in together(app, SENDERS, lambda _number: work()) for item in got]


def test_every_letter_is_taken_by_one_sender(app: Flask, letters: None) -> None:
    def send() -> list[int]:
        got = []
        while (letter := in_transaction(lambda db: outbox.take(db, now=NOON))) is not None:
            got.append(letter.message_id)
            in_transaction(lambda db, mail=letter: outbox.mark_sent(db, mail, now=NOON))
        return got

    taken = at_once(app, send)
    assert (len(taken), set(Counter(taken).values())) == (LETTERS, {1})


def test_control_without_the_lease_letters_are_sent_twice(app: Flask, letters: None) -> None:
    """The same harness fails where a sender reads what waits, sends, then marks it."""
    read = threading.Barrier(SENDERS)

    def send() -> list[int]:
        with make_write_session() as db:
            got = list(
                db.scalars(select(OutgoingMail.message_id).where(OutgoingMail.sent_at.is_(None)))
            )
            db.rollback()
        read.wait(timeout=30)
        return got

    assert len(at_once(app, send)) == LETTERS * SENDERS


def test_changes_told_at_once_become_one_message(app: Flask, world: World) -> None:
    account = world["learner"].account_id

    def tell() -> list[int]:
        return [in_transaction(lambda db: service.notify(db, [account], FOLDED, now=NOON))]

    assert at_once(app, tell) == [1] * SENDERS
    with make_write_session() as db:
        assert len(db.scalars(select(Message)).all()) == 1
