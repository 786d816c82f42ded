"""The organisers of the demo: bureaus, bases and departments, with staff, rooms, lecturers."""

from collections.abc import Iterator, Sequence
from itertools import cycle

from ce_bases.accounts.models import Account
from ce_bases.bureaus.directory import BUREAUS, CITY_CODE, COUNTIES, area_name
from ce_bases.bureaus.models import BureauMember
from ce_bases.core.actors import Actor, Role
from ce_bases.demo import sectors
from ce_bases.demo.host import Host
from ce_bases.demo.listed import BASE, BY_USERNAME, CITY_BASE, ELSEWHERE, HOME, OTHER_BASE, UNIT
from ce_bases.demo.sectors import Sector
from ce_bases.demo.setting import Setting
from ce_bases.organisers.models import (
    Lecturer,
    Level,
    Organiser,
    OrganiserKind,
    OrganiserMember,
    Venue,
)

STAFF_OF = {
    BASE: ("clerk", "clerk2"),
    CITY_BASE: ("cityclerk",),
    OTHER_BASE: ("stranger",),
}
OFFICERS_OF = {HOME: ("officer", "officer2"), ELSEWHERE: ("otherofficer",), CITY_CODE: ("city",)}
STREETS = ("建设路", "洸河路", "太白路", "人民路", "文化路", "光明路", "运河路", "学院路", "兴唐路")
ROOMS = (
    ("第一教室", 60), ("第二教室", 60), ("报告厅", 220), ("多媒体教室", 80),
    ("实训室", 45), ("研讨室", 40),
)  # fmt: skip
HALL = 2
_BASES_OF = (sectors.HEALTH, sectors.EDUCATION, sectors.BUILDING, sectors.FARMING)
_CITY_BASES = (
    *(sectors.EDUCATION, sectors.HEALTH, sectors.BUILDING, sectors.FINANCE, sectors.COMPUTING),
    *(sectors.WATER, sectors.GENERAL),
)
_DEPARTMENTS = (
    *(sectors.HEALTH, sectors.EDUCATION, sectors.FARMING, sectors.WATER, sectors.CULTURE),
)


def build_hosts(setting: Setting) -> list[Host]:
    """Every organiser of the demo, the fifteen bureaus first."""
    hosts = [_bureau(setting, bureau.code, bureau.name) for bureau in BUREAUS]
    for index, wanted in enumerate(_organisers()):
        hosts.append(_organiser(setting, wanted, index))
    _share_lecturers(setting, hosts)
    return hosts


def _organisers() -> Iterator[tuple[str, OrganiserKind, Level, str, Sector]]:
    """(name, kind, level, area, sector) of all but the bureaus."""
    base, department = OrganiserKind.BASE, OrganiserKind.DEPARTMENT
    suffix = "专业技术人员继续教育基地"
    local = cycle(_BASES_OF[1:])
    for number, county in enumerate(COUNTIES):
        first = sectors.HEALTH if county.code == HOME else next(local)
        first = sectors.CULTURE if county.code == ELSEWHERE else first
        trades = [first, next(local)] if number % 2 == 0 else [first]
        for sector in dict.fromkeys(trades):
            yield f"{county.area}{sector.name}{suffix}", base, Level.COUNTY, county.code, sector
        if number < 7:
            sector = _DEPARTMENTS[number % len(_DEPARTMENTS)]
            name = f"{county.area}{sector.department}"
            yield name, department, Level.COUNTY, county.code, sector
    for sector in _CITY_BASES:
        yield f"济宁市{sector.name}{suffix}", base, Level.CITY, CITY_CODE, sector
    yield f"山东省（济宁）农业{suffix}", base, Level.PROVINCIAL, CITY_CODE, sectors.FARMING
    yield f"国家级（济宁）装备制造{suffix}", base, Level.NATIONAL, CITY_CODE, sectors.INDUSTRY
    for sector in (*_DEPARTMENTS[:4], sectors.ENVIRONMENT):
        yield f"济宁市{sector.department}", department, Level.CITY, CITY_CODE, sector


def _bureau(setting: Setting, code: str, name: str) -> Host:
    """A bureau as the organiser of its own 公益课堂."""
    level = Level.CITY if code == CITY_CODE else Level.COUNTY
    host = _host(setting, name, OrganiserKind.BUREAU, level, code, sectors.GENERAL)
    usernames = OFFICERS_OF.get(code, ())
    for account in _staff(setting, host, usernames, at_least=2):
        role = Role.CITY if code == CITY_CODE else Role.COUNTY
        host.clerks.append(Actor(account.id, role, account.display_name, name, bureau_code=code))
        setting.book.enter(
            BureauMember(bureau_code=code, account_id=account.id, since_on=setting.since)
        )
    _furnish(setting, host, rooms=1, lecturers=1)
    return host


