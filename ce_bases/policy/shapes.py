"""The shape every year's policy has; the values live in `notice_<year>`.

Hours are whole numbers of half-hours (`..._halves`), minutes and days are whole numbers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from ce_bases.policy.citations import Clause

IsWorkday = Callable[[date], bool]
Severity = Literal["block", "warn", "ignore"]
#: What a change of a filed plan leads to, the mildest first; "locked" is not editable at all.
Consequence = Literal["free", "notice", "refile", "locked"]


def monday_to_friday(day: date) -> bool:
    """The plainest calendar of working days; a holiday calendar is passed in where it counts."""
    return day.weekday() < 5


@dataclass(frozen=True, slots=True)
class YearlyRequirement:
    """What a professional must earn in a calendar year — 一(二)."""

    total_halves: int
    public_halves: int
    professional_halves: int
    clause: Clause


@dataclass(frozen=True, slots=True)
class FilingRule:
    """How long before it opens a class must be filed — 二(二)3.

    `count`: calendar or working days. `boundary`: "inclusive" lets day N before the opening
    still be in time, "clear" wants N days between. `return_grace_days`: how long a returned
    plan keeps its first submission time.
    """

    lead_days: int
    count: Literal["calendar", "working"]
    boundary: Literal["inclusive", "clear"]
    return_grace_days: int
    clause: Clause


@dataclass(frozen=True, slots=True)
class Cap:
    """A limit of credited hours, with the clause that sets it."""

    halves: int
    clause: Clause


@dataclass(frozen=True, slots=True)
class Works:
    """Achievements and publications — 二(二)4(3).

    `coauthors`: each gets all of it ("full"). No activity says how many wrote a work or who came
    first, so that the other ways are refused here rather than taken for "full" in silence.
    """

    each_halves: int
    year_halves: int
    coauthors: Literal["full", "first_n", "split"]
    clause: Clause

    def __post_init__(self) -> None:
        if self.coauthors != "full":
            raise ValueError(f"coauthors = {self.coauthors!r} needs the authors of each work")


@dataclass(frozen=True, slots=True)
class ByMonths:
    """Hours granted by counted months — 二(二)4(5) and 4(8).

    A month counts when at least `days_of_month` of its days lie within one period;
    `more_than_months` of them are needed for the reasons in `reasons_with_minimum`.
    """

    public_halves_a_month: int
    professional_halves_a_month: int
    days_of_month: int
    more_than_months: int
    reasons_with_minimum: tuple[str, ...]
    clause: Clause


@dataclass(frozen=True, slots=True)
class AttendanceRule:
    """When one may sign in and out, and what else holds at the door — rules §5 (minutes)."""

    opens_before_start: int
    closes_after_start: int
    out_opens_before_end: int
    out_closes_after_end: int
    sign_out_from_halves: int
    undo_minutes: int
    make_up_hours: int
    paper_hours: int
    lent_around_minutes: int
    by_hand_share: float
    confirm_within_workdays: int
    object_within_workdays: int
    code_step_seconds: int
    grant_minutes: int
    clause: Clause


@dataclass(frozen=True, slots=True)
class FlagRule:
    """From when on what was seen at a door is pointed out — rules §5; never a refusal.

    `burst_taps` people tapped within `burst_seconds` by one hand are pointed out.
    """

    burst_taps: int
    burst_seconds: int


@dataclass(frozen=True, slots=True)
class LiveRule:
    """Prompts in a class that is held over the net: how many in each window, how long open."""

    prompts_a_window: int
    open_minutes: int


@dataclass(frozen=True, slots=True)
class ConflictRule:
    """How severe each clash of timetables is — rules §4."""

    lecturer_same_organiser: Severity
    lecturer_elsewhere: Severity
    venue: Severity
    travel: Severity
    travel_minutes: int
    learner: Severity
    capacity: Severity


@dataclass(frozen=True, slots=True)
class ChangeRule:
    """What each change of a filed plan leads to — rules §3.

    `wording` is everything in `wording_fields`; `other` is whatever nothing else names.
    """

    opens_earlier: Consequence
    session_added: Consequence
    hours_up: Consequence
    subject: Consequence
    scope_wider: Consequence
    county: Consequence
    delivery: Consequence
    fee_up: Consequence
    wording: Consequence
    other: Consequence
    held: Consequence
    wording_fields: frozenset[str]
    remote_forms: frozenset[str]
    clause: Clause


@dataclass(frozen=True, slots=True)
class YearPolicy:
    """Everything a year's notice decides."""

    year: int
    version: str
    notice: str
    minutes_per_hour: int
    requirement: YearlyRequirement
    filing: FilingRule
    day_pool: Cap
    self_study: Cap
    works: Works
    posting: ByMonths
    absence: ByMonths
    exam: Cap
    competition_professional: Mapping[str, int]
    competition_public: Mapping[str, int]
    competition_clause: Clause
    training_clause: Clause
    expert_clause: Clause
    public_clause: Clause
    online_from: tuple[int, int]
    online_to: tuple[int, int]
    attendance: AttendanceRule
    flags: FlagRule
    live: LiveRule
    conflicts: ConflictRule
    changes: ChangeRule
    public_required_topics: tuple[str, ...]
    public_elective_topics: tuple[str, ...]

    def online_window(self, year: int) -> tuple[date, date]:
        """First and last day on which platform courses of `year` count — 二(二)2."""
        return date(year, *self.online_from), date(year, *self.online_to)
