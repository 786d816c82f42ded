"""Messages: folded, told once, mailed with the fact or not at all."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ce_bases.accounts.models import Account
from ce_bases.core.errors import InvalidInputError, NotFoundError
from ce_bases.core.text import Text, msg
from ce_bases.messages import outbox, queries, service
from ce_bases.messages.models import Message, OutgoingMail
from ce_bases.messages.notes import Note, freeze, thaw
from tests.conftest import NOON_1_JUNE as NOON
from tests.factories.world import World


def note(body: Text | None = None, *, key: str = "", settle: int = 0, once: bool = False) -> Note:
    return Note(
        kind="plan_moved",
        title=Text("培训安排有变动"),
        body=body or Text("改到6月21日"),
        endpoint="calendar.plan",
        values={"number": "2022-370811-0001"},
        key=key,
        settle_minutes=settle,
        once=once,
    )


def bodies(session: Session, world: World, username: str = "learner") -> list[str]:
    session.expire_all()
    return [str(thaw(m.body)) for m in session.scalars(queries.inbox(world[username]))]


def unread(session: Session, world: World) -> int:
    return len(session.scalars(queries.inbox(world["learner"], unread=True)).all())


def mail_to(session: Session, world: World, username: str, address: str = "a@b.cn") -> None:
    service.set_mail_address(session, address, language="zh", actor=world[username], now=NOON)


def test_a_text_keeps_days_moments_and_texts_within() -> None:
    text = msg("%(a)s %(b)s %(c)s %(d)s", a=date(2022, 6, 20), b=NOON, c=Text("消息"), d=3)

    assert thaw(freeze(text)) == text


def test_what_json_cannot_keep_is_refused_when_it_is_said() -> None:
    with pytest.raises(TypeError):
        freeze(Text("%(x)s", {"x": 1.5}))


def test_notes_without_a_key_are_all_kept(session: Session, world: World) -> None:
    account = world["learner"].account_id
    told = [service.notify(session, [account, account], note(), now=NOON) for _ in range(2)]

    assert told == [1, 1]
    assert bodies(session, world) == ["改到6月21日"] * 2
    assert bodies(session, world, "learner2") == []


@pytest.mark.parametrize(("minutes", "kept"), [(0, 1), (9, 1), (10, 2), (11, 2)])
def test_changes_within_ten_minutes_are_one_message(
    session: Session, world: World, minutes: int, kept: int
) -> None:
    account = world["learner"].account_id
    service.notify(session, [account], note(Text("改到下午"), key="plan:1", settle=10), now=NOON)
    first = session.scalars(select(Message)).one()
    service.mark_read(session, first, now=NOON)
    later = NOON + timedelta(minutes=minutes)
    service.notify(session, [account], note(Text("改到晚上"), key="plan:1", settle=10), now=later)

    assert bodies(session, world) == ["改到晚上", "改到下午"][:kept]
    assert unread(session, world) == 1


def test_another_key_and_another_reader_fold_nothing(session: Session, world: World) -> None:
    both = [world["learner"].account_id, world["learner2"].account_id]
    for key in ("plan:1", "plan:2"):
        service.notify(session, both, note(key=key, settle=10), now=NOON)

    assert len(bodies(session, world)) == len(bodies(session, world, "learner2")) == 2


def test_told_once_is_once_for_ever(session: Session, world: World) -> None:
    account = world["learner"].account_id
    told = [
        service.notify(session, [account], note(key="remind:7", once=True), now=NOON + after)
        for after in (timedelta(0), timedelta(days=400))
    ]

    assert told == [1, 0]
    assert len(bodies(session, world)) == 1


def test_mail_waits_only_for_whom_it_can_reach(session: Session, world: World) -> None:
    for username in ("learner", "learner2"):
        mail_to(session, world, username)
    session.get_one(Account, world["learner2"].account_id).is_active = False
    everyone = [world[u].account_id for u in ("learner", "learner2", "clerk")]
    service.notify(session, everyone, note(key="plan:1", settle=10), now=NOON)
    service.notify(session, everyone, note(key="plan:1", settle=10), now=NOON)

    waiting = session.execute(
        select(Message.account_id, OutgoingMail.due_at).join(OutgoingMail.message)
    ).all()
    assert waiting == [(world["learner"].account_id, NOON + timedelta(minutes=10))]


def test_a_letter_says_what_was_said_last_and_ends_the_folding(
    session: Session, world: World
) -> None:
    mail_to(session, world, "learner")
    account, later = world["learner"].account_id, NOON + timedelta(minutes=10)
    for body in ("改到下午", "改到晚上"):
        service.notify(session, [account], note(Text(body), key="plan:1", settle=10), now=NOON)
    assert outbox.take(session, now=later - timedelta(seconds=1)) is None

    letter = outbox.take(session, now=later)
    # A change whose transaction began before, and came too late for this letter.
    service.notify(session, [account], note(Text("改到周日"), key="plan:1", settle=10), now=NOON)

    assert letter is not None
    assert (str(letter.body), letter.address) == ("改到晚上", "a@b.cn")
    assert bodies(session, world) == ["改到周日", "改到晚上"]
    assert outbox.waiting(session) == 2


def test_a_letter_is_held_sent_and_never_taken_again(session: Session, world: World) -> None:
    mail_to(session, world, "learner")
    service.notify(session, [world["learner"].account_id], note(), now=NOON)
    letter = outbox.take(session, now=NOON)

    assert letter is not None
    assert outbox.take(session, now=NOON + outbox.LEASE - timedelta(seconds=1)) is None
    assert outbox.mark_sent(session, letter, now=NOON)
    assert outbox.take(session, now=NOON + timedelta(days=1)) is None


def test_a_sender_that_lost_its_lease_writes_nothing_down(session: Session, world: World) -> None:
    mail_to(session, world, "learner")
    service.notify(session, [world["learner"].account_id], note(), now=NOON)
    first = outbox.take(session, now=NOON)
    second = outbox.take(session, now=NOON + outbox.LEASE)

    assert first is not None
    assert second is not None
    assert not outbox.mark_sent(session, first, now=NOON)
    assert outbox.mark_sent(session, second, now=NOON)


def test_failures_wait_longer_each_time_and_end(session: Session, world: World) -> None:
    mail_to(session, world, "learner")
    service.notify(session, [world["learner"].account_id], note(), now=NOON)
    now, waits = NOON, []
    while (letter := outbox.take(session, now=now)) is not None:
        outbox.mark_failed(session, letter, "timeout", is_final=False, now=now)
        session.expire_all()
        row = session.scalars(select(OutgoingMail)).one()
        waits.append(int((row.due_at - now).total_seconds() // 60))
        now = max(now, row.due_at)

    assert waits[:7] == [2, 4, 8, 16, 32, 64, 128]
    assert (len(waits), row.given_up_at, row.last_error) == (8, now, "timeout")


def test_what_waited_for_days_is_given_up(session: Session, world: World) -> None:
    mail_to(session, world, "learner")
    service.notify(session, [world["learner"].account_id], note(), now=NOON)

    almost = NOON + outbox.STALE - timedelta(seconds=1)
    assert outbox.give_up_stale(session, now=almost) == 0
    assert outbox.give_up_stale(session, now=NOON + outbox.STALE) == 1
    assert outbox.take(session, now=NOON + outbox.STALE) is None


@pytest.mark.parametrize(
    "address", ["a", "a@b", "a b@c.cn", "a@b.cn\nBcc: x@y.cn", "a@b.cn,c@d.cn", "中@b.cn", "@b.cn"]
)
def test_no_address_no_mail(session: Session, world: World, address: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        mail_to(session, world, "learner", address)

    assert set(refused.value.problems) == {"address"}


def test_an_address_is_replaced_and_taken_away(session: Session, world: World) -> None:
    for address in ("a@b.cn", "c@d.cn"):
        mail_to(session, world, "learner", address)
    found = queries.mail_address(session, world["learner"])
    assert found is not None
    assert found.address == "c@d.cn"
    mail_to(session, world, "learner", "")

    assert queries.mail_address(session, world["learner"]) is None


def test_somebody_elses_message_is_none(session: Session, world: World) -> None:
    service.notify(session, [world["learner"].account_id], note(), now=NOON)
    found = session.scalars(select(Message)).one()

    with pytest.raises(NotFoundError):
        queries.get_message(session, found.id, actor=world["learner2"])
    service.mark_all_read(session, actor=world["learner2"], until=NOON, now=NOON)
    assert unread(session, world) == 1


def test_a_mail_cannot_be_both_sent_and_given_up(session: Session, world: World) -> None:
    mail_to(session, world, "learner")
    service.notify(session, [world["learner"].account_id], note(), now=NOON)
    row = session.scalars(select(OutgoingMail)).one()
    row.sent_at = row.given_up_at = NOON

    with pytest.raises(IntegrityError):
        session.flush()


def test_a_thousand_readers_in_one_go(session: Session, world: World) -> None:
    accounts = [
        Account(username=f"u{n:04d}", display_name="甲", created_at=NOON) for n in range(1001)
    ]
    session.add_all(accounts)
    session.flush()

    assert service.notify(session, [a.id for a in accounts], note(), now=NOON) == 1001
