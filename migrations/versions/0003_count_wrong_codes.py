"""count_wrong_codes"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "code_failure",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__code_failure")),
    )
    with op.batch_alter_table("code_failure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix__code_failure__at"), ["at"], unique=False)
        batch_op.create_index("ix__code_failure__key", ["key", "at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("code_failure", schema=None) as batch_op:
        batch_op.drop_index("ix__code_failure__key")
        batch_op.drop_index(batch_op.f("ix__code_failure__at"))

    op.drop_table("code_failure")
