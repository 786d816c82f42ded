"""Prompts in a class over the net: opened at moments nobody can guess, the same on every worker."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from ce_bases.attendance.fold import rule_of, timing_of
from ce_bases.attendance.intents import SignIntent, SignOutcome, intent_hash
from ce_bases.attendance.models import SignKind, Way
from ce_bases.attendance.service import enter_sign, find_answer, hold, new_event, refuse
from ce_bases.checkin.codes import drawn_number
from ce_bases.core.actors import Actor
from ce_bases.core.errors import ForbiddenError
from ce_bases.core.text import msg
from ce_bases.plans.models import Form
from ce_bases.plans.queries import SessionInForce
from ce_bases.policy.attendance import needs_sign_out
from ce_bases.policy.live import slots
from ce_bases.policy.registry import filing_policy_for

REMOTE = frozenset({Form.LIVE, Form.DISTANCE})
#: What a prompt that is not open answers with.
NO_PROMPT = "no_prompt"


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt: answered from `opens_at` until just before `closes_at`, it signs in or out."""

    kind: SignKind
    number: int
    opens_at: datetime
    closes_at: datetime

    def is_open(self, now: datetime) -> bool:
        return self.opens_at <= now < self.closes_at


def is_remote(held: SessionInForce) -> bool:
    """Whether a session is held over the net, so that prompts take the place of the door."""
    return held.revision.form in REMOTE


def prompts_of(held: SessionInForce, key: bytes) -> list[Prompt]:
    """The prompts of a session, in order; they follow from the server's key and the session."""
    timing, rule = timing_of(held), rule_of(held)
    live = filing_policy_for(held.entry.held_on.year).live
    kinds = [SignKind.IN, SignKind.OUT] if needs_sign_out(timing, rule) else [SignKind.IN]
    found = []
    for kind in kinds:
        for number, (first, last) in enumerate(slots(kind.value, timing, rule, live)):
            seconds = int((last - first).total_seconds()) + 1
            # A session that is moved draws anew: what was seen of the old hour says nothing.
            parts = ("live", held.session_id, first.isoformat(), kind.value, number)
            opens = first + timedelta(seconds=drawn_number(parts, seconds, key))
            closes = opens + timedelta(minutes=live.open_minutes)
            found.append(Prompt(kind, number, opens, closes))
    return found


def open_prompt(held: SessionInForce, key: bytes, now: datetime) -> Prompt | None:
    """The prompt that is open at `now`, or None."""
    return next((prompt for prompt in prompts_of(held, key) if prompt.is_open(now)), None)


@dataclass(frozen=True, slots=True)
class LiveAnswer:
    """Somebody's click, with the browser it came from."""

    device: str
    key: bytes


def answer_prompt(
    session: Session, held: SessionInForce, answer: LiveAnswer, *, actor: Actor, now: datetime
) -> SignOutcome:
    """Sign oneself in or out by answering the open prompt; without one it is refused and kept.

    Answering the same prompt twice is one event.
    """
    if actor.person_id is None or not is_remote(held):
        raise ForbiddenError(msg("只有直播、远程课次的学员可以在这里签到。"))
    prompt = open_prompt(held, answer.key, now)
    if prompt is None:
        return _refuse(session, held, answer, actor=actor, now=now)
    name = f"live:{held.session_id}:{actor.person_id}:{prompt.kind.value}:{prompt.number}"
    intent = SignIntent(
        str(uuid.uuid5(uuid.NAMESPACE_OID, f"{name}:{prompt.opens_at.isoformat()}")),
        actor.person_id,
        prompt.kind,
        Way.LIVE,
        device=answer.device,
    )
    return enter_sign(session, held, intent, actor=actor, now=now)


def _refuse(
    session: Session, held: SessionInForce, answer: LiveAnswer, *, actor: Actor, now: datetime
) -> SignOutcome:
    """Keep a click without a prompt, once a minute at most."""
    person_id = actor.person_id or 0
    name = f"live:{held.session_id}:{person_id}:none:{int(now.timestamp()) // 60}"
    event_id = str(uuid.uuid5(uuid.NAMESPACE_OID, name))
    intent = SignIntent(event_id, person_id, SignKind.IN, Way.LIVE, device=answer.device)
    hold(session, held, person_id)
    digest = intent_hash(intent, session_id=held.session_id, account_id=actor.account_id)
    if (answered := find_answer(session, event_id, digest)) is not None:
        return answered
    event = new_event(held, intent, digest=digest, actor=actor, now=now)
    return refuse(session, event, NO_PROMPT, now=now)
