"""Plans made through the real services, as far along their life as a test needs them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time
from unittest.mock import patch

from sqlalchemy.orm import Session

from ce_bases.core.actors import Actor
from ce_bases.core.clock import moment_at
from ce_bases.organisers.models import Organiser
from ce_bases.plans import service
from ce_bases.plans.details import PlanDetails, SessionDetails
from ce_bases.plans.models import Form, Plan, Reach, Subject
from ce_bases.policy import notice_2022, registry
from ce_bases.policy.shapes import Severity
from tests.factories.world import World

OPENING = date(2022, 6, 20)


def make_session_details(
    world: World,
    *,
    on: date = OPENING,
    starts: time = time(9, 0),
    ends: time = time(12, 0),
    halves: int = 8,
    topic: str = "装配式建筑施工技术",
) -> SessionDetails:
    return SessionDetails(
        held_on=on,
        starts_at=starts,
        ends_at=ends,
        halves=halves,
        topic=topic,
        lecturer_id=world.lecturer_id,
        venue_id=world.venue_id,
    )


def make_details(world: World, *sessions: SessionDetails, **changes: object) -> PlanDetails:
    """A complete filing form; tests change only what they are about."""
    values = {
        "title": "装配式建筑专题培训班",
        "subject": Subject.PROFESSIONAL,
        "form": Form.FACE_TO_FACE,
        "reach": Reach.COUNTY,
        "audience": "全区建筑工程专业技术人员",
        "planned_number": 50,
        "aims": "掌握装配式建筑设计与施工要点。",
        "outline": "设计、生产、运输、安装、验收。",
        "assessment": "结业测试",
        "contact_name": "王老师",
        "contact_phone": "0537-2200000",
        "enrol_how": "电话报名",
        "enrol_closes_at": moment_at(date(2022, 6, 18), time(17, 0)),
        "sessions": sessions or (make_session_details(world),),
    }
    return PlanDetails(**{**values, **changes})


def drafted_plan(
    session: Session,
    world: World,
    *sessions: SessionDetails,
    actor: Actor | None = None,
    now: datetime,
    **changes: object,
) -> Plan:
    clerk = actor or world["clerk"]
    organiser = session.get_one(Organiser, clerk.organiser_id)
    details = make_details(world, *sessions, **changes)
    return service.draft_plan(session, organiser, details, actor=clerk, now=now)


@contextmanager
def clashes_set_to(severity: Severity) -> Iterator[None]:
    """The bureau's setting for clashes of rooms and lecturers."""
    policy = notice_2022.POLICY
    rule = replace(policy.conflicts, lecturer_same_organiser=severity, venue=severity)
    with patch.dict(registry._BY_YEAR, {policy.year: replace(policy, conflicts=rule)}):
        yield


def submitted_plan(
    session: Session, world: World, *sessions: SessionDetails, now: datetime, **changes: object
) -> Plan:
    """A submitted plan; several may share `world`'s room and lecturer at the same time.

    Clashes only warn while it is submitted: tests of other things need classes side by side.
    """
    plan = drafted_plan(session, world, *sessions, now=now, **changes)
    with clashes_set_to("warn"):
        service.submit_plan(session, plan, actor=world["clerk"], now=now)
    return plan


def filed_plan(
    session: Session, world: World, *sessions: SessionDetails, now: datetime, **changes: object
) -> Plan:
    """A filed plan of `world`'s first base; flushed, not committed."""
    plan = submitted_plan(session, world, *sessions, now=now, **changes)
    service.file_plan(session, plan, expected_version=plan.version, actor=world["officer"], now=now)
    session.flush()
    return plan


def two_filed_sessions(session: Session, world: World, *, now: datetime) -> Plan:
    """A filed plan of two sessions, on 20 and 27 June; committed."""
    rows = (
        make_session_details(world, topic="第一课"),
        make_session_details(world, on=date(2022, 6, 27), topic="第二课"),
    )
    plan = filed_plan(session, world, *rows, now=now)
    session.commit()
    return plan


def return_plan(
    session: Session, world: World, plan: Plan, *, reason: str = "请补充", now: datetime
) -> None:
    """The officer sends `plan` back for correction."""
    service.return_plan(
        session, plan, reason, expected_version=plan.version, actor=world["officer"], now=now
    )
