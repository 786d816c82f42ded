"""Finding and adding professionals: one resident ID is one person, whoever enters it first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.audit.service import Act, record
from ce_bases.core.actors import Actor
from ce_bases.core.clock import business_date
from ce_bases.core.identity import IdVault, normal_number, resident_id_problem
from ce_bases.core.text import Text, msg
from ce_bases.people.models import Affiliation, Person, Unit
from ce_bases.people.naming import clean_cell, name_problem, normal_name
from ce_bases.people.pinyin import initials

# SQLite of older builds takes 999 values a statement.
CHUNK = 500
LONGEST_POST = 60
LONGEST_UNIT = 120
OTHER_NAME = msg("该身份证号已登记的姓名与所填姓名不一致，请核对证件后再录入。")


@dataclass(frozen=True, slots=True)
class Stated:
    """A person as somebody wrote them down; made by `stated`, so tidy, not yet checked."""

    name: str
    number: str
    unit_name: str = ""
    post: str = ""


def stated(name: str, number: str, unit_name: str = "", post: str = "") -> Stated:
    """What was typed, with blanks, full-width digits and a lower-case x made normal."""
    return Stated(
        normal_name(name),
        normal_number(clean_cell(number)).strip("'’`"),
        clean_cell(unit_name),
        clean_cell(post),
    )


def problems_of(person: Stated, *, now: datetime) -> dict[str, Text]:
    """Field → what is wrong with it; empty when the person can be looked up and added."""
    found: dict[str, Text | None] = {
        "name": name_problem(person.name),
        "number": msg("缺少身份证号。")
        if not person.number
        else resident_id_problem(person.number, today=business_date(now)),
        "unit_name": _too_long(person.unit_name, LONGEST_UNIT),
        "post": _too_long(person.post, LONGEST_POST),
    }
    return {name: problem for name, problem in found.items() if problem is not None}


def _too_long(text: str, longest: int) -> Text | None:
    return msg("最多 %(max)d 个字。", max=longest) if len(text) > longest else None


def find_people(session: Session, indexes: Iterable[str]) -> dict[str, Person]:
    """The people behind these keyed hashes (`vault.index`), by hash; unknown ones are left out."""
    wanted = sorted(set(indexes))
    found: dict[str, Person] = {}
    for start in range(0, len(wanted), CHUNK):
        people = session.scalars(
            select(Person).where(Person.id_index.in_(wanted[start : start + CHUNK]))
        )
        found.update((person.id_index, person) for person in people)
    return found


def is_same_name(person: Person, name: str) -> bool:
    """Whether `name` is the one this person is registered under."""
    return normal_name(person.name) == normal_name(name)


def find_or_add_people(
    session: Session,
    stated_people: Iterable[Stated],
    *,
    vault: IdVault,
    actor: Actor,
    now: datetime,
) -> dict[str, Person]:
    """The people of `stated_people` by their number's keyed hash, added where new (flushed).

    The callers checked `problems_of` and the names. Two clerks adding the same person at once:
    the unique key refuses the second, whose transaction is run again and finds the first's.
    """
    # One order for everybody, so that two rosters cannot wait for each other.
    hashed = {vault.index(person.number): person for person in stated_people}
    by_index = {index: hashed[index] for index in sorted(hashed)}
    found = find_people(session, by_index)
    new = {
        index: _new_person(person, vault=vault, now=now)
        for index, person in by_index.items()
        if index not in found
    }
    session.add_all(new.values())
    session.flush()
    for person in new.values():
        after = {"name": person.name, "last4": person.id_last4}
        record(session, Act("add_person", "person", person.id, after=after), actor=actor, now=now)
    people = {**found, **new}
    _affiliate(session, {people[index].id: by_index[index].unit_name for index in people}, now=now)
    return people


def _new_person(person: Stated, *, vault: IdVault, now: datetime) -> Person:
    sealed = vault.seal(person.number)
    return Person(
        name=person.name,
        initials=initials(person.name),
        post=person.post,
        id_cipher=sealed.cipher,
        id_index=sealed.index,
        id_last4=sealed.last4,
        created_at=now,
    )


def _affiliate(session: Session, units: Mapping[int, str], *, now: datetime) -> None:
    """Note where people work who never had a unit, when the stated unit is a registered one.

    Whoever has or had a unit keeps what it and the person agreed on: a class's roster is no
    word about that.
    """
    wanted = [person_id for person_id, unit_name in units.items() if unit_name]
    unit_ids = _units_by_name(session, {units[person_id] for person_id in wanted})
    settled: set[int] = set()
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        settled.update(
            session.scalars(select(Affiliation.person_id).where(Affiliation.person_id.in_(chunk)))
        )
    today = business_date(now)
    for person_id in wanted:
        unit_id = unit_ids.get(units[person_id])
        if unit_id is not None and person_id not in settled:
            session.add(Affiliation(person_id=person_id, unit_id=unit_id, since_on=today))
    session.flush()


def _units_by_name(session: Session, names: set[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    wanted = sorted(names)
    for start in range(0, len(wanted), CHUNK):
        rows = session.execute(
            select(Unit.name, Unit.id).where(Unit.name.in_(wanted[start : start + CHUNK]))
        )
        found.update((name, unit_id) for name, unit_id in rows)
    return found
