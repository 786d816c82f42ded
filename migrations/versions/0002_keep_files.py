"""keep_files"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stored_file",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("storage_name", sa.String(length=40), nullable=False),
        sa.Column("original_name", sa.String(length=120), nullable=False),
        sa.Column("media_type", sa.String(length=20), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("kept_at", sa.DateTime(), nullable=False),
        sa.Column("kept_by_account_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "media_type IN ('image/jpeg', 'image/png', 'application/pdf')",
            name=op.f("ck__stored_file__media_type_known"),
        ),
        sa.CheckConstraint(
            "size BETWEEN 1 AND 10485760", name=op.f("ck__stored_file__size_in_bounds")
        ),
        sa.ForeignKeyConstraint(
            ["kept_by_account_id"], ["account.id"], name=op.f("fk__stored_file__kept_by_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__stored_file")),
        sa.UniqueConstraint("storage_name", name=op.f("uq__stored_file__storage_name")),
    )
    with op.batch_alter_table("stored_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix__stored_file__sha256"), ["sha256"], unique=False)

    op.execute_on(
        "sqlite",
        "CREATE TRIGGER stored_file__no_update BEFORE UPDATE ON stored_file BEGIN SELECT RAISE(ABORT, 'stored_file is append-only'); END",
    )
    op.execute_on(
        "sqlite",
        "CREATE TRIGGER stored_file__no_delete BEFORE DELETE ON stored_file BEGIN SELECT RAISE(ABORT, 'stored_file is append-only'); END",
    )
    op.execute_on(
        "postgresql",
        "CREATE FUNCTION stored_file__refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'stored_file is append-only' USING ERRCODE = 'restrict_violation'; END $$",
    )
    op.execute_on(
        "postgresql",
        "CREATE TRIGGER stored_file__append_only BEFORE UPDATE OR DELETE ON stored_file FOR EACH ROW EXECUTE FUNCTION stored_file__refuse()",
    )
    op.execute_on(
        "postgresql",
        "CREATE TRIGGER stored_file__no_truncate BEFORE TRUNCATE ON stored_file FOR EACH STATEMENT EXECUTE FUNCTION stored_file__refuse()",
    )


def downgrade() -> None:
    with op.batch_alter_table("stored_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix__stored_file__sha256"))

    op.drop_table("stored_file")
    op.execute_on("postgresql", "DROP FUNCTION stored_file__refuse()")
