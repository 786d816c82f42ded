"""show_noted_holidays"""

from alembic import op

revision = "0022"
down_revision = "0018"
branch_labels = None
depends_on = None

TABLE = "public_holiday"
VERBS = ("INSERT", "UPDATE", "DELETE")
BUMP = "UPDATE public_state SET number = number + 1 WHERE scope IN (0)"


def upgrade() -> None:
    for verb in VERBS:
        op.execute_on(
            "sqlite",
            f"CREATE TRIGGER {TABLE}__shown_{verb.lower()} AFTER {verb} ON {TABLE} BEGIN {BUMP}; END",
        )
    op.execute_on(
        "postgresql",
        f"CREATE FUNCTION {TABLE}__shown() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {BUMP} AND xmin <> pg_current_xact_id()::xid; RETURN NULL; END $$",
    )
    op.execute_on(
        "postgresql",
        f"CREATE CONSTRAINT TRIGGER {TABLE}__shown AFTER {' OR '.join(VERBS)} ON {TABLE} "
        f"DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {TABLE}__shown()",
    )


def downgrade() -> None:
    for verb in VERBS:
        op.execute_on("sqlite", f"DROP TRIGGER {TABLE}__shown_{verb.lower()}")
    op.execute_on("postgresql", f"DROP FUNCTION {TABLE}__shown() CASCADE")