def _organiser(
    setting: Setting, wanted: tuple[str, OrganiserKind, Level, str, Sector], index: int
) -> Host:
    name, kind, level, area, sector = wanted
    host = _host(setting, name, kind, level, area, sector)
    at_least = 2 if index % 3 == 0 else 1
    for account in _staff(setting, host, STAFF_OF.get(name, ()), at_least=at_least):
        host.clerks.append(
            Actor(
                *(account.id, Role.BASE, account.display_name, name), organiser_id=host.organiser.id
            )
        )
        setting.book.enter(
            OrganiserMember(
                organiser_id=host.organiser.id, account_id=account.id, since_on=setting.since
            )
        )
    is_base = kind is OrganiserKind.BASE
    _furnish(setting, host, rooms=4 if is_base else 2, lecturers=3 if is_base else 2)
    return host


def _host(
    setting: Setting, name: str, kind: OrganiserKind, level: Level, area: str, sector: Sector
) -> Host:
    rng = setting.rng
    organiser = setting.book.add(
        Organiser(
            name=name,
            kind=kind,
            level=level,
            area_code=area,
            sector=sector.name if kind is not OrganiserKind.BUREAU else "",
            address=f"{area_name(area)}{rng.choice(STREETS)} {rng.randrange(2, 180)} 号",
            phone=f"0537-{rng.randrange(2100000, 2999999)}",
            about=f"面向{sector.audience}开展继续教育。",
            created_at=setting.founded,
        )
    )
    return Host(organiser, sector)


def _staff(
    setting: Setting, host: Host, usernames: Sequence[str], *, at_least: int
) -> list[Account]:
    """The listed accounts of the host, filled up with some that cannot log in."""
    accounts = [setting.listed_account(BY_USERNAME[username]) for username in usernames]
    while len(accounts) < at_least:
        username = f"staff{host.organiser.id:02d}{'abc'[len(accounts)]}"
        accounts.append(setting.account(username, next(setting.names)))
    return accounts


def _furnish(setting: Setting, host: Host, *, rooms: int, lecturers: int) -> None:
    organiser, rng = host.organiser, setting.rng
    start = rng.randrange(len(ROOMS)) if rooms > 1 else HALL
    for name, capacity in [ROOMS[(start + n) % len(ROOMS)] for n in range(rooms)]:
        venue = Venue(
            organiser_id=organiser.id,
            name=name,
            address=organiser.address,
            area_code=organiser.area_code,
            capacity=capacity + rng.randrange(0, 5) * 10,
        )
        host.venues.append(setting.book.add(venue))
    if host.name == BASE:
        host.lecturers.append(_lecturer(setting, host, listed="lecturer"))
    for number in range(lecturers):
        host.lecturers.append(_lecturer(setting, host, has_account=number == 0))


def _lecturer(
    setting: Setting, host: Host, *, listed: str = "", has_account: bool = False
) -> Lecturer:
    rng, sector = setting.rng, host.sector
    name, account = next(setting.names), None
    unit_name = f"{host.place}{rng.choice(sector.units)}"
    if listed:
        name, unit_name = BY_USERNAME[listed].name, UNIT
        account = setting.listed_account(BY_USERNAME[listed])
    elif has_account:
        account = setting.account(f"teacher{host.organiser.id:02d}", name)
    return setting.book.number(
        Lecturer(
            organiser_id=host.organiser.id,
            name=name,
            unit_name=unit_name,
            title=rng.choice(sector.titles),
            field=sector.name,
            identity_index=setting.vault.index(setting.ids.next(HOME)),
            account_id=account.id if account else None,
            is_active=True,
        )
    )


def _share_lecturers(setting: Setting, hosts: list[Host]) -> None:
    """Let a few lecturers teach for two organisers of their trade, then write them all."""
    bases = [host for host in hosts if host.organiser.kind is OrganiserKind.BASE]
    pairs = [(a, b) for a in bases for b in bases if a.sector is b.sector and a.area < b.area]
    for there, here in setting.rng.sample(pairs, 6):
        known, other = there.lecturers[-1], here.lecturers[-1]
        other.name, other.unit_name, other.title = known.name, known.unit_name, known.title
        other.identity_index = known.identity_index
    for host in hosts:
        setting.book.enter(*host.lecturers)
