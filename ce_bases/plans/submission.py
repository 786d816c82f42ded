"""Submitting a plan: complete, within its scope and in time, or refused — 二(二)3."""

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
from ce_bases.plans.queries import open_revision
from ce_bases.plans.workflow import PlanAction, PlanState, next_state
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
    opens_on = revision.opens_on
    policy = filing_policy_for(opens_on.year if opens_on else now.year)
    problems = {
        **checks.problems_of(session, revision, plan.organiser, policy),
        **conflicts.blocking(conflicts.conflicts_of(session, revision, policy, holding=True)),
    }
    if problems:
        raise InvalidInputError(
            msg("还有 %(n)d 处需要补充或修改，补齐后才能报送。", n=len(problems)), problems=problems
        )
    _seal(session, plan, revision, actor=actor, now=now)
    move(
        session,
        plan,
        PlanAction.SUBMIT,
        actor=actor,
        now=now,
        changes={"revision": revision.number, "opens_on": str(opens_on)},
    )
    session.flush()
    if revision.lead_waiver is LeadWaiver.OWN_LECTURE:
        put_in_force(session, plan, revision, actor=actor, now=now)
    return revision


def _seal(
    session: Session, plan: Plan, revision: PlanRevision, *, actor: Actor, now: datetime
) -> None:
    """Stamp the submission with the server's clock and the window it was judged by."""
    opens_on = revision.opens_on
    assert opens_on is not None
    assert revision.form is not None
    rule = filing_policy_for(opens_on.year).filing
    counted_at = counted_submission(plan, revision, now=now)
    counted_on = business_date(counted_at)
    window = filing_window(opens_on, counted_on, rule, is_workday=is_workday)
    digest = content_hash(revision)
    waiver = LeadWaiver.NONE
    if plan.has_exception:
        waiver = LeadWaiver.EXCEPTION
    elif not needs_lead_time(plan.organiser.kind, revision.form):
        waiver = LeadWaiver.OWN_LECTURE
    elif not window.in_time:
        raise TooLateError(window, rule.clause, bureau=BY_CODE[plan.bureau_code])
    # Assigned together: a flush in between would break the seal's CHECK.
    revision.lead_waiver = waiver
    revision.counted_at = counted_at
    revision.counted_on = counted_on
    revision.last_filing_on = window.last_filing_day
    revision.submitted_at = now
    revision.submitted_by = actor.account_id
    revision.content_hash = digest
    revision.standing = Standing.PENDING


def counted_submission(plan: Plan, revision: PlanRevision, *, now: datetime) -> datetime:
    """The submission that counts for the window — rules §3.

    The first one when a returned plan is back in time and not extended, else this one.
    """
    returned = [r for r in plan.revisions if r.number < revision.number and r.counted_at]
    if plan.state is not PlanState.RETURNED or not returned:
        return now
    before = returned[-1]
    assert before.counted_at is not None
    assert before.decided_at is not None
    rule = filing_policy_for(now.year).filing
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
