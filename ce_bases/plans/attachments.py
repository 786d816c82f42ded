"""Files that go with a plan: they come and go while it is written, and are frozen with it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from ce_bases.audit.service import Act, record
from ce_bases.core.access import Action
from ce_bases.core.actors import Actor, Role
from ce_bases.core.errors import InvalidInputError, NotFoundError, WrongStateError
from ce_bases.core.filestore import FileStore
from ce_bases.core.text import Text, msg
from ce_bases.core.uploads import Upload
from ce_bases.files.models import StoredFile
from ce_bases.files.service import keep
from ce_bases.plans.drafting import is_writable
from ce_bases.plans.models import (
    MOST_ATTACHMENTS,
    AttachmentKind,
    Plan,
    PlanAttachment,
    PlanRevision,
)
from ce_bases.plans.moves import require_writer, take
from ce_bases.plans.queries import get_plan, in_force, open_revision
from ce_bases.plans.standing import shown_revision


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file to be kept, what it is said to be, and whether anyone may fetch it."""

    upload: Upload
    kind: AttachmentKind
    is_public: bool = False


def add_attachment(
    session: Session, plan: Plan, sent: SentFile, store: FileStore, *, actor: Actor, now: datetime
) -> PlanAttachment:
    """Keep a file with what the actor is writing; InvalidInputError names the field at fault."""
    revision = _take_text(session, plan, actor)
    if problems := _problems(revision, sent):
        raise InvalidInputError(next(iter(problems.values())), problems=problems)
    kept = keep(session, store, sent.upload, actor=actor, now=now)
    return _add(
        session,
        plan,
        revision,
        kept,
        sent.kind,
        is_public=sent.is_public,
        actor=actor,
        now=now,
    )


def _add(  # noqa: PLR0913 -- the whole row in one call
    session: Session,
    plan: Plan,
    revision: PlanRevision,
    file: StoredFile,
    kind: AttachmentKind,
    *,
    is_public: bool = False,
    actor: Actor,
    now: datetime,
) -> PlanAttachment:
    added = PlanAttachment(
        file_id=file.id,
        file=file,
        kind=kind,
        is_public=is_public,
        added_by=actor.account_id,
        added_at=now,
    )
    revision.attachments.append(added)
    _touch(plan, now)
    record(session, Act("plan_attach", "plan", plan.id, after=_told(added)), actor=actor, now=now)
    session.flush()
    return added


def remove_attachment(
    session: Session, plan: Plan, attachment_id: int, *, actor: Actor, now: datetime
) -> None:
    """Take a file off what the actor is writing; the stored file itself stays in the record."""
    revision = _take_text(session, plan, actor)
    found = next((each for each in revision.attachments if each.id == attachment_id), None)
    if found is None:
        raise NotFoundError
    act = Act("plan_detach", "plan", plan.id, before=_told(found))
    revision.attachments.remove(found)
    _touch(plan, now)
    record(session, act, actor=actor, now=now)
    session.flush()


def carriable(past: Plan) -> Sequence[PlanAttachment]:
    """The files a new plan may take over from an earlier one of the same organiser.

    Not the stamped form: it was stamped for that filing.
    """
    return [a for a in shown_revision(past).attachments if a.kind is not AttachmentKind.FORM]


def is_carried(attachment: PlanAttachment) -> bool:
    """Whether a file goes along unless somebody says no: a notice names the days of its class."""
    return attachment.kind is not AttachmentKind.NOTICE


def carry_files(
    session: Session,
    plan: Plan,
    past: Plan,
    wanted: Collection[int],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Of the files `past` may give, have exactly those `wanted` (by file) with what is written.

    Nothing becomes public by it. Sent again it changes nothing; files from elsewhere stay.
    """
    revision = _take_text(session, plan, actor)
    there = {each.file_id: each for each in revision.attachments}
    sums = {each.file.sha256 for each in revision.attachments}
    for each in carriable(past):
        known, is_wanted = there.get(each.file_id), each.file_id in wanted
        has_room = len(revision.attachments) < MOST_ATTACHMENTS
        if known is not None and not is_wanted:
            remove_attachment(session, plan, known.id, actor=actor, now=now)
        elif known is None and is_wanted and has_room and each.file.sha256 not in sums:
            _add(session, plan, revision, each.file, each.kind, actor=actor, now=now)


def _take_text(session: Session, plan: Plan, actor: Actor) -> PlanRevision:
    """What is being written of `plan`, under its lock."""
    take(session, plan)
    require_writer(actor, plan, plan.organiser)
    revision = open_revision(plan)
    if revision is None or not is_writable(plan):
        raise WrongStateError(
            msg("这份计划已经报送，附件不能再增删。"),
            next_step=msg("需要补充材料的，请联系受理部门退回补正；已备案的请办理变更。"),
        )
    return revision


def _problems(revision: PlanRevision, sent: SentFile) -> dict[str, Text]:
    if len(revision.attachments) >= MOST_ATTACHMENTS:
        return {"file": msg("最多 %(most)d 个附件，请先删除不需要的。", most=MOST_ATTACHMENTS)}
    if any(each.file.sha256 == sent.upload.sha256 for each in revision.attachments):
        return {"file": msg("这个文件已经在附件里了。")}
    if sent.is_public and sent.kind is not AttachmentKind.NOTICE:
        return {"is_public": msg("只有办班通知可以公开。")}
    return {}


def _touch(plan: Plan, now: datetime) -> None:
    # The plan's version must rise although only its revision's files changed.
    plan.updated_at = now
    flag_modified(plan, "updated_at")


def _told(attachment: PlanAttachment) -> dict[str, Any]:
    return {
        "file": attachment.file.original_name,
        "sha256": attachment.file.sha256,
        "kind": attachment.kind.value,
        "is_public": attachment.is_public,
    }


def get_attachment(
    session: Session, plan_id: int, attachment_id: int, *, actor: Actor
) -> StoredFile:
    """A file of any of the plan's revisions; NotFoundError when it is not the actor's to read.

    What is only being written is its organiser's own.
    """
    plan = get_plan(session, plan_id, actor=actor, action=Action.READ_PLAN)
    for revision in plan.revisions:
        if revision.submitted_at is None and actor.role is not Role.BASE:
            continue
        for each in revision.attachments:
            if each.id == attachment_id:
                return each.file
    raise NotFoundError


def public_notices(plan: Plan) -> Sequence[PlanAttachment]:
    """What anyone may fetch of a class: the notices its base made public, as on file now."""
    revision = in_force(plan)
    return [each for each in revision.attachments if each.is_public] if revision else []
