"""Files of a plan: they come and go while it is written, and stay as they were submitted."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from ce_bases.audit.queries import history_of
from ce_bases.core.errors import (
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    WrongStateError,
)
from ce_bases.core.filestore import FileStore
from ce_bases.core.uploads import read_upload
from ce_bases.files.models import StoredFile
from ce_bases.oversight.review import changes_of, checks_of
from ce_bases.plans import amendments, service
from ce_bases.plans.attachments import (
    SentFile,
    add_attachment,
    carriable,
    carry_files,
    get_attachment,
    is_carried,
    public_notices,
    remove_attachment,
)
from ce_bases.plans.details import content_hash, snapshot
from ce_bases.plans.differences import told_of
from ce_bases.plans.models import AttachmentKind, Plan, PlanAttachment
from ce_bases.plans.queries import in_force, open_revision
from tests.conftest import NOON_1_JUNE as NOW
from tests.factories.plans import clashes_set_to, drafted_plan, filed_plan
from tests.factories.world import World

PDF = b"%PDF-1.7\n1 0 obj\nendobj\ntrailer\n%%EOF\n"
KINDS = AttachmentKind


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


@pytest.fixture
def draft(session: Session, world: World) -> Plan:
    plan = drafted_plan(session, world, now=NOW)
    session.commit()
    return plan


def sent(
    name: str = "通知.pdf",
    *,
    kind: AttachmentKind = KINDS.NOTICE,
    public: bool = False,
    mark: object = "",
) -> SentFile:
    return SentFile(read_upload(name, PDF + f"{mark}\n%%EOF\n".encode()), kind, is_public=public)


def files_of(session: Session, revision_id: int) -> list[tuple[str, str, bool]]:
    rows = session.execute(
        select(StoredFile.original_name, PlanAttachment.kind, PlanAttachment.is_public)
        .join(StoredFile, StoredFile.id == PlanAttachment.file_id)
        .where(PlanAttachment.revision_id == revision_id)
        .order_by(PlanAttachment.id)
    )
    return [(name, kind.value, public) for name, kind, public in rows]


def working(plan: Plan) -> int:
    revision = open_revision(plan)
    assert revision is not None
    return revision.id


def test_a_file_is_kept_with_the_draft_and_told_in_the_record(
    session: Session, world: World, draft: Plan, store: FileStore
) -> None:
    before = draft.version

    added = add_attachment(session, draft, sent(public=True), store, actor=world["clerk"], now=NOW)
    session.commit()

    assert files_of(session, working(draft)) == [("通知.pdf", "notice", True)]
    assert store.path(added.file.storage_name).read_bytes() == sent().upload.data
    assert draft.version == before + 1
    last = history_of(session, "plan", draft.id)[-1]
    assert (last.action, last.before, last.after) == (
        "plan_attach",
        {},
        {
            "file": "通知.pdf",
            "sha256": sent().upload.sha256,
            "kind": "notice",
            "is_public": True,
        },
    )


def test_a_file_taken_off_leaves_the_plan_and_not_the_record(
    session: Session, world: World, draft: Plan, store: FileStore
) -> None:
    added = add_attachment(session, draft, sent(), store, actor=world["clerk"], now=NOW)
    name = added.file.storage_name

    remove_attachment(session, draft, added.id, actor=world["clerk"], now=NOW)
    session.commit()

    assert files_of(session, working(draft)) == []
    assert session.scalars(select(StoredFile.storage_name)).all() == [name]
    assert [e.action for e in history_of(session, "plan", draft.id)][-2:] == [
        "plan_attach",
        "plan_detach",
    ]


def test_what_the_service_refuses(
    session: Session, world: World, draft: Plan, store: FileStore
) -> None:
    clerk = world["clerk"]
    add_attachment(session, draft, sent(), store, actor=clerk, now=NOW)

    with pytest.raises(InvalidInputError) as twice:
        add_attachment(session, draft, sent("别名.pdf"), store, actor=clerk, now=NOW)
    stamped = sent(kind=KINDS.FORM, public=True, mark=1)
    with pytest.raises(InvalidInputError) as open_form:
        add_attachment(session, draft, stamped, store, actor=clerk, now=NOW)
    with pytest.raises(ForbiddenError):
        add_attachment(session, draft, sent(mark=2), store, actor=world["stranger"], now=NOW)

    assert {name: str(problem) for name, problem in twice.value.problems.items()} == {
        "file": "这个文件已经在附件里了。"
    }
    assert {name: str(problem) for name, problem in open_form.value.problems.items()} == {
        "is_public": "只有办班通知可以公开。"
    }
    assert len(files_of(session, working(draft))) == 1


def test_ten_files_are_in_and_the_eleventh_is_out(
    session: Session, world: World, draft: Plan, store: FileStore
) -> None:
    for number in range(10):
        add_attachment(session, draft, sent(mark=number), store, actor=world["clerk"], now=NOW)

    with pytest.raises(InvalidInputError):
        add_attachment(session, draft, sent(mark=10), store, actor=world["clerk"], now=NOW)

    session.commit()
    with pytest.raises(DBAPIError, match="few attachments"):
        session.execute(
            text(
                "INSERT INTO plan_attachment"
                " (revision_id, file_id, kind, is_public, added_by, added_at)"
                " SELECT revision_id, 0, 'other', is_public, added_by, added_at"
                " FROM plan_attachment LIMIT 1"
            )
        )


def test_another_bases_file_cannot_be_taken_off_or_read(
    session: Session, world: World, draft: Plan, store: FileStore
) -> None:
    other = drafted_plan(session, world, actor=world["stranger"], now=NOW, reach=None, sessions=())
    theirs = add_attachment(session, other, sent(), store, actor=world["stranger"], now=NOW)
    session.commit()

    with pytest.raises(NotFoundError):
        remove_attachment(session, draft, theirs.id, actor=world["clerk"], now=NOW)
    with pytest.raises(NotFoundError):
        get_attachment(session, draft.id, theirs.id, actor=world["clerk"])
    with pytest.raises(NotFoundError):
        get_attachment(session, other.id, theirs.id, actor=world["clerk"])
    own = get_attachment(session, other.id, theirs.id, actor=world["stranger"])
    assert own.original_name == "通知.pdf"


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM plan_attachment",
        "UPDATE plan_attachment SET is_public = true",
        (
            "INSERT INTO plan_attachment (revision_id, file_id, kind, is_public, added_by, added_at)"
            " SELECT revision_id, file_id, 'other', false, added_by, added_at FROM plan_attachment"
        ),
    ],
)
def test_nothing_changes_after_submission(
    session: Session, world: World, draft: Plan, store: FileStore, statement: str
) -> None:
    kept = add_attachment(session, draft, sent(), store, actor=world["clerk"], now=NOW)
    service.submit_plan(session, draft, actor=world["clerk"], now=NOW)
    session.commit()

    with pytest.raises(WrongStateError):
        add_attachment(session, draft, sent(mark=1), store, actor=world["clerk"], now=NOW)
    with pytest.raises(WrongStateError):
        remove_attachment(session, draft, kept.id, actor=world["clerk"], now=NOW)
    session.rollback()
    with pytest.raises(DBAPIError, match=r"frozen|do not change"):
        session.execute(text(statement))


def test_only_a_notice_can_be_public_whoever_writes_it(
    session: Session, world: World, draft: Plan, store: FileStore
) -> None:
    add_attachment(session, draft, sent(kind=KINDS.OTHER), store, actor=world["clerk"], now=NOW)
    session.commit()
    row = session.execute(text("SELECT revision_id, file_id FROM plan_attachment")).one()
    session.execute(text("DELETE FROM plan_attachment"))

    with pytest.raises(DBAPIError, match="only_notices_public"):
        session.execute(
            text(
                "INSERT INTO plan_attachment"
                " (revision_id, file_id, kind, is_public, added_by, added_at)"
                " VALUES (:revision_id, :file_id, 'form', true, 1, '2022-06-01')"
            ),
            row._asdict(),
        )


def test_the_seal_covers_the_files_and_stays_as_it_was_without_any(
    session: Session, world: World, draft: Plan, store: FileStore
) -> None:
    revision = open_revision(draft)
    assert revision is not None
    bare = content_hash(revision)
    assert "materials" not in snapshot(revision)

    first = add_attachment(session, draft, sent(), store, actor=world["clerk"], now=NOW)
    with_one = content_hash(revision)
    remove_attachment(session, draft, first.id, actor=world["clerk"], now=NOW)
    without = content_hash(revision)
    same_name = sent(mark="other")
    add_attachment(session, draft, same_name, store, actor=world["clerk"], now=NOW)

    assert without == bare
    assert len({bare, with_one, content_hash(revision)}) == 3


def test_a_returned_plan_comes_back_with_its_files_and_the_officer_sees_what_changed(
    session: Session, world: World, draft: Plan, store: FileStore
) -> None:
    clerk, officer = world["clerk"], world["officer"]
    add_attachment(session, draft, sent(public=True), store, actor=clerk, now=NOW)
    service.submit_plan(session, draft, actor=clerk, now=NOW)
    first = working(draft)
    service.return_plan(
        session, draft, "缺盖章", expected_version=draft.version, actor=officer, now=NOW
    )
    session.commit()

    second = working(draft)
    assert second != first
    assert files_of(session, second) == files_of(session, first) == [("通知.pdf", "notice", True)]
    assert session.scalars(select(StoredFile.id)).all() == [
        session.scalars(select(PlanAttachment.file_id).distinct()).one()
    ]

    stamped = sent("盖章.pdf", kind=KINDS.FORM, mark=1)
    add_attachment(session, draft, stamped, store, actor=clerk, now=NOW)
    service.submit_plan(session, draft, actor=clerk, now=NOW)
    revision = open_revision(draft)
    assert revision is not None
    (change,) = changes_of(draft, revision)
    assert (change.field, len(change.before), len(change.after)) == ("materials", 1, 2)
    said = {str(c.label): str(c.said) for c in checks_of(session, draft, revision)}
    assert said["附件"] == "2 个附件"


def test_new_files_are_a_free_change_of_a_filed_plan_and_public_at_once(
    session: Session, world: World, store: FileStore
) -> None:
    plan = filed_plan(session, world, now=NOW - timedelta(days=1))
    clerk = world["clerk"]
    assert public_notices(plan) == []
    amendments.open_change(session, plan, actor=clerk, now=NOW)
    add_attachment(session, plan, sent(public=True), store, actor=clerk, now=NOW)
    assert public_notices(plan) == []  # not before it is in force

    sent_as = amendments.send_change(
        session, plan, expected_version=plan.version, actor=clerk, now=NOW
    )
    session.commit()

    filed = in_force(plan)
    assert filed is not None
    (line,) = told_of(plan, filed)
    assert (sent_as, line.field, line.before, [str(each) for each in line.after]) == (
        "free",
        "materials",
        None,
        [f"办班通知（公开）：通知.pdf，校验码 {sent().upload.sha256[:8]}"],
    )
    assert [each.file.original_name for each in public_notices(plan)] == ["通知.pdf"]

    amendments.open_change(session, plan, actor=clerk, now=NOW)
    assert len(files_of(session, working(plan))) == 1
    amendments.drop_change(session, plan, expected_version=plan.version, actor=clerk, now=NOW)
    session.commit()
    assert [each.file.original_name for each in public_notices(plan)] == ["通知.pdf"]


def test_a_bureau_reads_what_was_submitted_and_nothing_before(
    session: Session, world: World, draft: Plan, store: FileStore
) -> None:
    officer, clerk = world["officer"], world["clerk"]
    kept = add_attachment(session, draft, sent(), store, actor=clerk, now=NOW)
    session.commit()
    with pytest.raises(NotFoundError):
        get_attachment(session, draft.id, kept.id, actor=officer)
    service.submit_plan(session, draft, actor=clerk, now=NOW)
    session.commit()

    assert get_attachment(session, draft.id, kept.id, actor=officer).id == kept.file_id
    with pytest.raises(NotFoundError):
        get_attachment(session, draft.id, kept.id, actor=world["other_officer"])
    service.return_plan(
        session, draft, "缺盖章", expected_version=draft.version, actor=officer, now=NOW
    )
    fresh = add_attachment(session, draft, sent(mark=1), store, actor=clerk, now=NOW)
    session.commit()
    with pytest.raises(NotFoundError):
        get_attachment(session, draft.id, fresh.id, actor=officer)


@pytest.fixture
def past(session: Session, world: World, store: FileStore) -> Plan:
    """An earlier class on file with a file of every kind, its notice public."""
    plan = drafted_plan(session, world, now=NOW)
    for number, kind in enumerate(KINDS):
        upload = read_upload(f"{kind}.pdf", PDF + b"%d" % number + b"%%EOF")
        sent = SentFile(upload, kind, is_public=kind is KINDS.NOTICE)
        add_attachment(session, plan, sent, store, actor=world["clerk"], now=NOW)
    service.submit_plan(session, plan, actor=world["clerk"], now=NOW)
    session.commit()
    return plan


def carried(plan: Plan) -> list[tuple[AttachmentKind, bool]]:
    revision = open_revision(plan)
    assert revision is not None
    return [(each.kind, each.is_public) for each in revision.attachments]


def test_a_copy_takes_over_what_does_not_belong_to_one_filing_and_nothing_is_public(
    session: Session, world: World, past: Plan, draft: Plan
) -> None:
    offered = carriable(past)
    assert [each.kind for each in offered] == [KINDS.NOTICE, KINDS.FEE_BASIS, KINDS.OTHER]
    usual = {each.file_id for each in offered if is_carried(each)}
    whole = {each.file_id for each in offered}
    clerk = world["clerk"]

    for _twice in range(2):
        carry_files(session, draft, past, usual, actor=clerk, now=NOW)
        assert carried(draft) == [(KINDS.FEE_BASIS, False), (KINDS.OTHER, False)]
    carry_files(session, draft, past, whole, actor=clerk, now=NOW)
    assert (KINDS.NOTICE, False) in carried(draft)
    carry_files(session, draft, past, set(), actor=clerk, now=NOW)
    assert carried(draft) == []

    session.flush()
    acts = [e.action for e in history_of(session, "plan", draft.id)]
    assert Counter(acts) == {"plan_draft": 1, "plan_attach": 3, "plan_detach": 3}
    assert len(carriable(past)) == 3
    assert session.scalars(select(StoredFile)).all() != []


def test_the_stamped_form_and_strange_ids_are_not_taken_over(
    session: Session, world: World, past: Plan, draft: Plan
) -> None:
    form = next(a for a in past.revisions[0].attachments if a.kind is KINDS.FORM)
    wanted = {form.file_id, 0, 10**30}
    carry_files(session, draft, past, wanted, actor=world["clerk"], now=NOW)
    assert carried(draft) == []


def test_what_is_there_already_and_what_has_no_room_is_left_alone(
    session: Session, world: World, past: Plan, draft: Plan, store: FileStore
) -> None:
    clerk = world["clerk"]
    offered = carriable(past)
    again = read_upload("另存.pdf", store.read(offered[1].file.storage_name))
    sent = SentFile(again, KINDS.FEE_BASIS)
    add_attachment(session, draft, sent, store, actor=clerk, now=NOW)
    for number in range(8):
        other = read_upload(f"{number}.pdf", PDF + b"more %d" % number + b"%%EOF")
        add_attachment(session, draft, SentFile(other, KINDS.OTHER), store, actor=clerk, now=NOW)

    wanted = {each.file_id for each in offered}
    carry_files(session, draft, past, wanted, actor=clerk, now=NOW)

    assert Counter(carried(draft)) == {
        (KINDS.FEE_BASIS, False): 1,
        (KINDS.OTHER, False): 8,
        (KINDS.NOTICE, False): 1,
    }


def test_nothing_is_taken_over_into_what_is_submitted_or_not_theirs(
    session: Session, world: World, past: Plan, draft: Plan
) -> None:
    wanted = {each.file_id for each in carriable(past)}
    with pytest.raises(ForbiddenError):
        carry_files(session, draft, past, wanted, actor=world["stranger"], now=NOW)
    session.rollback()
    with clashes_set_to("warn"):
        service.submit_plan(session, draft, actor=world["clerk"], now=NOW)
    with pytest.raises(WrongStateError):
        carry_files(session, draft, past, wanted, actor=world["clerk"], now=NOW)
