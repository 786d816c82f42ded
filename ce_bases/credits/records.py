"""The stored year records: recomputed with every posting, and proved equal to the fold."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import func, select, union
from sqlalchemy.orm import Session

from ce_bases.core.inserting import insert_on_conflict
from ce_bases.credits.fold import YearFold, chunks, fold_people
from ce_bases.credits.models import Confirmation, LedgerLine, YearRecord
from ce_bases.people.models import Person
from ce_bases.policy.registry import policy_for
from ce_bases.policy.shapes import YearPolicy

Key = tuple[int, int]  # person, year
PolicyOf = Callable[[int], YearPolicy]


@dataclass(frozen=True, slots=True)
class Figures:
    """What a year record stores of the fold; half-hours."""

    public_halves: int
    professional_halves: int
    is_complete: bool
    lines: int
    digest: str


NOTHING = Figures(0, 0, is_complete=False, lines=0, digest=hashlib.sha256(b"").hexdigest())


@dataclass(frozen=True, slots=True)
class Difference:
    """A year whose stored figures are not the fold's; `stored` is None where no row is."""

    person_id: int
    year: int
    stored: Figures | None
    folded: Figures


def figures_of(fold: YearFold) -> Figures:
    """The figures to store for `fold`; the digest covers every line's claim, credit and limits."""
    told = sorted(
        f"{e.id}|{e.claimed.public},{e.claimed.professional}"
        f"|{e.credited.public},{e.credited.professional}|{','.join(e.limits)}\n"
        for e in fold.result.entries
    )
    return Figures(
        public_halves=fold.result.public_halves,
        professional_halves=fold.result.professional_halves,
        is_complete=fold.result.is_complete,
        lines=len(told),
        digest=hashlib.sha256("".join(told).encode()).hexdigest(),
    )


def recompute_records(
    session: Session, keys: Collection[Key], *, now: datetime, policy_of: PolicyOf = policy_for
) -> int:
    """Store the fold of every (person, year) in `keys`, in the transaction that posts; how many.

    People are locked in the order of their ids, and read only then: whoever posts for the same
    people waits, and reads what was posted meanwhile. The lock is on the person, not on one
    year's row, because a thing that counts once ever ties a person's years together.
    """
    people = sorted({person_id for person_id, _ in keys})
    for chunk in chunks(people):
        lock_people(session, chunk)
    done: set[Key] = set()
    while todo := sorted(set(keys) - done):
        done.update(todo)
        keys = _recompute(session, todo, now, policy_of)
    return len(done)


def _recompute(
    session: Session, todo: Sequence[Key], now: datetime, policy_of: PolicyOf
) -> set[Key]:
    """Fold and store `todo`; the other years of these people that hang on theirs."""
    people_of: dict[int, list[int]] = defaultdict(list)
    for person_id, year in todo:
        people_of[year].append(person_id)
    tied: set[Key] = set()
    for year, people in sorted(people_of.items()):
        for chunk in chunks(people):
            folds = fold_people(session, year, chunk, policy_of(year))
            _store(session, {(p, year): figures_of(f) for p, f in folds.items()}, now)
            tied.update((p, other) for p, f in folds.items() for other in f.tied_years)
    return tied


def lock_people(session: Session, person_ids: Sequence[int]) -> None:
    """Hold the hours of `person_ids` (sorted) until the transaction ends.

    FOR NO KEY UPDATE: rows that refer to a person may still be added meanwhile.
    """
    session.execute(
        select(Person.id)
        .where(Person.id.in_(person_ids))
        .order_by(Person.id)
        .with_for_update(key_share=True)
    ).all()


def _store(session: Session, figures: Mapping[Key, Figures], now: datetime) -> None:
    insert = insert_on_conflict(session, YearRecord.__table__)
    names = [*Figures.__annotations__, "computed_at"]
    upsert = insert.on_conflict_do_update(
        index_elements=["person_id", "year"], set_={n: insert.excluded[n] for n in names}
    )
    session.execute(
        upsert,
        [
            {"person_id": person_id, "year": year, "computed_at": now, **asdict(found)}
            for (person_id, year), found in sorted(figures.items())
        ],
    )


def differences(
    session: Session, *, year: int | None = None, policy_of: PolicyOf = policy_for
) -> Iterator[Difference]:
    """Every year record that is not the fold's, in order of year and person.

    Run it on one snapshot (`flask ledger verify` does), or a posting that commits meanwhile may
    show as a difference.
    """
    keys = union(
        select(LedgerLine.person_id, LedgerLine.year), select(YearRecord.person_id, YearRecord.year)
    ).subquery()
    years = [year] if year else session.scalars(select(keys.c.year).distinct()).all()
    for each in sorted(years):
        of_year = select(keys.c.person_id).where(keys.c.year == each).order_by(keys.c.person_id)
        for chunk in chunks(session.scalars(of_year).all()):
            yield from differences_of(session, each, chunk, policy_of(each))


def differences_of(
    session: Session, year: int, people: Sequence[int], policy: YearPolicy
) -> Iterator[Difference]:
    """The same for some people of one year."""
    stored = {
        row.person_id: Figures(*(getattr(row, name) for name in Figures.__annotations__))
        for row in session.execute(
            select(*YearRecord.__table__.columns).where(
                YearRecord.year == year, YearRecord.person_id.in_(people)
            )
        )
    }
    for person_id, fold in fold_people(session, year, people, policy).items():
        folded = figures_of(fold)
        if stored.get(person_id, NOTHING) != folded:
            yield Difference(person_id, year, stored.get(person_id), folded)


def miscounted_confirmations(session: Session) -> list[tuple[int, int, int]]:
    """(plan, lines its confirmation counted, lines the ledger has of it) where they differ."""
    posted = (
        select(func.count())
        .where(LedgerLine.plan_id == Confirmation.plan_id, LedgerLine.version == 1)
        .scalar_subquery()
    )
    statement = select(Confirmation.plan_id, Confirmation.lines, posted.label("posted")).order_by(
        Confirmation.plan_id
    )
    return [
        (row.plan_id, row.lines, row.posted)
        for row in session.execute(statement)
        if row.lines != row.posted
    ]
