"""Two of the personnel office press at the same moment: everybody is reminded once."""

from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ce_bases.credits.models import HoursReminder
from ce_bases.credits.reminding import _note, remind_staff, short_of_hours
from ce_bases.credits.staff import StaffFilter
from ce_bases.messages.models import Message
from ce_bases.messages.service import notify
from ce_bases.web.extensions import in_transaction, make_write_session
from tests.concurrency.together import together
from tests.conftest import NOON_1_JUNE as NOW
from tests.factories.world import World

pytestmark = pytest.mark.concurrency
AT_ONCE = 8
WANTED = StaffFilter(2022)


def messages() -> int:
    with make_write_session() as session:
        wanted = select(func.count()).where(Message.kind == "hours_short")
        return session.scalar(wanted) or 0


def test_pressed_by_many_at_once_everybody_is_reminded_once(app: Flask, world: World) -> None:
    def press(_number: int) -> int:
        actor = world["unit_hr"]
        return in_transaction(lambda session: remind_staff(session, WANTED, actor=actor, now=NOW))

    answers = together(app, AT_ONCE, press)

    assert sorted(answers) == [0] * (AT_ONCE - 1) + [2]
    assert messages() == 2


def test_control_without_the_row_of_unit_and_person_everybody_is_told_again(
    app: Flask, world: World
) -> None:
    """Missing: the statement that takes the row; it is read first and written afterwards."""
    judged = Barrier(AT_ONCE)

    def press(_number: int) -> int:
        actor = world["unit_hr"]
        with make_write_session() as session:
            told = short_of_hours(session, world.unit_id, WANTED, now=NOW).told
            session.rollback()  # SQLite's writers queue at BEGIN: the decision is older than that
            judged.wait(timeout=30)
            accounts = [row.account_id for row in told]

        def write(session: Session) -> int:
            return notify(session, accounts, _note(180, actor, NOW), now=NOW)

        return in_transaction(write)

    assert together(app, AT_ONCE, press) == [2] * AT_ONCE
    assert messages() == 2 * AT_ONCE
    with make_write_session() as session:
        assert session.scalars(select(HoursReminder)).all() == []
