"""What crediting a claim would come to, and what each cap still leaves; nothing is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy.orm import Session

from ce_bases.claims.models import Claim
from ce_bases.claims.posting import ledger_lines
from ce_bases.core.text import Text
from ce_bases.credits.explain import CAPS, explain
from ce_bases.credits.fold import Line, YearFold, year_of, year_with
from ce_bases.credits.models import Kind
from ce_bases.policy.citations import Clause
from ce_bases.policy.conversion import Yield
from ce_bases.policy.registry import FIRST_YEAR, policy_for
from ce_bases.policy.shapes import YearPolicy


@dataclass(frozen=True, slots=True)
class Worth:
    """What a claim comes to in one year: claimed, would be credited, and why not more."""

    year: int
    claimed: Yield
    credited: Yield
    cuts: Sequence[Text]
    clause: Clause

    @property
    def claimed_halves(self) -> int:
        return self.claimed.public + self.claimed.professional

    @property
    def credited_halves(self) -> int:
        return self.credited.public + self.credited.professional

    @property
    def is_cut(self) -> bool:
        return self.credited_halves < self.claimed_halves


def worth_of(session: Session, claim: Claim, *, now: datetime) -> list[Worth]:
    """What crediting `claim` now would add, by year: the fold over the live lines and its own."""
    return [_worth(session, claim, line) for line in _lines(claim, now)]


def _lines(claim: Claim, now: datetime) -> list[Any]:
    """The ledger lines to be; their ids are below those of any stored line.

    The unit's archive entry comes with its confirmation: until then it is taken as given.
    """
    rows = ledger_lines(claim, actor=None, now=now)
    return [
        SimpleNamespace(**{**row, "id": -(1000 * claim.id + number), "has_archive": True})
        for number, row in enumerate(rows)
    ]


def _worth(session: Session, claim: Claim, line: Any) -> Worth:
    policy = policy_for(line.year)
    _, fold = year_with(session, claim.person_id, line.year, [line], policy=policy)
    place = next(i for i, known in enumerate(fold.lines) if known.id == line.id)
    entry = fold.result.entries[place]
    told = next(item for item in explain(fold, policy) if item.line.id == line.id)
    return Worth(line.year, entry.claimed, entry.credited, told.cuts, told.clause)


@dataclass(frozen=True, slots=True)
class Pending:
    """Half-hours that waiting claims would add to a year."""

    public: int = 0
    professional: int = 0


def pending_hours(
    session: Session, claims: Sequence[Claim], person_id: int, year: int, *, now: datetime
) -> Pending:
    """What `claims` of one person would add to `year` if all of them were credited."""
    lines: list[Line] = [line for claim in claims for line in _lines(claim, now)]
    of_year = [line for line in lines if line.year == year]
    if not of_year:
        return Pending()
    before, after = (fold.result for fold in year_with(session, person_id, year, of_year))
    return Pending(
        max(0, after.public_halves - before.public_halves),
        max(0, after.professional_halves - before.professional_halves),
    )


@dataclass(frozen=True, slots=True)
class Room:
    """A yearly cap, what credited lines have used of it, and what is left; half-hours."""

    cap: int
    used: int
    clause: Clause

    @property
    def left(self) -> int:
        return max(0, self.cap - self.used)


#: Which yearly cap a kind falls under.
_CAP_OF: Mapping[str, str] = {
    **dict.fromkeys(CAPS["self_study_cap"], "self_study_cap"),
    **dict.fromkeys(CAPS["works_cap"], "works_cap"),
}


def room_for(session: Session, person_id: int, kind: Kind, year: int) -> Room | None:
    """What is left of the year's cap on `kind`; None where no yearly cap holds."""
    name = _CAP_OF.get(kind)
    if name is None or year < FIRST_YEAR:
        return None
    policy = policy_for(year)
    used = _credited(year_of(session, person_id, year, policy=policy), CAPS[name])
    return _room(name, used, policy)


def _room(name: str, used: int, policy: YearPolicy) -> Room:
    if name == "works_cap":
        return Room(policy.works.year_halves, used, policy.works.clause)
    return Room(policy.self_study.halves, used, policy.self_study.clause)


def _credited(fold: YearFold, kinds: Any) -> int:
    return sum(
        entry.credited.public + entry.credited.professional
        for line, entry in zip(fold.lines, fold.result.entries, strict=True)
        if line.kind in kinds
    )
