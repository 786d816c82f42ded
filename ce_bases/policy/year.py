"""The fold: all live lines of a person and year in, each line's credited hours out.

No database, no clock; exact half-hours; the order in which lines come never matters.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

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
class _Line:
    """An activity on its way through the fold."""

    activity: Activity
    claimed: Yield
    months: tuple[int, ...] = ()
    limits: set[str] = field(default_factory=set)
    credited: Yield = NOTHING

    @property
    def order(self) -> tuple[date, int, str]:
        return self.activity.on, self.activity.starts_at, self.activity.id


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
    lines = [_judge(activity, year, policy) for activity in activities]
    _mark_duplicates(lines)
    left = [line for line in lines if not line.limits]
    for line in left:
        line.credited = line.claimed
    _cap_days(left, policy)
    studies = [line for line in left if line.activity.kind == "self_study"]
    _cap(studies, policy.self_study.halves, "self_study_cap")
    _cap([e for e in left if e.activity.kind in WORKS], policy.works.year_halves, "works_cap")
    _count_months_once(left, policy)
    return _result(year, lines, policy)


def _judge(activity: Activity, year: int, policy: YearPolicy) -> _Line:
    """Step 1: the limits that hold for a line by itself — each that applies is listed."""
    if activity.kind in PERIODS:
        return _judge_period(activity, year, policy)
    line = _Line(activity, activity.yields)
    if activity.on.year != year:
        line.limits.add("outside_year")
    elif activity.kind == "online_course":
        first, last = policy.online_window(year)
        if not first <= activity.on <= last:
            line.limits.add("outside_window")
    if activity.kind in FILED and not (activity.is_filed or activity.has_exception):
        line.limits.add("not_filed")
    if activity.kind == "self_study" and not activity.has_archive:
        line.limits.add("no_archive")
    return line


def _judge_period(activity: Activity, year: int, policy: YearPolicy) -> _Line:
    rule = _months_rule(activity.kind, policy)
    until = activity.until or activity.on
    if activity.on.year > year or until.year < year:
        return _Line(activity, Yield(), limits={"outside_year"})
    months = counted_months(activity.on, until, year, rule)
    line = _Line(activity, by_months(len(months), rule), months)
    if is_too_short(activity.reason, len(months), rule):
        line.limits.add("too_short")
    return line


def _mark_duplicates(lines: Sequence[_Line]) -> None:
    """Step 2: the same key within one kind is the same thing, and only its first line counts.

    Lines only `outside_year` take part, because they count elsewhere. A training confirmed by
    a base precedes a claim of the same class whatever the date.
    """
    same: dict[tuple[str, str, int], list[_Line]] = defaultdict(list)
    for line in lines:
        activity = line.activity
        if activity.key is not None and line.limits <= {"outside_year"}:
            year = activity.on.year if activity.kind == "online_course" else 0
            same[activity.kind, activity.key, year].append(line)
    for group in same.values():
        if len(group) > 1:
            first = min(group, key=_precedence)
            for line in group:
                if line is not first:
                    line.limits.add("duplicate")


def _precedence(line: _Line) -> tuple[bool, date, int, str]:
    claimed = line.activity.kind == "training" and not line.activity.from_base
    return claimed, *line.order


def _cap_days(left: Sequence[_Line], policy: YearPolicy) -> None:
    """Step 3, the day: one pool of 8 学时 over training, lectures and expert service."""
    days: dict[date, list[_Line]] = defaultdict(list)
    for line in left:
        if line.activity.kind in DAY_POOL:
            days[line.activity.on].append(line)
    for day in days.values():
        _cap(day, policy.day_pool.halves, "daily_cap")


def _cap(lines: Sequence[_Line], halves: int, name: str) -> None:
    """Give out `halves` in order of date, start and id; mark the lines that lose something."""
    room = halves
    for line in sorted(lines, key=lambda e: e.order):
        claimed = line.claimed.public + line.claimed.professional
        granted = min(claimed, room)
        room -= granted
        if granted < claimed:
            line.limits.add(name)
            line.credited = (
                Yield(public=granted) if line.claimed.public else Yield(professional=granted)
            )


def _count_months_once(left: Sequence[_Line], policy: YearPolicy) -> None:
    """Step 3, months of posting and absence: each month of the year counts once."""
    taken: set[int] = set()
    periods = [line for line in left if line.activity.kind in PERIODS]
    for line in sorted(periods, key=lambda e: (e.activity.on, e.activity.id)):
        fresh = [month for month in line.months if month not in taken]
        taken.update(fresh)
        if len(fresh) < len(line.months):
            line.limits.add("duplicate")
            line.credited = by_months(len(fresh), _months_rule(line.activity.kind, policy))


def _result(year: int, lines: Sequence[_Line], policy: YearPolicy) -> YearResult:
    public = sum(line.credited.public for line in lines)
    professional = sum(line.credited.professional for line in lines)
    wanted = policy.requirement
    refs = {line.activity.kind: "" for line in lines}
    refs = {kind: clause_of(kind, policy).ref for kind in refs}
    return YearResult(
        year=year,
        entries=tuple(
            Entry(
                line.activity.id,
                refs[line.activity.kind],
                line.claimed,
                line.credited,
                tuple(sorted(line.limits)),
            )
            for line in lines
        ),
        public_halves=public,
        professional_halves=professional,
        public_complete=public >= wanted.public_halves,
        professional_complete=professional >= wanted.professional_halves,
        total_complete=public + professional >= wanted.total_halves,
    )
