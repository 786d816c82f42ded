"""Reads of claims; whatever is loaded by id is loaded for an actor."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    false,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session, joinedload, selectinload

from ce_bases.bureaus.directory import CITY_CODE
from ce_bases.claims.models import Claim, Evidence
from ce_bases.claims.permissions import may
from ce_bases.claims.workflow import BEFORE_BUREAU, BEFORE_UNIT, HOLDING, PENDING, ClaimState
from ce_bases.core.access import Action, Scope, grant_for
from ce_bases.core.actors import Actor
from ce_bases.core.errors import NotFoundError
from ce_bases.credits.models import Kind
from ce_bases.credits.year_stamp import told
from ce_bases.files.models import StoredFile
from ce_bases.people.models import Affiliation, Person, Unit, UnitMember


def get_claim(session: Session, claim_id: int, *, actor: Actor, action: Action) -> Claim:
    """A claim within the actor's reach; NotFoundError for others, as for missing ones."""
    claim = session.get(Claim, claim_id) if claim_id < 2**62 else None
    if claim is None or not may(actor, action, claim):
        raise NotFoundError
    return claim


def get_evidence(session: Session, evidence_id: int, *, actor: Actor) -> StoredFile:
    """The file of a claim the actor may read; NotFoundError otherwise."""
    found = session.get(Evidence, evidence_id) if evidence_id < 2**62 else None
    if found is None or not may(actor, Action.READ_CLAIM, found.claim):
        raise NotFoundError
    return found.file


def employer_of(session: Session, person_id: int, *, today: date) -> Unit | None:
    """Where somebody works today."""
    return session.scalars(
        select(Unit)
        .join(Affiliation, Affiliation.unit_id == Unit.id)
        .where(
            Affiliation.person_id == person_id,
            Affiliation.since_on <= today,
            or_(Affiliation.until_on.is_(None), Affiliation.until_on > today),
        )
        .order_by(Affiliation.id.desc())
        .limit(1)
    ).one_or_none()


def bureau_of(person: Person, unit: Unit | None) -> str:
    """Who decides: the bureau of the unit's area, else of the person's own.

    Of somebody without either nothing is known but that the site is the city's: its bureau.
    """
    return unit.area_code if unit else person.area_code or CITY_CODE


def unit_accounts(session: Session, unit_id: int, *, today: date) -> Sequence[int]:
    """The accounts of a unit's personnel office."""
    return session.scalars(
        select(UnitMember.account_id).where(
            UnitMember.unit_id == unit_id,
            UnitMember.since_on <= today,
            or_(UnitMember.until_on.is_(None), UnitMember.until_on > today),
        )
    ).all()


def holder_of_thing(session: Session, claim: Claim, key: str | None) -> Claim | None:
    """The same person's other claim of the same thing that waits or is credited."""
    if key is None:
        return None
    return session.scalars(
        select(Claim)
        .where(
            Claim.person_id == claim.person_id,
            Claim.kind == claim.kind,
            Claim.thing_key == key,
            Claim.state.in_(HOLDING),
            Claim.id != claim.id if claim.id is not None else Claim.id > 0,
        )
        .limit(1)
    ).one_or_none()


def own_claims(person_id: int) -> Select[Any]:
    """Everything a person claims, what needs them first, then the newest."""
    is_mine = Claim.state.in_((ClaimState.RETURNED, ClaimState.DRAFT))
    return (
        select(Claim)
        .where(Claim.person_id == person_id)
        .options(joinedload(Claim.unit))
        .order_by(is_mine.desc(), Claim.state_since.desc(), Claim.id.desc())
    )


def pending_of(session: Session, person_id: int) -> Sequence[Claim]:
    """What a person has sent and nobody has decided yet."""
    return session.scalars(_PENDING_OF, {"person_id": person_id}).all()


_PENDING_OF = (
    select(Claim)
    .where(Claim.person_id == bindparam("person_id"), Claim.state.in_(PENDING))
    .options(joinedload(Claim.unit))
    .order_by(Claim.held_on, Claim.id)
)


def stamp_of_pending(person_id: BindParameter[int]) -> ScalarSelect[Any]:
    """A value that differs whenever what `pending_of` finds, or its unit's name, would."""
    return (
        select(told(Claim.id, Claim.version, Unit.name))
        .outerjoin(Unit, Unit.id == Claim.unit_id)
        .where(Claim.person_id == person_id, or_(*(Claim.state == state for state in PENDING)))
        .scalar_subquery()
    )


def reach_of(actor: Actor, action: Action) -> ColumnElement[bool]:
    """The claims an actor's grant reaches, as a condition; the same as `permissions.may`."""
    grant = grant_for(actor.role, action)
    scope = grant.scope if grant else None
    if scope is Scope.OWN_UNIT and actor.unit_id is not None:
        return and_(Claim.unit_id == actor.unit_id, Claim.state.in_(BEFORE_UNIT))
    if scope is Scope.JURISDICTION and actor.bureau_code is not None:
        return and_(Claim.bureau_code == actor.bureau_code, Claim.state.in_(BEFORE_BUREAU))
    return false()


