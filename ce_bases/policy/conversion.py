"""The eight ways of clause 二(二)4, and courses and lectures of 二(二)2.

What each one yields by itself, in half-hours, before any limit of the year or day.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from ce_bases.policy.schedule import net_halves
from ce_bases.policy.shapes import ByMonths, YearPolicy


@dataclass(frozen=True, slots=True)
class Yield:
    """Half-hours of public and of professional subjects."""

    public: int = 0
    professional: int = 0


def _in(subject: str, halves: int) -> Yield:
    return Yield(public=halves) if subject == "public" else Yield(professional=halves)


def training(subject: str, halves: int) -> Yield:
    """二(二)4(1): the filed hours of the sessions attended."""
    return _in(subject, halves)


def lecture(halves: int) -> Yield:
    """二(二)2: a 公益课堂 is always public."""
    return Yield(public=halves)


def self_study(subject: str, halves: int) -> Yield:
    """二(二)4(2): what the employer determined."""
    return _in(subject, halves)


def work(subject: str, policy: YearPolicy) -> Yield:
    """二(二)4(3): ten for each achievement or publication."""
    return _in(subject, policy.works.each_halves)


def expert_service(subject: str, minutes: int, policy: YearPolicy) -> Yield:
    """二(二)4(4): actual minutes without travel and rest."""
    return _in(subject, net_halves(minutes, minutes_per_hour=policy.minutes_per_hour))


def exam(policy: YearPolicy) -> Yield:
    """二(二)4(6): sixteen for a certificate."""
    return Yield(professional=policy.exam.halves)


def competition(level: str, subject: str, policy: YearPolicy) -> Yield:
    """二(二)4(7): by level, professional or public as chosen."""
    table = policy.competition_public if subject == "public" else policy.competition_professional
    return _in(subject, table[level])


def online_course(halves: int) -> Yield:
    """二(二)2: the course's hours on completion, public."""
    return Yield(public=halves)


def counted_months(from_on: date, to_on: date, year: int, rule: ByMonths) -> tuple[int, ...]:
    """The months of `year` with enough days inside the period — 二(二)4(5), 4(8).

    A month counts when at least 15 of its days lie within this one period.
    """
    return tuple(
        month
        for month in range(1, 13)
        if _days_inside(from_on, to_on, year, month) >= rule.days_of_month
    )


def _days_inside(from_on: date, to_on: date, year: int, month: int) -> int:
    first = max(from_on, date(year, month, 1))
    last = min(to_on, date(year, month, monthrange(year, month)[1]))
    return (last - first).days + 1


def by_months(months: int, rule: ByMonths) -> Yield:
    """二(二)4(5) and 4(8): 2.5 public and 5 professional for each counted month."""
    return Yield(months * rule.public_halves_a_month, months * rule.professional_halves_a_month)


def is_too_short(reason: str, months: int, rule: ByMonths) -> bool:
    """二(二)4(8): abroad and illness need more than six counted months, maternity any."""
    return reason in rule.reasons_with_minimum and months <= rule.more_than_months
