"""People on rosters, present in sessions, and hours posted for them."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

from sqlalchemy.orm import Session

from ce_bases.attendance.models import AttendanceRecord
from ce_bases.credits import ledger
from ce_bases.credits.models import Kind, LedgerLine, Origin
from ce_bases.enrolment.models import Enrolment, Place, Via
from ce_bases.plans import service
from ce_bases.plans.details import SessionDetails
from ce_bases.plans.models import Plan, Subject
from ce_bases.plans.queries import in_force
from tests.factories.plans import drafted_plan, filed_plan, make_session_details
from tests.factories.world import World


def enrol(session: Session, plan: Plan, person_ids: Iterable[int], *, now: datetime) -> None:
    session.add_all(
        Enrolment(
            plan_id=plan.id, person_id=p, place=Place.ENROLLED, via=Via.ROSTER, created_at=now
        )
        for p in person_ids
    )
    session.flush()


def attend(
    session: Session,
    plan: Plan,
    person_ids: Iterable[int],
    *,
    now: datetime,
    number: int | None = None,
    attended: bool = True,
    by_hand: bool = False,
) -> None:
    """Write what the sign events of `person_ids` fold to; in one session, or in all."""
    revision = in_force(plan)
    assert revision is not None
    entries = revision.entries if number is None else [revision.entries[number]]
    session.add_all(
        AttendanceRecord(
            session_id=entry.session_id,
            person_id=person_id,
            signed_in_at=now,
            attended=attended,
            by_hand=by_hand,
            updated_at=now,
        )
        for entry in entries
        for person_id in person_ids
    )
    session.flush()


def held_plan(
    session: Session,
    world: World,
    *sessions: SessionDetails,
    people: Iterable[int] | None = None,
    now: datetime,
    **changes: object,
) -> Plan:
    """A filed plan of `world`'s first base that everybody (or `people`) attended in full."""
    plan = filed_plan(session, world, *sessions, now=now, **changes)
    present = list(world.person_ids if people is None else people)
    enrol(session, plan, present, now=now)
    attend(session, plan, present, now=now)
    return plan


def held_plan_elsewhere(
    session: Session, world: World, *sessions: SessionDetails, people: Iterable[int], now: datetime
) -> Plan:
    """As `held_plan`, of the base of 曲阜市."""
    moved = [
        replace(s, lecturer_id=world.other_lecturer_id, venue_id=world.other_venue_id)
        for s in sessions or (make_session_details(world),)
    ]
    plan = drafted_plan(session, world, *moved, actor=world["stranger"], now=now)
    service.submit_plan(session, plan, actor=world["stranger"], now=now)
    officer = world["other_officer"]
    service.file_plan(session, plan, expected_version=plan.version, actor=officer, now=now)
    session.flush()
    present = list(people)
    enrol(session, plan, present, now=now)
    attend(session, plan, present, now=now)
    return plan


def line_values(person_id: int, source: str, *, now: datetime, **changes: Any) -> dict[str, Any]:
    """A row of the ledger: four hours of professional training on 2022-06-20."""
    held_on = changes.get("held_on", date(2022, 6, 20))
    return {
        "person_id": person_id,
        "year": held_on.year,
        "source": source,
        "version": 1,
        "reverses_id": None,
        "kind": Kind.TRAINING,
        "subject": Subject.PROFESSIONAL,
        "clause": "二(二)4(1)",
        "origin": Origin.BASE,
        "held_on": held_on,
        "until_on": None,
        "starts_at": time(9, 0),
        "public_halves": 0,
        "professional_halves": 8,
        "is_filed": True,
        "has_exception": False,
        "has_archive": False,
        "thing_key": None,
        "detail": "",
        "title": source,
        "plan_id": None,
        "session_id": None,
        "policy_version": "2022.1",
        "posted_at": now,
        "posted_by": None,
        "reason": "",
        **changes,
    }


def post(session: Session, *lines: dict[str, Any]) -> int:
    return ledger.post_lines(session, lines)


def stored_line(session: Session, source: str) -> LedgerLine:
    return session.query(LedgerLine).filter_by(source=source).one()
