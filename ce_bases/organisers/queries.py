"""Reads of organisers, their staff, venues and lecturers."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session

from ce_bases.accounts.models import Account
from ce_bases.core.actors import Actor, Role
from ce_bases.core.clock import business_date
from ce_bases.core.errors import NotFoundError
from ce_bases.core.reading import read
from ce_bases.organisers.models import (
    Lecturer,
    Level,
    Organiser,
    OrganiserKind,
    OrganiserMember,
    Venue,
)

_CLERK = (
    select(Organiser.id, Organiser.name, Account.display_name)
    .join(OrganiserMember, OrganiserMember.organiser_id == Organiser.id)
    .join(Account, Account.id == OrganiserMember.account_id)
    .where(
        OrganiserMember.account_id == bindparam("account_id"),
        OrganiserMember.since_on <= bindparam("today"),
        or_(OrganiserMember.until_on.is_(None), OrganiserMember.until_on > bindparam("today")),
    )
    .order_by(OrganiserMember.id)
)
_LECTURER = (
    select(Lecturer.name, Lecturer.unit_name)
    .where(Lecturer.account_id == bindparam("account_id"), Lecturer.is_active)
    .limit(1)
)


def clerk_actors(session: Session, account_id: int, now: datetime) -> list[Actor]:
    """The organisers this account is a clerk of today."""
    rows = read(session, _CLERK, account_id=account_id, today=business_date(now))
    return [
        Actor(account_id, Role.BASE, name, organiser, organiser_id=organiser_id)
        for organiser_id, organiser, name in rows
    ]


def lecturer_actors(session: Session, account_id: int, _now: datetime) -> list[Actor]:
    """The lecturer's role, when any organiser lists this account as one."""
    row = read(session, _LECTURER, account_id=account_id).one_or_none()
    return [Actor(account_id, Role.LECTURER, row.name, row.unit_name)] if row else []


def get_organiser(session: Session, organiser_id: int) -> Organiser:
    """An organiser as anyone may see it; raises NotFoundError."""
    organiser = session.get(Organiser, organiser_id)
    if organiser is None:
        raise NotFoundError
    return organiser


def venues_of(
    session: Session, organiser_id: int, *, also: Collection[int] = ()
) -> Sequence[Venue]:
    """The organiser's rooms in use, by name; `also` those of these ids that rest."""
    return session.scalars(
        select(Venue)
        .where(Venue.organiser_id == organiser_id, Venue.is_active | Venue.id.in_(also))
        .order_by(Venue.name)
    ).all()


def lecturers_of(
    session: Session, organiser_id: int, *, also: Collection[int] = ()
) -> Sequence[Lecturer]:
    """The organiser's lecturers in use, by name; `also` those of these ids that rest."""
    return session.scalars(
        select(Lecturer)
        .where(Lecturer.organiser_id == organiser_id, Lecturer.is_active | Lecturer.id.in_(also))
        .order_by(Lecturer.name, Lecturer.id)
    ).all()


@dataclass(frozen=True, slots=True)
class Clerk:
    """A clerk as the next one up sees them."""

    member_id: int
    account_id: int
    username: str
    name: str
    since_on: date
    has_password: bool


def clerks_of(session: Session, organiser_id: int) -> list[Clerk]:
    """Who acts for the organiser now, longest serving first."""
    rows = session.execute(
        select(
            OrganiserMember.id,
            Account.id,
            Account.username,
            Account.display_name,
            OrganiserMember.since_on,
            Account.password_hash.is_not(None),
        )
        .join(Account, Account.id == OrganiserMember.account_id)
        .where(OrganiserMember.organiser_id == organiser_id, OrganiserMember.until_on.is_(None))
        .order_by(OrganiserMember.since_on, OrganiserMember.id)
    )
    return [Clerk(*row) for row in rows]


def clerk_accounts(session: Session, organiser_id: int, *, today: date) -> Sequence[int]:
    """The accounts of the organiser's clerks of that day."""
    return session.scalars(
        select(OrganiserMember.account_id).where(
            OrganiserMember.organiser_id == organiser_id,
            OrganiserMember.since_on <= today,
            or_(OrganiserMember.until_on.is_(None), OrganiserMember.until_on > today),
        )
    ).all()


def get_own_member(session: Session, member_id: int, *, actor: Actor) -> OrganiserMember:
    """A clerk's membership in the actor's own base; raises NotFoundError."""
    member = session.scalars(
        select(OrganiserMember).where(
            OrganiserMember.id == member_id, OrganiserMember.organiser_id == actor.organiser_id
        )
    ).one_or_none()
    if member is None:
        raise NotFoundError
    return member


