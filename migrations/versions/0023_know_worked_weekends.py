"""know_worked_weekends"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "public_holiday",
        sa.Column("is_worked", sa.Boolean(), server_default=sa.false(), nullable=False),
    )


def downgrade() -> None:
    op.execute("DELETE FROM public_holiday WHERE is_worked")
    op.execute_on("postgresql", "SET CONSTRAINTS ALL IMMEDIATE")
    op.drop_column("public_holiday", "is_worked")
