"""What a professional does with a claim: write it, prove it, send it, withdraw it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from ce_bases.audit.service import Act, record
from ce_bases.claims import content as contents
from ce_bases.claims.content import NAMES, Content
from ce_bases.claims.models import Claim, Evidence
from ce_bases.claims.moves import move, take
from ce_bases.claims.notices import tell_unit
from ce_bases.claims.permissions import may
from ce_bases.claims.queries import bureau_of, employer_of, holder_of_thing
from ce_bases.claims.workflow import EDITABLE, ClaimAction, ClaimState
from ce_bases.core.access import Action
from ce_bases.core.actors import Actor
from ce_bases.core.clock import business_date
from ce_bases.core.errors import (
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    RuleViolationError,
    WrongStateError,
)
from ce_bases.core.filestore import FileStore
from ce_bases.core.text import Text, msg
from ce_bases.core.uploads import Upload
from ce_bases.credits.models import Kind
from ce_bases.credits.records import lock_people
from ce_bases.files.service import keep
from ce_bases.people.models import Unit
from ce_bases.plans.models import Subject
from ce_bases.policy.registry import filing_policy_for
from ce_bases.policy.year import clause_of

MOST_FILES = 8
#: What the unit itself vouches for needs no file: the entry in its archive is the proof.
PROVED_BY_UNIT = frozenset({Kind.SELF_STUDY})


def draft_claim(
    session: Session, kind: Kind, content: Content, *, actor: Actor, now: datetime
) -> Claim:
    """A new draft of the actor's own; flushed. What is missing may follow until it is sent."""
    if actor.person_id is None:
        raise ForbiddenError(msg("只有专业技术人员本人可以申报学时。"))
    if kind not in contents.FIELDS:
        raise NotFoundError
    _require_shape(kind, content)
    claim = Claim(
        person_id=actor.person_id,
        kind=kind,
        state=ClaimState.DRAFT,
        state_since=now,
        created_at=now,
        updated_at=now,
        **_values(kind, content),
    )
    session.add(claim)
    session.flush()
    act = Act("claim_draft", "claim", claim.id, after={"kind": kind.value})
    record(session, act, actor=actor, now=now)
    return claim


def _values(kind: Kind, content: Content) -> dict[str, Any]:
    """The columns of `content`; the subject of most kinds is professional until it is moved."""
    values = {name: getattr(content, name) for name in NAMES}
    if kind in contents.MOVABLE or kind is Kind.EXAM:
        values["subject"] = Subject.PROFESSIONAL
    return values


def _require_shape(kind: Kind, content: Content) -> None:
    if problems := contents.shape_problems(kind, content):
        raise InvalidInputError(msg("有几项填写有误，没有保存。"), problems=problems)


def edit_claim(
    session: Session, claim: Claim, content: Content, *, actor: Actor, now: datetime
) -> None:
    """Write `content` into a draft or a returned claim."""
    _take_own(session, claim, actor)
    _require_shape(claim.kind, content)
    before: dict[str, Any] = {}
    for name, value in _values(claim.kind, content).items():
        if getattr(claim, name) != value:
            before[name] = str(getattr(claim, name))
            setattr(claim, name, value)
    if not before:
        return
    claim.updated_at = now
    after = {name: str(getattr(claim, name)) for name in before}
    record(session, Act("claim_edit", "claim", claim.id, before, after), actor=actor, now=now)
    session.flush()


def _take_own(session: Session, claim: Claim, actor: Actor) -> None:
    take(session, claim)
    if not may(actor, Action.CLAIM_HOURS, claim):
        raise NotFoundError
    if claim.state not in EDITABLE:
        raise WrongStateError(
            msg("这项申报已经提交，不能再修改。"),
            next_step=msg("需要修改时，请先撤回，或请审核人退回。"),
        )


def add_evidence(
    session: Session,
    claim: Claim,
    uploads: Sequence[Upload],
    store: FileStore,
    *,
    actor: Actor,
    now: datetime,
) -> int:
    """Keep files with a claim the actor is writing; the same bytes once. How many were added."""
    _take_own(session, claim, actor)
    known = {item.file.sha256 for item in claim.evidence}
    fresh = {upload.sha256: upload for upload in uploads if upload.sha256 not in known}
    if len(known) + len(fresh) > MOST_FILES:
        problem = msg("一项申报最多附 %(most)s 个文件。", most=MOST_FILES)
        raise InvalidInputError(problem, problems={"files": problem})
    for sha256, upload in fresh.items():
        kept = keep(session, store, upload, actor=actor, now=now)
        claim.evidence.append(Evidence(file_id=kept.id, file=kept, added_at=now))
        after = {"file": kept.original_name, "sha256": sha256}
        act = Act("claim_add_evidence", "claim", claim.id, after=after)
        record(session, act, actor=actor, now=now)
    session.flush()
    return len(fresh)


