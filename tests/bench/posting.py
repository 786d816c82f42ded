"""A class of 1,000 people and ten sessions that waits to be confirmed, filed by the services."""

import secrets
from datetime import datetime, time, timedelta

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from ce_bases.attendance.models import AttendanceRecord
from ce_bases.bureaus.models import BureauMember
from ce_bases.core.actors import Actor, Role
from ce_bases.core.clock import business_date
from ce_bases.demo.listed import BASE, HOME
from ce_bases.organisers.models import Lecturer, Organiser, OrganiserMember, Venue
from ce_bases.people.models import Person
from ce_bases.plans import service
from ce_bases.plans.details import PlanDetails, SessionDetails
from ce_bases.plans.models import Form, Plan, Reach, Subject
from ce_bases.plans.queries import in_force

PEOPLE, SESSIONS = 1_000, 10


def big_class(session: Session, *, now: datetime) -> tuple[Plan, Actor]:
    """A filed plan, its sessions over and attended by everybody; and a clerk of its base."""
    base = session.scalars(select(Organiser).where(Organiser.name == BASE)).one()
    clerk = Actor(_member(session, base.id), Role.BASE, "clerk", BASE, organiser_id=base.id)
    officer = session.scalars(
        select(BureauMember.account_id).where(BureauMember.bureau_code == HOME)
    ).first()
    assert officer is not None
    long_ago = now - timedelta(days=60)
    plan = service.draft_plan(
        session, base, _details(session, base, now), actor=clerk, now=long_ago
    )
    service.submit_plan(session, plan, actor=clerk, now=long_ago)
    bureau = Actor(officer, Role.COUNTY, "officer", "bureau", bureau_code=HOME)
    service.file_plan(session, plan, expected_version=plan.version, actor=bureau, now=long_ago)
    session.flush()
    _attend(session, plan, now)
    return plan, clerk


def _member(session: Session, organiser_id: int) -> int:
    found = session.scalars(
        select(OrganiserMember.account_id).where(OrganiserMember.organiser_id == organiser_id)
    ).first()
    assert found is not None
    return found


def _details(session: Session, base: Organiser, now: datetime) -> PlanDetails:
    lecturer = Lecturer(organiser_id=base.id, name="基准", unit_name="基准", title="讲师")
    venue = Venue(
        organiser_id=base.id, name="基准厅", address="基准路", area_code=HOME, capacity=2_000
    )
    session.add_all([lecturer, venue])
    session.flush()
    first = business_date(now) - timedelta(days=30)
    sessions = tuple(
        SessionDetails(
            held_on=first + timedelta(days=n // 2),
            starts_at=time(9 + 5 * (n % 2)),
            ends_at=time(12 + 5 * (n % 2)),
            halves=8,
            topic=f"第 {n + 1} 讲",
            lecturer_id=lecturer.id,
            venue_id=venue.id,
        )
        for n in range(SESSIONS)
    )
    return PlanDetails(
        title="千人培训班",
        subject=Subject.PROFESSIONAL,
        form=Form.FACE_TO_FACE,
        reach=Reach.COUNTY,
        audience="全区专业技术人员",
        planned_number=PEOPLE,
        aims="测量。",
        outline="测量。",
        assessment="结业测试",
        contact_name="王老师",
        contact_phone="0537-2200000",
        enrol_how="电话报名",
        sessions=sessions,
    )


def _attend(session: Session, plan: Plan, now: datetime) -> None:
    people = new_people(session, PEOPLE, now)
    revision = in_force(plan)
    assert revision is not None
    session.execute(
        insert(AttendanceRecord),
        [
            {
                "session_id": entry.session_id,
                "person_id": person_id,
                "signed_in_at": now,
                "attended": True,
                "updated_at": now,
            }
            for entry in revision.entries
            for person_id in people
        ],
    )


def new_people(session: Session, count: int, now: datetime) -> range:
    """The ids of `count` people more."""
    highest = session.scalar(select(func.max(Person.id))) or 0
    cipher = session.scalars(select(Person.id_cipher).limit(1)).one()
    ids = range(highest + 1, highest + 1 + count)
    rows = [
        {
            "id": person_id,
            "name": f"学员{person_id}",
            "id_cipher": cipher,
            "id_index": secrets.token_hex(32),
            "id_last4": "0011",
            "created_at": now,
        }
        for person_id in ids
    ]
    session.execute(insert(Person), rows)
    return ids
