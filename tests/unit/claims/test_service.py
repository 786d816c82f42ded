"""A claim's life through the services: who may do what, what is written, what stays frozen."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from ce_bases.audit.models import AuditEntry
from ce_bases.claims import review, service
from ce_bases.claims.content import NEEDS_UNIT, Content
from ce_bases.claims.models import Claim
from ce_bases.claims.preview import pending_hours, room_for, worth_of
from ce_bases.claims.queries import get_claim, get_evidence, twin_ids, twins_of
from ce_bases.claims.review import Decision, Outcome
from ce_bases.claims.workflow import ClaimState
from ce_bases.core.access import Action
from ce_bases.core.errors import (
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    RuleViolationError,
    WrongStateError,
)
from ce_bases.core.filestore import FileStore
from ce_bases.core.uploads import read_upload
from ce_bases.credits.fold import year_of
from ce_bases.credits.models import Kind, LedgerLine, YearRecord
from ce_bases.credits.records import differences
from ce_bases.messages.models import Message
from ce_bases.people.models import Affiliation, Person
from ce_bases.plans.models import Subject
from tests.conftest import NOON_1_JUNE as NOW
from tests.factories.claims import (
    COMPLETE,
    PDF,
    confirmed_claim,
    content_of,
    credited_claim,
    drafted_claim,
    jpeg,
    sent_claim,
    store_of,
)
from tests.factories.world import World


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return store_of(tmp_path)


def acts(session: Session, claim: Claim) -> list[str]:
    entries = select(AuditEntry.action).where(
        AuditEntry.subject_kind == "claim", AuditEntry.subject_id == str(claim.id)
    )
    return list(session.scalars(entries.order_by(AuditEntry.id)))


def leave_unit(session: Session, person_id: int) -> None:
    session.query(Affiliation).filter_by(person_id=person_id).delete()
    session.flush()


#: A file that comes too late.
INSERT = (
    "INSERT INTO claim_evidence (id, claim_id, file_id, added_at) "
    "SELECT 999, claim_id, 1, added_at FROM claim_evidence WHERE claim_id = :id"
)
HOURS = {  # (public, professional) half-hours each complete claim comes to
    Kind.PUBLICATION: (0, 20),
    Kind.ACHIEVEMENT: (0, 20),
    Kind.TRAINING: (0, 12),
    Kind.SELF_STUDY: (0, 40),
    Kind.EXPERT_SERVICE: (0, 12),
    Kind.EXAM: (0, 32),
    Kind.COMPETITION: (0, 20),
    Kind.POSTING: (25, 50),
    Kind.ABSENCE: (25, 50),
}


@pytest.mark.parametrize("kind", COMPLETE)
def test_every_kind_goes_from_draft_to_the_ledger(
    session: Session, world: World, files: FileStore, kind: Kind
) -> None:
    claim = credited_claim(session, world, kind, now=NOW, files=files)

    line = session.scalars(select(LedgerLine)).one()
    assert claim.state is ClaimState.CREDITED
    assert (line.source, line.kind, line.origin) == (f"claim:{claim.id}", kind, "claim")
    assert (line.public_halves, line.professional_halves) == HOURS[kind]
    assert (line.held_on, line.until_on) == (COMPLETE[kind].held_on, COMPLETE[kind].until_on)
    record = session.scalars(select(YearRecord)).one()
    assert (record.public_halves, record.professional_halves) == HOURS[kind]
    assert list(differences(session)) == []
    assert acts(session, claim) == [
        *("claim_draft", "claim_add_evidence", "claim_send", "claim_confirm", "claim_credit")
    ]
    credit = session.scalars(select(AuditEntry).where(AuditEntry.action == "claim_credit")).one()
    assert credit.after["files"] == [claim.evidence[0].file.sha256]
    told = session.scalars(
        select(Message.kind)
        .where(Message.account_id == world["learner"].account_id)
        .order_by(Message.id)
    ).all()
    assert told == ["claim_with_bureau", "claim_credited"]


def test_who_has_no_unit_goes_to_the_bureau_at_once(
    session: Session, world: World, files: FileStore
) -> None:
    person = session.get_one(Person, world.person_ids[0])
    leave_unit(session, person.id)
    person.area_code = "370881"

    claim = sent_claim(session, world, now=NOW, files=files)

    assert (claim.state, claim.unit_id, claim.bureau_code) == ("with_bureau", None, "370881")
    with pytest.raises(NotFoundError):
        get_claim(session, claim.id, actor=world["officer"], action=Action.DECIDE_CLAIM)
    decision = Decision(Outcome.CREDIT, claim.version)
    review.decide(session, claim, decision, actor=world["other_officer"], now=NOW)
    assert claim.state == ClaimState.CREDITED


@pytest.mark.parametrize("kind", sorted(NEEDS_UNIT))
def test_what_rests_on_the_employer_needs_one(
    session: Session, world: World, files: FileStore, kind: Kind
) -> None:
    leave_unit(session, world.person_ids[0])
    claim = drafted_claim(session, world, kind, now=NOW, files=files)

    with pytest.raises(RuleViolationError) as refused:
        service.send_claim(session, claim, actor=world["learner"], now=NOW)

    assert refused.value.clause is not None
    assert claim.state is ClaimState.DRAFT


def test_an_incomplete_draft_is_kept_and_not_sent(
    session: Session, world: World, files: FileStore
) -> None:
    actor = world["learner"]
    claim = service.draft_claim(session, Kind.EXAM, Content(), actor=actor, now=NOW)

    with pytest.raises(InvalidInputError) as refused:
        service.send_claim(session, claim, actor=actor, now=NOW)
    assert set(refused.value.problems) == {"title", "number", "held_on"}

    service.edit_claim(session, claim, content_of(Kind.EXAM), actor=actor, now=NOW)
    with pytest.raises(InvalidInputError) as refused:
        service.send_claim(session, claim, actor=actor, now=NOW)
    assert set(refused.value.problems) == {"files"}

    service.add_evidence(session, claim, [jpeg(), jpeg()], files, actor=actor, now=NOW)
    service.send_claim(session, claim, actor=actor, now=NOW)
    assert (claim.state, len(claim.evidence)) == ("with_unit", 1)


def test_files_are_few_and_come_off_again_only_before_sending(
    session: Session, world: World, files: FileStore
) -> None:
    actor = world["learner"]
    claim = drafted_claim(session, world, now=NOW, files=files)
    many = [jpeg(str(number)) for number in range(8)]
    with pytest.raises(InvalidInputError) as refused:
        service.add_evidence(session, claim, many, files, actor=actor, now=NOW)
    assert set(refused.value.problems) == {"files"}
    pdf = read_upload("论文.pdf", PDF)
    assert service.add_evidence(session, claim, [pdf], files, actor=actor, now=NOW) == 1
    first, second = claim.evidence
    service.remove_evidence(session, claim, first.id, actor=actor, now=NOW)
    assert [item.file.original_name for item in claim.evidence] == ["论文.pdf"]

    service.send_claim(session, claim, actor=actor, now=NOW)

    with pytest.raises(WrongStateError):
        service.remove_evidence(session, claim, second.id, actor=actor, now=NOW)
    with pytest.raises(WrongStateError):
        service.add_evidence(session, claim, [jpeg("new")], files, actor=actor, now=NOW)
    with pytest.raises(WrongStateError):
        service.edit_claim(session, claim, Content(title="x"), actor=actor, now=NOW)


def test_returned_by_the_unit_then_by_the_bureau_and_sent_again(
    session: Session, world: World, files: FileStore
) -> None:
    claim = sent_claim(session, world, now=NOW, files=files)
    back = Decision(Outcome.RETURN, claim.version, "请补论文首页。")
    review.confirm(session, claim, back, actor=world["unit_hr"], now=NOW)
    assert (claim.state, claim.reason) == ("returned", "请补论文首页。")
    service.send_claim(session, claim, actor=world["learner"], now=NOW)
    confirmed = Decision(Outcome.CONFIRM, claim.version)
    review.confirm(session, claim, confirmed, actor=world["unit_hr"], now=NOW)
    back = Decision(Outcome.RETURN, claim.version, "刊号有误。")
    review.decide(session, claim, back, actor=world["officer"], now=NOW)
    assert (claim.state, claim.reason) == ("returned", "刊号有误。")
    changed = content_of(Kind.PUBLICATION, number="ISSN 1000-6869 2022(4):7")
    service.edit_claim(session, claim, changed, actor=world["learner"], now=NOW)
    service.send_claim(session, claim, actor=world["learner"], now=NOW)

    assert (claim.state, claim.reason, claim.confirmed_by) == ("with_unit", "", None)
    assert claim.thing_key == "issn10006869202247"
    assert session.scalars(select(LedgerLine)).all() == []


@pytest.mark.parametrize("outcome", [Outcome.RETURN, Outcome.REFUSE])
@pytest.mark.parametrize("reason", ["", "  \n ", "长" * 501])
def test_deciding_against_needs_a_reason(
    session: Session, world: World, files: FileStore, outcome: Outcome, reason: str
) -> None:
    claim = confirmed_claim(session, world, now=NOW, files=files)

    decision = Decision(outcome, claim.version, reason)
    with pytest.raises(InvalidInputError) as refused:
        review.decide(session, claim, decision, actor=world["officer"], now=NOW)

    assert set(refused.value.problems) == {"reason"}


def test_refused_and_withdrawn_are_ends(session: Session, world: World, files: FileStore) -> None:
    refused = confirmed_claim(session, world, now=NOW, files=files)
    decision = Decision(Outcome.REFUSE, refused.version, "刊物没有正式刊号。")
    review.decide(session, refused, decision, actor=world["officer"], now=NOW)
    withdrawn = sent_claim(session, world, Kind.EXAM, now=NOW, files=files)
    service.withdraw_claim(session, withdrawn, actor=world["learner"], now=NOW)

    assert (refused.state, withdrawn.state) == ("refused", "withdrawn")
    for claim in (refused, withdrawn):
        with pytest.raises(WrongStateError):
            service.withdraw_claim(session, claim, actor=world["learner"], now=NOW)
        with pytest.raises(WrongStateError):
            service.send_claim(session, claim, actor=world["learner"], now=NOW)
    assert session.scalars(select(LedgerLine)).all() == []


def test_self_study_counts_as_the_employer_determines_and_only_with_an_archive(
    session: Session, world: World
) -> None:
    claim = sent_claim(session, world, Kind.SELF_STUDY, now=NOW)
    hr = world["unit_hr"]
    with pytest.raises(InvalidInputError) as refused:
        review.confirm(session, claim, Decision(Outcome.CONFIRM, claim.version), actor=hr, now=NOW)
    assert set(refused.value.problems) == {"archive_number"}

    told = Decision(
        Outcome.CONFIRM, claim.version, halves=30, archive_number="ZX-7", subject=Subject.PUBLIC
    )
    review.confirm(session, claim, told, actor=hr, now=NOW)
    decision = Decision(Outcome.CREDIT, claim.version)
    review.decide(session, claim, decision, actor=world["officer"], now=NOW)

    line = session.scalars(select(LedgerLine)).one()
    assert (line.public_halves, line.professional_halves, line.has_archive) == (30, 0, True)


@pytest.mark.parametrize("kind", COMPLETE)
def test_a_reviewer_moves_the_subject_only_where_the_rules_allow(
    session: Session, world: World, files: FileStore, kind: Kind
) -> None:
    claim = confirmed_claim(session, world, kind, now=NOW, files=files)
    decision = Decision(Outcome.CREDIT, claim.version, subject=Subject.PUBLIC)
    movable = {Kind.SELF_STUDY, Kind.ACHIEVEMENT, Kind.PUBLICATION, Kind.EXPERT_SERVICE}

    if kind in movable:
        review.decide(session, claim, decision, actor=world["officer"], now=NOW)
        assert session.scalars(select(LedgerLine.subject)).one() is Subject.PUBLIC
    else:
        with pytest.raises(RuleViolationError):
            review.decide(session, claim, decision, actor=world["officer"], now=NOW)


def test_strangers_reach_nothing(session: Session, world: World, files: FileStore) -> None:
    claim = confirmed_claim(session, world, now=NOW, files=files)
    evidence = claim.evidence[0]
    for name in ("learner", "unit_hr", "officer"):
        assert get_evidence(session, evidence.id, actor=world[name]) is evidence.file
    for name in ("learner2", "other_officer", "city_officer", "clerk", "lecturer", "admin"):
        with pytest.raises(NotFoundError):
            get_claim(session, claim.id, actor=world[name], action=Action.READ_CLAIM)
        with pytest.raises(NotFoundError):
            get_evidence(session, evidence.id, actor=world[name])
    with pytest.raises(NotFoundError):
        service.withdraw_claim(session, claim, actor=world["learner2"], now=NOW)
    decision = Decision(Outcome.CREDIT, claim.version)
    with pytest.raises(NotFoundError):
        review.decide(session, claim, decision, actor=world["other_officer"], now=NOW)


def test_drafts_are_nobody_elses(session: Session, world: World, files: FileStore) -> None:
    claim = drafted_claim(session, world, now=NOW, files=files)
    for name in ("unit_hr", "officer"):
        with pytest.raises(NotFoundError):
            get_claim(session, claim.id, actor=world[name], action=Action.READ_CLAIM)


def test_nobody_judges_their_own_claim(session: Session, world: World, files: FileStore) -> None:
    claim = sent_claim(session, world, now=NOW, files=files)
    claim.person.account_id = world["unit_hr"].account_id
    decision = Decision(Outcome.CONFIRM, claim.version)
    with pytest.raises(ForbiddenError):
        review.confirm(session, claim, decision, actor=world["unit_hr"], now=NOW)


def test_who_confirmed_for_the_unit_does_not_decide(
    session: Session, world: World, files: FileStore
) -> None:
    claim = confirmed_claim(session, world, now=NOW, files=files)
    claim.confirmed_by = world["officer"].account_id
    session.flush()
    decision = Decision(Outcome.CREDIT, claim.version)
    with pytest.raises(ForbiddenError):
        review.decide(session, claim, decision, actor=world["officer"], now=NOW)


def test_a_decision_on_an_older_page_is_refused(
    session: Session, world: World, files: FileStore
) -> None:
    claim = confirmed_claim(session, world, now=NOW, files=files)
    decision = Decision(Outcome.CREDIT, claim.version)
    review.decide(session, claim, decision, actor=world["officer"], now=NOW)

    with pytest.raises(WrongStateError) as late:
        review.decide(session, claim, decision, actor=world["officer2"], now=NOW)

    assert late.value.message.values["name"] == world["officer"].name
    again = Decision(Outcome.CREDIT, claim.version)
    with pytest.raises(WrongStateError):
        review.decide(session, claim, again, actor=world["officer2"], now=NOW)
    assert len(session.scalars(select(LedgerLine)).all()) == 1


def test_taking_back_reverses_and_frees_the_thing(
    session: Session, world: World, files: FileStore
) -> None:
    claim = credited_claim(session, world, now=NOW, files=files)
    officer = world["officer"]
    review.take_back(
        session, claim, "经核实刊物为假刊。", version=claim.version, actor=officer, now=NOW
    )

    assert (claim.state, claim.reason) == ("reversed", "经核实刊物为假刊。")
    fold = year_of(session, claim.person_id, 2022)
    assert (fold.lines, fold.result.total_halves) == ([], 0)
    assert list(differences(session)) == []
    with pytest.raises(WrongStateError):
        review.take_back(session, claim, "再撤", version=claim.version, actor=officer, now=NOW)
    again = sent_claim(session, world, now=NOW, files=files)
    assert again.state is ClaimState.WITH_UNIT


def test_a_period_over_new_year_is_split(session: Session, world: World, files: FileStore) -> None:
    later = NOW + timedelta(days=700)
    claim = credited_claim(
        session,
        world,
        Kind.POSTING,
        now=later,
        files=files,
        held_on=date(2022, 9, 1),
        until_on=date(2023, 8, 31),
    )

    lines = session.scalars(select(LedgerLine).order_by(LedgerLine.year)).all()
    assert [(x.source, x.held_on, x.until_on, x.public_halves) for x in lines] == [
        (f"claim:{claim.id}:2022", date(2022, 9, 1), date(2022, 12, 31), 20),
        (f"claim:{claim.id}:2023", date(2023, 1, 1), date(2023, 8, 31), 40),
    ]
    assert list(differences(session)) == []
    officer = world["officer"]
    review.take_back(session, claim, "有误", version=claim.version, actor=officer, now=later)
    assert [year_of(session, claim.person_id, y).result.total_halves for y in (2022, 2023)] == [
        0,
        0,
    ]


def test_the_same_person_claims_a_thing_once_and_coauthors_each(
    session: Session, world: World, files: FileStore
) -> None:
    first = credited_claim(session, world, now=NOW, files=files, mark="same")
    with pytest.raises(RuleViolationError):
        sent_claim(session, world, now=NOW, files=files, number="issn 10006869 2022 3 12")
    other = confirmed_claim(session, world, now=NOW, files=files, by="learner2", mark="same")

    (twin,) = twins_of(session, other)
    assert (twin.claim, twin.same_file, twin.same_person) == (first, True, False)
    lone = confirmed_claim(session, world, Kind.EXAM, now=NOW, files=files)
    assert twins_of(session, lone) == []
    assert twin_ids(session, [first, other, lone]) == {first.id, other.id}
    decision = Decision(Outcome.CREDIT, other.version)
    review.decide(session, other, decision, actor=world["officer"], now=NOW)
    assert year_of(session, other.person_id, 2022).result.total_halves == 20


def test_the_same_file_for_another_thing_is_noticed(
    session: Session, world: World, files: FileStore
) -> None:
    sent_claim(session, world, Kind.EXAM, now=NOW, files=files, mark="one")
    other = sent_claim(session, world, Kind.ACHIEVEMENT, now=NOW, files=files, mark="one")

    (twin,) = twins_of(session, other)
    assert (twin.claim.kind, twin.same_file, twin.same_person) == (Kind.EXAM, True, True)


def test_preview_room_and_pending_follow_the_fold(
    session: Session, world: World, files: FileStore
) -> None:
    for number in ("AAAA1", "AAAA2"):
        credited_claim(session, world, now=NOW, files=files, number=number)
    person = world.person_ids[0]
    room = room_for(session, person, Kind.ACHIEVEMENT, 2022)
    assert room is not None
    assert (room.cap, room.used, room.left) == (60, 40, 20)
    third = confirmed_claim(session, world, now=NOW, files=files, number="AAAA3")
    fourth = confirmed_claim(session, world, Kind.ACHIEVEMENT, now=NOW, files=files)

    (worth,) = worth_of(session, third, now=NOW)
    assert (worth.claimed_halves, worth.credited_halves, worth.is_cut) == (20, 20, False)
    pending = pending_hours(session, [third, fourth], person, 2022, now=NOW)
    assert (pending.public, pending.professional) == (0, 20)
    decision = Decision(Outcome.CREDIT, third.version)
    review.decide(session, third, decision, actor=world["officer"], now=NOW)
    (worth,) = worth_of(session, fourth, now=NOW)
    assert (worth.claimed_halves, worth.is_cut, worth.clause.ref) == (20, True, "二(二)4(3)")
    assert room_for(session, person, Kind.EXAM, 2022) is None
    # Nothing of this was written.
    assert len(session.scalars(select(LedgerLine)).all()) == 3


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE claim SET title = 'x' WHERE id = :id",
        "UPDATE claim SET subject = 'public' WHERE id = :id",
        "UPDATE claim SET held_on = '2022-01-02' WHERE id = :id",
        "UPDATE claim SET person_id = person_id + 1 WHERE id = :id",
        "DELETE FROM claim WHERE id = :id",
        "DELETE FROM claim_evidence WHERE claim_id = :id",
        "UPDATE claim_evidence SET file_id = file_id + 1 WHERE claim_id = :id",
        INSERT,
    ],
)
def test_what_was_decided_on_is_frozen_in_the_database(
    session: Session, world: World, files: FileStore, change: str
) -> None:
    drafted_claim(session, world, Kind.EXAM, now=NOW, files=files)
    claim = credited_claim(session, world, now=NOW, files=files)
    session.commit()

    with pytest.raises(DBAPIError, match=r"frozen|never deleted"):
        session.execute(text(change), {"id": claim.id})
    session.rollback()


@pytest.mark.parametrize(
    "change",
    [
        "state = 'credited'",
        "state = 'nowhere'",
        "state = 'returned', reason = ''",
        "decided_by = confirmed_by, decided_at = confirmed_at",
        "kind = 'lecture'",
    ],
)
def test_states_without_their_facts_are_refused_by_the_database(
    session: Session, world: World, files: FileStore, change: str
) -> None:
    claim = confirmed_claim(session, world, now=NOW, files=files)
    session.commit()

    with pytest.raises(DBAPIError):
        session.execute(text(f"UPDATE claim SET {change} WHERE id = :id"), {"id": claim.id})
    session.rollback()
