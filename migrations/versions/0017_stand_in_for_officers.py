"""stand_in_for_officers"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stand_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bureau_code", sa.String(length=6), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("colleague_account_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "bureau_code IN ('370811', '370812', '370881', '370831', '370883', '370826', "
            "'370827', '370828', '370829', '370830', '370832', '370871', '370872', '370873', "
            "'370800')",
            name=op.f("ck__stand_in__bureau_code_known"),
        ),
        sa.CheckConstraint(
            "account_id <> colleague_account_id", name=op.f("ck__stand_in__somebody_else")
        ),
        sa.CheckConstraint("from_on <= until_on", name=op.f("ck__stand_in__days_in_order")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk__stand_in__account_id")
        ),
        sa.ForeignKeyConstraint(
            ["colleague_account_id"],
            ["account.id"],
            name=op.f("fk__stand_in__colleague_account_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__stand_in")),
    )
    op.create_index(
        "uq__stand_in__open",
        "stand_in",
        ["bureau_code", "account_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("stand_in")
