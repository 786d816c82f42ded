"""A small city to test in: two bases of two counties, a city base, and everyone's accounts."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from ce_bases.accounts.models import Account
from ce_bases.bureaus.models import BureauMember
from ce_bases.core.actors import Actor, Role
from ce_bases.core.identity import IdVault, check_digit
from ce_bases.organisers.models import (
    Lecturer,
    Level,
    Organiser,
    OrganiserKind,
    OrganiserMember,
    Venue,
)
from ce_bases.people.models import Affiliation, Person, Unit, UnitMember

VAULT = IdVault(b"01234567890123456789012345678901", b"abcdefghijabcdefghijabcdefghijab")
SINCE = date(2022, 1, 1)


@dataclass
class World:
    """Ids and actors; the user names are the keys of `actors`.

    `clerk`, `clerk2` (base of 任城区), `stranger` (base of 曲阜市), `city_clerk` (city base),
    `officer`, `officer2` (任城区), `other_officer` (曲阜市), `city_officer`, `lecturer`,
    `learner`, `learner2`, `unit_hr`, `admin`.
    """

    base_id: int
    other_base_id: int
    city_base_id: int
    venue_id: int
    other_venue_id: int
    lecturer_id: int
    other_lecturer_id: int
    unit_id: int
    person_ids: list[int]
    actors: dict[str, Actor]

    def __getitem__(self, username: str) -> Actor:
        return self.actors[username]


def resident_id(serial: int, *, born: str = "19850214", region: str = "370811") -> str:
    """A check-digit-valid constructed ID; `serial` 0–999."""
    first17 = f"{region}{born}{serial:03d}"
    return first17 + check_digit(first17)


def make_person(
    session: Session, name: str, serial: int, *, now: datetime, account_id: int | None = None
) -> Person:
    sealed = VAULT.seal(resident_id(serial))
    person = Person(
        name=name,
        post="工程师",
        id_cipher=sealed.cipher,
        id_index=sealed.index,
        id_last4=sealed.last4,
        account_id=account_id,
        created_at=now,
    )
    session.add(person)
    session.flush()
    return person


def _account(session: Session, username: str, now: datetime) -> Account:
    account = Account(username=username, display_name=f"用户{username}", created_at=now)
    session.add(account)
    session.flush()
    return account


def _organiser(session: Session, name: str, level: Level, area: str, now: datetime) -> Organiser:
    organiser = Organiser(
        name=name,
        kind=OrganiserKind.BASE,
        level=level,
        area_code=area,
        address=f"{name}地址 1 号",
        phone="0537-1234567",
        created_at=now,
    )
    session.add(organiser)
    session.flush()
    return organiser


def _clerk(session: Session, username: str, organiser: Organiser, now: datetime) -> Actor:
    account = _account(session, username, now)
    session.add(OrganiserMember(organiser_id=organiser.id, account_id=account.id, since_on=SINCE))
    return Actor(
        account.id, Role.BASE, account.display_name, organiser.name, organiser_id=organiser.id
    )


def _officer(session: Session, username: str, code: str, now: datetime) -> Actor:
    from ce_bases.bureaus.directory import BY_CODE

    account = _account(session, username, now)
    session.add(BureauMember(bureau_code=code, account_id=account.id, since_on=SINCE))
    bureau = BY_CODE[code]
    role = Role.CITY if bureau.is_city else Role.COUNTY
    return Actor(account.id, role, account.display_name, bureau.name, bureau_code=code)


def build_world(session: Session, *, now: datetime) -> World:  # noqa: PLR0915 -- one list
    """Add the whole world to `session` (flushed, not committed)."""
    base = _organiser(session, "任城建筑继续教育基地", Level.COUNTY, "370811", now)
    other = _organiser(session, "曲阜教师继续教育基地", Level.COUNTY, "370881", now)
    city = _organiser(session, "济宁市医学继续教育基地", Level.CITY, "370800", now)
    actors = {
        "clerk": _clerk(session, "clerk", base, now),
        "clerk2": _clerk(session, "clerk2", base, now),
        "stranger": _clerk(session, "stranger", other, now),
        "city_clerk": _clerk(session, "city_clerk", city, now),
        "officer": _officer(session, "officer", "370811", now),
        "officer2": _officer(session, "officer2", "370811", now),
        "other_officer": _officer(session, "other_officer", "370881", now),
        "city_officer": _officer(session, "city_officer", "370800", now),
    }
    venue = Venue(
        organiser_id=base.id,
        name="第一教室",
        address="任城区建设路 8 号",
        area_code="370811",
        capacity=60,
    )
    other_venue = Venue(
        organiser_id=other.id,
        name="报告厅",
        address="曲阜市静轩路 3 号",
        area_code="370881",
        capacity=200,
    )
    teacher = _account(session, "lecturer", now)
    lecturer = Lecturer(
        organiser_id=base.id,
        name="用户lecturer",
        unit_name="济宁市规划设计院",
        title="高级工程师",
        account_id=teacher.id,
    )
    other_lecturer = Lecturer(
        organiser_id=other.id, name="孔讲师", unit_name="曲阜市教研室", title="正高级教师"
    )
    unit = Unit(name="济宁市第一建筑公司", credit_code="913708001650012345", area_code="370811")
    session.add_all([venue, other_venue, lecturer, other_lecturer, unit])
    session.flush()
    actors["lecturer"] = Actor(teacher.id, Role.LECTURER, lecturer.name, lecturer.unit_name)
    hr = _account(session, "unit_hr", now)
    session.add(UnitMember(unit_id=unit.id, account_id=hr.id, since_on=SINCE))
    actors["unit_hr"] = Actor(hr.id, Role.UNIT, hr.display_name, unit.name, unit_id=unit.id)
    admin = _account(session, "admin", now)
    admin.is_admin = True
    actors["admin"] = Actor(admin.id, Role.ADMIN, admin.display_name)
    person_ids = []
    for serial, username in enumerate(("learner", "learner2", None, None), start=1):
        account = _account(session, username, now) if username else None
        name = account.display_name if account else f"学员{serial}"
        person = make_person(
            session, name, serial, now=now, account_id=account.id if account else None
        )
        session.add(Affiliation(person_id=person.id, unit_id=unit.id, since_on=SINCE))
        person_ids.append(person.id)
        if account:
            actors[str(username)] = Actor(
                account.id, Role.PROFESSIONAL, name, unit.name, person_id=person.id
            )
    session.flush()
    return World(
        base_id=base.id,
        other_base_id=other.id,
        city_base_id=city.id,
        venue_id=venue.id,
        other_venue_id=other_venue.id,
        lecturer_id=lecturer.id,
        other_lecturer_id=other_lecturer.id,
        unit_id=unit.id,
        person_ids=person_ids,
        actors=actors,
    )
