"""Typing in a signed sheet after the class: by the base, in time, with the sheet's photo kept."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from ce_bases.attendance import permissions
from ce_bases.attendance.evidence import Proof, keep_proof
from ce_bases.attendance.fold import refold_many, rule_of, timing_of
from ce_bases.attendance.intents import REFUSALS, sibling_id
from ce_bases.attendance.models import AttendanceRecord, SignEvent, SignKind, Way
from ce_bases.attendance.queries import teacher_id
from ce_bases.attendance.service import closed_code
from ce_bases.audit.service import Act, record
from ce_bases.core.access import Action
from ce_bases.core.actors import Actor
from ce_bases.core.errors import ForbiddenError, InvalidInputError, WrongStateError
from ce_bases.core.text import Text, msg
from ce_bases.enrolment.models import Enrolment, Place
from ce_bases.plans.queries import SessionInForce, hold_in_force
from ce_bases.policy import attendance as rules


@dataclass(frozen=True, slots=True)
class SignedSheet:
    """What stands on a signed sheet: who signed in and who out, and its photo or scan.

    `key` is made where the form is drawn: the same sheet sent again adds nothing.
    """

    key: str
    signed_in: frozenset[int]
    signed_out: frozenset[int]
    proof: Proof


def obstacle(held: SessionInForce, now: datetime) -> Text | None:
    """Why no sheet can be typed in now, or None."""
    timing = timing_of(held)
    if code := closed_code(held):
        return REFUSALS[code]
    if now < timing.ends_at:
        return msg("课次结束后才能录入纸质签到表。")
    if not rules.may_enter_paper(timing.ends_at, now, rule_of(held)):
        return msg("已超过课后 %(n)d 小时，不能再录入纸质签到表。", n=rule_of(held).paper_hours)
    return None


def enter_sheet(
    session: Session, held: SessionInForce, sheet: SignedSheet, *, actor: Actor, now: datetime
) -> int:
    """Enter the signs that are still missing, at the session's own times; how many people.

    The plan is held alone, so that nobody signs meanwhile. Raises ForbiddenError for the
    lecturer, WrongStateError out of time, InvalidInputError when nothing is ticked or somebody
    is not on the roster.
    """
    teacher = teacher_id(session, held.entry)
    permissions.require(actor, Action.MAKE_UP_ATTENDANCE, held.plan, teacher_id=teacher)
    if not permissions.is_second_person(actor, teacher_id=teacher):
        raise ForbiddenError(REFUSALS["second_person"])
    hold_in_force(session, held, alone=True)
    if (problem := obstacle(held, now)) is not None:
        raise WrongStateError(problem, next_step=msg("如有错误，请向受理备案的人社部门说明。"))
    _require_known(session, held, sheet)
    missing = _missing(session, held, sheet)
    kept = keep_proof(session, held.session_id, sheet.proof, actor=actor, now=now)
    rows = [_row(held, sheet, person, kind, actor, now) for person, kind in missing]
    people = sorted({person for person, _ in missing})
    if rows:
        session.execute(insert(SignEvent.__table__), rows)
        refold_many(session, held, people, now=now)
    after = {"people": len(people), "signs": len(rows), "evidence": kept.id}
    act = Act("enter_paper_sheet", "session", held.session_id, after=after)
    record(session, act, actor=actor, now=now)
    return len(people)


def _require_known(session: Session, held: SessionInForce, sheet: SignedSheet) -> None:
    ticked = sheet.signed_in | sheet.signed_out
    if not ticked:
        raise InvalidInputError(msg("请至少勾选一个人。"))
    enrolled = set(
        session.scalars(
            select(Enrolment.person_id).where(
                Enrolment.plan_id == held.plan.id, Enrolment.place == Place.ENROLLED
            )
        )
    )
    if ticked - enrolled:
        raise InvalidInputError(msg("名单有变动，请刷新页面后重新勾选。"))


def _missing(
    session: Session, held: SessionInForce, sheet: SignedSheet
) -> Sequence[tuple[int, SignKind]]:
    """The ticks that are not recorded yet, in the order of people."""
    records = {
        record.person_id: record
        for record in session.scalars(
            select(AttendanceRecord)
            .where(AttendanceRecord.session_id == held.session_id)
            .execution_options(populate_existing=True)
        )
    }
    asks_out = rules.needs_sign_out(timing_of(held), rule_of(held))
    missing = []
    for person in sorted(sheet.signed_in | sheet.signed_out):
        found = records.get(person)
        if person in sheet.signed_in and not (found and found.signed_in_at):
            missing.append((person, SignKind.IN))
        if person in sheet.signed_out and asks_out and not (found and found.signed_out_at):
            missing.append((person, SignKind.OUT))
    return missing


def _row(
    held: SessionInForce,
    sheet: SignedSheet,
    person: int,
    kind: SignKind,
    actor: Actor,
    now: datetime,
) -> dict[str, Any]:
    timing = timing_of(held)
    event_id = sibling_id(sheet.key, f"{person}:{kind.value}")
    return {
        "event_id": event_id,
        "session_id": held.session_id,
        "person_id": person,
        "kind": kind,
        "way": Way.PAPER,
        "annuls_id": None,
        "occurred_at": timing.starts_at if kind is SignKind.IN else timing.ends_at,
        "received_at": now,
        "offset_ms": 0,
        "device": "",
        "device_seq": None,
        "recorded_by": actor.account_id,
        "off_hours": False,
        "reason": "",
        "request_hash": hashlib.sha256(event_id.encode()).hexdigest(),
    }
