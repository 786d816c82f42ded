"""Ledger lines in, a person's year out; the stored record is always that fold."""

from dataclasses import replace
from datetime import date, time

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from ce_bases.credits.fold import year_of
from ce_bases.credits.models import Kind, LedgerLine, Origin, YearRecord
from ce_bases.credits.records import NOTHING, differences, figures_of, recompute_records
from ce_bases.plans.models import Subject
from ce_bases.policy.notice_2022 import POLICY
from ce_bases.policy.shapes import Cap, YearPolicy
from tests.conftest import NOON_1_JUNE as NOW
from tests.factories.hours import line_values, post, stored_line
from tests.factories.world import World


def _credited(session: Session, person_id: int, year: int = 2022) -> list[tuple[str, int, tuple]]:
    fold = year_of(session, person_id, year)
    return [
        (line.source, entry.credited.public + entry.credited.professional, entry.limits)
        for line, entry in zip(fold.lines, fold.result.entries, strict=True)
    ]


def test_eight_hours_a_day_go_to_the_earlier_start_whoever_was_posted_first(
    session: Session, world: World
) -> None:
    person = world.person_ids[0]
    late = line_values(person, "session:1", now=NOW, starts_at=time(14, 0), professional_halves=12)
    early = line_values(person, "session:2", now=NOW, starts_at=time(8, 30))

    post(session, late, early)

    assert _credited(session, person) == [
        ("session:2", 8, ()),
        ("session:1", 8, ("daily_cap",)),
    ]


def test_a_thing_counts_once_ever_over_the_years(session: Session, world: World) -> None:
    person = world.person_ids[0]
    paper = {"kind": Kind.PUBLICATION, "thing_key": "issn:1", "origin": Origin.CLAIM}
    post(
        session,
        line_values(person, "claim:2", now=NOW, held_on=date(2023, 3, 1), **paper),
        line_values(person, "claim:1", now=NOW, held_on=date(2022, 3, 1), **paper),
    )

    assert _credited(session, person, 2022) == [("claim:1", 8, ())]
    assert _credited(session, person, 2023) == [("claim:2", 0, ("duplicate",))]


def test_recomputing_one_year_mends_the_years_tied_to_it(session: Session, world: World) -> None:
    person = world.person_ids[0]
    paper = {"kind": Kind.PUBLICATION, "thing_key": "issn:1", "origin": Origin.CLAIM}
    post(session, line_values(person, "claim:2", now=NOW, held_on=date(2023, 3, 1), **paper))
    recompute_records(session, [(person, 2023)], now=NOW)
    post(session, line_values(person, "claim:1", now=NOW, held_on=date(2022, 3, 1), **paper))

    assert recompute_records(session, [(person, 2022)], now=NOW) == 2

    halves = session.execute(
        select(YearRecord.year, YearRecord.professional_halves).order_by(YearRecord.year)
    )
    assert [tuple(row) for row in halves] == [(2022, 8), (2023, 0)]
    assert list(differences(session)) == []


def test_posting_again_adds_nothing(session: Session, world: World) -> None:
    line = line_values(world.person_ids[0], "session:1", now=NOW)

    assert [post(session, line), post(session, line), post(session, line | {"title": "x"})] == [
        1,
        0,
        0,
    ]
    assert stored_line(session, "session:1").title == "session:1"


def test_the_ledger_takes_no_update(session: Session, world: World) -> None:
    post(session, line_values(world.person_ids[0], "session:1", now=NOW))

    with pytest.raises(DBAPIError, match="append-only"):
        session.execute(update(LedgerLine).values(professional_halves=16))


def test_the_order_of_posting_never_shows_in_the_record(session: Session, world: World) -> None:
    first, second = world.person_ids[:2]
    starts = [time(8, 0), time(8, 0), time(10, 0), time(14, 0)]
    subjects = [Subject.PUBLIC, Subject.PROFESSIONAL] * 2

    def lines(person: int) -> list[dict]:
        return [
            line_values(person, f"session:{n}", now=NOW, starts_at=at, professional_halves=6)
            | ({"public_halves": 6, "professional_halves": 0} if s is Subject.PUBLIC else {})
            for n, (at, s) in enumerate(zip(starts, subjects, strict=True))
        ]

    post(session, *lines(first))
    post(session, *reversed(lines(second)))
    recompute_records(session, [(first, 2022), (second, 2022)], now=NOW)

    one, other = session.scalars(select(YearRecord).order_by(YearRecord.person_id))
    assert (one.public_halves, one.professional_halves, one.digest) == (
        other.public_halves,
        other.professional_halves,
        other.digest,
    )
    assert one.public_halves + one.professional_halves == 16


def test_a_tampered_or_missing_record_shows_as_a_difference(session: Session, world: World) -> None:
    tampered, missing, stray = world.person_ids[:3]
    post(session, *(line_values(p, "session:1", now=NOW) for p in (tampered, missing)))
    recompute_records(session, [(tampered, 2022), (stray, 2022)], now=NOW)
    session.execute(
        update(YearRecord).where(YearRecord.person_id == tampered).values(professional_halves=200)
    )

    found = [(d.person_id, d.stored and d.stored.professional_halves) for d in differences(session)]

    assert found == [(tampered, 200), (missing, None)]
    assert figures_of(year_of(session, stray, 2022)) == NOTHING


def test_a_corrected_policy_shows_what_would_change(session: Session, world: World) -> None:
    person = world.person_ids[0]
    post(session, line_values(person, "session:1", now=NOW, professional_halves=16))
    recompute_records(session, [(person, 2022)], now=NOW)

    def six_a_day(_year: int) -> YearPolicy:
        return replace(POLICY, day_pool=Cap(12, POLICY.day_pool.clause))

    (changed,) = differences(session, year=2022, policy_of=six_a_day)

    assert changed.stored is not None
    assert (changed.stored.professional_halves, changed.folded.professional_halves) == (16, 12)


def test_a_base_beats_a_claim_of_the_same_class(session: Session, world: World) -> None:
    person = world.person_ids[0]
    post(
        session,
        line_values(
            person, "claim:1", now=NOW, origin=Origin.CLAIM, thing_key="k", held_on=date(2022, 6, 1)
        ),
        line_values(person, "session:1", now=NOW, thing_key="k"),
    )

    assert _credited(session, person) == [("claim:1", 0, ("duplicate",)), ("session:1", 8, ())]


@pytest.mark.parametrize("first_year", [2022, 2023])
def test_a_claim_in_another_year_of_a_class_its_base_posted_is_a_duplicate(
    session: Session, world: World, first_year: int
) -> None:
    person = world.person_ids[0]
    lines = {
        2022: line_values(person, "session:1", now=NOW, thing_key="k"),
        2023: line_values(
            person,
            "claim:1",
            now=NOW,
            thing_key="k",
            origin=Origin.CLAIM,
            held_on=date(2023, 1, 5),
        ),
    }
    for year in sorted(lines, key=lambda y: y != first_year):
        post(session, lines[year])
        recompute_records(session, [(person, year)], now=NOW)

    assert _credited(session, person, 2022) == [("session:1", 8, ())]
    assert _credited(session, person, 2023) == [("claim:1", 0, ("duplicate",))]
    assert list(differences(session)) == []
