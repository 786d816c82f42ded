"""The page of the base that takes in a phone's file: choose, look at each item, confirm."""

from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ce_bases.attendance import register
from ce_bases.attendance.delivery import Delivery, Queued, QueuedSign, QueuedWalkIn, read_queue_file
from ce_bases.attendance.forms import IntakeForm, QueueFileForm
from ce_bases.attendance.intake import take_in_file
from ce_bases.attendance.intents import SignOutcome
from ce_bases.attendance.own import own_session
from ce_bases.attendance.walk_in_list import walk_ins_of
from ce_bases.core.access import Action
from ce_bases.core.errors import InvalidInputError, NotFoundError, UserFacingError, WrongStateError
from ce_bases.core.text import Text, msg
from ce_bases.plans.queries import SessionInForce
from ce_bases.web.access import allow, current_actor
from ce_bases.web.extensions import in_transaction, session
from ce_bases.web.i18n import gettext as _
from ce_bases.web.i18n import say
from ce_bases.web.moment import request_now
from ce_bases.web.saving import carry_out

bp = Blueprint("attendance_intake", __name__)
KINDS: dict[str, Text] = {
    "in": msg("签到"),
    "out": msg("签退"),
    "annul": msg("撤销"),
    "heads": msg("清点人数"),
    "walk_in": msg("记下现场人员"),
    "walk_in_out": msg("现场人员离场"),
    "walk_in_back": msg("撤回现场人员"),
}


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What one class of the file would come to; `refusal` when none of it can be entered."""

    held: SessionInForce | None
    items: list[tuple[Queued, SignOutcome]]
    names: dict[int, str]
    guests: dict[str, str]
    broken: int = 0
    refusal: Text | None = None


class _RehearsedError(Exception):
    """Carries the outcomes out of a transaction that must leave nothing behind."""

    def __init__(self, outcomes: list[SignOutcome]) -> None:
        super().__init__()
        self.outcomes = outcomes


_own = partial(own_session, action=Action.MAKE_UP_ATTENDANCE)


@bp.get("/filing/offline-file")
@allow(Action.MAKE_UP_ATTENDANCE)
def choose() -> ResponseReturnValue:
    return render_template("attendance/intake.html", form=QueueFileForm(formdata=None))


@bp.post("/filing/offline-file")
@allow(Action.MAKE_UP_ATTENDANCE)
def check() -> ResponseReturnValue:
    """Show what each item comes to; nothing is written."""
    form = QueueFileForm()
    if not form.validate():
        return render_template("attendance/intake.html", form=form), 422
    return _preview(form.text())


def _preview(text: str, *, form: IntakeForm | None = None) -> ResponseReturnValue:
    try:
        found = read_queue_file(text)
    except InvalidInputError as error:
        again = QueueFileForm(formdata=None)
        again.form_errors.append(say(error.message))
        return render_template("attendance/intake.html", form=again), 422
    form = form or IntakeForm(formdata=None)
    form.content.data = text
    rehearsals = [_rehearse(session_id, part) for session_id, part in found.deliveries]
    return render_template(
        "attendance/intake_check.html",
        form=form,
        rehearsals=rehearsals,
        kinds=KINDS,
        new=sum(
            outcome.accepted and not outcome.is_repeat
            for rehearsal in rehearsals
            for _item, outcome in rehearsal.items
        ),
    )


def _rehearse(session_id: int, delivery: Delivery) -> Rehearsal:
    """Judge the items as the confirmation will, in a transaction that is given up."""
    actor, now = current_actor(), request_now()

    def work(db: Session) -> None:
        raise _RehearsedError(
            take_in_file(db, _own(db, session_id), delivery, actor=actor, now=now)
        )

    try:
        in_transaction(work)
    except _RehearsedError as done:
        held = _own(session(), session_id)
        people = {item.person_id for item in delivery.items if isinstance(item, QueuedSign)}
        rows = register.register_of(session(), held, person_ids=people)
        pairs = list(zip(delivery.items, done.outcomes, strict=False))
        names = {row.person_id: row.name for row in rows}
        guests = _guests(session(), session_id, delivery)
        return Rehearsal(held, pairs, names, guests, len(delivery.broken))
    except NotFoundError:
        return Rehearsal(None, [], {}, {}, refusal=msg("这个课次不是本单位的，不能录入。"))
    except UserFacingError as error:
        return Rehearsal(_own(session(), session_id), [], {}, {}, refusal=error.message)
    raise AssertionError("unreachable")


def _guests(db: Session, session_id: int, delivery: Delivery) -> dict[str, str]:
    """The names of those who are not on the roster, by the ids under which they are noted."""
    told = {item.event_id: item.name for item in delivery.items if isinstance(item, QueuedWalkIn)}
    kept = {row.walk_in.client_id: row.walk_in.name for row in walk_ins_of(db, session_id)}
    return {**told, **kept}


@bp.post("/filing/offline-file/confirm")
@allow(Action.MAKE_UP_ATTENDANCE)
def confirm() -> ResponseReturnValue:
    """Enter what was looked at; items that came meanwhile another way are already there."""
    form, actor, now = IntakeForm(), current_actor(), request_now()
    if not form.validate():
        raise InvalidInputError(msg("页面已过期，请刷新后重试。"))
    found = read_queue_file(form.content.data or "")

    def work(db: Session) -> str:
        for session_id, delivery in found.deliveries:
            # A class of somebody else, or one too long ago, was shown as refused.
            with suppress(NotFoundError, WrongStateError):
                held = _own(db, session_id)
                take_in_file(db, held, delivery, actor=actor, now=now)
        return url_for("attendance_intake.choose")

    return carry_out(work, said=_("文件已录入，每条记录都注明来自手机离线文件。"))
