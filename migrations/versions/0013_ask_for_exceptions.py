"""ask_for_exceptions"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exception_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("explanation", sa.String(length=1000), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("is_granted", sa.Boolean(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("document", sa.String(length=120), nullable=False),
        sa.CheckConstraint("explanation <> ''", name=op.f("ck__exception_request__explained")),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (is_granted IS NULL) AND (decided_at IS NULL) = (reason = '')",
            name=op.f("ck__exception_request__decision_complete"),
        ),
        sa.CheckConstraint(
            "(is_granted IS NOT NULL AND is_granted) = (document <> '')",
            name=op.f("ck__exception_request__granted_by_document"),
        ),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["account.id"], name=op.f("fk__exception_request__asked_by")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["account.id"], name=op.f("fk__exception_request__decided_by")
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plan.id"], name=op.f("fk__exception_request__plan_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__exception_request")),
    )
    op.create_index(op.f("ix__exception_request__plan_id"), "exception_request", ["plan_id"])
    op.create_index(
        "uq__exception_request__open",
        "exception_request",
        ["plan_id"],
        unique=True,
        sqlite_where=sa.text("decided_at IS NULL"),
        postgresql_where=sa.text("decided_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("exception_request")
