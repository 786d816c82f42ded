"""What a bureau is told of its plans, in the transaction of the fact."""

from datetime import datetime

from sqlalchemy.orm import Session

from ce_bases.bureaus.queries import officer_accounts
from ce_bases.core.clock import business_date
from ce_bases.core.text import msg
from ce_bases.messages.notes import Note
from ce_bases.messages.service import notify
from ce_bases.plans.models import ExceptionRequest, Plan, PlanRevision


def tell_bureau_of_change(
    session: Session, plan: Plan, revision: PlanRevision, *, now: datetime
) -> None:
    """A change came into force that needs no decision — rules §3."""
    note = Note(
        kind="plan_changed",
        title=msg("已备案的培训有变更：%(title)s", title=revision.title),
        body=msg(
            "%(organiser)s变更了 %(number)s 号培训，共 %(n)d 处，已经生效，不需要受理。",
            organiser=plan.organiser.name,
            number=plan.filing_number or "",
            n=len(revision.changes),
        ),
        endpoint="oversight.item",
        values={"plan_id": plan.id},
    )
    officers = officer_accounts(session, plan.bureau_code, today=business_date(now))
    notify(session, officers, note, now=now)


def tell_bureau_of_request(
    session: Session, plan: Plan, request: ExceptionRequest, *, now: datetime
) -> None:
    """A base asks for an exception; only the bureau can answer."""
    note = Note(
        kind="exception_asked",
        title=msg("例外申请：%(title)s", title=request.title),
        body=msg("%(organiser)s请求受理一份已过报送期限的计划。", organiser=plan.organiser.name),
        endpoint="oversight.exception",
        values={"request_id": request.id},
    )
    officers = officer_accounts(session, plan.bureau_code, today=business_date(now))
    notify(session, officers, note, now=now)


def tell_asker(session: Session, request: ExceptionRequest, *, now: datetime) -> None:
    """The bureau has answered."""
    title = msg("例外申请已获同意") if request.is_granted else msg("例外申请没有获得同意")
    body = msg("受理部门的答复：%(reason)s", reason=request.reason)
    if request.is_granted:
        body = msg(
            "文号：%(document)s。现在可以报送备案，计划将一直带有“例外”标记。",
            document=request.document,
        )
    note = Note(
        kind="exception_answered",
        title=title,
        body=body,
        endpoint="plans.show",
        values={"plan_id": request.plan_id},
    )
    notify(session, [request.asked_by], note, now=now)
