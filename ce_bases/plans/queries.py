"""Reads of the filing feature, each within what the actor may know of."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, exists, false, or_, select, true
from sqlalchemy.orm import Session, selectinload

from ce_bases.core.access import Action, Scope, grant_for
from ce_bases.core.actors import Actor, Role
from ce_bases.core.errors import NotFoundError
from ce_bases.core.transactions import ReadTooEarlyError
from ce_bases.organisers.models import Lecturer, Organiser, OrganiserKind
from ce_bases.plans.models import Plan, PlanRevision, Standing, TimetableEntry
from ce_bases.plans.permissions import READING
from ce_bases.plans.workflow import PUBLIC_STATES, PlanState

OPEN = (Standing.WORKING, Standing.PENDING)


def within(actor: Actor, action: Action) -> ColumnElement[bool]:
    """The plans that `actor`'s grant for `action` reaches, as a condition on `Plan`.

    A bureau does not see drafts (they are the organiser's own until submitted), except those of
    its own 公益课堂.
    """
    grant = grant_for(actor.role, action)
    if grant is None:
        return false()
    match grant.scope:
        case Scope.OWN_BASE:
            return Plan.organiser_id == actor.organiser_id
        case Scope.JURISDICTION:
            if actor.role is Role.CITY and action in READING:
                reached: ColumnElement[bool] = true()
            else:
                reached = Plan.bureau_code == actor.bureau_code
            return reached & or_(Plan.state != PlanState.DRAFT, _own_lecture(actor))
        case Scope.OWN_SESSION:
            return (
                exists()
                .where(
                    PlanRevision.plan_id == Plan.id,
                    PlanRevision.standing == Standing.IN_FORCE,
                    TimetableEntry.revision_id == PlanRevision.id,
                    _taught_by(actor),
                )
                .correlate(Plan)
            )
        case _:
            return false()


def _own_lecture(actor: Actor) -> ColumnElement[bool]:
    return exists().where(
        Organiser.id == Plan.organiser_id,
        Organiser.kind == OrganiserKind.BUREAU,
        Organiser.area_code == actor.bureau_code,
    )


def _taught_by(actor: Actor) -> ColumnElement[bool]:
    """The entries an actor of scope OWN_SESSION acts for: their lessons, or the one lent."""
    if actor.role is Role.SUBSTITUTE:
        return TimetableEntry.session_id == actor.session_id
    return exists().where(
        Lecturer.id == TimetableEntry.lecturer_id, Lecturer.account_id == actor.account_id
    )


def get_plan(session: Session, plan_id: int, *, actor: Actor, action: Action) -> Plan:
    """The plan, its organiser and revisions; NotFoundError when it is not the actor's to see."""
    plan = session.scalars(
        select(Plan)
        .where(Plan.id == plan_id, within(actor, action))
        .options(
            selectinload(Plan.organiser),
            selectinload(Plan.revisions).selectinload(PlanRevision.entries),
        )
    ).one_or_none()
    if plan is None:
        raise NotFoundError
    return plan


def get_public_plan(session: Session, filing_number: str) -> Plan:
    """A filed (or since cancelled, confirmed, credited) plan by number, as anyone may see it."""
    plan = session.scalars(
        select(Plan)
        .where(Plan.filing_number == filing_number, Plan.state.in_(PUBLIC_STATES))
        .options(
            selectinload(Plan.organiser),
            selectinload(Plan.revisions).selectinload(PlanRevision.entries),
        )
    ).one_or_none()
    if plan is None:
        raise NotFoundError
    return plan


def in_force(plan: Plan) -> PlanRevision | None:
    """The filed revision, if the plan has one."""
    return next((r for r in plan.revisions if r.standing is Standing.IN_FORCE), None)


def open_revision(plan: Plan) -> PlanRevision | None:
    """The revision being written or waiting for the bureau, if there is one."""
    return next((r for r in plan.revisions if r.standing in OPEN), None)


def revision_numbered(plan: Plan, number: int | None) -> PlanRevision | None:
    return next((r for r in plan.revisions if r.number == number), None)


def working_change(plan: Plan) -> PlanRevision | None:
    """The change of a filed plan that its organiser is writing, if there is one."""
    revision = open_revision(plan)
    is_working = revision is not None and revision.standing is Standing.WORKING
    return revision if plan.state is PlanState.FILED and is_working else None


def pending_change(plan: Plan) -> PlanRevision | None:
    """The change of a filed plan that waits for its bureau, if there is one."""
    revision = open_revision(plan)
    is_pending = revision is not None and revision.standing is Standing.PENDING
    return revision if plan.state is PlanState.FILED and is_pending else None


def returned_from(plan: Plan) -> PlanRevision | None:
    """The submission that the bureau sent back and that is being corrected, if one is."""
    revision = open_revision(plan)
    if revision is None or revision.standing is not Standing.WORKING:
        return None
    return revision_numbered(plan, revision.corrects)


@dataclass(frozen=True, slots=True)
class SessionInForce:
    """A session as its plan's filed revision has it."""

    plan: Plan
    revision: PlanRevision
    entry: TimetableEntry

    @property
    def session_id(self) -> int:
        return self.entry.session_id


def hold_in_force(session: Session, held: SessionInForce, *, alone: bool = False) -> None:
    """Hold the plan of `held` until the transaction ends: alone, or with others who only read it.

    ReadTooEarlyError when the plan changed between reading `held` and holding it: its times may
    no longer be those on file.
    """
    read = held.plan.version
    session.refresh(held.plan, with_for_update=True if alone else {"read": True})
    need_as_read(held.plan, read)


def need_as_read(plan: Plan, version: int) -> None:
    """ReadTooEarlyError unless the plan, which is held now, is at `version` still."""
    if plan.version != version:
        raise ReadTooEarlyError


def sessions_in_reach(actor: Actor, action: Action) -> Select[Plan, PlanRevision, TimetableEntry]:
    """The filed sessions the actor's grant reaches (a lecturer's: only those that name them)."""
    statement = (
        select(Plan, PlanRevision, TimetableEntry)
        .join(PlanRevision, PlanRevision.plan_id == Plan.id)
        .join(TimetableEntry, TimetableEntry.revision_id == PlanRevision.id)
        .where(PlanRevision.standing == Standing.IN_FORCE, within(actor, action))
    )
    grant = grant_for(actor.role, action)
    if grant is not None and grant.scope is Scope.OWN_SESSION:
        statement = statement.where(_taught_by(actor))
    return statement


def get_session_in_force(
    session: Session, session_id: int, *, actor: Actor, action: Action
) -> SessionInForce:
    """A filed session the actor's grant reaches; NotFoundError otherwise."""
    statement = sessions_in_reach(actor, action).where(TimetableEntry.session_id == session_id)
    row = session.execute(statement).one_or_none()
    if row is None:
        raise NotFoundError
    return SessionInForce(*row)
