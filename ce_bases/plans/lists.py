"""Lists of plans: a bureau's queue, an organiser's plans, and what its clerk must do today."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload

from ce_bases.core.access import Action
from ce_bases.core.actors import Actor
from ce_bases.organisers.models import Organiser
from ce_bases.plans.models import Plan, PlanRevision, Standing, TimetableEntry
from ce_bases.plans.queries import within
from ce_bases.plans.workflow import UNDER_WAY, PlanState

PlanRows = Select[Plan, PlanRevision]
#: States of the list that are seen, not stored.
TO_CONFIRM = "to_confirm"
SORTS: dict[str, tuple[Any, ...]] = {
    "opens": (PlanRevision.opens_on.asc().nulls_last(), Plan.id),
    "latest": (Plan.updated_at.desc(), Plan.id),
    "title": (PlanRevision.title, Plan.id),
}


def _latest(action: Action) -> ColumnElement[bool]:
    """The join of a plan with what is on file, else with its newest revision; who cannot write
    it sees what was submitted.
    """
    revision = aliased(PlanRevision)
    submitted = true() if action is Action.EDIT_PLAN else revision.submitted_at.is_not(None)
    newest = (
        select(func.max(revision.number))
        .where(revision.plan_id == Plan.id, submitted)
        .correlate(Plan)
        .scalar_subquery()
    )
    filed = aliased(PlanRevision)
    on_file = (
        select(filed.number)
        .where(filed.plan_id == Plan.id, filed.standing == Standing.IN_FORCE)
        .correlate(Plan)
        .scalar_subquery()
    )
    shown = func.coalesce(on_file, newest)
    return and_(PlanRevision.plan_id == Plan.id, PlanRevision.number == shown)


def queue_of(actor: Actor) -> PlanRows:
    """What waits for the actor's bureau, opening soonest first: pending plans, and pending
    changes of filed ones.
    """
    return (
        select(Plan, PlanRevision)
        .join(
            PlanRevision,
            and_(PlanRevision.plan_id == Plan.id, PlanRevision.standing == Standing.PENDING),
        )
        .where(
            within(actor, Action.DECIDE_FILING),
            Plan.state.in_((PlanState.SUBMITTED, PlanState.FILED)),
        )
        .options(joinedload(Plan.organiser))
        .order_by(PlanRevision.opens_on, PlanRevision.submitted_at, Plan.id)
    )


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list shows: a state (stored or seen; "" for all), words, an order of `SORTS`, and
    the receiving bureau ("" for all within reach).
    """

    state: str = ""
    words: str = ""
    sort: str = "latest"
    bureau: str = ""


def plans_of(
    actor: Actor, wanted: Wanted, *, today: date, action: Action = Action.EDIT_PLAN
) -> PlanRows:
    """The plans the actor's `action` reaches, with their newest revisions, as `wanted`."""
    return (
        select(Plan, PlanRevision)
        .join(PlanRevision, _latest(action))
        .where(
            within(actor, action),
            _received_by(wanted.bureau),
            _in_state(wanted.state, today),
            *(_mentions(word, action) for word in wanted.words.split()),
        )
        .options(joinedload(Plan.organiser))
        .order_by(*SORTS.get(wanted.sort, SORTS["latest"]))
    )


def changes_of(actor: Actor) -> PlanRows:
    """The changes of filed plans that the actor's organiser has begun and not sent."""
    return (
        select(Plan, PlanRevision)
        .join(
            PlanRevision,
            and_(PlanRevision.plan_id == Plan.id, PlanRevision.standing == Standing.WORKING),
        )
        .where(within(actor, Action.EDIT_PLAN), Plan.state == PlanState.FILED)
        .options(joinedload(Plan.organiser))
        .order_by(PlanRevision.opens_on, Plan.id)
    )


def _received_by(bureau: str) -> ColumnElement[bool]:
    return Plan.bureau_code == bureau if bureau else true()


def _in_state(state: str, today: date) -> ColumnElement[bool]:
    filed = Plan.state == PlanState.FILED
    if state == UNDER_WAY:
        return and_(filed, PlanRevision.opens_on <= today, PlanRevision.closes_on >= today)
    if state == TO_CONFIRM:
        return and_(filed, PlanRevision.closes_on < today)
    if state == PlanState.FILED:
        return and_(filed, PlanRevision.opens_on > today)
    return Plan.state == PlanState(state) if state in set(PlanState) else true()


def _mentions(word: str, action: Action) -> ColumnElement[bool]:
    # To an organiser its own name tells nothing apart.
    named = Plan.organiser.has(Organiser.name.icontains(word, autoescape=True))
    in_rows = (
        select(TimetableEntry.id)
        .where(
            TimetableEntry.revision_id == PlanRevision.id,
            or_(
                TimetableEntry.topic.icontains(word, autoescape=True),
                TimetableEntry.lecturer_name.icontains(word, autoescape=True),
            ),
        )
        .correlate(PlanRevision)
        .exists()
    )
    return or_(
        PlanRevision.title.icontains(word, autoescape=True),
        Plan.filing_number.icontains(word, autoescape=True),
        in_rows,
        false() if action is Action.EDIT_PLAN else named,
    )


def count_by_state(
    session: Session,
    actor: Actor,
    *,
    today: date,
    action: Action = Action.EDIT_PLAN,
    bureau: str = "",
) -> dict[str, int]:
    """How many plans the actor's `action` reaches in each state of the list, stored or seen."""
    rows = session.execute(
        select(Plan.state, PlanRevision.opens_on, PlanRevision.closes_on)
        .join(PlanRevision, _latest(action))
        .where(within(actor, action), _received_by(bureau))
    )
    counts: dict[str, int] = {}
    for state, opens_on, closes_on in rows:
        shown = str(state.value)
        if state is PlanState.FILED and opens_on and closes_on and opens_on <= today:
            shown = UNDER_WAY if closes_on >= today else TO_CONFIRM
        counts[shown] = counts.get(shown, 0) + 1
    return counts


def sessions_coming(
    session: Session, actor: Actor, *, today: date, days: int = 7
) -> list[TimetableEntry]:
    """The sessions of the actor's filed plans from today on, with their revisions and plans."""
    return list(
        session.scalars(
            select(TimetableEntry)
            .join(TimetableEntry.revision)
            .join(PlanRevision.plan)
            .where(
                within(actor, Action.EDIT_PLAN),
                Plan.state == PlanState.FILED,
                PlanRevision.standing == Standing.IN_FORCE,
                TimetableEntry.held_on >= today,
                TimetableEntry.held_on < today + timedelta(days=days),
            )
            .options(contains_eager(TimetableEntry.revision).contains_eager(PlanRevision.plan))
            .order_by(TimetableEntry.held_on, TimetableEntry.starts_at, TimetableEntry.id)
        )
    )
