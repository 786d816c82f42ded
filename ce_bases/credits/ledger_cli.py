"""Commands that prove the stored figures: `flask ledger …`."""

from collections.abc import Sequence

import click
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ce_bases.credits.fold import chunks
from ce_bases.credits.models import YearRecord
from ce_bases.credits.recompute import apply_policy
from ce_bases.credits.records import (
    Difference,
    Figures,
    differences,
    miscounted_confirmations,
)
from ce_bases.policy.registry import FIRST_YEAR
from ce_bases.web.command_line import SiteGroup
from ce_bases.web.extensions import in_transaction, reading_engine
from ce_bases.web.filters import format_hours
from ce_bases.web.moment import request_now

ledger_cli = SiteGroup("ledger", help="The ledger of hours: verify, recompute.")


def _snapshot() -> Session:
    """A reading session that sees one moment of the database from beginning to end."""
    engine = reading_engine()
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    return Session(engine)


@ledger_cli.command("verify")
def verify() -> None:
    """Exit 1 with a list when a stored figure differs from the fold over the ledger."""
    with _snapshot() as session:
        wrong = [_told(d) for d in differences(session)]
        wrong += [
            f"plan {plan}: confirmation counted {counted} lines, the ledger has {posted}"
            for plan, counted, posted in miscounted_confirmations(session)
        ]
        count = session.scalar(select(func.count()).select_from(YearRecord))
    for line in wrong:
        click.echo(line)
    if wrong:
        raise SystemExit(1)
    click.echo(f"{count} year records equal the ledger")


@ledger_cli.command("recompute")
@click.option("--year", type=click.IntRange(FIRST_YEAR), required=True)
@click.option(
    "--apply", "--write", "write", is_flag=True, help="Store them; without it nothing changes."
)
def recompute(year: int, write: bool) -> None:
    """Show whose figures of a year today's policy changes; with --apply, change them.

    Every changed record is audited with its figures before and after.
    """
    with _snapshot() as session:
        changed = list(differences(session, year=year))
    for difference in changed:
        click.echo(_told(difference))
    if write:
        for chunk in chunks(sorted(d.person_id for d in changed)):
            _store(chunk, year)
    click.echo(f"{len(changed)} of year {year} {'changed' if write else 'would change'}")


def _store(people: Sequence[int], year: int) -> None:
    in_transaction(lambda session: apply_policy(session, year, people, now=request_now()))


def _told(difference: Difference) -> str:
    before = _figures(difference.stored) if difference.stored else "nothing"
    where = f"person {difference.person_id} year {difference.year}"
    return f"{where}: stored {before}, ledger gives {_figures(difference.folded)}"


def _figures(figures: Figures) -> str:
    public, professional = map(format_hours, (figures.public_halves, figures.professional_halves))
    done = "complete" if figures.is_complete else "incomplete"
    return f"{public}+{professional} ({figures.lines} lines, {done}, {figures.digest[:8]})"
