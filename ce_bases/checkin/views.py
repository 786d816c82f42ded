"""A scan at the door: judged at once, before the login; who it was is said within 10 minutes."""

import hashlib
import hmac

from flask import Response, current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from ce_bases.accounts.views import hats_of
from ce_bases.attendance.fold import rule_of
from ce_bases.attendance.intents import SignOutcome
from ce_bases.attendance.models import AttendanceRecord, SignKind, Way
from ce_bases.checkin import door, limits, queries
from ce_bases.checkin.blueprint import bp, door_key
from ce_bases.checkin.codes import DoorCode, door_digits, read_door_text, step_at
from ce_bases.checkin.forms import DigitsForm
from ce_bases.checkin.service import OwnSign, SeenCode, keep_refused_scan, sign_oneself
from ce_bases.core.access import Action
from ce_bases.core.actors import Actor, Role
from ce_bases.core.errors import NotFoundError
from ce_bases.plans.queries import SessionInForce
from ce_bases.web.access import allow, current_actor, find_actor
from ce_bases.web.extensions import in_transaction, session
from ce_bases.web.i18n import say
from ce_bases.web.moment import request_now
from ce_bases.web.scans import Handset, Scan, is_known, read_handset, remember


@bp.get("/s/<code>")
@allow(Action.SCAN_DOOR_CODE)
def scan(code: str) -> ResponseReturnValue:
    """What a rotating QR opens: only a cookie with the moment is set, and what was refused kept."""
    handset, now = read_handset(), request_now()
    read = read_door_text(code, door_key())
    held = queries.public_door(session(), read.session_id) if read else None
    if read is None or held is None:
        return _refused(door.CODE_UNKNOWN)
    phase = door.after_closing(session(), held, door.judge(held, read, now), now)
    if phase.is_open:
        return _granted(handset, [held], phase.kind)
    last = handset.live_scan(now)
    if last and held.session_id in last.session_ids:
        return _ask_who(last)  # the page of a good scan, loaded again
    _keep_refused(held, handset, code, phase.code)
    return remember(_refused(phase.code, held, phase), handset)


def _granted(handset: Handset, doors: list[SessionInForce], kind: SignKind) -> ResponseReturnValue:
    minutes = rule_of(doors[0]).grant_minutes
    ids = tuple(held.session_id for held in doors)
    handset = handset.with_scan(ids, kind.value, now=request_now(), minutes=minutes)
    assert handset.scan
    return remember(make_response(_ask_who(handset.scan)), handset)


def _keep_refused(held: SessionInForce, handset: Handset, shown: str, code: str) -> None:
    actor, now = find_actor(), request_now()
    # Who keeps no cookie is one browser of this address: reloading must not fill the log.
    device = handset.device if is_known() else _key("browser at " + (request.remote_addr or ""))
    person_id = actor.person_id if actor else None
    seen = SeenCode(held.session_id, shown[:40], code, device[:64], person_id)
    in_transaction(lambda db: keep_refused_scan(db, seen, now=now))


def _key(text: str) -> str:
    secret = str(current_app.config["SECRET_KEY"])
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


@bp.route("/s", methods=["GET", "POST"])
@allow(Action.SCAN_DOOR_CODE)
def type_digits() -> ResponseReturnValue:
    """The six digits instead of the QR, judged at once too."""
    form = DigitsForm()
    if request.method == "GET":
        return render_template("checkin/digits.html", form=form)
    key, most = _guesser()
    now = request_now()
    limits.check_guesses(session(), key, most=most, now=now)
    if not form.validate():
        return render_template("checkin/digits.html", form=form), 422
    found = _doors_showing(str(form.digits.data))
    if not found:
        in_transaction(lambda db: limits.note_guess(db, key, now=now))
        message, next_step = door.refusal_words(door.CODE_UNKNOWN)
        form.digits.errors = [say(message) + say(next_step)]
        return render_template("checkin/digits.html", form=form), 422
    return _granted(read_handset(), found, door.phase_at(found[0], now).kind)