def remove_evidence(
    session: Session, claim: Claim, evidence_id: int, *, actor: Actor, now: datetime
) -> None:
    """Take a file off a claim the actor is writing; the file itself stays in the record."""
    _take_own(session, claim, actor)
    found = next((item for item in claim.evidence if item.id == evidence_id), None)
    if found is None:
        raise NotFoundError
    before = {"file": found.file.original_name, "sha256": found.file.sha256}
    session.delete(found)
    record(session, Act("claim_remove_evidence", "claim", claim.id, before), actor=actor, now=now)
    session.flush()
    session.expire(claim, ["evidence"])


def send_claim(session: Session, claim: Claim, *, actor: Actor, now: datetime) -> None:
    """Send it to the unit, or to the bureau at once where there is no unit.

    InvalidInputError naming what is missing, RuleViolationError where the notice rules it out or
    the same thing is claimed already; the person is locked, so that two claims of one thing sent
    at once are one.
    """
    _take_own(session, claim, actor)
    lock_people(session, [claim.person_id])
    today = business_date(now)
    unit = employer_of(session, claim.person_id, today=today)
    key = contents.thing_key(claim.kind, claim.content)
    require_sendable(session, claim, key, now=now)
    _require_unit(claim.kind, unit)
    if not claim.evidence and claim.kind not in PROVED_BY_UNIT:
        problem = msg("请至少附一个证明材料（照片或 PDF）。")
        raise InvalidInputError(problem, problems={"files": problem})
    claim.unit_id = unit.id if unit else None
    claim.bureau_code = bureau_of(claim.person, unit)
    claim.thing_key, claim.sent_at = key, now
    claim.confirmed_at = claim.confirmed_by = None
    claim.archive_number = ""
    action = ClaimAction.SEND if unit else ClaimAction.SEND_ON
    move(session, claim, action, actor=actor, now=now, changes=snapshot(claim))
    tell_unit(session, claim, now=now)


def require_sendable(session: Session, claim: Claim, key: str | None, *, now: datetime) -> None:
    """Refuse what is incomplete, not over yet, or claimed already."""
    problems = contents.problems_of(claim.kind, claim.content, today=business_date(now))
    if problems:
        raise InvalidInputError(
            msg("还有内容没有填好，没有提交。"),
            problems=problems,
            clause=clause_of(claim.kind, _policy(claim)),
        )
    if (other := holder_of_thing(session, claim, key)) is not None:
        raise RuleViolationError(
            msg(
                "同一项内容只计一次：您已经申报过“%(title)s”。",
                title=other.title,
            ),
            next_step=msg("请在“学时申报”里查看那一项的办理情况；填错编号的请改正后再提交。"),
            clause=clause_of(claim.kind, _policy(claim)),
        )


def _policy(claim: Claim) -> Any:
    year = (claim.held_on or business_date(claim.created_at)).year
    return filing_policy_for(year)


def _require_unit(kind: Kind, unit: Unit | None) -> None:
    if unit is not None or kind not in contents.NEEDS_UNIT:
        return
    reasons: Mapping[Kind, Text] = {
        Kind.SELF_STUDY: msg("自学须由用人单位建立学习档案，您没有登记用人单位，不能登记。"),
        Kind.ABSENCE: msg("离岗折算学时须经本人所在单位批准，您没有登记用人单位。"),
    }
    raise RuleViolationError(
        reasons[kind],
        next_step=msg("请先由用人单位登记您为本单位人员，再提交申报。"),
        clause=clause_of(kind, filing_policy_for(0)),
    )


def snapshot(claim: Claim) -> dict[str, Any]:
    """What was sent or decided on, for the record that never changes."""
    said = {name: value for name in NAMES if (value := getattr(claim, name)) not in (None, "")}
    told = {name: value if isinstance(value, int) else str(value) for name, value in said.items()}
    more = {"archive_number": claim.archive_number} if claim.archive_number else {}
    return {**told, **more, "files": [item.file.sha256 for item in claim.evidence]}


def withdraw_claim(session: Session, claim: Claim, *, actor: Actor, now: datetime) -> None:
    """Take back what is not decided; the record stays."""
    take(session, claim)
    if not may(actor, Action.CLAIM_HOURS, claim):
        raise NotFoundError
    move(session, claim, ClaimAction.WITHDRAW, actor=actor, now=now)