def all_venues(organiser_id: int) -> Select[Any]:
    """Every room of the organiser, those in use first."""
    return (
        select(Venue)
        .where(Venue.organiser_id == organiser_id)
        .order_by(Venue.is_active.desc(), Venue.name)
    )


def all_lecturers(organiser_id: int, *, q: str = "") -> Select[Lecturer, str]:
    """Every lecturer of the organiser with the user name of their account, in use first."""
    statement = (
        select(Lecturer, Account.username)
        .outerjoin(Account, Account.id == Lecturer.account_id)
        .where(Lecturer.organiser_id == organiser_id)
        .order_by(Lecturer.is_active.desc(), Lecturer.name, Lecturer.id)
    )
    if q:
        words = [
            column.contains(q, autoescape=True)
            for column in (Lecturer.name, Lecturer.unit_name, Lecturer.field)
        ]
        statement = statement.where(or_(*words))
    return statement


def get_own_venue(session: Session, venue_id: int, *, actor: Actor) -> Venue:
    """A room of the actor's own base; raises NotFoundError."""
    venue = session.scalars(
        select(Venue).where(Venue.id == venue_id, Venue.organiser_id == actor.organiser_id)
    ).one_or_none()
    if venue is None:
        raise NotFoundError
    return venue


def get_own_lecturer(session: Session, lecturer_id: int, *, actor: Actor) -> Lecturer:
    """A lecturer of the actor's own base; raises NotFoundError."""
    lecturer = session.scalars(
        select(Lecturer).where(
            Lecturer.id == lecturer_id, Lecturer.organiser_id == actor.organiser_id
        )
    ).one_or_none()
    if lecturer is None:
        raise NotFoundError
    return lecturer


def get_staff_account(session: Session, account_id: int, *, actor: Actor) -> Account:
    """The account of a clerk or lecturer of the actor's base; raises NotFoundError."""
    is_clerk = exists().where(
        OrganiserMember.account_id == Account.id,
        OrganiserMember.organiser_id == actor.organiser_id,
        OrganiserMember.until_on.is_(None),
    )
    is_lecturer = exists().where(
        Lecturer.account_id == Account.id, Lecturer.organiser_id == actor.organiser_id
    )
    account = session.scalars(
        select(Account).where(Account.id == account_id, is_clerk | is_lecturer)
    ).one_or_none()
    if account is None:
        raise NotFoundError
    return account


def in_jurisdiction(actor: Actor) -> ColumnElement[bool]:
    """The bases and departments to whose clerks the officer is next up, as a condition."""
    if actor.role is Role.CITY:
        placed: ColumnElement[bool] = Organiser.level != Level.COUNTY
    else:
        placed = (Organiser.level == Level.COUNTY) & (Organiser.area_code == actor.bureau_code)
    return placed & (Organiser.kind != OrganiserKind.BUREAU)


def organisers_of(actor: Actor, *, q: str = "") -> Select[Any]:
    """The organisers of an officer's jurisdiction with the number of their clerks, by name."""
    clerks = (
        select(func.count(OrganiserMember.id))
        .where(OrganiserMember.organiser_id == Organiser.id, OrganiserMember.until_on.is_(None))
        .scalar_subquery()
    )
    statement = select(Organiser, clerks).where(in_jurisdiction(actor)).order_by(Organiser.name)
    return statement.where(Organiser.name.contains(q, autoescape=True)) if q else statement


def get_organiser_of(session: Session, organiser_id: int, *, actor: Actor) -> Organiser:
    """An organiser of the officer's jurisdiction; raises NotFoundError."""
    organiser = session.scalars(
        select(Organiser).where(Organiser.id == organiser_id, in_jurisdiction(actor))
    ).one_or_none()
    if organiser is None:
        raise NotFoundError
    return organiser


def find_organiser(session: Session, name: str) -> Organiser | None:
    """The organiser of this name (the command line)."""
    return session.scalars(select(Organiser).where(Organiser.name == name)).one_or_none()


def find_lecturer(session: Session, lecturer_id: int) -> Lecturer | None:
    """A lecturer by number (the command line)."""
    return session.get(Lecturer, lecturer_id)


def teachers_with_account(session: Session, organiser_id: int) -> list[tuple[Lecturer, str, bool]]:
    """The organiser's lecturers who can log in: (lecturer, user name, has a password)."""
    rows = session.execute(
        select(Lecturer, Account.username, Account.password_hash.is_not(None))
        .join(Account, Account.id == Lecturer.account_id)
        .where(Lecturer.organiser_id == organiser_id, Lecturer.is_active)
        .order_by(Lecturer.name, Lecturer.id)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def name_of(session: Session, account_id: int) -> str:
    """The name an account shows; the caller has scoped it."""
    return session.get_one(Account, account_id).display_name