def _guesser() -> tuple[str, int]:
    """Under which key wrong digits are counted, and how many there may be."""
    actor = find_actor()
    if actor is not None:
        return _key(f"digits of account {actor.account_id}"), limits.FAILURES_PER_ACCOUNT
    return _key("digits from " + (request.remote_addr or "")), limits.FAILURES_PER_ADDRESS


def _doors_showing(digits: str) -> list[SessionInForce]:
    """The open doors that show these digits, now or one step ago."""
    now, key = request_now(), door_key()
    found = []
    for held in queries.public_doors(session(), now):
        step = step_at(now, rule_of(held).code_step_seconds)
        shown = {door_digits(DoorCode(held.session_id, step - back), key) for back in (0, 1)}
        if digits in shown and _phase(held).is_open:
            found.append(held)
    return found


def _phase(held: SessionInForce) -> door.Phase:
    now = request_now()
    return door.after_closing(session(), held, door.phase_at(held, now), now)


@bp.get("/s/here")
@allow(Action.SCAN_DOOR_CODE)
def here() -> ResponseReturnValue:
    """Back from the login: who one is, and the one button."""
    handset = read_handset()
    found = handset.live_scan(request_now())
    if found is None:
        return _refused(door.SCAN_EXPIRED if handset.scan else door.SCAN_MISSING)
    return _ask_who(found)


def _ask_who(found: Scan) -> str:
    actor = find_actor()
    learner = _learner_hat(actor)
    held = queries.public_door(session(), found.session_ids[0])
    if actor and actor.role is Role.PROFESSIONAL:
        held = queries.own_door(session(), found.session_ids, actor=actor)
    if held is None:
        raise NotFoundError
    return render_template(
        "checkin/who.html",
        scan=found,
        held=held,
        actor=actor,
        is_learner=bool(actor and actor.role is Role.PROFESSIONAL),
        learner_hat=learner.hat if learner else "",
    )


def _learner_hat(actor: Actor | None) -> Actor | None:
    """The professional's role of the account that is logged in, should it have one."""
    hats = hats_of(session(), actor.account_id) if actor else []
    return next((hat for hat in hats if hat.role is Role.PROFESSIONAL), None)


@bp.post("/s/here")
@allow(Action.SIGN_IN_ONESELF)
def sign() -> ResponseReturnValue:
    """The one button: the sign event is written now, its moment is the scan's."""
    handset, now, actor = read_handset(), request_now(), current_actor()
    found = handset.live_scan(now)
    if found is None:
        return _refused(door.SCAN_EXPIRED if handset.scan else door.SCAN_MISSING)
    wish = OwnSign(
        found.event_id, SignKind(found.kind), Way.ROTATING_CODE, found.at, handset.device
    )

    def work(db: Session) -> tuple[int, SignOutcome]:
        held = queries.own_door(db, found.session_ids, actor=actor)
        return held.session_id, sign_oneself(db, held, wish, actor=actor, now=now)

    session_id, outcome = in_transaction(work)
    if not outcome.accepted:
        held = queries.public_door(session(), session_id)
        return _refused(outcome.code, held)
    done = make_response(redirect(url_for("checkin.signed", session_id=session_id), 303))
    return remember(done, Handset(handset.device))


@bp.get("/s/signed/<int:session_id>")
@allow(Action.READ_OWN_RECORD)
def signed(session_id: int) -> ResponseReturnValue:
    """One big answer: in at 08:52."""
    actor = current_actor()
    held = queries.get_own_session(session(), session_id, actor=actor)
    record = session().get(AttendanceRecord, (session_id, actor.person_id))
    if record is None or not (record.signed_in_at or record.signed_out_at):
        raise NotFoundError
    out = door.sign_out_window(held)
    return render_template(
        "checkin/signed.html", held=held, record=record, actor=actor, out_window=out
    )


def _refused(
    code: str, held: SessionInForce | None = None, phase: door.Phase | None = None
) -> Response:
    """One big answer: why it did not count, and what to do."""
    message, next_step = door.refusal_words(code, phase)
    page = render_template(
        "checkin/refused.html", code=code, message=message, next_step=next_step, held=held
    )
    return make_response(page, 422)
