"""Personal calendars: a page to get one's address, and the feed read under it."""

from dataclasses import dataclass

from flask import abort, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ce_bases.accounts.service import token_hash
from ce_bases.accounts.views import hats_of
from ce_bases.calendar.blueprint import bp, site_address
from ce_bases.calendar.feed import at_plans, build_feed
from ce_bases.calendar.models import FeedLink
from ce_bases.calendar.personal import deadline_events, find_link, find_own_link, own_classes
from ce_bases.calendar.service import end_feed_link, feed_token, make_feed_link
from ce_bases.core.access import Action
from ce_bases.core.actors import Actor, Role
from ce_bases.core.errors import NotFoundError
from ce_bases.core.text import Text, msg
from ce_bases.plans.today import todo_list
from ce_bases.web.access import allow, current_actor
from ce_bases.web.caching import private_copy
from ce_bases.web.extensions import session
from ce_bases.web.forms import SiteForm
from ce_bases.web.i18n import gettext as _
from ce_bases.web.moment import request_now, today
from ce_bases.web.saving import carry_out


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of personal calendar: what it is called in people's apps and on its page."""

    name: str
    heading: Text
    lead: Text
    holds: Text


KINDS = {
    Role.PROFESSIONAL: Kind(
        "我的继续教育课",
        msg("把我的课放进日历"),
        msg("订阅一次，您报名的课、改期和取消都会自己出现在手机日历里。"),
        msg("您在名单上的已备案课次，过去 90 天和以后的全部。"),
    ),
    Role.BASE: Kind(
        "报送与考勤期限",
        msg("把本单位的期限放进日历"),
        msg("订阅一次，最迟报送日、补正期限和考勤确认期限都会自己出现在日历里，提前一天提醒。"),
        msg("草稿的最迟报送日、退回计划的补正期限、结束班次的考勤确认期限。"),
    ),
}


@bp.route("/me/calendar", methods=["GET", "POST"])
@allow(Action.READ_OWN_RECORD)
def own_feed() -> ResponseReturnValue:
    return _page("calendar.own_feed")


@bp.route("/filing/calendar", methods=["GET", "POST"])
@allow(Action.EDIT_PLAN)
def deadline_feed() -> ResponseReturnValue:
    return _page("calendar.deadline_feed")


def _page(endpoint: str) -> ResponseReturnValue:
    if request.method == "POST":
        return _change(endpoint)
    actor = current_actor()
    link = find_own_link(session(), actor)
    return render_template(
        "calendar/own_feed.html",
        kind=KINDS[actor.role],
        link=link,
        address=_address(link) if link else None,
        form=SiteForm(),
        endpoint=endpoint,
    )


def _change(endpoint: str) -> ResponseReturnValue:
    wish = request.form.get("do")
    if wish not in {"make", "end"}:
        abort(400)

    def work(db: Session) -> str:
        actor, now = current_actor(), request_now()
        if wish == "make":
            make_feed_link(db, actor=actor, secret=_secret(), now=now)
        else:
            end_feed_link(db, actor=actor, now=now)
        return url_for(endpoint)

    said = _("新的订阅地址已生成。") if wish == "make" else _("订阅地址已停用。")
    return carry_out(work, said=said)


def _secret() -> str:
    return str(current_app.config["SECRET_KEY"])


def _address(link: FeedLink) -> str | None:
    """The link's address; None when it was made under another secret key of the site."""
    token = feed_token(_secret(), link.nonce)
    if token_hash(token) != link.token_hash:
        return None
    return site_address() + url_for("calendar.personal_feed", token=token)


@bp.get("/feeds/<token>.ics")
@allow(Action.READ_PUBLIC)
def personal_feed(token: str) -> ResponseReturnValue:
    """The feed of whoever the token stands for, as long as they still have that role."""
    link = find_link(session(), token)
    if link is None:
        raise NotFoundError
    actor = next((a for a in hats_of(session(), link.account_id) if a.hat == link.hat), None)
    if actor is None or actor.role not in KINDS:
        raise NotFoundError
    return private_copy(_feed_of(actor, request.path), mimetype="text/calendar")


def _feed_of(actor: Actor, path: str) -> bytes:
    site, name = site_address(), KINDS[actor.role].name
    if actor.role is Role.BASE:
        todos = todo_list(session(), actor, today=today())
        events = deadline_events(todos, today(), site)
        return build_feed(f"{name} · {actor.organisation}", events, source=site + path)
    events = at_plans(own_classes(session(), actor, today()), site)
    return build_feed(name, events, source=site + path)
