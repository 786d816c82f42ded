"""keep_messages"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mail_address",
        sa.Column("account_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("address LIKE '%_@_%'", name=op.f("ck__mail_address__address_has_at")),
        sa.CheckConstraint(
            "language IN ('zh', 'en')", name=op.f("ck__mail_address__language_known")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk__mail_address__account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk__mail_address")),
    )
    op.create_table(
        "message",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("fold_key", sa.String(length=120), nullable=True),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("endpoint", sa.String(length=80), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("told_at", sa.DateTime(), nullable=False),
        sa.Column("settles_at", sa.DateTime(), nullable=True),
        sa.Column("read_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "settles_at IS NULL OR key <> ''", name=op.f("ck__message__settles_by_key")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk__message__account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__message")),
        sa.UniqueConstraint(
            "account_id", "fold_key", name=op.f("uq__message__account_id_fold_key")
        ),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index("ix__message__inbox", ["account_id", "told_at"], unique=False)
        batch_op.create_index(
            "ix__message__unread",
            ["account_id"],
            unique=False,
            sqlite_where=sa.text("read_at IS NULL"),
            postgresql_where=sa.text("read_at IS NULL"),
        )

    op.create_table(
        "outgoing_mail",
        sa.Column(
            "message_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease", sa.String(length=32), nullable=True),
        sa.Column("leased_until", sa.DateTime(), nullable=True),
        sa.Column("sent_at", sa.DateTime(), nullable=True),
        sa.Column("given_up_at", sa.DateTime(), nullable=True),
        sa.Column("last_error", sa.String(length=300), nullable=False),
        sa.CheckConstraint(
            "(lease IS NULL) = (leased_until IS NULL)",
            name=op.f("ck__outgoing_mail__lease_has_end"),
        ),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck__outgoing_mail__attempts_not_negative")),
        sa.CheckConstraint(
            "sent_at IS NULL OR given_up_at IS NULL", name=op.f("ck__outgoing_mail__one_end")
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk__outgoing_mail__message_id")
        ),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk__outgoing_mail")),
    )
    with op.batch_alter_table("outgoing_mail", schema=None) as batch_op:
        batch_op.create_index(
            "ix__outgoing_mail__waiting",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("sent_at IS NULL AND given_up_at IS NULL"),
            postgresql_where=sa.text("sent_at IS NULL AND given_up_at IS NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("outgoing_mail", schema=None) as batch_op:
        batch_op.drop_index(
            "ix__outgoing_mail__waiting",
            sqlite_where=sa.text("sent_at IS NULL AND given_up_at IS NULL"),
            postgresql_where=sa.text("sent_at IS NULL AND given_up_at IS NULL"),
        )

    op.drop_table("outgoing_mail")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index(
            "ix__message__unread",
            sqlite_where=sa.text("read_at IS NULL"),
            postgresql_where=sa.text("read_at IS NULL"),
        )
        batch_op.drop_index("ix__message__inbox")

    op.drop_table("message")
    op.drop_table("mail_address")
