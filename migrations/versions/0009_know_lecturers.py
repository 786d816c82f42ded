"""know_lecturers_and_holidays"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("lecturer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("person_key", sa.String(length=64), nullable=True))
        batch_op.create_index(batch_op.f("ix__lecturer__person_key"), ["person_key"], unique=False)
    op.create_table(
        "public_holiday",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk__public_holiday")),
    )


def downgrade() -> None:
    op.drop_table("public_holiday")
    with op.batch_alter_table("lecturer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix__lecturer__person_key"))
        batch_op.drop_column("person_key")
