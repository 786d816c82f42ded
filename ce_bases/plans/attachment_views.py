"""The files of a plan: upload, list, take off, fetch."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ce_bases.core.access import Action
from ce_bases.plans import attachments as service
from ce_bases.plans import queries
from ce_bases.plans.blueprint import PLAN, bp
from ce_bases.plans.drafting import is_writable
from ce_bases.plans.forms import AttachmentForm, RemoveForm
from ce_bases.plans.models import ATTACHMENT_LABELS, MOST_ATTACHMENTS, Plan
from ce_bases.web.access import allow, current_actor
from ce_bases.web.extensions import session
from ce_bases.web.i18n import gettext as _
from ce_bases.web.moment import request_now
from ce_bases.web.saving import carry_out, save
from ce_bases.web.uploads import file_store, send_attachment

ATTACHMENT = f"{PLAN}/attachments/<int(max=2147483647):attachment_id>"


@bp.get(f"{PLAN}/attachments")
@allow(Action.EDIT_PLAN)
def attachments(plan_id: int) -> ResponseReturnValue:
    plan = _own(session(), plan_id)
    if not is_writable(plan):
        return redirect(url_for("plans.show", plan_id=plan_id))
    return _page(plan, AttachmentForm(formdata=None))


@bp.post(f"{PLAN}/attachments")
@allow(Action.EDIT_PLAN)
def add_attachment(plan_id: int) -> ResponseReturnValue:
    plan, form = _own(session(), plan_id), AttachmentForm()
    if not form.validate():
        if not is_writable(plan):
            return redirect(url_for("plans.show", plan_id=plan_id))
        return _page(plan, form), 422
    upload, kind = form.file.data, form.kind.data
    assert upload is not None
    sent = service.SentFile(upload, kind, is_public=form.is_public.data)
    actor, now, store = current_actor(), request_now(), file_store()

    def work(db: Session) -> str:
        service.add_attachment(db, _own(db, plan_id), sent, store, actor=actor, now=now)
        return url_for("plans.attachments", plan_id=plan_id)

    return save(form, work, again=lambda: _page(plan, form), said=_("附件已上传。"))


@bp.post(f"{ATTACHMENT}/remove")
@allow(Action.EDIT_PLAN)
def remove_attachment(plan_id: int, attachment_id: int) -> ResponseReturnValue:
    actor, now = current_actor(), request_now()

    def work(db: Session) -> str:
        own = _own(db, plan_id)
        service.remove_attachment(db, own, attachment_id, actor=actor, now=now)
        return url_for("plans.attachments", plan_id=plan_id)

    return carry_out(work, said=_("附件已删除。"))


@bp.get(ATTACHMENT)
@allow(Action.READ_PLAN)
def attachment(plan_id: int, attachment_id: int) -> ResponseReturnValue:
    """The file as a download, for the base and the bureaus that may read the plan."""
    kept = service.get_attachment(session(), plan_id, attachment_id, actor=current_actor())
    return send_attachment(kept)


def _own(db: Session, plan_id: int) -> Plan:
    return queries.get_plan(db, plan_id, actor=current_actor(), action=Action.EDIT_PLAN)


def _page(plan: Plan, form: AttachmentForm) -> str:
    return render_template(
        "plans/attachments.html",
        plan=plan,
        revision=queries.open_revision(plan),
        form=form,
        button=RemoveForm(formdata=None),
        most=MOST_ATTACHMENTS,
        labels={"attachment": ATTACHMENT_LABELS},
    )
