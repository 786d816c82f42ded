"""Submitting a plan: complete, within its scope and in time, or refused — 二(二)3."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from ce_bases.bureaus.directory import BY_CODE, Bureau
from ce_bases.core.actors import Actor
from ce_bases.core.clock import business_date
from ce_bases.core.errors import InvalidInputError, RuleViolationError
from ce_bases.core.holidays import is_workday
from ce_bases.core.text import msg
from ce_bases.plans import checks, conflicts
from ce_bases.plans.decisions import put_in_force
from ce_bases.plans.details import content_hash
from ce_bases.plans.models import LeadWaiver, Plan, PlanRevision, Standing
from ce_bases.plans.moves import check_version, move, require_writer, take
from ce_bases.plans.queries import open_revision, revision_numbered
from ce_bases.plans.workflow import PlanAction, next_state
from ce_bases.policy.citations import Clause
from ce_bases.policy.filing import Extent, FilingWindow, filing_window, keeps_first_submission
from ce_bases.policy.registry import filing_policy_for
from ce_bases.policy.scope import needs_lead_time, reach_rank


class TooLateError(RuleViolationError):
    """The class opens too soon to be filed; `window` says what was missed and what is possible."""

    def __init__(self, window: FilingWindow, clause: Clause, *, bureau: Bureau) -> None:
        self.window = window
        super().__init__(
            msg(
                "已过报送期限：%(opens_on)s 开班的培训，最迟应在 %(last)s 24:00 前报送备案。",
                opens_on=window.opens_on,
                last=window.last_filing_day,
            ),
            next_step=msg(
                "今天报送，最早可以 %(earliest)s 开班。"
                "请推迟开班日期，或联系%(bureau)s（%(phone)s）。",
                earliest=window.earliest_opening,
                bureau=bureau.name,
                phone=bureau.phone,
            ),
            clause=clause,
        )


def submit_plan(
    session: Session,
    plan: Plan,
    *,
    expected_version: int | None = None,
    actor: Actor,
    now: datetime,
) -> PlanRevision:
    """Submit `plan`: complete, within its scope and ten days ahead, or refused — 二(二)3.

    Checked here, inside the transaction, with the server's clock. A bureau's own 公益课堂 is
    filed and published at once. Raises InvalidInputError (what is missing) or
    RuleViolationError (too late).
    """
    take(session, plan)
    require_writer(actor, plan, plan.organiser)
    next_state(plan.state, PlanAction.SUBMIT)
    if expected_version is not None:
        check_version(session, plan, expected_version)
    revision = open_revision(plan)
    assert revision is not None
    need_complete(session, plan, revision, now=now)
    seal(plan, revision, actor=actor, now=now)
    move(
        session,
        plan,
        PlanAction.SUBMIT,
        actor=actor,
        now=now,
        changes={"revision": revision.number, "opens_on": str(revision.opens_on)},
    )
    session.flush()
    if revision.lead_waiver is LeadWaiver.OWN_LECTURE:
        put_in_force(session, plan, revision, actor=actor, now=now)
    return revision


def need_complete(session: Session, plan: Plan, revision: PlanRevision, *, now: datetime) -> None:
    """Raise InvalidInputError with everything that keeps `revision` from being submitted."""
    if problems := missing_in(session, plan, revision, now=now, holding=True):
        raise InvalidInputError(
            msg("还有 %(n)d 处需要补充或修改，补齐后才能报送。", n=len(problems)), problems=problems
        )


def missing_in(
    session: Session, plan: Plan, revision: PlanRevision, *, now: datetime, holding: bool = False
) -> checks.Problems:
    """The same as fields and words, by the policy of the year of the opening.

    `holding`: inside the transaction that submits (see `conflicts_of`).
    """
    policy = filing_policy_for((revision.opens_on or business_date(now)).year)
    clashes = conflicts.conflicts_of(session, revision, policy, holding=holding)
    return {
        **checks.problems_of(session, revision, plan.organiser, policy),
        **conflicts.blocking(clashes),
    }


@dataclass(frozen=True, slots=True)
class WindowOfPlan:
    """The window of one submission, had it been made at a moment; `refusal` when it is shut."""

    counted_at: datetime
    window: FilingWindow
    waiver: LeadWaiver
    refusal: TooLateError | None


def window_of(plan: Plan, revision: PlanRevision, *, now: datetime) -> WindowOfPlan:
    """Whether `revision` could be submitted at `now`: in time, or excused — 二(二)3."""
    opens_on = revision.opens_on
    assert opens_on is not None
    assert revision.form is not None
    rule = filing_policy_for(opens_on.year).filing
    counted_at = counted_submission(plan, revision, now=now)
    window = filing_window(opens_on, business_date(counted_at), rule, is_workday=is_workday)
    waiver, refusal = LeadWaiver.NONE, None
    if plan.has_exception:
        waiver = LeadWaiver.EXCEPTION
    elif not needs_lead_time(plan.organiser.kind, revision.form):
        waiver = LeadWaiver.OWN_LECTURE
    elif not window.in_time:
        refusal = TooLateError(window, rule.clause, bureau=BY_CODE[plan.bureau_code])
    return WindowOfPlan(counted_at, window, waiver, refusal)


def seal(plan: Plan, revision: PlanRevision, *, actor: Actor, now: datetime) -> None:
    """Stamp the submission with the server's clock and the window it was judged by."""
    found = window_of(plan, revision, now=now)
    if found.refusal is not None:
        raise found.refusal
    digest = content_hash(revision)
    # Assigned together: a flush in between would break the seal's CHECK.
    revision.lead_waiver = found.waiver
    revision.counted_at = found.counted_at
    revision.counted_on = business_date(found.counted_at)
    revision.last_filing_on = found.window.last_filing_day
    revision.submitted_at = now
    revision.submitted_by = actor.account_id
    revision.content_hash = digest
    revision.standing = Standing.PENDING


def counted_submission(plan: Plan, revision: PlanRevision, *, now: datetime) -> datetime:
    """The submission that counts for the window — rules §3.

    The first one when a returned plan is back in time and not extended, else this one.
    """
    before = revision_numbered(plan, revision.corrects)
    if before is None:
        return now
    assert before.counted_at is not None
    assert before.decided_at is not None
    rule = filing_policy_for(business_date(now).year).filing
    kept = keeps_first_submission(
        business_date(before.decided_at), business_date(now), extent(before), extent(revision), rule
    )
    return before.counted_at if kept else now


def extent(revision: PlanRevision) -> Extent:
    """What a returned plan may not extend, of a complete revision."""
    assert revision.opens_on is not None
    assert revision.subject is not None
    assert revision.reach is not None
    halves = sum(entry.halves for entry in revision.entries)
    return Extent(revision.opens_on, halves, revision.subject, reach_rank(revision.reach))
