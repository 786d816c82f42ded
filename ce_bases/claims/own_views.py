"""A professional's claims: choose what it was, fill in, prove, send, follow."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ce_bases.audit.queries import history_of
from ce_bases.claims import content as contents
from ce_bases.claims import pages, queries, service
from ce_bases.claims.blueprint import bp
from ce_bases.claims.content import FIELDS
from ce_bases.claims.forms import ButtonForm, ClaimForm
from ce_bases.claims.models import Claim
from ce_bases.claims.wording import CHOICES, CHOSEN
from ce_bases.claims.workflow import EDITABLE, PENDING
from ce_bases.core.access import Action
from ce_bases.core.errors import (
    InvalidInputError,
    NotFoundError,
    RuleViolationError,
    UserFacingError,
)
from ce_bases.credits.models import Kind
from ce_bases.web.access import allow, current_actor
from ce_bases.web.commands import once
from ce_bases.web.extensions import in_transaction, session
from ce_bases.web.fields import read_id
from ce_bases.web.i18n import gettext as _
from ce_bases.web.moment import request_now, today
from ce_bases.web.pagination import page_number, page_url, paginate
from ce_bases.web.saving import Work, carry_out
from ce_bases.web.uploads import file_store


def _own(db: Session, claim_id: int) -> Claim:
    return queries.get_claim(db, claim_id, actor=current_actor(), action=Action.CLAIM_HOURS)


def _person_id() -> int:
    return current_actor().person_id or 0


@bp.get("/me/claims")
@allow(Action.CLAIM_HOURS)
def mine() -> ResponseReturnValue:
    page = paginate(session(), queries.own_claims(_person_id()), number=page_number())
    return render_template("claims/mine.html", page=page, page_url=page_url, words=pages.WORDS)


@bp.get("/me/claims/new")
@allow(Action.CLAIM_HOURS)
def choose() -> ResponseReturnValue:
    return render_template("claims/choose.html", choices=CHOICES)


def _kind(name: str) -> Kind:
    if name not in set(FIELDS):
        raise NotFoundError
    return Kind(name)


@bp.route("/me/claims/new/<kind>", methods=["GET", "POST"])
@allow(Action.CLAIM_HOURS)
def new(kind: str) -> ResponseReturnValue:
    chosen, actor, now = _kind(kind), current_actor(), request_now()
    form = ClaimForm(chosen)
    if request.method == "GET":
        return _show_form(ClaimForm.of(chosen, _start(chosen)), None)
    if not form.validate():
        return _show_form(form, None), 422
    content, uploads, store = form.details(), form.uploads(), file_store()

    def work(db: Session) -> str:
        claim = service.draft_claim(db, chosen, content, actor=actor, now=now)
        service.add_evidence(db, claim, uploads, store, actor=actor, now=now)
        return str(claim.id)

    return _keep_and_go_on(work, form, None)


def _start(kind: Kind) -> contents.Content:
    """An empty form, or one like an earlier claim (`?like=`) of the actor's own."""
    claim_id = request.args.get("like", type=read_id)
    if claim_id is None:
        return contents.Content()
    earlier = _own(session(), claim_id)
    if earlier.kind is not kind:
        raise NotFoundError
    return contents.another_like(kind, earlier.content, today=today())


@bp.route("/me/claims/<int:claim_id>/edit", methods=["GET", "POST"])
@allow(Action.CLAIM_HOURS)
def edit(claim_id: int) -> ResponseReturnValue:
    claim, actor, now = _own(session(), claim_id), current_actor(), request_now()
    if request.method == "GET":
        if claim.state not in EDITABLE:
            return redirect(url_for("claims.show", claim_id=claim_id))
        return _show_form(ClaimForm.of(claim.kind, claim.content), claim)
    form = ClaimForm(claim.kind)
    if not form.validate():
        return _show_form(form, claim), 422
    content, uploads, store = form.details(), form.uploads(), file_store()

    def work(db: Session) -> str:
        own = _own(db, claim_id)
        service.edit_claim(db, own, content, actor=actor, now=now)
        service.add_evidence(db, own, uploads, store, actor=actor, now=now)
        return str(claim_id)

    return _keep_and_go_on(work, form, claim)


