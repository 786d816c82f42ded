"""Login, logout, roles and passwords."""

from collections.abc import Callable, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask import session as cookie
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ce_bases.accounts import queries, service
from ce_bases.accounts.forms import ChangePasswordForm, LoginForm, NewPasswordForm
from ce_bases.accounts.models import Account
from ce_bases.audit.service import Act, record
from ce_bases.core.access import Action
from ce_bases.core.actors import Actor, Role
from ce_bases.core.errors import NotFoundError, WrongStateError
from ce_bases.core.text import Text, msg
from ce_bases.web import resume
from ce_bases.web.access import TOKEN, allow, current_actor, find_actor
from ce_bases.web.browsers import Browser, read_browser, remember_browser
from ce_bases.web.extensions import in_transaction, session
from ce_bases.web.i18n import gettext as _
from ce_bases.web.logs import log
from ce_bases.web.moment import request_now
from ce_bases.web.saving import save
from ce_bases.web.scans import read_handset

bp = Blueprint("accounts", __name__)

ActorLoader = Callable[[Session, int, datetime], Sequence[Actor]]
LOADERS_KEY = "ce_bases.actor_loaders"
HOMES_KEY = "ce_bases.role_homes"
ROLE_LABELS: dict[Role, Text] = {
    Role.PROFESSIONAL: msg("专业技术人员"),
    Role.UNIT: msg("用人单位"),
    Role.BASE: msg("办班单位"),
    Role.LECTURER: msg("授课人"),
    Role.SUBSTITUTE: msg("替课人"),
    Role.COUNTY: msg("县级人社部门"),
    Role.CITY: msg("市级人社部门"),
    Role.ADMIN: msg("系统管理"),
}


def hats_of(db: Session, account_id: int, *, role: str = "") -> list[Actor]:
    """Every role an account may act in now, in the order of the factory's loaders.

    With `role` only those of that role: each loader asks the database.
    """
    loaders: Sequence[tuple[frozenset[Role], ActorLoader]] = current_app.extensions[LOADERS_KEY]
    wanted = [load for roles, load in loaders if not role or role in roles]
    return [actor for load in wanted for actor in load(db, account_id, request_now())]


def load_actor(token: str) -> Actor | None:
    """Whom a cookie's token stands for in this request, in the role last chosen."""
    login = g.login = queries.find_login(session(), token, now=request_now())
    if login is None:
        return None
    worn = hats_of(session(), login.account_id, role=login.hat.partition(":")[0])
    if (found := next((hat for hat in worn if hat.hat == login.hat), None)) is not None:
        return found
    # The role last chosen has ended: the first of those that are left.
    return next(iter(hats_of(session(), login.account_id)), None)


def ask_to_log_in() -> ResponseReturnValue:
    """Answer somebody who must log in first; what they were typing is kept."""
    if request.method in {"GET", "HEAD"}:
        wanted = request.full_path.rstrip("?")
        return redirect(url_for("accounts.login", next=wanted))
    form = LoginForm(formdata=None)
    form.kept.data = resume.keep_request() or ""
    return render_template("accounts/login.html", form=form, ended=True), 401


def _local_path(text: str | None) -> str | None:
    """`text` when it is a path of this site, so that no link can send people elsewhere."""
    if not text or not text.startswith("/") or text.startswith(("//", "/\\")):
        return None
    parts = urlsplit(text)
    return text if not parts.scheme and not parts.netloc and text.isprintable() else None


def home_address(actor: Actor) -> str:
    """The page on which somebody's work begins."""
    homes: dict[Role, str] = current_app.extensions[HOMES_KEY]
    return url_for(homes.get(actor.role, "accounts.show"))


@bp.route("/login", methods=["GET", "POST"])
@allow(Action.SIGN_IN_TO_SITE)
def login() -> ResponseReturnValue:
    form = LoginForm()
    if request.method == "GET":
        form.next.data = request.args.get("next", "")
        if (actor := find_actor()) is not None:
            return redirect(_local_path(form.next.data) or home_address(actor))
        return render_template("accounts/login.html", form=form, ended=False)
    if not form.validate():
        return render_template("accounts/login.html", form=form, ended=False), 422
    browser, key = read_browser(), _account_key(form.username.data)
    token = _authenticate(form, key, browser)
    if token is None:
        log.info("login", outcome="refused")
        form.password.errors = [_("用户名或密码不正确。")]
        return render_template("accounts/login.html", form=form, ended=False), 422
    cookie.clear()
    cookie[TOKEN] = token
    log.info("login", outcome="accepted")
    if kept := resume.open_kept(form.kept.data or ""):
        answer = make_response(render_template("errors/resume.html", kept=kept))
    else:
        answer = make_response(redirect(_local_path(form.next.data) or url_for("accounts.home")))
    return _remember(answer, browser, key)


def _account_key(username: str) -> str:
    """Under which key failures in this name are counted."""
    return service.failure_key(_secret(), "a:" + service.folded(username))


def _secret() -> str:
    return str(current_app.config["SECRET_KEY"])


