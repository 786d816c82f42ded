"""Reads of attendance. Callers have scoped the session or plan unless an actor is asked for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, aliased

from ce_bases.attendance.models import AttendanceRecord, SessionRegister, SignEvent, SignKind
from ce_bases.core.access import Action
from ce_bases.core.actors import BUREAU_ROLES, Actor, Role
from ce_bases.core.errors import NotFoundError
from ce_bases.enrolment.models import Enrolment, Place
from ce_bases.enrolment.queries import is_own
from ce_bases.organisers.models import Lecturer, Organiser, OrganiserKind
from ce_bases.plans.models import Plan, PlanRevision, Standing, TimetableEntry
from ce_bases.plans.queries import SessionInForce, get_session_in_force, within

_ENROLLED = Enrolment.place == Place.ENROLLED


def teacher_id(session: Session, entry: TimetableEntry) -> int | None:
    """The account of a session's lecturer, when they have one."""
    if entry.lecturer_id is None:
        return None
    return session.scalar(select(Lecturer.account_id).where(Lecturer.id == entry.lecturer_id))


def find_closing(session: Session, session_id: int) -> datetime | None:
    """When the register of a session was closed; None while it is open."""
    return session.scalar(
        select(SessionRegister.closed_at).where(SessionRegister.session_id == session_id)
    )


def find_event(session: Session, session_id: int, event_id: str) -> SignEvent:
    """An event of a session that can be annulled; raises NotFoundError."""
    event = session.scalars(
        select(SignEvent).where(
            SignEvent.event_id == event_id,
            SignEvent.session_id == session_id,
            SignEvent.kind != SignKind.ANNUL,
        )
    ).one_or_none()
    if event is None:
        raise NotFoundError
    return event


def get_own_session(
    session: Session, session_id: int, *, actor: Actor, action: Action
) -> SessionInForce:
    """A filed session the actor takes sign-in of; for bureaus their own 公益课堂 only."""
    held = get_session_in_force(session, session_id, actor=actor, action=action)
    need_own(held, actor)
    return held


def need_own(held: SessionInForce, actor: Actor) -> None:
    """NotFoundError for a bureau at the door of a class that it does not hold itself."""
    if not is_own(actor, held.plan):
        raise NotFoundError


def sessions_between(
    session: Session, first: date, last: date, *, actor: Actor
) -> Sequence[SessionInForce]:
    """The sessions the actor takes sign-in of, `first` to `last`, in order."""
    statement = (
        select(Plan, PlanRevision, TimetableEntry)
        .join(PlanRevision, PlanRevision.plan_id == Plan.id)
        .join(TimetableEntry, TimetableEntry.revision_id == PlanRevision.id)
        .where(
            PlanRevision.standing == Standing.IN_FORCE,
            TimetableEntry.held_on.between(first, last),
            within(actor, Action.TAKE_SIGN_IN),
        )
        .order_by(TimetableEntry.held_on, TimetableEntry.starts_at, TimetableEntry.id)
        .limit(300)
    )
    if actor.role is Role.LECTURER:
        me = aliased(Lecturer)
        statement = statement.join(me, me.id == TimetableEntry.lecturer_id).where(
            me.account_id == actor.account_id
        )
    elif actor.role is Role.SUBSTITUTE:
        statement = statement.where(TimetableEntry.session_id == actor.session_id)
    elif actor.role in BUREAU_ROLES:
        own = aliased(Organiser)
        statement = statement.join(own, own.id == Plan.organiser_id).where(
            own.kind == OrganiserKind.BUREAU, own.area_code == actor.bureau_code
        )
    return [SessionInForce(*row) for row in session.execute(statement)]


@dataclass(frozen=True, slots=True)
class Summary:
    """The counts of one session; `headcount` as counted in the room."""

    expected: int = 0
    signed_in: int = 0
    signed_out: int = 0
    attended: int = 0
    by_hand: int = 0
    off_hours: int = 0
    headcount: int | None = None

    @property
    def missing(self) -> int:
        return self.expected - self.signed_in


def summaries_of(session: Session, plan_of: dict[int, int]) -> dict[int, Summary]:
    """Session id → its counts, for sessions given with their plan's id."""
    seats = session.execute(
        select(Enrolment.plan_id, func.count())
        .where(Enrolment.plan_id.in_(set(plan_of.values())), _ENROLLED)
        .group_by(Enrolment.plan_id)
    )
    expected = dict(seats.all())
    record = AttendanceRecord
    counted = session.execute(
        select(
            record.session_id,
            func.count(record.signed_in_at),
            func.count(record.signed_out_at),
            *(
                func.count().filter(flag.is_(True))
                for flag in (record.attended, record.by_hand, record.off_hours)
            ),
        )
        .where(record.session_id.in_(plan_of))
        .group_by(record.session_id)
    )
    counts = {row[0]: tuple(row[1:]) for row in counted}
    registers = session.execute(
        select(SessionRegister.session_id, SessionRegister.headcount).where(
            SessionRegister.session_id.in_(plan_of)
        )
    )
    heads = dict(registers.all())
    return {
        session_id: _summary(
            expected.get(plan_id, 0), counts.get(session_id), heads.get(session_id)
        )
        for session_id, plan_id in plan_of.items()
    }


def _summary(expected: int, counts: tuple[int, ...] | None, headcount: int | None) -> Summary:
    signed_in, signed_out, attended, by_hand, off_hours = counts or (0, 0, 0, 0, 0)
    return Summary(expected, signed_in, signed_out, attended, by_hand, off_hours, headcount)


@dataclass(frozen=True, slots=True)
class OwnSession:
    """A session of a class one is enrolled in, with one's own attendance."""

    plan: Plan
    revision: PlanRevision
    entry: TimetableEntry
    record: AttendanceRecord | None


def own_sessions(session: Session, person_id: int) -> list[OwnSession]:
    """One's own classes, newest session first."""
    rows = session.execute(
        select(Plan, PlanRevision, TimetableEntry, AttendanceRecord)
        .select_from(Enrolment)
        .join(Plan, Plan.id == Enrolment.plan_id)
        .join(PlanRevision, PlanRevision.plan_id == Plan.id)
        .join(TimetableEntry, TimetableEntry.revision_id == PlanRevision.id)
        .outerjoin(
            AttendanceRecord,
            and_(
                AttendanceRecord.session_id == TimetableEntry.session_id,
                AttendanceRecord.person_id == person_id,
            ),
        )
        .where(
            Enrolment.person_id == person_id,
            _ENROLLED,
            PlanRevision.standing == Standing.IN_FORCE,
        )
        .order_by(TimetableEntry.held_on.desc(), TimetableEntry.starts_at, TimetableEntry.id)
        .limit(200)
    )
    return [OwnSession(*row) for row in rows]


def plans_of(sessions: Iterable[SessionInForce]) -> dict[int, int]:
    """Session id → plan id, as `summaries_of` wants them."""
    return {held.session_id: held.plan.id for held in sessions}
