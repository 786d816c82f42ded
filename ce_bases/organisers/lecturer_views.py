"""A base's lecturers."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ce_bases.core.access import Action
from ce_bases.organisers import queries, service, staff
from ce_bases.organisers.blueprint import bp
from ce_bases.organisers.forms import LecturerForm, UsernameForm
from ce_bases.organisers.models import Lecturer
from ce_bases.organisers.permissions import own_base
from ce_bases.organisers.resting import use_or_rest
from ce_bases.web.access import allow, current_actor
from ce_bases.web.extensions import session
from ce_bases.web.i18n import gettext as _
from ce_bases.web.moment import request_now
from ce_bases.web.pagination import page_number, page_url, paginate, searched
from ce_bases.web.saving import save
from ce_bases.web.vault import vault


@bp.get("/filing/lecturers")
@allow(Action.MANAGE_BASE)
def lecturers() -> ResponseReturnValue:
    q = searched()
    wanted = queries.all_lecturers(own_base(current_actor()), q=q)
    page = paginate(session(), wanted, number=page_number())
    return render_template(
        "organisers/lecturers.html",
        page=page,
        page_url=page_url,
        q=q,
    )


def _page(form: LecturerForm, lecturer: Lecturer | None = None) -> str:
    """The form; whether a namesake is the same person is asked only when there is one."""
    is_asked = bool(form.same_person.errors or form.same_person.data)
    if lecturer is not None and not is_asked:
        is_asked = bool(service.open_namesakes(session(), lecturer))
    return render_template(
        "organisers/lecturer.html", form=form, lecturer=lecturer, is_asked=is_asked
    )


@bp.route("/filing/lecturers/new", methods=["GET", "POST"])
@allow(Action.MANAGE_BASE)
def new_lecturer() -> ResponseReturnValue:
    form = LecturerForm()
    if not form.validate_on_submit():
        return _page(form), 422 if form.is_submitted() else 200
    details, actor, now, keys = form.details(), current_actor(), request_now(), vault()

    def work(db: Session) -> str:
        service.add_lecturer(db, details, vault=keys, actor=actor, now=now)
        return url_for("organisers.lecturers")

    said = _("授课人%(name)s已添加。", name=details.name)
    return save(form, work, again=lambda: _page(form), said=said)


@bp.route("/filing/lecturers/<int:lecturer_id>", methods=["GET", "POST"])
@allow(Action.MANAGE_BASE)
def edit_lecturer(lecturer_id: int) -> ResponseReturnValue:
    lecturer = queries.get_own_lecturer(session(), lecturer_id, actor=current_actor())
    form = LecturerForm(obj=lecturer)
    if not form.validate_on_submit():
        return _page(form, lecturer), 422 if form.is_submitted() else 200
    details, actor, now, keys = form.details(), current_actor(), request_now(), vault()

    def work(db: Session) -> str:
        own = queries.get_own_lecturer(db, lecturer_id, actor=actor)
        service.change_lecturer(db, own, details, vault=keys, actor=actor, now=now)
        return url_for("organisers.lecturers")

    def again() -> str:
        return _page(form, queries.get_own_lecturer(session(), lecturer_id, actor=actor))

    said = _("授课人%(name)s已保存。", name=details.name)
    return save(form, work, again=again, said=said)


@bp.post("/filing/lecturers/<int:lecturer_id>/<any(rest, use):wish>")
@allow(Action.MANAGE_BASE)
def rest_lecturer(lecturer_id: int, wish: str) -> ResponseReturnValue:
    return use_or_rest(queries.get_own_lecturer, lecturer_id, wish, back="organisers.lecturers")


@bp.route("/filing/lecturers/<int:lecturer_id>/account", methods=["GET", "POST"])
@allow(Action.MANAGE_BASE)
def lecturer_account(lecturer_id: int) -> ResponseReturnValue:
    """A user name for a lecturer who will take sign-in; the password comes by a link."""
    lecturer = queries.get_own_lecturer(session(), lecturer_id, actor=current_actor())
    form = UsernameForm()
    if not form.validate_on_submit():
        return _account_page(form, lecturer), 422 if form.is_submitted() else 200
    username, actor, now = form.username.data or "", current_actor(), request_now()

    def work(db: Session) -> str:
        own = queries.get_own_lecturer(db, lecturer_id, actor=actor)
        staff.give_lecturer_account(db, own, username, actor=actor, now=now)
        return url_for("organisers.base_staff")

    def again() -> str:
        return _account_page(form, queries.get_own_lecturer(session(), lecturer_id, actor=actor))

    said = _("账号已开通。请发放登录链接，由本人设置密码。")
    return save(form, work, again=again, said=said)


def _account_page(form: UsernameForm, lecturer: Lecturer) -> str:
    return render_template("organisers/lecturer_account.html", form=form, lecturer=lecturer)
