"""A bureau's list of certificates, and taking one back."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ce_bases.certificates import queries, service
from ce_bases.certificates.forms import RevokeForm
from ce_bases.certificates.views import bp
from ce_bases.core.access import Action
from ce_bases.web.access import allow, current_actor
from ce_bases.web.extensions import session
from ce_bases.web.i18n import gettext as _
from ce_bases.web.moment import request_now
from ce_bases.web.pagination import page_number, page_url, paginate, searched
from ce_bases.web.saving import carry_out


@bp.get("/desk/certificates")
@allow(Action.REVOKE_CERTIFICATE)
def desk() -> ResponseReturnValue:
    q = searched()
    page = paginate(session(), queries.issued_in(current_actor(), q=q), number=page_number())
    return render_template(
        "certificates/desk.html",
        page=page,
        rows=[queries.checked(row) for row in page.items],
        page_url=page_url,
        q=q,
        labels=queries.STATUS_LABELS,
    )


@bp.route("/desk/certificates/<number>", methods=["GET", "POST"])
@allow(Action.REVOKE_CERTIFICATE)
def revoke(number: str) -> ResponseReturnValue:
    form, actor, now = RevokeForm(), current_actor(), request_now()
    found = queries.get_issued(session(), number, actor=actor)
    if not form.validate_on_submit():
        html = render_template(
            "certificates/revoke.html", found=found, form=form, labels=queries.STATUS_LABELS
        )
        return html, 422 if form.errors else 200

    def work(db: Session) -> str:
        certificate = queries.get_issued(db, number, actor=actor).certificate
        service.revoke(
            db,
            certificate,
            form.reason.data or "",
            may_reissue=bool(form.may_reissue.data),
            actor=actor,
            now=now,
        )
        return url_for("certificates.revoke", number=number)

    return carry_out(work, said=_("证明已撤销，已通知本人。"))
