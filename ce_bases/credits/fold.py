"""From ledger lines to a person's year: the database's side of `policy.year.fold_year`."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from typing import Any, Protocol, TypeVar

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from ce_bases.core.reading import read
from ce_bases.credits.models import Kind, LedgerLine, Origin
from ce_bases.policy.conversion import Yield
from ce_bases.policy.registry import policy_for
from ce_bases.policy.schedule import minute_of_day
from ce_bases.policy.shapes import YearPolicy
from ce_bases.policy.year import PERIODS, Activity, YearResult, fold_year

T = TypeVar("T")
CHUNK = 500
_CLASSES = (Kind.TRAINING, Kind.LECTURE)


class Line(Protocol):
    """What the fold and its pages need of a ledger line."""

    id: int
    person_id: int
    year: int
    source: str
    version: int
    reverses_id: int | None
    kind: Kind
    origin: Origin
    held_on: date
    until_on: date | None
    starts_at: time
    public_halves: int
    professional_halves: int
    is_filed: bool
    has_exception: bool
    has_archive: bool
    thing_key: str | None
    detail: str
    title: str
    plan_id: int | None


# One annotation, one column: the protocol is also the list of what is read.
COLUMNS = [getattr(LedgerLine, name) for name in Line.__annotations__]


@dataclass(frozen=True, slots=True)
class YearFold:
    """A person's year: its live lines and, in the same order, what became of each.

    `tied_years` are other years with a line, live or taken back, about one of its things: what
    counts here may not count there.
    """

    year: int
    lines: Sequence[Line]
    result: YearResult
    tied_years: frozenset[int] = frozenset()


def activity_of(line: Line) -> Activity:
    """`line` as the policy sees it; its id never depends on when the line was posted."""
    is_period = line.kind in PERIODS
    claimed = Yield(line.public_halves, line.professional_halves)
    return Activity(
        id=f"{line.source}#{line.version}",
        kind=line.kind.value,
        on=line.held_on,
        yields=Yield() if is_period else claimed,
        starts_at=minute_of_day(line.starts_at),
        until=line.until_on,
        is_filed=line.is_filed,
        has_exception=line.has_exception,
        has_archive=line.has_archive,
        from_base=line.origin is Origin.BASE,
        key=line.thing_key,
        reason=line.detail,
    )


def live(lines: Iterable[Line]) -> list[Line]:
    """Those of one person's `lines` that count: neither a reversal nor reversed by one of them."""
    known = list(lines)
    reversed_ids = {line.reverses_id for line in known}
    return [e for e in known if e.reverses_id is None and e.id not in reversed_ids]


def fold_lines(
    year: int, lines: Iterable[Line], elsewhere: Iterable[Line], policy: YearPolicy
) -> YearFold:
    """Credit one person's `lines` of `year`, reversals among them.

    `elsewhere` are their lines of other years: a thing counts once ever, so those about the same
    things take part in finding duplicates, and are left out of the result again.
    """
    lines = list(lines)
    things = {(line.kind, line.thing_key) for line in lines if line.thing_key is not None}
    related = [line for line in elsewhere if (line.kind, line.thing_key) in things]
    counted = sorted(live(lines), key=lambda e: (e.held_on, e.starts_at, e.source, e.version))
    result = fold_year(year, map(activity_of, [*counted, *live(related)]), policy)
    return YearFold(
        year,
        counted,
        replace(result, entries=result.entries[: len(counted)]),
        frozenset(line.year for line in related),
    )


def year_of(
    session: Session, person_id: int, year: int, *, policy: YearPolicy | None = None
) -> YearFold:
    """The fold over everything live of one person and year."""
    return fold_people(session, year, [person_id], policy or policy_for(year))[person_id]


def year_with(
    session: Session,
    person_id: int,
    year: int,
    more: Sequence[Line],
    *,
    policy: YearPolicy | None = None,
) -> tuple[YearFold, YearFold]:
    """The fold of one person and year as it is, and as it would be with `more` lines.

    The ids of `more` are none that the ledger has; nothing is written.
    """
    policy = policy or policy_for(year)
    lines = _here(session, year, [person_id])[person_id]
    elsewhere = _elsewhere(session, year, [person_id], [[*lines, *more]])[person_id]
    return (
        fold_lines(year, lines, elsewhere, policy),
        fold_lines(year, [*lines, *more], elsewhere, policy),
    )


def fold_people(
    session: Session, year: int, person_ids: Sequence[int], policy: YearPolicy
) -> dict[int, YearFold]:
    """The folds of `year` of at most `CHUNK` people, two queries for all of them.

    Plain reads by person, joined here: right after a posting the database's statistics know
    nothing of the new lines, and a self-join planned on them can take minutes.
    """
    lines = _here(session, year, person_ids)
    elsewhere = _elsewhere(session, year, person_ids, lines.values())
    return {
        person_id: fold_lines(year, lines[person_id], elsewhere[person_id], policy)
        for person_id in person_ids
    }


_OF_PEOPLE = select(*COLUMNS).where(
    LedgerLine.person_id.in_(bindparam("person_ids", expanding=True))
)
_HERE = _OF_PEOPLE.where(LedgerLine.year == bindparam("year"))
# A class posted by its organiser has one date: only a claim can name it in another year.
_ELSEWHERE = _OF_PEOPLE.where(
    LedgerLine.year != bindparam("year"),
    LedgerLine.thing_key.is_not(None),
    or_(
        ~((LedgerLine.origin == Origin.BASE) & LedgerLine.kind.in_(_CLASSES)),
        LedgerLine.thing_key.in_(bindparam("claimed", expanding=True)),
    ),
)


def _here(session: Session, year: int, person_ids: Sequence[int]) -> dict[int, list[Line]]:
    """Everything in the ledger of these people and `year`, by person."""
    return _by_person(read(session, _HERE, person_ids=[*person_ids], year=year))


def _elsewhere(
    session: Session, year: int, person_ids: Sequence[int], lines: Iterable[Iterable[Line]]
) -> dict[int, list[Line]]:
    """Their lines of other years that can be about the same thing as one of `lines`."""
    claimed = {
        line.thing_key
        for of_person in lines
        for line in of_person
        if line.origin is Origin.CLAIM and line.kind in _CLASSES
    }
    wanted = sorted(key for key in claimed if key is not None)
    found = read(session, _ELSEWHERE, person_ids=[*person_ids], year=year, claimed=wanted)
    return _by_person(found)


def _by_person(rows: Iterable[Any]) -> dict[int, list[Line]]:
    found: dict[int, list[Line]] = defaultdict(list)
    for row in rows:
        found[row.person_id].append(row)
    return found


def chunks(items: Sequence[T], size: int = CHUNK) -> Iterable[Sequence[T]]:
    """`items` in pieces that fit into one statement."""
    return (items[i : i + size] for i in range(0, len(items), size))
