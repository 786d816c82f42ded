"""The filing form's side of files that an earlier plan gives to its copy."""

from jinja2.filters import do_filesizeformat
from sqlalchemy.orm import Session

from ce_bases.core.access import Action
from ce_bases.core.errors import NotFoundError
from ce_bases.plans import queries
from ce_bases.plans.attachments import carriable, carry_files
from ce_bases.plans.forms import PlanForm
from ce_bases.plans.models import ATTACHMENT_LABELS, Plan
from ce_bases.web.access import current_actor
from ce_bases.web.extensions import session
from ce_bases.web.i18n import say
from ce_bases.web.moment import request_now


def offer_files(form: PlanForm) -> None:
    """Show what the plan that the form was copied from can give."""
    past = _past(session(), form)
    form.offer_files(
        {
            each.file_id: f"{each.file.original_name}（{say(ATTACHMENT_LABELS[each.kind])}，"
            f"{do_filesizeformat(each.file.size)}）"
            for each in (carriable(past) if past else ())
        }
    )


def carry_along(db: Session, form: PlanForm, plan: Plan) -> None:
    """Keep what is ticked with the plan that was just written from the form."""
    past = _past(db, form)
    if past is not None and past.id != plan.id:
        # Only ever compared with what is offered: what is no file of it says nothing.
        ticked = {int(sent) for sent in form.files.data or () if sent.isdecimal()}
        carry_files(db, plan, past, ticked, actor=current_actor(), now=request_now())


def _past(db: Session, form: PlanForm) -> Plan | None:
    """The plan a form was copied from; None for no plan, and for one that is not theirs."""
    if not form.copied_from.data:
        return None
    try:
        return queries.get_plan(
            db, form.copied_from.data, actor=current_actor(), action=Action.EDIT_PLAN
        )
    except NotFoundError:
        return None
