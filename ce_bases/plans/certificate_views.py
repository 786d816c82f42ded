"""The proof of a filing (备案凭证) for the printer: what is on file now, its number as a seal."""

from flask import Response, current_app, url_for
from flask.typing import ResponseReturnValue

from ce_bases.bureaus.directory import BY_CODE
from ce_bases.core.access import Action
from ce_bases.core.clock import business_date
from ce_bases.core.errors import NotFoundError
from ce_bases.documents.receipt import filing_certificate_pdf
from ce_bases.documents.shapes import FilingCertificate
from ce_bases.plans import queries
from ce_bases.plans.blueprint import PLAN, bp
from ce_bases.plans.models import Plan
from ce_bases.plans.proof import Proof, facts_of, printed_sessions, session_columns
from ce_bases.plans.workflow import PlanState
from ce_bases.web.access import allow, current_actor
from ce_bases.web.extensions import session
from ce_bases.web.filters import format_day_long, format_moment_exact
from ce_bases.web.i18n import gettext as _

#: A cancelled class has a number, and nothing to prove by it.
CERTIFIED = (PlanState.FILED, PlanState.ATTENDANCE_CONFIRMED, PlanState.CREDITED)


@bp.get(f"{PLAN}/filing-certificate.pdf")
@allow(Action.READ_PLAN)
def filing_certificate(plan_id: int) -> ResponseReturnValue:
    plan = queries.get_plan(session(), plan_id, actor=current_actor(), action=Action.READ_PLAN)
    certificate, proof = certificate_of(plan)
    assert proof.revision.decided_at is not None
    pdf = filing_certificate_pdf(
        certificate,
        produced_at=proof.revision.decided_at,
        font_path=current_app.config["SETTINGS"].font_path,
    )
    name = f"filing-{plan.filing_number}.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return Response(pdf, mimetype="application/pdf", headers=headers)


def certificate_of(plan: Plan) -> tuple[FilingCertificate, Proof]:
    """The certificate of what is on file; NotFoundError while nothing is, or once cancelled."""
    revision = queries.in_force(plan)
    if plan.state not in CERTIFIED or revision is None:
        raise NotFoundError
    assert plan.filing_number is not None
    assert plan.filed_at is not None
    assert revision.opens_on is not None
    assert revision.counted_on is not None
    days = (revision.opens_on - revision.counted_on).days
    is_kept = revision.counted_at != revision.submitted_at
    proof = Proof(plan, revision, revision.opens_on, days, is_kept)
    filed = (_("备案时间"), format_moment_exact(plan.filed_at))
    changed = []
    if revision.amends is not None and revision.decided_at is not None:
        changed = [(_("最近变更生效"), format_moment_exact(revision.decided_at))]
    certificate = FilingCertificate(
        filing_number=plan.filing_number,
        plan_title=revision.title,
        facts=(filed, *changed, *facts_of(proof)),
        sessions=printed_sessions(revision),
        session_columns=session_columns(),
        content_hash=revision.content_hash,
        bureau=BY_CODE[plan.bureau_code].name,
        filed_on=format_day_long(business_date(plan.filed_at)),
        url=url_for("calendar.plan", number=plan.filing_number, _external=True),
    )
    return certificate, proof