def _keep_and_go_on(work: Work, form: ClaimForm, claim: Claim | None) -> ResponseReturnValue:
    """Keep what was typed and sent along; then send the claim when that was asked for.

    Two steps, so that a claim that cannot be sent yet loses neither words nor photos.
    """
    try:
        claim_id = int(once(work))
    except InvalidInputError as error:
        form.add_problems(error.problems)
        return _show_form(form, claim and _own(session(), claim.id)), 422
    if request.form.get("do") != "send":
        flash(_("已保存，还没有提交。"), "done")
        return redirect(url_for("claims.edit", claim_id=claim_id))
    return _send(claim_id)


def _send(claim_id: int) -> ResponseReturnValue:
    actor, now = current_actor(), request_now()

    def send(db: Session) -> None:
        own = _own(db, claim_id)
        if own.state not in PENDING:  # a double click finds it sent
            service.send_claim(db, own, actor=actor, now=now)

    try:
        in_transaction(send)
    except (InvalidInputError, RuleViolationError) as error:
        kept = _own(session(), claim_id)
        form = ClaimForm.of(kept.kind, kept.content)
        if isinstance(error, InvalidInputError):
            form.add_problems(error.problems)
            return _show_form(form, kept), 422
        return _show_form(form, kept, refusal=error), 422
    flash(_("已提交。办理进度会显示在这里，也会给您发消息。"), "done")
    return redirect(url_for("claims.show", claim_id=claim_id))


def _show_form(
    form: ClaimForm, claim: Claim | None, *, refusal: UserFacingError | None = None
) -> str:
    return render_template(
        "claims/form.html",
        form=form,
        claim=claim,
        kind=form.kind,
        chosen=CHOSEN[form.kind],
        limits=pages.limits(session(), _person_id(), form.kind, claim, today=today()),
        worth=pages.worth(session(), claim, now=request_now()),
        refusal=refusal,
        button=ButtonForm(formdata=None),
        words=pages.WORDS,
        most_files=service.MOST_FILES,
        needs_files=form.kind not in service.PROVED_BY_UNIT,
    )


@bp.get("/me/claims/<int:claim_id>")
@allow(Action.CLAIM_HOURS)
def show(claim_id: int) -> ResponseReturnValue:
    claim = _own(session(), claim_id)
    return render_template(
        "claims/show.html",
        claim=claim,
        steps=pages.steps(claim),
        worth=pages.worth(session(), claim, now=request_now()),
        lines=pages.told(history_of(session(), "claim", claim.id)),
        button=ButtonForm(formdata=None),
        words=pages.WORDS,
        may_withdraw=claim.state in (*PENDING, *EDITABLE),
        is_editable=claim.state in EDITABLE,
    )


@bp.post("/me/claims/<int:claim_id>/evidence/<int:evidence_id>/remove")
@allow(Action.CLAIM_HOURS)
def remove_evidence(claim_id: int, evidence_id: int) -> ResponseReturnValue:
    actor, now = current_actor(), request_now()

    def work(db: Session) -> str:
        service.remove_evidence(db, _own(db, claim_id), evidence_id, actor=actor, now=now)
        return url_for("claims.edit", claim_id=claim_id)

    return carry_out(work, said=_("已删除这个文件。"))


@bp.post("/me/claims/<int:claim_id>/withdraw")
@allow(Action.CLAIM_HOURS)
def withdraw(claim_id: int) -> ResponseReturnValue:
    actor, now = current_actor(), request_now()

    def work(db: Session) -> str:
        service.withdraw_claim(db, _own(db, claim_id), actor=actor, now=now)
        return url_for("claims.mine")

    return carry_out(work, said=_("申报已撤回。"))
