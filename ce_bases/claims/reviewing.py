"""The two reviewers' pages, which differ in who sits there and what may be decided."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ce_bases.audit.queries import history_of
from ce_bases.claims import pages, queries
from ce_bases.claims.content import MOVABLE
from ce_bases.claims.correcting import Contested, contested
from ce_bases.claims.forms import ButtonForm, CorrectionForm, ReviewForm, TakeBackForm
from ce_bases.claims.models import Claim
from ce_bases.claims.oddities import oddities_of
from ce_bases.claims.posting import title_of
from ce_bases.claims.review import Decision, Outcome
from ce_bases.claims.workflow import STATE_LABELS, ClaimState
from ce_bases.core.access import Action
from ce_bases.core.actors import Actor
from ce_bases.core.errors import NotFoundError, RuleViolationError
from ce_bases.core.text import Text, msg
from ce_bases.credits.explain import KIND_LABELS
from ce_bases.credits.models import Kind
from ce_bases.web.access import current_actor
from ce_bases.web.extensions import session
from ce_bases.web.fields import read_id, read_moment
from ce_bases.web.i18n import gettext as _
from ce_bases.web.i18n import say
from ce_bases.web.moment import request_now, today
from ce_bases.web.pagination import page_number, page_url, paginate, searched, with_query
from ce_bases.web.saving import save

OUTCOMES: dict[Outcome, Text] = {
    Outcome.CONFIRM: msg("已确认，报送人社部门"),
    Outcome.CREDIT: msg("已认定，学时已入账"),
    Outcome.REFUSE: msg("已作不予认定处理，理由已告知"),
    Outcome.RETURN: msg("已退回，理由已告知"),
}


@dataclass(frozen=True, slots=True)
class Side:
    """One reviewer: which claims wait for it, and where its pages are."""

    name: str
    title: Text
    lead: Text
    action: Action
    waiting: ClaimState
    judge: Callable[..., None]

    def url(self, page: str, **values: Any) -> str:
        return url_for(f"claims.{self.name}_{page}", **values)


def queue(side: Side) -> str:
    """The side's claims, those that wait first; what is odd with them beside."""
    actor, db = current_actor(), session()
    state = request.args.get("state", side.waiting.value)
    kind = request.args.get("kind", "")
    wanted = queries.ClaimFilter(
        state=ClaimState(state) if state in set(ClaimState) else None,
        kind=Kind(kind) if kind in set(Kind) else None,
        q=searched(),
    )
    page = paginate(db, queries.reviewed(actor, side.action, wanted), number=page_number())
    counts = queries.counts(db, actor, side.action)
    waits = [claim for claim in page.items if claim.state is side.waiting]
    return render_template(
        "claims/queue.html",
        side=side,
        page=page,
        page_url=page_url,
        wanted=wanted,
        chips=_chips(counts, wanted.state, side),
        kinds=[("", _("全部类别")), *((k.value, say(w)) for k, w in KIND_LABELS.items())],
        odd=oddities_of(db, waits, now=request_now()),
        words=pages.WORDS,
        bulk=ButtonForm(formdata=None),
    )


def _chips(
    counts: dict[ClaimState, int], chosen: ClaimState | None, side: Side
) -> list[tuple[Text, int, str, bool]]:
    first = [side.waiting] + [s for s in ClaimState if s is not side.waiting and s in counts]
    chips = [
        (
            STATE_LABELS[state],
            counts.get(state, 0),
            with_query(state=state.value, page=None),
            state is chosen,
        )
        for state in first
    ]
    every = (msg("全部"), sum(counts.values()), with_query(state="all", page=None), chosen is None)
    return [*chips, every]


def item(side: Side, claim_id: int, form: ReviewForm | None = None, **more: Any) -> str:
    """One claim before its reviewer: what it says, its evidence, its worth, the decision."""
    actor, db, now = current_actor(), session(), request_now()
    claim = queries.get_claim(db, claim_id, actor=actor, action=side.action)
    plain = _review_form(claim)
    is_own = actor.account_id in (claim.person.account_id, claim.confirmed_by)
    sent: CorrectionForm | None = more.pop("correction", None)
    take_back = TakeBackForm(formdata=None)
    take_back.version.data = claim.version
    return render_template(
        "claims/review.html",
        side=side,
        claim=claim,
        plain=plain if form is None else form,
        decides=claim.state is side.waiting and not is_own,
        is_own=is_own and claim.state is side.waiting,
        is_movable=claim.kind in MOVABLE,
        worth=pages.worth(db, claim, now=now),
        limits=pages.limits(db, claim.person_id, claim.kind, claim, today=today()),
        twins=queries.twins_of(db, claim),
        lines=pages.told(history_of(db, "claim", claim.id)),
        words=pages.WORDS,
        contested=() if is_own or side.name != "desk" else _contested(db, claim, sent),
        **{"take_back": take_back, "refusal": None, **more},
    )


def _contested(
    db: Session, claim: Claim, sent: CorrectionForm | None
) -> list[tuple[Contested, CorrectionForm]]:
    """What somebody objects to, each with the form that puts it right, or with what was sent."""

    def form_of(case: Contested) -> CorrectionForm:
        is_sent = sent is not None and sent.line_id.data == str(case.line.id)
        return sent if sent is not None and is_sent else CorrectionForm.of(claim, case.line)

    return [(case, form_of(case)) for case in contested(db, claim)]


def _review_form(claim: Claim) -> ReviewForm:
    form = ReviewForm(formdata=None, halves=claim.halves)
    form.version.data = claim.version
    form.subject.data = claim.subject.value if claim.subject else None
    return form


def decide(side: Side, claim_id: int) -> ResponseReturnValue:
    """Carry out a decision, then on to the next claim that waits."""
    actor, now, form = current_actor(), request_now(), ReviewForm()
    claim = queries.get_claim(session(), claim_id, actor=actor, action=side.action)
    title = title_of(claim)
    if not form.validate():
        return item(side, claim_id, form), 422
    decision = form.details()

    def work(db: Session) -> str:
        return _judge(db, side, claim_id, decision, actor, now)

    said = f"{title}：{say(OUTCOMES[decision.outcome])}"
    try:
        return save(form, work, again=lambda: item(side, claim_id, form), said=said)
    except RuleViolationError as error:
        return item(side, claim_id, form, refusal=error), 422


def _judge(
    db: Session, side: Side, claim_id: int, decision: Decision, actor: Actor, now: datetime
) -> str:
    claim = queries.get_claim(db, claim_id, actor=actor, action=side.action)
    after = claim.state_since.isoformat()
    side.judge(db, claim, decision, actor=actor, now=now)
    return side.url("next", after=claim_id, since=after)


def next_item(side: Side) -> ResponseReturnValue:
    """The waiting claim after `?after=`; the queue when none waits."""
    actor, after = current_actor(), request.args.get("after", type=read_id)
    since = request.args.get("since", type=read_moment)
    place = (since, after) if since and after else None
    claim_id = queries.next_waiting(session(), actor, side.action, side.waiting, after=place)
    if claim_id is None:
        flash(_("等待处理的申报都处理完了。"), "done")
        return redirect(side.url("queue"))
    return redirect(side.url("item", claim_id=claim_id))


def require_reviewer(actor: Actor) -> None:
    """The unit's pages are a unit's: an officer's first review is the decision itself."""
    if actor.unit_id is None:
        raise NotFoundError
