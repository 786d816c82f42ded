"""The inbox, and where mail goes."""

from typing import Any

from flask import (
    Blueprint,
    Flask,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.routing import BuildError

from ce_bases.accounts.queries import Login, add_part
from ce_bases.core.access import Action
from ce_bases.messages import queries, service
from ce_bases.messages.forms import ButtonForm, MailForm, ReadAllForm
from ce_bases.messages.models import Message
from ce_bases.messages.notes import thaw
from ce_bases.web.access import allow, current_actor
from ce_bases.web.extensions import in_transaction, session
from ce_bases.web.fields import read_moment
from ce_bases.web.i18n import gettext as _
from ce_bases.web.i18n import lang
from ce_bases.web.moment import request_now
from ce_bases.web.pagination import page_number, page_url, paginate
from ce_bases.web.saving import save

bp = Blueprint("messages", __name__)


def unread_messages() -> int:
    """How many messages whoever reads has not read; 0 on public pages, which do not ask who."""
    login: Login | None = g.get("login")
    return login.parts["unread"] if login else 0


def address_of(message: Message) -> str:
    """The page a message leads to; empty when the site has no such page any more."""
    try:
        return url_for(message.endpoint, **message.values)
    except BuildError:
        return ""


@bp.get("/inbox")
@allow(Action.KEEP_ACCOUNT)
def inbox() -> ResponseReturnValue:
    actor, db = current_actor(), session()
    only_unread = request.args.get("show") == "unread"
    page = paginate(db, queries.inbox(actor, unread=only_unread), number=page_number())
    newest = max((message.told_at for message in page.items), default=request_now())
    return render_template(
        "messages/inbox.html",
        page=page,
        page_url=page_url,
        only_unread=only_unread,
        unread=unread_messages(),
        total=queries.count(db, actor),
        thaw=thaw,
        address_of=address_of,
        read_all=ReadAllForm(formdata=None, until=newest.isoformat()),
        button=ButtonForm(formdata=None),
        mail=queries.mail_address(db, actor),
    )


@bp.post("/inbox/<int:message_id>/open")
@allow(Action.KEEP_ACCOUNT)
def open_(message_id: int) -> ResponseReturnValue:
    """Mark one message read, and go to its page."""
    actor, now = current_actor(), request_now()

    def work(db: Session) -> str:
        message = queries.get_message(db, message_id, actor=actor)
        service.mark_read(db, message, now=now)
        return address_of(message) or url_for("messages.inbox")

    return redirect(in_transaction(work))


@bp.post("/inbox/read")
@allow(Action.KEEP_ACCOUNT)
def read_all() -> ResponseReturnValue:
    actor, now = current_actor(), request_now()
    until = request.form.get("until", now, type=read_moment)
    in_transaction(lambda db: service.mark_all_read(db, actor=actor, until=until, now=now))
    flash(_("已全部标为已读。"), "done")
    return redirect(url_for("messages.inbox"))


@bp.route("/account/mail", methods=["GET", "POST"])
@allow(Action.KEEP_ACCOUNT)
def mail() -> ResponseReturnValue:
    actor, now = current_actor(), request_now()
    found = queries.mail_address(session(), actor)
    form = MailForm() if request.method == "POST" else MailForm(address=found and found.address)
    if request.method == "GET":
        return _show_mail(form)
    if not form.validate():
        return _show_mail(form), 422
    address, language = form.address.data or "", "en" if lang() == "en" else "zh"

    def work(db: Session) -> str:
        service.set_mail_address(db, address, language=language, actor=actor, now=now)
        return url_for("accounts.show")

    sent = _("以后的消息会同时发到 %(address)s。", address=address)
    said = sent if address else _("以后的消息只在站内显示。")
    return save(form, work, again=lambda: _show_mail(form), said=said)


def _show_mail(form: MailForm) -> str:
    is_sending = bool(current_app.config["SETTINGS"].smtp_url)
    return render_template("messages/mail.html", form=form, is_sending=is_sending)


def register(app: Flask) -> None:
    """Make `unread_messages()` known to the staff layout; the login brings the number."""
    add_part("unread", queries.UNREAD_OF_LOGIN)

    @app.context_processor
    def unread() -> dict[str, Any]:
        return {"unread_messages": unread_messages}
