"""know_what_is_shown"""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0021"
branch_labels = None
depends_on = None

FILED = "EXISTS (SELECT 1 FROM plan WHERE plan.id = {row}.plan_id AND plan.filing_number IS NOT NULL)"
OF_FILED = (
    "EXISTS (SELECT 1 FROM plan_revision JOIN plan ON plan.id = plan_revision.plan_id "
    "WHERE plan_revision.id = {row}.revision_id AND plan.filing_number IS NOT NULL)"
)
PUBLIC_ACT = (
    "{row}.subject_kind = 'plan' AND {row}.action IN ('plan_submit', 'plan_file', 'plan_cancel', "
    "'plan_confirm_attendance', 'plan_credit', 'plan_notify_change', 'plan_file_change')"
)
VERBS = ("INSERT", "UPDATE", "DELETE")
ROWS = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}
SHOWN = "0"
ROSTER = "1 + ({row}.plan_id & 63)"
#: Table, verbs, which rows, which number.
WATCHED = (
    ("published_session", VERBS, "", SHOWN),
    ("organiser", VERBS, "", SHOWN),
    ("venue", VERBS, "", SHOWN),
    ("plan", VERBS, "{row}.filing_number IS NOT NULL", SHOWN),
    ("plan_revision", VERBS, FILED, SHOWN),
    ("course_session", VERBS, FILED, SHOWN),
    ("timetable_entry", VERBS, OF_FILED, SHOWN),
    ("revision_change", VERBS, OF_FILED, SHOWN),
    ("plan_attachment", VERBS, OF_FILED, SHOWN),
    ("enrolment", VERBS, "", ROSTER),
    ("audit_entry", ("INSERT",), PUBLIC_ACT, SHOWN),
    ("stored_file", ("UPDATE", "DELETE"), "", SHOWN),
)


def _any_of(when: str, rows: tuple[str, ...]) -> str:
    return " OR ".join(f"({when.format(row=row)})" for row in rows)


def _bump(scope: str, rows: tuple[str, ...]) -> str:
    scopes = dict.fromkeys(scope.format(row=row) for row in rows)
    return f"UPDATE public_state SET number = number + 1 WHERE scope IN ({', '.join(scopes)})"


def _sqlite(table: str, verbs: tuple[str, ...], when: str, scope: str) -> Iterator[str]:
    for verb in verbs:
        guard = f"WHEN {_any_of(when, ROWS[verb])} " if when else ""
        yield (
            f"CREATE TRIGGER {table}__shown_{verb.lower()} AFTER {verb} ON {table} "
            f"{guard}BEGIN {_bump(scope, ROWS[verb])}; END"
        )


def _postgresql(table: str, verbs: tuple[str, ...], when: str, scope: str) -> Iterator[str]:
    both = ROWS["UPDATE"]
    bump = f"{_bump(scope, both)} AND xmin <> pg_current_xact_id()::xid;"
    body = f"IF {_any_of(when, both)} THEN {bump} END IF;" if when else bump
    yield (
        f"CREATE FUNCTION {table}__shown() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {body} RETURN NULL; END $$"
    )
    yield (
        f"CREATE CONSTRAINT TRIGGER {table}__shown AFTER {' OR '.join(verbs)} ON {table} "
        f"DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {table}__shown()"
    )


def upgrade() -> None:
    state = op.create_table(
        "public_state",
        sa.Column("scope", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk__public_state")),
    )
    op.bulk_insert(state, [{"scope": scope, "number": 0} for scope in range(65)])
    for watched in WATCHED:
        for statement in _sqlite(*watched):
            op.execute_on("sqlite", statement)
        for statement in _postgresql(*watched):
            op.execute_on("postgresql", statement)


def downgrade() -> None:
    for table, verbs, _when, _scope in WATCHED:
        for verb in verbs:
            op.execute_on("sqlite", f"DROP TRIGGER {table}__shown_{verb.lower()}")
        op.execute_on("postgresql", f"DROP FUNCTION {table}__shown() CASCADE")
    op.drop_table("public_state")
