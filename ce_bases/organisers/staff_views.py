"""A base's clerks, and links by which the next one up lets somebody choose a new password."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ce_bases.accounts.models import Account
from ce_bases.core.access import Action
from ce_bases.core.errors import NotFoundError
from ce_bases.organisers import queries, staff
from ce_bases.organisers.blueprint import bp
from ce_bases.organisers.forms import ClerkForm, EmptyForm
from ce_bases.organisers.permissions import own_base
from ce_bases.web.access import allow, current_actor
from ce_bases.web.extensions import in_transaction, session
from ce_bases.web.i18n import gettext as _
from ce_bases.web.moment import request_now
from ce_bases.web.saving import carry_out, save


@bp.get("/filing/staff")
@allow(Action.MANAGE_BASE)
def base_staff() -> ResponseReturnValue:
    actor = current_actor()
    base_id = own_base(actor)
    return render_template(
        "organisers/staff.html",
        clerks=queries.clerks_of(session(), base_id),
        teachers=queries.teachers_with_account(session(), base_id),
        own_account_id=actor.account_id,
    )


@bp.route("/filing/staff/new", methods=["GET", "POST"])
@allow(Action.MANAGE_BASE)
def new_clerk() -> ResponseReturnValue:
    form = ClerkForm()
    if not form.validate_on_submit():
        return _clerk_page(form), 422 if form.is_submitted() else 200
    username, name = form.username.data or "", form.name.data or ""
    actor, now = current_actor(), request_now()

    def work(db: Session) -> str:
        staff.new_clerk(db, username, name, actor=actor, now=now)
        return url_for("organisers.base_staff")

    said = _("账号已开通。请发放登录链接，由本人设置密码。")
    return save(form, work, again=lambda: _clerk_page(form), said=said)


def _clerk_page(form: ClerkForm) -> str:
    return render_template("organisers/clerk.html", form=form)


@bp.route("/filing/staff/<int:member_id>/end", methods=["GET", "POST"])
@allow(Action.MANAGE_BASE)
def end_clerk(member_id: int) -> ResponseReturnValue:
    """Ask, naming what is lost; then do it."""
    actor, now = current_actor(), request_now()
    member = queries.get_own_member(session(), member_id, actor=actor)
    form = EmptyForm()
    if not form.validate_on_submit():
        name = queries.name_of(session(), member.account_id)
        status = 422 if form.is_submitted() else 200
        return render_template(
            "organisers/end_clerk.html", form=form, member=member, name=name
        ), status

    def work(db: Session) -> str:
        own = queries.get_own_member(db, member_id, actor=actor)
        staff.end_clerk(db, own, actor=actor, now=now)
        return url_for("organisers.base_staff")

    return carry_out(work, said=_("已停用，所有登录已退出。"))


@bp.post("/filing/staff/accounts/<int:account_id>/link")
@allow(Action.MANAGE_BASE)
def staff_link(account_id: int) -> ResponseReturnValue:
    """Show a one-time link, once; it is stored nowhere and cannot be shown again."""
    actor, now = current_actor(), request_now()

    def work(db: Session) -> tuple[str, Account]:
        account = queries.get_staff_account(db, account_id, actor=actor)
        return staff.reset_password(db, account, actor=actor, now=now), account

    token, account = in_transaction(work)
    return link_page(token, account, back=url_for("organisers.base_staff"))


def link_page(token: str, account: Account, *, back: str) -> str:
    """The page that shows a link for its only time."""
    address = url_for("accounts.use_link", token=token, _external=True)
    return render_template("organisers/link.html", address=address, account=account, back=back)


def get_clerk_account(db: Session, organiser_id: int, account_id: int) -> Account:
    """The account of a clerk of an organiser already scoped; raises NotFoundError."""
    if account_id not in {clerk.account_id for clerk in queries.clerks_of(db, organiser_id)}:
        raise NotFoundError
    return db.get_one(Account, account_id)
