"""Signing in oneself, and keeping what was refused before anybody said who they are."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.attendance.intents import SignIntent, SignOutcome
from ce_bases.attendance.models import RefusedSign, SignKind, Way
from ce_bases.attendance.service import enter_sign
from ce_bases.core.actors import Actor
from ce_bases.core.errors import ForbiddenError
from ce_bases.core.text import msg
from ce_bases.plans.queries import SessionInForce


@dataclass(frozen=True, slots=True)
class OwnSign:
    """What somebody wants recorded of themselves; `occurred_at` is the server's own moment."""

    event_id: str
    kind: SignKind
    way: Way
    occurred_at: datetime
    device: str = ""


def sign_oneself(
    session: Session, held: SessionInForce, wish: OwnSign, *, actor: Actor, now: datetime
) -> SignOutcome:
    """Record one's own sign-in or -out; a refused one is kept with its coded reason."""
    if actor.person_id is None:
        raise ForbiddenError(
            msg("只有专业技术人员能给自己签到。"),
            next_step=msg("如果您也是学员，请切换身份后再签到。"),
        )
    intent = SignIntent(
        wish.event_id,
        actor.person_id,
        wish.kind,
        wish.way,
        occurred_at=wish.occurred_at,
        device=wish.device,
    )
    return enter_sign(session, held, intent, actor=actor, now=now)


@dataclass(frozen=True, slots=True)
class SeenCode:
    """A genuine code that was refused at the scan, and the browser or person that scanned it."""

    session_id: int
    shown: str
    code: str
    device: str
    person_id: int | None = None


def keep_refused_scan(session: Session, seen: SeenCode, *, now: datetime) -> None:
    """Keep a refused scan once for each person or browser: loading it again adds nothing."""
    name = f"{seen.session_id}:{seen.shown}:{seen.code}:{seen.person_id or seen.device}"
    event_id = str(uuid.uuid5(uuid.NAMESPACE_OID, name))
    if session.scalar(select(RefusedSign.id).where(RefusedSign.event_id == event_id).limit(1)):
        return
    session.add(
        RefusedSign(
            event_id=event_id,
            session_id=seen.session_id,
            person_id=seen.person_id,
            way=Way.ROTATING_CODE,
            code=seen.code,
            device=seen.device,
            at=now,
        )
    )
