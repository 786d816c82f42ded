"""A professional's own certificates: issue, list, print."""

from flask import Blueprint, Response, current_app, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ce_bases.certificates import queries, service
from ce_bases.certificates.forms import IssueForm
from ce_bases.certificates.keyring import site_issuer
from ce_bases.certificates.paper import certificate_pdf, grouped
from ce_bases.core.access import Action
from ce_bases.core.errors import NotFoundError
from ce_bases.credits.queries import find_record
from ce_bases.policy.registry import FIRST_YEAR, policy_for
from ce_bases.web.access import allow, current_actor
from ce_bases.web.extensions import session
from ce_bases.web.i18n import gettext as _
from ce_bases.web.moment import request_now, today
from ce_bases.web.saving import carry_out

bp = Blueprint("certificates", __name__)


@bp.app_template_filter("grouped")
def grouped_number(number: str) -> str:
    """A certificate's number as people read it out."""
    return grouped(number)


@bp.get("/me/certificates")
@allow(Action.ISSUE_CERTIFICATE)
def own() -> ResponseReturnValue:
    return render_template(
        "certificates/own.html",
        certificates=queries.own_certificates(session(), current_actor()),
        labels=queries.STATUS_LABELS,
        year=today().year,
    )


@bp.get("/me/years/<int:year>/certificate")
@allow(Action.ISSUE_CERTIFICATE)
def confirm(year: int) -> ResponseReturnValue:
    actor = current_actor()
    if actor.person_id is None or not FIRST_YEAR <= year <= today().year:
        raise NotFoundError
    return render_template(
        "certificates/confirm.html",
        year=year,
        name=actor.name,
        record=find_record(session(), actor.person_id, year),
        need=policy_for(year).requirement,
        last=queries.newest_of(session(), actor.person_id, year),
        form=IssueForm(),
        today=today(),
    )


@bp.post("/me/years/<int:year>/certificate")
@allow(Action.ISSUE_CERTIFICATE)
def issue(year: int) -> ResponseReturnValue:
    actor, now, issuer = current_actor(), request_now(), site_issuer()

    def work(db: Session) -> str:
        service.issue(db, year, issuer=issuer, actor=actor, now=now)
        return url_for("certificates.own")

    return carry_out(work, said=_("证明已开具，可以下载打印。"))


@bp.get("/me/certificates/<number>.pdf")
@allow(Action.ISSUE_CERTIFICATE)
def pdf(number: str) -> ResponseReturnValue:
    certificate = queries.get_own(session(), number, actor=current_actor())
    font_path = current_app.config["SETTINGS"].font_path
    answer = Response(certificate_pdf(certificate, font_path=font_path), mimetype="application/pdf")
    name = f"certificate-{certificate.year}-{number[:8]}.pdf"
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return answer
