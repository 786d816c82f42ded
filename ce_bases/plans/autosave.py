"""Drafts that save themselves while they are typed: what can be kept is kept, the rest is named."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import jsonify, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ce_bases.core import commands
from ce_bases.core.access import Action
from ce_bases.core.clock import local
from ce_bases.core.errors import InvalidInputError, WrongStateError
from ce_bases.organisers.queries import get_organiser
from ce_bases.plans import checks, queries, service
from ce_bases.plans.blueprint import PLAN, bp
from ce_bases.plans.carrying import carry_along
from ce_bases.plans.details import PlanDetails, SessionDetails, details_of
from ce_bases.plans.forms import PlanForm, RowForm
from ce_bases.plans.models import Plan
from ce_bases.plans.queries import open_revision
from ce_bases.web.access import allow, current_actor
from ce_bases.web.extensions import in_transaction, session
from ce_bases.web.i18n import gettext as _
from ce_bases.web.i18n import say
from ce_bases.web.moment import request_now


@dataclass(frozen=True, slots=True)
class Typed:
    """What a form half typed holds: what can be kept, and what cannot with its reasons.

    `rows` are sessions by their place in the form; `kept` are the uids of stored sessions whose
    row is at the moment impossible: they stay as they were stored.
    """

    content: Mapping[str, Any]
    rows: Mapping[int, SessionDetails]
    kept: frozenset[str]
    problems: list[str]
    form: PlanForm

    def over(self, stored: PlanDetails) -> PlanDetails:
        """`stored` with everything that can be kept written over it."""
        kept = [row for row in stored.sessions if row.uid in self.kept]
        ordered = sorted([*self.rows.values(), *kept], key=lambda row: (row.held_on, row.starts_at))
        return replace(stored, **self.content, sessions=tuple(ordered))


def read_typed(form: PlanForm) -> Typed:
    """Sort what was sent into what a draft can hold and what it cannot."""
    form.validate()
    rows: dict[int, SessionDetails] = {}
    kept: set[str] = set()
    found: list[str] = []
    for index, row in enumerate(form.rows):
        if row.is_blank and not row.errors:
            continue
        if problem := _problem_of(row):
            kept.add(row.uid.data or "")
            found.append(_("第 %(n)d 个课次：%(problem)s", n=index + 1, problem=problem))
        else:
            rows[index] = row.details()
    names = [name for name in PlanDetails.__slots__ if name != "sessions"]
    bad = [name for name in names if form[name].errors]
    labelled = [f"{form[name].label.text}：{form[name].errors[0]}" for name in bad]
    form.sessions.entries = []
    whole = form.details()
    content = {name: getattr(whole, name) for name in names if name not in bad}
    return Typed(content, rows, frozenset(kept), [*labelled, *found], form)


def _problem_of(row: RowForm) -> str:
    """Why not even a draft can hold the row; empty when it can."""
    for field in row:
        if field.errors:
            return str(field.errors[0])
    return next((say(text) for text in checks.impossible_rows([row.details()]).values()), "")


@bp.post("/plans/new/autosave")
@allow(Action.EDIT_PLAN)
def autosave_new() -> ResponseReturnValue:
    return _answer(PlanForm(), None)


@bp.post(f"{PLAN}/autosave")
@allow(Action.EDIT_PLAN)
def autosave(plan_id: int) -> ResponseReturnValue:
    # What is not theirs is not found, whatever was sent.
    queries.get_plan(session(), plan_id, actor=current_actor(), action=Action.EDIT_PLAN)
    return _answer(PlanForm(), plan_id)


def _answer(form: PlanForm, plan_id: int | None) -> ResponseReturnValue:
    """What was saved and what could not be; 409 when a colleague's newer version stands."""
    typed = read_typed(form)
    key, version = form.idempotency_key.data or "", form.version.data or 0
    if plan_id is None and "title" not in typed.content:
        return jsonify(message=_("填写培训班名称后开始自动保存。"), problems=[]), 422
    try:
        saved = in_transaction(lambda db: _save(db, typed, plan_id, version, key=key))
    except InvalidInputError as error:  # a session already held, which no draft has
        named = list(map(say, error.problems.values()))
        return jsonify(message=say(error.message), problems=named), error.status
    except WrongStateError as error:
        words = {"message": say(error.message), "next_step": say(error.next_step or "")}
        address = url_for("plans.show", plan_id=plan_id) if plan_id else url_for("plans.index")
        return jsonify(**words, latest=address), error.status
    at = f"{local(request_now()):%H:%M}"
    return jsonify(message=_("已自动保存 %(at)s", at=at), problems=typed.problems, **saved)


def _save(
    db: Session, typed: Typed, plan_id: int | None, version: int, *, key: str
) -> dict[str, Any]:
    if plan_id is None:
        plan, details = _draft_once(db, typed, key=key)
    else:
        plan, details = _write_over(db, typed, plan_id, version)
    carry_along(db, typed.form, plan)
    db.flush()
    return {
        "version": plan.version,
        "uids": _uids(typed, details, plan),
        "edit": url_for("plans.edit", plan_id=plan.id),
        "autosave": url_for("plans.autosave", plan_id=plan.id),
    }


def _write_over(db: Session, typed: Typed, plan_id: int, version: int) -> tuple[Plan, PlanDetails]:
    actor = current_actor()
    plan = queries.get_plan(db, plan_id, actor=actor, action=Action.EDIT_PLAN)
    revision = open_revision(plan)
    details = typed.over(details_of(revision) if revision else PlanDetails(title=""))
    service.save_draft(db, plan, details, expected_version=version, actor=actor, now=request_now())
    return plan, details


def _draft_once(db: Session, typed: Typed, *, key: str) -> tuple[Plan, PlanDetails]:
    """The one draft that an open form for a new plan makes.

    When the answer is lost on the way, the form asks again with the same key, and what it holds
    by now is written over the same draft.
    """
    actor, now = current_actor(), request_now()
    details = typed.over(PlanDetails(title=""))
    made: list[Plan] = []

    def work() -> str:
        organiser = get_organiser(db, actor.organiser_id or 0)
        made.append(service.draft_plan(db, organiser, details, actor=actor, now=now))
        db.flush()
        return f"{made[0].id} {made[0].version}"

    try:
        own = str(uuid.uuid5(uuid.UUID(key), "autosave"))
    except ValueError:
        own = str(uuid.uuid4())
    answer = commands.once(
        db, work, account_id=actor.account_id, key=own, digest="autosave", now=now
    )
    if made:
        return made[0], details
    plan_id, version = map(int, answer.split())
    return _write_over(db, typed, plan_id, version)


def _uids(typed: Typed, details: PlanDetails, plan: Plan) -> dict[int, str]:
    """The lasting uid of each kept row, by its place in the form."""
    revision = open_revision(plan)
    assert revision is not None
    stored = {
        id(wanted): entry.session.uid
        for wanted, entry in zip(details.sessions, revision.entries, strict=True)
    }
    return {index: stored[id(row)] for index, row in typed.rows.items()}
