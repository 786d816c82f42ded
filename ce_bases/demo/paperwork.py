"""The papers of one class: its rows as a clerk and an officer would have made them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from ce_bases.audit.service import Act
from ce_bases.core.actors import Actor
from ce_bases.core.clock import business_date
from ce_bases.core.holidays import is_workday
from ce_bases.demo.book import Book, Values, values_of
from ce_bases.demo.enclosing import enclose
from ce_bases.demo.setting import Setting
from ce_bases.demo.spec import Spec
from ce_bases.plans.details import (
    ATTACHMENT_COLUMNS,
    ENTRY_COLUMNS,
    PlanDetails,
    content_hash,
)
from ce_bases.plans.models import (
    CourseSession,
    LeadWaiver,
    Plan,
    PlanAttachment,
    PlanRevision,
    Standing,
    TimetableEntry,
)
from ce_bases.plans.workflow import PlanAction, PlanState, next_state
from ce_bases.policy.filing import last_filing_day
from ce_bases.policy.registry import filing_policy_for


@dataclass
class Round:
    """First or second revisions: unsealed rows, their timetables and files, what they end up as.

    These can only be written while its revision is unsealed, and a plan has one open
    revision at a time; hence the rounds.
    """

    working: list[Values] = field(default_factory=list)
    entries: list[Values] = field(default_factory=list)
    attachments: list[Values] = field(default_factory=list)
    revisions: list[PlanRevision] = field(default_factory=list)


@dataclass(eq=False)
class Papers:
    """A class as it stands in the books; `revision` is its last one."""

    spec: Spec
    plan: Plan
    revision: PlanRevision
    clerk: Actor
    book: Book

    def move(
        self,
        action: PlanAction,
        *,
        actor: Actor,
        at: datetime,
        reason: str = "",
        changes: dict[str, Any] | None = None,
    ) -> None:
        """Take the plan one step along the workflow, with its audit line."""
        before, plan = self.plan.state, self.plan
        plan.state = next_state(before, action)
        plan.state_since = plan.updated_at = at
        plan.version += 1
        self.note(
            Act(
                f"plan_{action}",
                "plan",
                plan.id,
                before={"state": before.value},
                after={"state": plan.state.value, **(changes or {})},
                reason=reason,
            ),
            actor=actor,
            at=at,
        )

    def note(self, act: Act, *, actor: Actor, at: datetime) -> None:
        self.book.act(act, actor=actor, at=at)


def open_papers(setting: Setting, spec: Spec, rounds: dict[int, Round]) -> Papers:
    """A new draft of the class, its plan not entered yet."""
    host, at = spec.host, spec.life.drafted_at
    clerk = host.clerks[-1 if setting.rng.random() < 0.4 else 0]
    plan = setting.book.number(
        Plan(
            organiser_id=host.organiser.id,
            organiser=host.organiser,
            bureau_code=host.bureau_code,
            state=PlanState.DRAFT,
            state_since=at,
            version=1,
            filing_number=None,
            exception_reason="",
            exception_document="",
            sequence=0,
            created_by=clerk.account_id,
            created_at=at,
            updated_at=at,
        )
    )
    revision = write_revision(setting, plan, spec.details, at, rounds)
    papers = Papers(spec, plan, revision, clerk, setting.book)
    act = Act("plan_draft", "plan", plan.id, after={"title": spec.details.title})
    papers.note(act, actor=clerk, at=at)
    enclose(setting, spec, plan, revision, clerk, at)
    rounds[1].attachments.extend(values_of(each) for each in revision.attachments)
    return papers


def write_revision(
    setting: Setting,
    plan: Plan,
    details: PlanDetails,
    at: datetime,
    rounds: dict[int, Round],
    before: PlanRevision | None = None,
) -> PlanRevision:
    """A working revision with its timetable; after `before`, whose sessions it keeps."""
    number = before.number + 1 if before else 1
    revision = setting.book.number(
        PlanRevision(
            **details.content(),
            plan_id=plan.id,
            number=number,
            corrects=before.number if before else None,
            standing=Standing.WORKING,
            created_at=at,
            updated_at=at,
        )
    )
    for index, row in enumerate(details.sessions):
        identity = before.entries[index].session if before else _new_session(setting, plan)
        columns = {name: getattr(row, name) for name in ENTRY_COLUMNS}
        entry = TimetableEntry(
            revision_id=revision.id, session_id=identity.id, session=identity, **columns
        )
        revision.entries.append(setting.book.number(entry))
    for kept in before.attachments if before else ():
        columns = {name: getattr(kept, name) for name in ATTACHMENT_COLUMNS}
        copied = PlanAttachment(**columns, revision_id=revision.id, file=kept.file)
        revision.attachments.append(copied)
    sheet = rounds.setdefault(number, Round())
    sheet.attachments.extend(values_of(each) for each in revision.attachments)
    sheet.working.append(values_of(revision))
    sheet.entries.extend(values_of(entry) for entry in revision.entries)
    sheet.revisions.append(revision)
    return revision


def _new_session(setting: Setting, plan: Plan) -> CourseSession:
    uid = UUID(int=setting.rng.getrandbits(128)).hex
    return setting.book.add(CourseSession(plan_id=plan.id, uid=uid))


def seal(papers: Papers, *, at: datetime, counted_at: datetime) -> None:
    """Stamp the open revision as submitted at `at`, judged by `counted_at`."""
    revision, host = papers.revision, papers.spec.host
    opens_on = revision.opens_on
    assert opens_on is not None
    rule = filing_policy_for(opens_on.year).filing
    revision.standing = Standing.PENDING
    revision.submitted_at, revision.counted_at = at, counted_at
    revision.submitted_by = papers.clerk.account_id
    revision.counted_on = business_date(counted_at)
    revision.last_filing_on = last_filing_day(opens_on, rule, is_workday=is_workday)
    revision.content_hash = content_hash(revision)
    revision.lead_waiver = LeadWaiver.OWN_LECTURE if host.is_bureau else LeadWaiver.NONE
    if papers.plan.has_exception:
        revision.lead_waiver = LeadWaiver.EXCEPTION
    changes = {"revision": revision.number, "opens_on": str(opens_on)}
    papers.move(PlanAction.SUBMIT, actor=papers.clerk, at=at, changes=changes)


def decide(revision: PlanRevision, officer: Actor, *, at: datetime, reason: str = "") -> None:
    """Stamp what an officer decided about a pending revision."""
    revision.standing = Standing.PAST if reason else Standing.IN_FORCE
    revision.decided_at, revision.decided_by = at, officer.account_id
    revision.decision_reason = reason
