"""The fold: all live lines of a person and year in, each line's credited hours out.

No database, no clock; exact half-hours; the order in which lines come never matters.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from ce_bases.policy.citations import Clause
from ce_bases.policy.conversion import Yield, by_months, counted_months, is_too_short
from ce_bases.policy.shapes import ByMonths, YearPolicy

DAY_POOL = frozenset({"training", "lecture", "expert_service"})
FILED = frozenset({"training", "lecture"})
WORKS = frozenset({"achievement", "publication"})
PERIODS = frozenset({"posting", "absence"})
NOTHING = Yield()
LIMITS = (
    "absence_cap",
    "daily_cap",
    "duplicate",
    "no_archive",
    "not_filed",
    "outside_window",
    "outside_year",
    "posting_cap",
    "self_study_cap",
    "too_short",
    "works_cap",
)


_BIT = {name: 1 << n for n, name in enumerate(LIMITS)}


@cache
def _names(limits: int) -> tuple[str, ...]:
    """The names of the bits set in `limits`, sorted as `LIMITS` is."""
    return tuple(name for name in LIMITS if limits & _BIT[name])


@dataclass(frozen=True, slots=True)
class Activity:
    """One live line. `on` is its date, or the first day of a period that ends on `until`.

    `yields` is what it claims by itself (for periods the fold works it out by months);
    `starts_at` are minutes since midnight; `key` names the thing itself, so that it counts once.
    """

    id: str
    kind: str
    on: date
    yields: Yield = NOTHING
    starts_at: int = 0
    until: date | None = None
    is_filed: bool = True
    has_exception: bool = False
    has_archive: bool = False
    from_base: bool = True
    key: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """What became of one activity; `limits` are sorted names."""

    id: str
    clause: str
    claimed: Yield
    credited: Yield
    limits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class YearResult:
    """The year of one person: entries in input order and totals in half-hours."""

    year: int
    entries: tuple[Entry, ...]
    public_halves: int
    professional_halves: int
    public_complete: bool
    professional_complete: bool
    total_complete: bool

    @property
    def total_halves(self) -> int:
        return self.public_halves + self.professional_halves

    @property
    def is_complete(self) -> bool:
        """All three of 一(二) hold."""
        return self.public_complete and self.professional_complete and self.total_complete


@dataclass(slots=True)
class _Sheet:
    """The lines on their way through the fold, a column each; a line is its place in them.

    An object a line, or a set of its limits, would be one more that the collector looks at again
    and again: the fold of many lines would not stay linear. `limits` are bits of `_BIT`; `months`
    has those of periods.
    """

    lines: Sequence[Activity]
    claimed: list[Yield]
    credited: list[Yield]
    limits: list[int]
    months: dict[int, tuple[int, ...]]

    def order(self, n: int) -> tuple[date, int, str]:
        line = self.lines[n]
        return line.on, line.starts_at, line.id

    def precedence(self, n: int) -> tuple[bool, date, int, str]:
        line = self.lines[n]
        return line.kind == "training" and not line.from_base, *self.order(n)


def clause_of(kind: str, policy: YearPolicy) -> Clause:
    """The clause under which a kind of activity is credited."""
    return {
        "training": policy.training_clause,
        "lecture": policy.public_clause,
        "online_course": policy.public_clause,
        "self_study": policy.self_study.clause,
        "achievement": policy.works.clause,
        "publication": policy.works.clause,
        "expert_service": policy.expert_clause,
        "posting": policy.posting.clause,
        "exam": policy.exam.clause,
        "competition": policy.competition_clause,
        "absence": policy.absence.clause,
    }[kind]


def _months_rule(kind: str, policy: YearPolicy) -> ByMonths:
    return policy.posting if kind == "posting" else policy.absence


def fold_year(year: int, activities: Iterable[Activity], policy: YearPolicy) -> YearResult:
    """Credit `activities` for `year` — rules §6, contract “flask hours estimate”.

    Three steps: what cannot count at all; the same thing only once; caps over what is left.
    """
    sheet = _Sheet([*activities], [], [], [], {})
    for n, line in enumerate(sheet.lines):
        _judge(sheet, n, line, year, policy)
    _mark_duplicates(sheet)
    left = [n for n, limits in enumerate(sheet.limits) if not limits]
    for n in left:
        sheet.credited[n] = sheet.claimed[n]
    _cap_days(sheet, left, policy)
    studies = [n for n in left if sheet.lines[n].kind == "self_study"]
    _cap(sheet, studies, policy.self_study.halves, "self_study_cap")
    works = [n for n in left if sheet.lines[n].kind in WORKS]
    _cap(sheet, works, policy.works.year_halves, "works_cap")
    _count_months_once(sheet, left, policy)
    return _result(year, sheet, policy)


def _judge(sheet: _Sheet, n: int, line: Activity, year: int, policy: YearPolicy) -> None:
    """Step 1: the limits that hold for a line by itself — each that applies is listed."""
    claimed, limits = line.yields, 0
    if line.kind in PERIODS:
        claimed, limits = _judge_period(sheet, n, line, year, policy)
    elif line.on.year != year:
        limits |= _BIT["outside_year"]
    elif line.kind == "online_course":
        first, last = policy.online_window(year)
        if not first <= line.on <= last:
            limits |= _BIT["outside_window"]
    if line.kind in FILED and not (line.is_filed or line.has_exception):
        limits |= _BIT["not_filed"]
    if line.kind == "self_study" and not line.has_archive:
        limits |= _BIT["no_archive"]
    sheet.claimed.append(claimed)
    sheet.credited.append(NOTHING)
    sheet.limits.append(limits)


def _judge_period(
    sheet: _Sheet, n: int, line: Activity, year: int, policy: YearPolicy
) -> tuple[Yield, int]:
    """What a period claims by its months of `year`, and the limits on it."""
    rule = _months_rule(line.kind, policy)
    until = line.until or line.on
    if line.on.year > year or until.year < year:
        return NOTHING, _BIT["outside_year"]
    months = sheet.months[n] = counted_months(line.on, until, year, rule)
    too_short = is_too_short(line.reason, len(months), rule)
    return by_months(len(months), rule), _BIT["too_short"] if too_short else 0


def _mark_duplicates(sheet: _Sheet) -> None:
    """Step 2: the same key within one kind is the same thing, and only its first line counts.

    Lines only `outside_year` take part, because they count elsewhere. A training confirmed by
    a base precedes a claim of the same class whatever the date.
    """
    firsts: dict[str, dict[str, int]] = defaultdict(dict)
    for n, line in enumerate(sheet.lines):
        if line.key is None or sheet.limits[n] & ~_BIT["outside_year"]:
            continue
        of_kind = firsts[line.kind]
        if line.kind == "online_course":
            of_kind = firsts[f"{line.kind} {line.on.year}"]
        first = of_kind.setdefault(line.key, n)
        if first == n:
            continue
        second = n
        if sheet.precedence(n) < sheet.precedence(first):
            of_kind[line.key], second = n, first
        sheet.limits[second] |= _BIT["duplicate"]


def _cap_days(sheet: _Sheet, left: Sequence[int], policy: YearPolicy) -> None:
    """Step 3, the day: one pool of 8 学时 over training, lectures and expert service."""
    pool = [n for n in left if sheet.lines[n].kind in DAY_POOL]
    for day in _by_day(sheet, pool).values():
        _give(sheet, day, policy.day_pool.halves, "daily_cap")


def _cap(sheet: _Sheet, lines: Sequence[int], halves: int, name: str) -> None:
    """Give out `halves` of a year in order of date, start and id."""
    for _, day in sorted(_by_day(sheet, lines).items()):
        halves = _give(sheet, day, halves, name)


def _by_day(sheet: _Sheet, lines: Sequence[int]) -> dict[date, list[int]]:
    days: dict[date, list[int]] = defaultdict(list)
    for n in lines:
        days[sheet.lines[n].on].append(n)
    return days


def _give(sheet: _Sheet, day: Sequence[int], room: int, name: str) -> int:
    """Give the lines of a day of `room` in order; mark those that lose something; what is left."""
    for n in sorted(day, key=sheet.order) if room else day:
        claimed = sheet.claimed[n]
        wanted = claimed.public + claimed.professional
        granted = min(wanted, room)
        room -= granted
        if granted < wanted:
            sheet.limits[n] |= _BIT[name]
            sheet.credited[n] = _given(granted, is_public=claimed.public > 0)
    return room


@cache
def _given(halves: int, *, is_public: bool) -> Yield:
    return Yield(public=halves) if is_public else Yield(professional=halves)


def _count_months_once(sheet: _Sheet, left: Sequence[int], policy: YearPolicy) -> None:
    """Step 3, months of posting and absence: each month of the year counts once."""
    taken: set[int] = set()
    periods = [(sheet.lines[n], n) for n in left if sheet.lines[n].kind in PERIODS]
    for line, n in sorted(periods, key=lambda e: (e[0].on, e[0].id)):
        fresh = [month for month in sheet.months[n] if month not in taken]
        taken.update(fresh)
        if len(fresh) < len(sheet.months[n]):
            sheet.limits[n] |= _BIT["duplicate"]
            sheet.credited[n] = by_months(len(fresh), _months_rule(line.kind, policy))


def _result(year: int, sheet: _Sheet, policy: YearPolicy) -> YearResult:
    public = sum(credited.public for credited in sheet.credited)
    professional = sum(credited.professional for credited in sheet.credited)
    wanted = policy.requirement
    refs = {kind: clause_of(kind, policy).ref for kind in {line.kind for line in sheet.lines}}
    return YearResult(
        year=year,
        entries=tuple(
            Entry(line.id, refs[line.kind], claimed, credited, _names(limits))
            for line, claimed, credited, limits in zip(
                sheet.lines, sheet.claimed, sheet.credited, sheet.limits, strict=True
            )
        ),
        public_halves=public,
        professional_halves=professional,
        public_complete=public >= wanted.public_halves,
        professional_complete=professional >= wanted.professional_halves,
        total_complete=public + professional >= wanted.total_halves,
    )
