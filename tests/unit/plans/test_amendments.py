"""Changing a filed plan: filed again, told, or free; what is on file stays until it is replaced."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from ce_bases.audit.queries import history_of
from ce_bases.core import events
from ce_bases.core.clock import moment_at
from ce_bases.core.errors import (
    ForbiddenError,
    InvalidInputError,
    RuleViolationError,
    WrongStateError,
)
from ce_bases.core.text import msg
from ce_bases.messages.models import Message
from ce_bases.organisers.models import Lecturer
from ce_bases.plans import amendments, service
from ce_bases.plans.details import PlanDetails, details_of
from ce_bases.plans.differences import told_of
from ce_bases.plans.events import PlanChanged
from ce_bases.plans.models import (
    CourseSession,
    LeadWaiver,
    Plan,
    PlanRevision,
    PublishedSession,
    Standing,
    Subject,
)
from ce_bases.plans.queries import in_force, open_revision
from ce_bases.plans.workflow import PlanState
from ce_bases.policy.notice_2022 import FILING
from tests.conftest import NOON_1_JUNE as NOW
from tests.factories.plans import (
    make_session_details,
    return_plan,
    submitted_plan,
    two_filed_sessions,
)
from tests.factories.world import World

Edit = Callable[[PlanDetails], PlanDetails]
LAST_SECOND = datetime(2022, 6, 10, 15, 59, 59, tzinfo=UTC)  # for the 20th
TOO_LATE = datetime(2022, 6, 10, 16, 0, tzinfo=UTC)


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[PlanChanged]:
    found: list[PlanChanged] = []
    monkeypatch.setitem(events._HANDLERS, PlanChanged, [lambda _s, event: found.append(event)])
    return found


@pytest.fixture
def filed(session: Session, world: World) -> Plan:
    """Two sessions, on 20 and 27 June."""
    return two_filed_sessions(session, world, now=NOW - timedelta(days=1))


def amended(session: Session, world: World, plan: Plan, edit: Edit, *, now: datetime = NOW) -> Plan:
    """`plan` with a change being written."""
    revision = amendments.open_change(session, plan, actor=world["clerk"], now=now)
    service.save_draft(
        session,
        plan,
        edit(details_of(revision)),
        expected_version=plan.version,
        actor=world["clerk"],
        now=now,
    )
    return plan


def send(session: Session, world: World, plan: Plan, *, now: datetime = NOW) -> str:
    return amendments.send_change(
        session, plan, expected_version=plan.version, actor=world["clerk"], now=now
    )


def session_changed(index: int, **values: Any) -> Edit:
    def edit(details: PlanDetails) -> PlanDetails:
        rows = list(details.sessions)
        rows[index] = replace(rows[index], **values)
        return replace(details, sessions=tuple(rows))

    return edit


def changed(**values: Any) -> Edit:
    return lambda details: replace(details, **values)


def published(session: Session, plan: Plan) -> list[tuple[date, time, str, int]]:
    rows = session.scalars(
        select(PublishedSession)
        .where(PublishedSession.plan_id == plan.id)
        .order_by(PublishedSession.held_on)
    )
    return [(row.held_on, row.starts_at, row.title, row.sequence) for row in rows]


def standings(plan: Plan) -> list[tuple[int, Standing]]:
    return [(r.number, r.standing) for r in plan.revisions]


#: Who was told of a change that needs no decision.
CHANGE_TOLD = select(Message.account_id).where(Message.kind == "plan_changed")
AFTERNOON = {"starts_at": time(14), "ends_at": time(17)}
TITLE = "装配式建筑专题培训班"


def test_another_time_is_in_force_at_once_and_everyone_concerned_is_told(
    session: Session, world: World, filed: Plan, heard: list[PlanChanged]
) -> None:
    uid = in_force(filed).entries[1].session.uid
    amended(session, world, filed, session_changed(1, **AFTERNOON))

    assert send(session, world, filed) == "notice"

    assert filed.state is PlanState.FILED
    assert standings(filed) == [(1, Standing.PAST), (2, Standing.IN_FORCE)]
    assert published(session, filed) == [
        (date(2022, 6, 20), time(9), TITLE, 1),
        (date(2022, 6, 27), time(14), TITLE, 1),
    ]
    (event,) = heard
    assert (event.plan_id, event.at) == (filed.id, NOW)
    assert [(c.field, c.session_uid, c.before, c.after) for c in event.for_learners] == [
        ("starts_at", uid, time(9), time(14)),
        ("ends_at", uid, time(12), time(17)),
    ]
    told = session.scalars(CHANGE_TOLD).all()
    assert set(told) == {world["officer"].account_id, world["officer2"].account_id}


def test_the_kept_difference_can_be_read_later_by_the_sessions_lasting_id(
    session: Session, world: World, filed: Plan
) -> None:
    amended(session, world, filed, session_changed(1, **AFTERNOON))
    send(session, world, filed)
    session.commit()
    session.expire_all()

    lines = told_of(filed, filed.revisions[-1])

    assert [(c.field, c.session, c.before, c.after, c.consequence) for c in lines] == [
        ("starts_at", (date(2022, 6, 27), "第二课"), time(9), time(14), "notice"),
        ("ends_at", (date(2022, 6, 27), "第二课"), time(12), time(17), "notice"),
    ]
    for statement in ("UPDATE revision_change SET field = 'x'", "DELETE FROM revision_change"):
        with pytest.raises(DBAPIError):
            session.execute(text(statement))
        session.rollback()


def test_wording_is_in_force_at_once_and_nobody_is_told(
    session: Session, world: World, filed: Plan, heard: list[PlanChanged]
) -> None:
    amended(session, world, filed, changed(title="新的名称"))

    assert send(session, world, filed) == "free"

    assert [row[2:] for row in published(session, filed)] == [("新的名称", 1), ("新的名称", 1)]
    assert session.scalars(CHANGE_TOLD).all() == []
    assert [event.for_learners for event in heard] == [()]


def test_what_needs_no_filing_keeps_the_first_submission_and_its_proof(
    session: Session, world: World, filed: Plan
) -> None:
    first = filed.revisions[0]
    amended(session, world, filed, session_changed(1, **AFTERNOON), now=TOO_LATE)
    send(session, world, filed, now=TOO_LATE)

    second = filed.revisions[-1]

    assert (second.counted_at, second.last_filing_on) == (first.counted_at, date(2022, 6, 10))
    assert (second.submitted_at, second.decided_at, second.decided_by) == (TOO_LATE, TOO_LATE, None)
    assert second.content_hash not in ("", first.content_hash)


def test_more_hours_are_filed_again_and_the_filed_plan_stays_until_accepted(
    session: Session, world: World, filed: Plan, heard: list[PlanChanged]
) -> None:
    before = published(session, filed)
    amended(session, world, filed, changed(subject=Subject.PUBLIC), now=LAST_SECOND)

    assert send(session, world, filed, now=LAST_SECOND) == "refile"

    assert filed.state is PlanState.FILED
    assert standings(filed) == [(1, Standing.IN_FORCE), (2, Standing.PENDING)]
    assert (published(session, filed), heard) == (before, [])
    number = filed.filing_number
    service.file_plan(
        session,
        filed,
        expected_version=filed.version,
        actor=world["officer"],
        now=LAST_SECOND + timedelta(days=1),
    )
    assert filed.filing_number == number
    assert standings(filed) == [(1, Standing.PAST), (2, Standing.IN_FORCE)]
    assert [row[3] for row in published(session, filed)] == [1, 1]
    assert [[c.field for c in event.changes] for event in heard] == [["subject"]]


def test_a_second_too_late_a_refile_is_refused_with_the_clause(
    session: Session, world: World, filed: Plan
) -> None:
    amended(session, world, filed, changed(subject=Subject.PUBLIC), now=TOO_LATE)

    with pytest.raises(RuleViolationError) as refusal:
        send(session, world, filed, now=TOO_LATE)

    assert refusal.value.clause == FILING
    assert standings(filed) == [(1, Standing.IN_FORCE), (2, Standing.WORKING)]


def test_an_earlier_opening_is_tested_by_its_own_window(
    session: Session, world: World, filed: Plan
) -> None:
    """On the 5th the 15th is in time, the 14th is not."""
    now = moment_at(date(2022, 6, 5), time(12))
    amended(session, world, filed, session_changed(0, held_on=date(2022, 6, 14)), now=now)
    with pytest.raises(RuleViolationError):
        send(session, world, filed, now=now)

    amended(session, world, filed, session_changed(0, held_on=date(2022, 6, 15)), now=now)

    assert send(session, world, filed, now=now) == "refile"
    assert filed.revisions[-1].last_filing_on == date(2022, 6, 5)


def test_an_exception_waives_the_window_of_a_refile_too(
    session: Session, world: World, filed: Plan
) -> None:
    filed.exception_reason, filed.exception_document = "防汛急需", "人社函 1 号"
    session.flush()
    amended(session, world, filed, changed(subject=Subject.PUBLIC), now=TOO_LATE)

    assert send(session, world, filed, now=TOO_LATE) == "refile"

    assert filed.revisions[-1].lead_waiver is LeadWaiver.EXCEPTION


@pytest.mark.parametrize("verb", ["return", "refuse"])
def test_a_returned_or_refused_change_leaves_what_is_on_file(
    session: Session, world: World, filed: Plan, verb: str, heard: list[PlanChanged]
) -> None:
    before = published(session, filed)
    amended(session, world, filed, changed(subject=Subject.PUBLIC))
    send(session, world, filed)
    decide = service.return_plan if verb == "return" else service.refuse_plan

    decide(session, filed, "理由", expected_version=filed.version, actor=world["officer"], now=NOW)

    assert filed.state is PlanState.FILED
    assert filed.state_since == NOW - timedelta(days=1)
    left = [(3, Standing.WORKING)] if verb == "return" else []
    assert standings(filed) == [(1, Standing.IN_FORCE), (2, Standing.PAST), *left]
    assert (published(session, filed), heard) == (before, [])


def test_a_returned_change_back_in_time_keeps_its_submission_and_later_not(
    session: Session, world: World, filed: Plan
) -> None:
    amended(session, world, filed, changed(subject=Subject.PUBLIC), now=LAST_SECOND)
    send(session, world, filed, now=LAST_SECOND)
    back = LAST_SECOND + timedelta(days=1)
    return_plan(session, world, filed, reason="理由", now=back)
    session.commit()

    with pytest.raises(RuleViolationError):
        send(session, world, filed, now=back + timedelta(days=3, seconds=1))
    session.rollback()
    assert send(session, world, filed, now=back + timedelta(days=3)) == "refile"

    assert filed.revisions[-1].counted_at == LAST_SECOND


def test_after_a_refusal_a_new_change_starts_from_what_is_on_file(
    session: Session, world: World, filed: Plan
) -> None:
    amended(session, world, filed, changed(subject=Subject.PUBLIC), now=LAST_SECOND)
    send(session, world, filed, now=LAST_SECOND)
    service.refuse_plan(
        session,
        filed,
        "理由",
        expected_version=filed.version,
        actor=world["officer"],
        now=LAST_SECOND,
    )

    copy = amendments.open_change(session, filed, actor=world["clerk"], now=LAST_SECOND)

    assert (copy.number, copy.amends, copy.corrects) == (3, 1, None)
    assert copy.subject is Subject.PROFESSIONAL


def test_nothing_changed_is_not_sent(session: Session, world: World, filed: Plan) -> None:
    amendments.open_change(session, filed, actor=world["clerk"], now=NOW)

    with pytest.raises(InvalidInputError):
        send(session, world, filed)


def test_a_lecturer_renamed_in_the_list_changes_no_session(
    session: Session, world: World, filed: Plan
) -> None:
    session.get_one(Lecturer, world.lecturer_id).title = "正高级工程师"
    amended(session, world, filed, changed(title="新的名称"))

    assert send(session, world, filed) == "free"


def test_an_incomplete_change_is_not_sent(session: Session, world: World, filed: Plan) -> None:
    amended(session, world, filed, changed(aims="", reach=None))

    with pytest.raises(InvalidInputError) as refusal:
        send(session, world, filed)

    assert set(refusal.value.problems) == {"aims", "reach"}


SIGN_IN_OPENS = moment_at(date(2022, 6, 20), time(8, 30))


@pytest.mark.parametrize(
    ("edit", "field"),
    [
        (session_changed(0, topic="别的"), "sessions-0-held_on"),
        (lambda details: replace(details, sessions=details.sessions[1:]), "sessions"),
    ],
    ids=["changed", "dropped"],
)
def test_a_session_held_is_locked_from_its_sign_in_on(
    session: Session, world: World, filed: Plan, edit: Edit, field: str
) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        amended(session, world, filed, edit, now=SIGN_IN_OPENS)

    assert set(refusal.value.problems) == {field}
    assert edit(details_of(filed.revisions[0])) != details_of(filed.revisions[0])


def test_the_second_before_sign_in_opens_it_can_still_be_changed(
    session: Session, world: World, filed: Plan
) -> None:
    before = SIGN_IN_OPENS - timedelta(seconds=1)
    amended(session, world, filed, session_changed(0, topic="别的"), now=before)

    assert send(session, world, filed, now=before) == "notice"


def test_a_change_written_before_is_locked_when_sent_after(
    session: Session, world: World, filed: Plan
) -> None:
    before = SIGN_IN_OPENS - timedelta(seconds=1)
    amended(session, world, filed, session_changed(0, topic="别的"), now=before)

    with pytest.raises(InvalidInputError) as refusal:
        send(session, world, filed, now=SIGN_IN_OPENS)

    assert set(refusal.value.problems) == {"sessions"}


def test_later_sessions_can_be_changed_while_the_class_is_under_way(
    session: Session, world: World, filed: Plan
) -> None:
    amended(session, world, filed, session_changed(1, **AFTERNOON), now=SIGN_IN_OPENS)

    assert send(session, world, filed, now=SIGN_IN_OPENS) == "notice"


def test_no_session_moves_to_a_time_gone(session: Session, world: World, filed: Plan) -> None:
    now = moment_at(date(2022, 6, 21), time(12))
    gone = session_changed(1, held_on=date(2022, 6, 21))
    amended(session, world, filed, gone, now=now)

    with pytest.raises(InvalidInputError) as refusal:
        send(session, world, filed, now=now)

    assert set(refusal.value.problems) == {"sessions-1-held_on"}


def test_a_pending_change_of_a_session_since_held_cannot_be_accepted(
    session: Session, world: World, filed: Plan
) -> None:
    amended(session, world, filed, session_changed(0, held_on=date(2022, 6, 15)))
    send(session, world, filed)

    with pytest.raises(WrongStateError):
        service.file_plan(
            session,
            filed,
            expected_version=filed.version,
            actor=world["officer"],
            now=SIGN_IN_OPENS,
        )

    assert standings(filed) == [(1, Standing.IN_FORCE), (2, Standing.PENDING)]


@pytest.mark.parametrize(("at", "is_taken"), [(time(8, 59), True), (time(9), False)])
def test_a_pending_change_to_a_time_gone_meanwhile_cannot_be_accepted(
    session: Session, world: World, filed: Plan, at: time, is_taken: bool
) -> None:
    """Nobody could sign in then: to those on the roster the class was to be on the 20th."""
    amended(session, world, filed, session_changed(0, held_on=date(2022, 6, 15)))
    send(session, world, filed)
    decided = moment_at(date(2022, 6, 15), at)

    def accept() -> None:
        officer, version = world["officer"], filed.version
        service.file_plan(session, filed, expected_version=version, actor=officer, now=decided)

    if is_taken:
        accept()
        assert standings(filed) == [(1, Standing.PAST), (2, Standing.IN_FORCE)]
    else:
        with pytest.raises(WrongStateError):
            accept()
        assert standings(filed) == [(1, Standing.IN_FORCE), (2, Standing.PENDING)]


def test_a_dropped_change_leaves_nothing_but_its_lines(
    session: Session, world: World, filed: Plan
) -> None:
    more = make_session_details(world, on=date(2022, 6, 28))
    amended(session, world, filed, lambda d: replace(d, sessions=(*d.sessions, more)))
    session.flush()
    assert len(session.scalars(select(CourseSession.id)).all()) == 3

    amendments.drop_change(
        session, filed, expected_version=filed.version, actor=world["clerk2"], now=NOW
    )
    session.commit()

    assert standings(filed) == [(1, Standing.IN_FORCE)]
    assert len(session.scalars(select(CourseSession.id)).all()) == 2
    acts = [line.action for line in history_of(session, "plan", filed.id)]
    assert acts[-3:] == ["plan_amend", "plan_save", "plan_drop_change"]
    assert amendments.open_change(session, filed, actor=world["clerk"], now=NOW).number == 2


def test_a_recalled_change_can_be_written_on_and_counts_anew(
    session: Session, world: World, filed: Plan
) -> None:
    amended(session, world, filed, changed(subject=Subject.PUBLIC), now=LAST_SECOND)
    send(session, world, filed, now=LAST_SECOND)

    amendments.recall_change(
        session, filed, expected_version=filed.version, actor=world["clerk"], now=LAST_SECOND
    )

    assert standings(filed) == [
        (1, Standing.IN_FORCE),
        (2, Standing.PAST),
        (3, Standing.WORKING),
    ]
    copy = open_revision(filed)
    assert copy is not None
    assert (copy.amends, copy.corrects, copy.subject) == (1, None, Subject.PUBLIC)
    with pytest.raises(RuleViolationError):
        send(session, world, filed, now=TOO_LATE)


def test_cancelling_ends_a_pending_change(session: Session, world: World, filed: Plan) -> None:
    amended(session, world, filed, changed(subject=Subject.PUBLIC))
    send(session, world, filed)

    service.cancel_plan(session, filed, "讲师生病", actor=world["clerk"], now=NOW)

    assert standings(filed) == [(1, Standing.IN_FORCE), (2, Standing.PAST)]
    with pytest.raises(WrongStateError):
        service.file_plan(
            session, filed, expected_version=filed.version, actor=world["officer"], now=NOW
        )


def test_cancelling_throws_an_unsent_change_away(
    session: Session, world: World, filed: Plan
) -> None:
    amended(session, world, filed, changed(subject=Subject.PUBLIC))

    service.cancel_plan(session, filed, "讲师生病", actor=world["clerk"], now=NOW)

    assert standings(filed) == [(1, Standing.IN_FORCE)]


def test_only_a_filed_plan_has_changes_and_only_one_at_a_time(
    session: Session, world: World, filed: Plan
) -> None:
    waiting = submitted_plan(
        session, world, make_session_details(world, on=date(2022, 7, 4)), now=NOW
    )
    with pytest.raises(WrongStateError):
        amendments.open_change(session, waiting, actor=world["clerk"], now=NOW)
    first = amendments.open_change(session, filed, actor=world["clerk"], now=NOW)
    assert amendments.open_change(session, filed, actor=world["clerk2"], now=NOW) is first

    amended(session, world, filed, changed(subject=Subject.PUBLIC))
    send(session, world, filed)

    with pytest.raises(WrongStateError):
        amendments.open_change(session, filed, actor=world["clerk"], now=NOW)


def test_when_every_session_was_held_nothing_can_be_changed(
    session: Session, world: World, filed: Plan
) -> None:
    with pytest.raises(RuleViolationError):
        amendments.open_change(
            session, filed, actor=world["clerk"], now=moment_at(date(2022, 6, 27), time(9))
        )


@pytest.mark.parametrize("username", ["stranger", "officer", "city_officer"])
def test_nobody_but_the_base_changes_its_plan(
    session: Session, world: World, filed: Plan, username: str
) -> None:
    actor = world[username]
    with pytest.raises(ForbiddenError):
        amendments.open_change(session, filed, actor=actor, now=NOW)
    amended(session, world, filed, changed(title="新的名称"))
    for verb in (amendments.send_change, amendments.drop_change, amendments.recall_change):
        with pytest.raises(ForbiddenError):
            verb(session, filed, expected_version=filed.version, actor=actor, now=NOW)


def test_a_page_older_than_a_colleagues_text_sends_nothing(
    session: Session, world: World, filed: Plan
) -> None:
    amended(session, world, filed, changed(title="我写的"))
    session.flush()
    seen = filed.version
    amended(session, world, filed, changed(title="同事写的"))
    session.flush()

    with pytest.raises(WrongStateError):
        amendments.send_change(session, filed, expected_version=seen, actor=world["clerk"], now=NOW)


def test_a_feature_above_can_refuse_a_change(
    session: Session, world: World, filed: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_session: Session, _event: PlanChanged) -> None:
        raise WrongStateError(msg("已有学时入账。"))

    monkeypatch.setitem(events._HANDLERS, PlanChanged, [refuse])
    amended(session, world, filed, changed(title="新的名称"))
    session.commit()

    with pytest.raises(WrongStateError):
        send(session, world, filed)
    session.rollback()

    rows = session.execute(select(PlanRevision.number, PlanRevision.standing)).all()
    assert sorted(tuple(row) for row in rows) == [(1, Standing.IN_FORCE), (2, Standing.WORKING)]
