"""amend_filed_plans"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

FIRST = ("plan_id", "number")
ADDED = ("amends", "corrects")
REST = (
    "title",
    "subject",
    "series",
    "form",
    "reach",
    "audience",
    "planned_number",
    "live_address",
    "aims",
    "outline",
    "assessment",
    "fee_cents",
    "fee_item",
    "fee_basis",
    "contact_name",
    "contact_phone",
    "enrol_how",
    "enrol_closes_at",
    "remarks",
    "opens_on",
    "closes_on",
    "submitted_at",
    "submitted_by",
    "counted_at",
    "counted_on",
    "last_filing_on",
    "content_hash",
)
MESSAGE = "a submitted revision is frozen"
FUNCTION = (
    "CREATE {or_replace}FUNCTION plan_revision__frozen() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN IF {condition} THEN RAISE EXCEPTION '{message}' USING ERRCODE = "
    "'restrict_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; "
    "RETURN NEW; END $$"
)
TRIGGER = (
    "CREATE TRIGGER plan_revision__frozen_update BEFORE UPDATE ON plan_revision WHEN {condition} "
    "BEGIN SELECT RAISE(ABORT, '{message}'); END"
)


def _freeze(columns: tuple[str, ...]) -> None:
    """Have the trigger of submitted revisions watch exactly these columns."""
    told_apart = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in columns)
    condition = f"OLD.submitted_at IS NOT NULL AND ({told_apart})"
    in_sqlite = condition.replace("IS DISTINCT FROM", "IS NOT")
    op.execute_on("sqlite", "DROP TRIGGER plan_revision__frozen_update")
    op.execute_on("sqlite", TRIGGER.format(condition=in_sqlite, message=MESSAGE))
    function = FUNCTION.format(or_replace="OR REPLACE ", condition=condition, message=MESSAGE)
    op.execute_on("postgresql", function)


def upgrade() -> None:
    op.add_column("plan_revision", sa.Column("amends", sa.Integer(), nullable=True))
    op.add_column("plan_revision", sa.Column("corrects", sa.Integer(), nullable=True))
    # Until now a later revision only ever came from a return.
    op.execute("UPDATE plan_revision SET corrects = number - 1 WHERE number > 1")
    _freeze((*FIRST, *ADDED, *REST))
    op.create_table(
        "revision_change",
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("session_uid", sa.String(length=32), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("consequence", sa.String(length=8), nullable=False),
        sa.CheckConstraint(
            "consequence IN ('free', 'notice', 'refile')",
            name=op.f("ck__revision_change__consequence_known"),
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["plan_revision.id"], name=op.f("fk__revision_change__revision_id")
        ),
        sa.PrimaryKeyConstraint("revision_id", "position", name=op.f("pk__revision_change")),
    )
    op.execute_on(
        "sqlite",
        "CREATE TRIGGER revision_change__no_update BEFORE UPDATE ON revision_change BEGIN SELECT RAISE(ABORT, 'revision_change is append-only'); END",
    )
    op.execute_on(
        "sqlite",
        "CREATE TRIGGER revision_change__no_delete BEFORE DELETE ON revision_change BEGIN SELECT RAISE(ABORT, 'revision_change is append-only'); END",
    )
    op.execute_on(
        "postgresql",
        "CREATE FUNCTION revision_change__refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'revision_change is append-only' USING ERRCODE = 'restrict_violation'; END $$",
    )
    op.execute_on(
        "postgresql",
        "CREATE TRIGGER revision_change__append_only BEFORE UPDATE OR DELETE ON revision_change FOR EACH ROW EXECUTE FUNCTION revision_change__refuse()",
    )
    op.execute_on(
        "postgresql",
        "CREATE TRIGGER revision_change__no_truncate BEFORE TRUNCATE ON revision_change FOR EACH STATEMENT EXECUTE FUNCTION revision_change__refuse()",
    )


def downgrade() -> None:
    op.drop_table("revision_change")
    op.execute_on("postgresql", "DROP FUNCTION revision_change__refuse()")
    _freeze((*FIRST, *REST))
    op.execute("ALTER TABLE plan_revision DROP COLUMN corrects")
    op.execute("ALTER TABLE plan_revision DROP COLUMN amends")