@dataclass(frozen=True, slots=True)
class ClaimFilter:
    """What a reviewer's list shows; "" and None mean everything."""

    state: ClaimState | None = None
    kind: Kind | None = None
    q: str = ""


def reviewed(actor: Actor, action: Action, wanted: ClaimFilter) -> Select[Any]:
    """A reviewer's claims, those that wait longest first, with person, unit and evidence."""
    statement = (
        select(Claim)
        .join(Person, Person.id == Claim.person_id)
        .where(reach_of(actor, action))
        .options(joinedload(Claim.person), joinedload(Claim.unit), selectinload(Claim.evidence))
        .order_by(Claim.state_since, Claim.id)
    )
    if wanted.state is not None:
        statement = statement.where(Claim.state == wanted.state)
    if wanted.kind is not None:
        statement = statement.where(Claim.kind == wanted.kind)
    if wanted.q:
        statement = statement.where(
            Person.name.contains(wanted.q, autoescape=True)
            | (Person.id_last4 == wanted.q.upper())
            | Claim.title.contains(wanted.q, autoescape=True)
        )
    return statement


def counts(session: Session, actor: Actor, action: Action) -> dict[ClaimState, int]:
    """How many of a reviewer's claims are in which state."""
    rows = session.execute(
        select(Claim.state, func.count()).where(reach_of(actor, action)).group_by(Claim.state)
    )
    return dict(list(rows))


def next_waiting(
    session: Session,
    actor: Actor,
    action: Action,
    state: ClaimState,
    *,
    after: tuple[datetime, int] | None,
) -> int | None:
    """The claim in `state` behind `after` (since when it waited, id); the first at the end."""
    waiting = (
        select(Claim.id)
        .where(reach_of(actor, action), Claim.state == state)
        .order_by(Claim.state_since, Claim.id)
        .limit(1)
    )
    if after is not None:
        since, claim_id = after
        waiting = waiting.where(Claim.id != claim_id)
        later = (Claim.state_since > since) | ((Claim.state_since == since) & (Claim.id > claim_id))
        if (found := session.scalar(waiting.where(later))) is not None:
            return found
    return session.scalar(waiting)


@dataclass(frozen=True, slots=True)
class Twin:
    """Another claim that rests on the same thing or on the same file."""

    claim: Claim
    same_file: bool
    same_person: bool


def twins_of(session: Session, claim: Claim) -> list[Twin]:
    """Other claims, of anybody and any year, of the same thing or with a file of the same bytes.

    Co-authors are allowed, so this is for a reviewer's eyes; drafts are nobody's business.
    """
    hashes = select(StoredFile.sha256).join(Evidence, Evidence.file_id == StoredFile.id)
    sharing = (
        select(Evidence.claim_id)
        .join(StoredFile, StoredFile.id == Evidence.file_id)
        .where(StoredFile.sha256.in_(hashes.where(Evidence.claim_id == claim.id)))
    )
    same_file = Claim.id.in_(sharing)
    same_thing = and_(
        Claim.kind == claim.kind,
        Claim.thing_key == claim.thing_key if claim.thing_key else false(),
    )
    rows = session.execute(
        select(Claim, same_file)
        .where(
            Claim.id != claim.id,
            Claim.state.not_in((ClaimState.DRAFT, ClaimState.WITHDRAWN)),
            or_(same_file, same_thing),
        )
        .options(joinedload(Claim.person), joinedload(Claim.unit))
        .order_by(Claim.id)
        .limit(20)
    )
    return [Twin(other, bool(file), other.person_id == claim.person_id) for other, file in rows]


def twin_ids(session: Session, claims: Sequence[Claim]) -> set[int]:
    """Which of these claims have a twin, for a list."""
    ids = [claim.id for claim in claims]
    mine, other = Claim.__table__.alias("mine"), Claim.__table__.alias("other")
    open_states = ("draft", "withdrawn")
    by_thing = (
        select(mine.c.id)
        .join(other, (other.c.kind == mine.c.kind) & (other.c.thing_key == mine.c.thing_key))
        .where(mine.c.id.in_(ids), other.c.id != mine.c.id, other.c.state.not_in(open_states))
    )
    first, second = Evidence.__table__.alias("e1"), Evidence.__table__.alias("e2")
    one, two = StoredFile.__table__.alias("f1"), StoredFile.__table__.alias("f2")
    by_file = (
        select(first.c.claim_id)
        .join(one, one.c.id == first.c.file_id)
        .join(two, two.c.sha256 == one.c.sha256)
        .join(second, second.c.file_id == two.c.id)
        .join(other, other.c.id == second.c.claim_id)
        .where(
            first.c.claim_id.in_(ids),
            second.c.claim_id != first.c.claim_id,
            other.c.state.not_in(open_states),
        )
    )
    return {*session.scalars(by_thing), *session.scalars(by_file)}
