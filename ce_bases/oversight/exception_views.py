"""What a base asks for beyond the ten days: the request, and the bureau's written answer."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ce_bases.oversight.blueprint import DESK, bp
from ce_bases.oversight.forms import ExceptionForm
from ce_bases.plans import exceptions
from ce_bases.plans.models import FORM_LABELS, REACH_LABELS, SUBJECT_LABELS
from ce_bases.plans.queries import open_revision
from ce_bases.web.access import allow, current_actor
from ce_bases.web.extensions import session
from ce_bases.web.i18n import gettext as _
from ce_bases.web.moment import request_now
from ce_bases.web.saving import save

REQUEST = "/exceptions/<int(max=2147483647):request_id>"
LABELS = {"subject": SUBJECT_LABELS, "form": FORM_LABELS, "reach": REACH_LABELS}


@bp.get(REQUEST)
@allow(DESK)
def exception(request_id: int) -> ResponseReturnValue:
    return _page(request_id, ExceptionForm(formdata=None))


def _page(request_id: int, form: ExceptionForm) -> str:
    asked = exceptions.get_request(session(), request_id, actor=current_actor())
    # Once answered, what the base goes on writing is its own again.
    revision = open_revision(asked.plan) if asked.decided_at is None else None
    return render_template(
        "oversight/exception.html",
        asked=asked,
        plan=asked.plan,
        revision=revision,
        form=form,
        shut=exceptions.shut_window(asked.plan, now=request_now()) if revision else None,
        labels=LABELS,
    )


@bp.post(REQUEST)
@allow(DESK)
def answer_exception(request_id: int) -> ResponseReturnValue:
    actor, now, form = current_actor(), request_now(), ExceptionForm()
    exceptions.get_request(session(), request_id, actor=actor)
    if not form.validate():
        return _page(request_id, form), 422
    answer = form.details()

    def work(db: Session) -> str:
        asked = exceptions.get_request(db, request_id, actor=actor)
        if answer.document is None:
            exceptions.decline_exception(db, asked, reason=answer.reason, actor=actor, now=now)
        else:
            exceptions.grant_exception(
                db, asked, reason=answer.reason, document=answer.document, actor=actor, now=now
            )
        return url_for("oversight.desk")

    granted = _("已同意例外，办班单位现在可以报送。")
    said = _("已答复：不同意例外。") if answer.document is None else granted
    return save(form, work, again=lambda: _page(request_id, form), said=said)
