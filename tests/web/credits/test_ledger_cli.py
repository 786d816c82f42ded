"""`flask ledger`: what operators run."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select, update

from ce_bases.audit.models import AuditEntry
from ce_bases.credits import records
from ce_bases.credits.models import Confirmation, YearRecord
from ce_bases.credits.records import recompute_records
from ce_bases.policy import registry
from ce_bases.policy.notice_2022 import POLICY
from ce_bases.policy.shapes import Cap
from ce_bases.web.extensions import make_write_session
from tests.conftest import NOON_1_JUNE as NOW
from tests.factories.hours import held_plan, line_values, post
from tests.factories.world import World


@pytest.fixture
def person(world: World) -> int:
    """Somebody with a day of eight hours in 2022."""
    person_id = world.person_ids[0]
    with make_write_session() as session:
        post(session, line_values(person_id, "session:1", now=NOW, professional_halves=16))
        recompute_records(session, [(person_id, 2022)], now=NOW)
        session.commit()
    return person_id


def run(app: Flask, *args: str) -> tuple[int, list[str]]:
    result = app.test_cli_runner().invoke(args=["ledger", *args])
    return result.exit_code, result.output.splitlines()


def stored(person_id: int) -> int:
    with make_write_session() as session:
        return session.scalars(
            select(YearRecord.professional_halves).where(YearRecord.person_id == person_id)
        ).one()


def test_verify_is_content_when_records_are_the_fold(app: Flask, person: int) -> None:
    assert run(app, "verify") == (0, ["1 year records equal the ledger"])


def test_verify_lists_a_record_changed_by_hand(app: Flask, person: int) -> None:
    with make_write_session() as session:
        session.execute(update(YearRecord).values(professional_halves=17))
        session.commit()

    code, lines = run(app, "verify")

    assert code == 1
    assert len(lines) == 1
    assert lines[0].startswith(f"person {person} year 2022: stored 0+8.5 (1 lines, incomplete,")
    assert "ledger gives 0+8 (1 lines, incomplete," in lines[0]


def test_verify_lists_a_confirmation_that_counted_otherwise(app: Flask, world: World) -> None:
    with make_write_session() as session:
        plan_id = held_plan(session, world, now=NOW).id
        session.add(
            Confirmation(
                plan_id=plan_id,
                confirmed_at=NOW,
                confirmed_by=world["clerk"].account_id,
                expected=4,
                attended=4,
                lines=4,
            )
        )
        session.commit()

    assert run(app, "verify") == (
        1,
        [f"plan {plan_id}: confirmation counted 4 lines, the ledger has 0"],
    )


def test_recompute_shows_first_and_writes_only_when_told(
    app: Flask, person: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    corrected = replace(POLICY, day_pool=Cap(12, POLICY.day_pool.clause))
    monkeypatch.setitem(registry._BY_YEAR, 2022, corrected)

    code, lines = run(app, "recompute", "--year", "2022")

    assert (code, len(lines), lines[-1]) == (0, 2, "1 of year 2022 would change")
    assert "stored 0+8 " in lines[0]
    assert "ledger gives 0+6 " in lines[0]
    assert stored(person) == 16

    assert run(app, "recompute", "--year", "2022", "--apply")[1][-1] == "1 of year 2022 changed"
    assert stored(person) == 12
    with make_write_session() as session:
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert (entry.action, entry.subject_id) == ("recompute_year", f"{person}:2022")
    assert (entry.before["professional_halves"], entry.after["professional_halves"]) == (16, 12)
    assert entry.reason == f"policy {corrected.version}"
    assert run(app, "recompute", "--year", "2022", "--apply")[1] == ["0 of year 2022 changed"]
    assert run(app, "verify")[0] == 0


def test_recompute_of_a_year_before_the_notice_is_refused(app: Flask, world: World) -> None:
    assert run(app, "recompute", "--year", "2021")[0] == 2
    assert records.policy_for(2030).year == 2022