def _remember(answer: Response, browser: Browser, key: str) -> Response:
    return remember_browser(answer, browser.with_key(key), path=url_for("accounts.login"))


def _authenticate(form: LoginForm, key: str, browser: Browser) -> str | None:
    """The token of a new login, or None; counts failures and refuses when there are too many."""
    is_known = browser.knows(key)
    keys = {
        # Where the account was let in before, what others type elsewhere does not count.
        "account_key": service.failure_key(_secret(), f"b:{browser.name}:{key}")
        if is_known
        else key,
        "address_key": service.failure_key(_secret(), "ip:" + (request.remote_addr or "")),
    }
    now = request_now()
    # Behind the address of a full hall stand many who mistype; who has just scanned is there.
    is_spared = is_known or read_handset().live_scan(now) is not None
    service.check_limits(session(), **keys, now=now, is_spared=is_spared)
    account = service.find_authentic(session(), form.username.data, form.password.data)
    hats = hats_of(session(), account.id) if account else []
    if account is None or not hats:
        in_transaction(lambda db: service.note_failure(db, **keys, now=now))
        return None
    account_id, first, proved = account.id, hats[0], account.password_hash

    def begin(db: Session) -> str | None:
        held = db.get_one(Account, account_id, with_for_update={"key_share": True})
        if held.password_hash != proved or not held.is_active:
            return None  # changed while it was proved: every login of it has just been ended
        record(db, Act("log_in", "account", account_id), actor=first, now=now)
        agent = request.headers.get("User-Agent", "")
        return service.start_session(db, held, hat=first.hat, agent=agent, now=now)

    return in_transaction(begin)


@bp.post("/logout")
@allow(Action.KEEP_ACCOUNT)
def logout() -> ResponseReturnValue:
    token, now = cookie[TOKEN], request_now()
    in_transaction(lambda db: service.end_session(db, token, now=now))
    cookie.clear()
    flash(_("您已退出登录。"))
    return redirect(url_for("accounts.login"))


@bp.get("/home")
@allow(Action.KEEP_ACCOUNT)
def home() -> ResponseReturnValue:
    return redirect(home_address(current_actor()))


@bp.get("/account")
@allow(Action.KEEP_ACCOUNT)
def show() -> ResponseReturnValue:
    hats = hats_of(session(), current_actor().account_id)
    return render_template("accounts/show.html", hats=hats, role_labels=ROLE_LABELS)


@bp.post("/account/role")
@allow(Action.KEEP_ACCOUNT)
def change_role() -> ResponseReturnValue:
    actor, token = current_actor(), cookie[TOKEN]
    hat = next(
        (h for h in hats_of(session(), actor.account_id) if h.hat == request.form.get("hat")), None
    )
    if hat is None:
        raise NotFoundError
    in_transaction(lambda db: service.change_hat(db, token, hat.hat))
    return redirect(_local_path(request.form.get("next")) or home_address(hat))


@bp.route("/account/password", methods=["GET", "POST"])
@allow(Action.KEEP_ACCOUNT)
def change_password() -> ResponseReturnValue:
    form = ChangePasswordForm()

    def page() -> str:
        return render_template("accounts/password.html", form=form)

    if not form.validate_on_submit():
        return page(), 422 if form.is_submitted() else 200
    actor, token, now = current_actor(), cookie[TOKEN], request_now()
    current, new = form.password.data, form.new_password.data

    def work(db: Session) -> str:
        service.change_password(db, current, new, actor=actor, token=token, now=now)
        return url_for("accounts.show")

    said = _("密码已修改，其他设备上的登录已全部退出。")
    return save(form, work, again=page, said=said, through=in_transaction)


@bp.route("/password/<token>", methods=["GET", "POST"])
@allow(Action.SIGN_IN_TO_SITE)
def use_link(token: str) -> ResponseReturnValue:
    now = request_now()
    account = queries.find_link_account(session(), token, now=now)
    if account is None:
        raise WrongStateError(
            msg("这个重设链接已经用过或已过期。"),
            next_step=msg("请向给您链接的人再要一个新的。"),
        )
    form, username = NewPasswordForm(), account.username

    def page() -> str:
        return render_template("accounts/use_link.html", form=form, username=username)

    if not form.validate_on_submit():
        return page(), 422 if form.is_submitted() else 200
    new = form.new_password.data

    def work(db: Session) -> str:
        service.use_password_link(db, token, new, now=now)
        return url_for("accounts.login")

    said = _("新密码已设好，请用它登录。")
    answer = make_response(save(form, work, again=page, said=said, through=in_transaction))
    is_set = answer.status_code == HTTPStatus.FOUND
    return _remember(answer, read_browser(), _account_key(username)) if is_set else answer


def describe_actor() -> dict[str, Any]:
    """Who is signed in, for the staff layout; public pages do not ask, and so stay cacheable."""
    actor: Actor | None = g.get("actor")
    return {
        "actor_name": actor.name if actor else "",
        "organisation_name": actor.organisation if actor else "",
        "role_label": ROLE_LABELS.get(actor.role, msg("访客")) if actor else msg("访客"),
    }
