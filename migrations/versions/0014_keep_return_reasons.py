"""keep_return_reasons"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "return_reason",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bureau_code", sa.String(length=6), nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "bureau_code IN ('370811', '370812', '370881', '370831', '370883', '370826', "
            "'370827', '370828', '370829', '370830', '370832', '370871', '370872', '370873', "
            "'370800')",
            name=op.f("ck__return_reason__bureau_code_known"),
        ),
        sa.CheckConstraint("text <> ''", name=op.f("ck__return_reason__has_words")),
        sa.CheckConstraint("position > 0", name=op.f("ck__return_reason__position_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__return_reason")),
        sa.UniqueConstraint("bureau_code", "text", name=op.f("uq__return_reason__bureau_code_text")),
    )


def downgrade() -> None:
    op.drop_table("return_reason")
