"""A bureau's pages about the bases and departments of its jurisdiction."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ce_bases.accounts.models import Account
from ce_bases.core.access import Action
from ce_bases.organisers import queries, staff
from ce_bases.organisers.blueprint import bp
from ce_bases.organisers.models import KIND_LABELS, LEVEL_LABELS
from ce_bases.organisers.staff_views import get_clerk_account, link_page
from ce_bases.web.access import allow, current_actor
from ce_bases.web.extensions import in_transaction, session
from ce_bases.web.moment import request_now
from ce_bases.web.pagination import page_number, page_url, paginate, searched


@bp.get("/desk/organisers")
@allow(Action.APPROVE_ORGANISATIONS)
def desk_organisers() -> ResponseReturnValue:
    q = searched()
    page = paginate(session(), queries.organisers_of(current_actor(), q=q), number=page_number())
    return render_template(
        "organisers/desk.html",
        page=page,
        page_url=page_url,
        q=q,
        kinds=KIND_LABELS,
        levels=LEVEL_LABELS,
    )


@bp.get("/desk/organisers/<int:organiser_id>")
@allow(Action.APPROVE_ORGANISATIONS)
def desk_organiser(organiser_id: int) -> ResponseReturnValue:
    organiser = queries.get_organiser_of(session(), organiser_id, actor=current_actor())
    return render_template(
        "organisers/desk_organiser.html",
        organiser=organiser,
        clerks=queries.clerks_of(session(), organiser.id),
        kinds=KIND_LABELS,
        levels=LEVEL_LABELS,
    )


@bp.post("/desk/organisers/<int:organiser_id>/accounts/<int:account_id>/link")
@allow(Action.APPROVE_ORGANISATIONS)
def clerk_link(organiser_id: int, account_id: int) -> ResponseReturnValue:
    """Show a clerk's one-time link, once."""
    actor, now = current_actor(), request_now()

    def work(db: Session) -> tuple[str, Account]:
        organiser = queries.get_organiser_of(db, organiser_id, actor=actor)
        account = get_clerk_account(db, organiser.id, account_id)
        return staff.reset_password(db, account, actor=actor, now=now), account

    token, account = in_transaction(work)
    back = url_for("organisers.desk_organiser", organiser_id=organiser_id)
    return link_page(token, account, back=back)
