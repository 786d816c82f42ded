"""Numbers that move, by trigger, with everything public pages show: what was made may be kept.

A change bumps a number in its own transaction, at its end, so both become visible at the same
instant, and the locked row makes one commit wait for the other: numbers only rise, in the order
of commits.
Hence the rule for whoever keeps something: read the numbers *before* the content. If they are
still the same later, nothing was committed in between, and the content is that of now. This
holds for pages of several statements under READ COMMITTED, too. `core.state_reader` reads them.

One number (`SHOWN`) stands for all that changes seldom. Rosters change for the whole city at
once; each plan's bumps one of `STRIPES` others, so that two classes hardly ever wait for each
other.
"""

from collections.abc import Iterator, Sequence

from sqlalchemy import BigInteger, Table
from sqlalchemy.orm import Mapped, mapped_column

from ce_bases.core.orm import Base
from ce_bases.core.triggers import attach

SHOWN = 0
STRIPES = 64  # a power of two: both databases know `&`
VERBS = ("INSERT", "UPDATE", "DELETE")
#: Every table with such triggers, and whether it bumps the numbers of rosters.
WATCHED: dict[str, bool] = {}
_BUMP = "UPDATE public_state SET number = number + 1 WHERE scope IN ({scopes})"
# What this transaction has bumped already need not be bumped again.
_BUMP_ONCE = _BUMP + " AND xmin <> pg_current_xact_id()::xid"


class PublicState(Base):
    """One of the numbers; a missing row means that nothing may be kept."""

    __tablename__ = "public_state"

    scope: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger)


def seeds() -> Iterator[tuple[str, str]]:
    """(dialect, statement) pairs that make the rows."""
    rows = ", ".join(f"({scope}, 0)" for scope in range(STRIPES + 1))
    for dialect in ("sqlite", "postgresql"):
        yield dialect, f"INSERT INTO public_state (scope, number) VALUES {rows}"  # noqa: S608


attach(PublicState.__table__, seeds())


def stripe_of(plan_id: int) -> int:
    """The scope of a plan's roster."""
    return 1 + (plan_id & STRIPES - 1)


def watch(table: Table, *, verbs: Sequence[str] = VERBS, when: str = "", plan_id: str = "") -> None:
    """Have every change of `table` bump a number; `when` leaves out what no public page shows.

    `when` is SQL over `{row}`, true of the row before or after. With `plan_id` (that column's
    name) the table is a roster, and the number that of its plan's stripe.
    """
    WATCHED[table.name] = bool(plan_id)
    attach(table, watching_ddl(table.name, verbs, when, plan_id))


def watching_ddl(
    table: str, verbs: Sequence[str], when: str, plan_id: str
) -> Iterator[tuple[str, str]]:
    """(dialect, statement) pairs of `watch`."""
    rows = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}
    for verb in verbs:
        condition = _any_of(when, rows[verb])
        guard = f"WHEN {condition} " if condition else ""
        bump = _BUMP.format(scopes=_scopes(plan_id, rows[verb]))
        yield (
            "sqlite",
            (
                f"CREATE TRIGGER {table}__shown_{verb.lower()} AFTER {verb} ON {table} "
                f"{guard}BEGIN {bump}; END"
            ),
        )
    both = rows["UPDATE"]  # the one that is not there is NULL
    bump = _BUMP_ONCE.format(scopes=_scopes(plan_id, both))
    body = f"IF {_any_of(when, both)} THEN {bump}; END IF;" if when else f"{bump};"
    yield (
        "postgresql",
        (
            f"CREATE FUNCTION {table}__shown() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {body} RETURN NULL; END $$"
        ),
    )
    # Deferred to the commit: until then it holds up nobody, and no later lock can cross it.
    yield (
        "postgresql",
        (
            f"CREATE CONSTRAINT TRIGGER {table}__shown AFTER {' OR '.join(verbs)} ON {table} "
            f"DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {table}__shown()"
        ),
    )


def _any_of(when: str, rows: Sequence[str]) -> str:
    return " OR ".join(f"({when.format(row=row)})" for row in rows) if when else ""


def _scopes(plan_id: str, rows: Sequence[str]) -> str:
    if not plan_id:
        return str(SHOWN)
    return ", ".join(f"1 + ({row}.{plan_id} & {STRIPES - 1})" for row in rows)
