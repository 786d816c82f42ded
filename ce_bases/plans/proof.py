"""The receipt of a submission: what was received, when, by whom, and what comes next."""

from dataclasses import dataclass
from datetime import date

from flask import url_for

from ce_bases.bureaus.directory import BY_CODE
from ce_bases.core.errors import NotFoundError
from ce_bases.documents.shapes import Receipt
from ce_bases.plans.models import FORM_LABELS, SUBJECT_LABELS, Plan, PlanRevision
from ce_bases.web.filters import (
    format_day,
    format_day_long,
    format_hours,
    format_moment_exact,
    format_time,
)
from ce_bases.web.i18n import gettext as _
from ce_bases.web.i18n import say


@dataclass(frozen=True, slots=True)
class Proof:
    """A sealed submission of a plan; all its dates are there."""

    plan: Plan
    revision: PlanRevision
    opens_on: date
    days_ahead: int
    is_kept: bool  # counts from an earlier submission, before it was returned


def proof_of(plan: Plan) -> Proof:
    """The newest submission of `plan`; NotFoundError when it was never submitted."""
    sealed = [revision for revision in plan.revisions if revision.submitted_at is not None]
    if not sealed:
        raise NotFoundError
    revision = sealed[-1]
    assert revision.opens_on is not None
    assert revision.counted_on is not None
    days = (revision.opens_on - revision.counted_on).days
    is_kept = revision.counted_at != revision.submitted_at
    return Proof(plan, revision, revision.opens_on, days, is_kept)


def facts_of(proof: Proof) -> list[tuple[str, str]]:
    """The receipt's lines, the same on the page and on paper."""
    plan, revision = proof.plan, proof.revision
    assert revision.submitted_at is not None
    assert revision.counted_at is not None
    assert revision.last_filing_on is not None
    assert revision.subject is not None
    assert revision.form is not None
    bureau = BY_CODE[plan.bureau_code]
    facts = [
        (_("收到时间"), format_moment_exact(revision.submitted_at)),
        (_("报送单位"), plan.organiser.name),
        (_("受理部门"), bureau.name),
        (_("受理电话"), bureau.phone),
        (_("培训班"), revision.title),
        (
            _("科目与形式"),
            f"{say(SUBJECT_LABELS[revision.subject])} · {say(FORM_LABELS[revision.form])}",
        ),
        (_("开班日期"), format_day_long(proof.opens_on)),
        (_("最迟报送日"), format_day_long(revision.last_filing_on)),
        (_("提前天数"), _("%(n)d 天", n=proof.days_ahead)),
    ]
    if plan.has_exception:
        facts.append((_("例外"), _("文号：%(doc)s", doc=plan.exception_document)))
    if proof.is_kept:
        kept = (_("按首次报送计"), format_moment_exact(revision.counted_at))
        facts.insert(1, kept)
    return facts


def receipt_of(proof: Proof) -> Receipt:
    """The receipt for the printer."""
    revision = proof.revision
    return Receipt(
        heading=_("培训计划报送回执"),
        plan_title=revision.title,
        facts=tuple(facts_of(proof)),
        sessions=printed_sessions(revision),
        session_columns=session_columns(),
        content_hash=revision.content_hash,
        notes=(
            _("本回执证明材料已经收到，不表示已经备案；备案后另发备案号。"),
            _("受理前未经备案的培训一般不予认定学时。"),
        ),
        filing_number=proof.plan.filing_number or "",
        url=url_for("plans.show", plan_id=proof.plan.id, _external=True),
        signature=BY_CODE[proof.plan.bureau_code].name,
    )


def printed_sessions(revision: PlanRevision) -> tuple[tuple[str, ...], ...]:
    """The timetable for the printer, one text for each of `session_columns`."""
    return tuple(
        (
            format_day(entry.held_on),
            f"{format_time(entry.starts_at)}–{format_time(entry.ends_at)}",
            entry.topic,
            entry.lecturer_name,
            entry.venue_name or _("线上"),
            format_hours(entry.halves),
        )
        for entry in revision.entries
    )


def session_columns() -> tuple[str, ...]:
    return (_("日期"), _("时间"), _("课题"), _("授课人"), _("地点"), _("学时"))
