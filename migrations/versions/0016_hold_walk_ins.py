"""hold_walk_ins"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "walk_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.String(length=36), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("last4", sa.String(length=4), nullable=False),
        sa.Column("came_at", sa.DateTime(), nullable=False),
        sa.Column("left_at", sa.DateTime(), nullable=True),
        sa.Column("noted_by", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "held",
                "withdrawn",
                "matched",
                "dismissed",
                name="walkinstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("event_id", sa.String(length=36), nullable=True),
        sa.Column("settled_at", sa.DateTime(), nullable=True),
        sa.Column("settled_by", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.CheckConstraint(
            "left_at IS NULL OR left_at >= came_at", name=op.f("ck__walk_in__left_after_coming")
        ),
        sa.CheckConstraint(
            "(state = 'held') = (settled_at IS NULL) AND (state = 'held') = (settled_by IS NULL)",
            name=op.f("ck__walk_in__settled_whole"),
        ),
        sa.CheckConstraint(
            "(state = 'matched') = (person_id IS NOT NULL)"
            " AND (state = 'matched') = (event_id IS NOT NULL)",
            name=op.f("ck__walk_in__matched_to_sign"),
        ),
        sa.CheckConstraint(
            "state <> 'dismissed' OR reason <> ''", name=op.f("ck__walk_in__dismissed_for_reason")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["course_session.id"], name=op.f("fk__walk_in__session_id")
        ),
        sa.ForeignKeyConstraint(["noted_by"], ["account.id"], name=op.f("fk__walk_in__noted_by")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk__walk_in__person_id")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["sign_event.event_id"], name=op.f("fk__walk_in__event_id")
        ),
        sa.ForeignKeyConstraint(
            ["settled_by"], ["account.id"], name=op.f("fk__walk_in__settled_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__walk_in")),
        sa.UniqueConstraint("client_id", name=op.f("uq__walk_in__client_id")),
        sa.UniqueConstraint("event_id", name=op.f("uq__walk_in__event_id")),
    )
    op.create_index(op.f("ix__walk_in__session_id"), "walk_in", ["session_id"])


def downgrade() -> None:
    op.drop_table("walk_in")
