"""A professional's year as the page shows it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from ce_bases.core.reading import read
from ce_bases.credits import objections, queries
from ce_bases.credits.explain import Explained, explain
from ce_bases.credits.fold import YearFold, year_of
from ce_bases.plans.models import Plan, Subject
from ce_bases.policy.registry import policy_for
from ce_bases.policy.shapes import YearPolicy
from ce_bases.policy.year import YearResult

_NUMBERS = select(Plan.id, Plan.filing_number).where(
    Plan.id.in_(bindparam("plan_ids", expanding=True))
)


@dataclass(frozen=True, slots=True)
class YearPage:
    """One person's year: figures, what is missing, every line in words, what was taken back.

    `plans` maps a line's plan to its filing number; `classes` are upcoming ones that would fill
    what is missing; `standings` tell for each line whether its owner may object.
    """

    year: int
    policy: YearPolicy
    result: YearResult
    lines: Sequence[Explained]
    plans: Mapping[int, str]
    reversals: Sequence[Any]
    years: Sequence[int]
    classes: Sequence[Any]
    standings: Mapping[int, objections.Standing]

    @property
    def missing(self) -> dict[Subject, int]:
        """Half-hours short, by subject; only what is short."""
        return _missing(self.result, self.policy)

    @property
    def missing_halves(self) -> int:
        """Half-hours short in all."""
        by_subject = sum(self.missing.values())
        return max(by_subject, self.policy.requirement.total_halves - self.result.total_halves)


def year_page(session: Session, person_id: int, year: int, *, today: date) -> YearPage:
    """Everything the page of one person and year shows; LookupError before the first notice."""
    policy = policy_for(year)
    fold = year_of(session, person_id, year, policy=policy)
    missing = _missing(fold.result, policy)
    return YearPage(
        year=year,
        policy=policy,
        result=fold.result,
        lines=explain(fold, policy),
        plans=_filing_numbers(session, fold),
        reversals=queries.reversals(session, person_id, year),
        years=sorted({*queries.years_with_hours(session, person_id), today.year}, reverse=True),
        classes=classes_for(session, person_id, year, missing, today=today),
        standings=objections.standings(session, [line.id for line in fold.lines], today=today),
    )


def classes_for(
    session: Session, person_id: int, year: int, missing: Iterable[Subject], *, today: date
) -> Sequence[Any]:
    """Upcoming classes that would fill what is `missing`; a year that is over has none."""
    subjects = [*missing]
    if not subjects or year != today.year:
        return ()
    return queries.classes_that_fill(
        session, person_id, subjects, after=today, until=date(year, 12, 31)
    )


def _missing(result: YearResult, policy: YearPolicy) -> dict[Subject, int]:
    need = policy.requirement
    short = {
        Subject.PUBLIC: need.public_halves - result.public_halves,
        Subject.PROFESSIONAL: need.professional_halves - result.professional_halves,
    }
    return {subject: halves for subject, halves in short.items() if halves > 0}


def _filing_numbers(session: Session, fold: YearFold) -> dict[int, str]:
    plan_ids = {line.plan_id for line in fold.lines if line.plan_id is not None}
    if not plan_ids:
        return {}
    rows = read(session, _NUMBERS, plan_ids=sorted(plan_ids))
    return {plan_id: number for plan_id, number in rows if number is not None}
