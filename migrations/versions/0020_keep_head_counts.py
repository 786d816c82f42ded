"""keep_head_counts"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "head_count",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("heads", sa.Integer(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.CheckConstraint("heads >= 0", name=op.f("ck__head_count__heads_not_negative")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["course_session.id"], name=op.f("fk__head_count__session_id")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["account.id"], name=op.f("fk__head_count__recorded_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__head_count")),
        sa.UniqueConstraint("event_id", name=op.f("uq__head_count__event_id")),
    )
    op.create_index(op.f("ix__head_count__session_id"), "head_count", ["session_id"])
    op.add_column(
        "walk_in", sa.Column("remark", sa.String(length=100), server_default="", nullable=False)
    )
    op.execute_on(
        "sqlite",
        "CREATE TRIGGER head_count__no_update BEFORE UPDATE ON head_count BEGIN SELECT RA"
        "ISE(ABORT, 'head_count is append-only'); END",
    )
    op.execute_on(
        "sqlite",
        "CREATE TRIGGER head_count__no_delete BEFORE DELETE ON head_count BEGIN SELECT RA"
        "ISE(ABORT, 'head_count is append-only'); END",
    )
    op.execute_on(
        "postgresql",
        "CREATE FUNCTION head_count__refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGI"
        "N RAISE EXCEPTION 'head_count is append-only' USING ERRCODE = 'restrict_violatio"
        "n'; END $$",
    )
    op.execute_on(
        "postgresql",
        "CREATE TRIGGER head_count__append_only BEFORE UPDATE OR DELETE ON head_count FOR"
        " EACH ROW EXECUTE FUNCTION head_count__refuse()",
    )
    op.execute_on(
        "postgresql",
        "CREATE TRIGGER head_count__no_truncate BEFORE TRUNCATE ON head_count FOR EACH ST"
        "ATEMENT EXECUTE FUNCTION head_count__refuse()",
    )


def downgrade() -> None:
    op.drop_column("walk_in", "remark")
    op.drop_table("head_count")
    op.execute_on("postgresql", "DROP FUNCTION head_count__refuse()")
