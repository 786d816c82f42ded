"""Units and the people who work in them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice

from ce_bases.audit.service import Act
from ce_bases.bureaus.directory import COUNTIES
from ce_bases.demo import sectors
from ce_bases.demo.ids import credit_code
from ce_bases.demo.listed import BY_USERNAME, HOME, UNIT
from ce_bases.demo.names import person_name
from ce_bases.demo.sectors import SECTORS, Sector
from ce_bases.demo.setting import Setting
from ce_bases.people.models import Affiliation, Person, Unit, UnitMember
from ce_bases.people.pinyin import initials

PEOPLE = 3000
UNITS = 63
_PUBLIC = (sectors.HEALTH, sectors.EDUCATION, sectors.CULTURE, sectors.GENERAL)


@dataclass(eq=False)
class Employer:
    """A unit with its people."""

    unit: Unit
    sector: Sector
    people: list[Person] = field(default_factory=list)

    @property
    def area(self) -> str:
        return self.unit.area_code


@dataclass
class Population:
    """Everybody; `learner` is the listed professional."""

    employers: list[Employer]
    learner: Person
    unit_of: dict[int, str]

    def of(self, area: str | None, sector: Sector | None) -> list[Person]:
        """The people of an area and a trade; None: any."""
        return [
            person
            for employer in self.employers
            if area in (None, employer.area) and sector in (None, employer.sector)
            for person in employer.people
        ]


def build_population(setting: Setting) -> Population:
    """3,000 people in 63 units; a few have no unit."""
    employers = [
        _employer(setting, area, name, sector) for area, name, sector in islice(_units(), UNITS)
    ]
    learner = _listed_people(setting, employers[0])
    shares = [setting.rng.randrange(6, 20) for _ in employers]
    unit_of: dict[int, str] = {learner.id: UNIT}
    for number in range(PEOPLE - 1):
        employer = setting.rng.choices(employers, shares)[0]
        person = _person(setting, employer)
        if number % 40:
            unit_of[person.id] = employer.unit.name
            _affiliate(setting, person, employer)
    for employer in employers:
        setting.rng.shuffle(employer.people)
    return Population(employers, learner, unit_of)


def _units() -> Iterator[tuple[str, str, Sector]]:
    """(area, name, sector): the demo's own first, then county by county, trade by trade."""
    yield HOME, UNIT, sectors.HEALTH
    for turn in range(len(SECTORS)):
        for number, county in enumerate(COUNTIES):
            sector = SECTORS[(turn * 3 + number) % len(SECTORS)]
            name = f"{county.area}{sector.units[turn % len(sector.units)]}"
            if name != UNIT:
                yield county.code, name, sector


def _employer(setting: Setting, area: str, name: str, sector: Sector) -> Employer:
    kind = "12" if sector in _PUBLIC else "91"
    code = credit_code(setting.rng, area, kind)
    return Employer(setting.book.add(Unit(name=name, credit_code=code, area_code=area)), sector)


def _listed_people(setting: Setting, employer: Employer) -> Person:
    """The professional to try, and the personnel office of their unit."""
    clerk = setting.listed_account(BY_USERNAME["unit"])
    setting.book.enter(
        UnitMember(unit_id=employer.unit.id, account_id=clerk.id, since_on=setting.since)
    )
    listed = BY_USERNAME["learner"]
    account = setting.listed_account(listed)
    learner = _person(setting, employer, name=listed.name, account_id=account.id)
    _affiliate(setting, learner, employer)
    return learner


def _person(
    setting: Setting, employer: Employer, *, name: str = "", account_id: int | None = None
) -> Person:
    rng = setting.rng
    name = name or person_name(rng)
    sealed = setting.vault.seal(setting.ids.next(rng.choice((employer.area, employer.area, HOME))))
    person = setting.book.add(
        Person(
            name=name,
            initials=initials(name),
            post=rng.choice(employer.sector.posts),
            area_code=employer.area,
            id_cipher=sealed.cipher,
            id_index=sealed.index,
            id_last4=sealed.last4,
            account_id=account_id,
            created_at=setting.founded,
        )
    )
    employer.people.append(person)
    after = {"name": name, "last4": sealed.last4}
    setting.book.act(
        Act("add_person", "person", person.id, after=after), actor=None, at=setting.founded
    )
    return person


def _affiliate(setting: Setting, person: Person, employer: Employer) -> None:
    since = setting.since - timedelta(days=setting.rng.randrange(0, 3000))
    row = {"person_id": person.id, "unit_id": employer.unit.id, "since_on": since}
    setting.book.enter_values(Affiliation, {**row, "until_on": None})
