"""wait_for_seats"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def _named(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _enrolment(*more: Any) -> sa.Table:
    """The table with all its constraints: SQLite builds it anew, and does not tell its CHECKs."""
    return sa.Table(
        "enrolment",
        sa.MetaData(naming_convention={"ck": "ck__%(table_name)s__%(constraint_name)s"}),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("place", _named("place", "enrolled", "waiting", "cancelled"), nullable=False),
        sa.Column("via", _named("via", "roster", "self", "unit", "walk_in"), nullable=False),
        sa.Column("unit_name", sa.String(length=120), nullable=False),
        sa.Column("post", sa.String(length=60), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(), nullable=True),
        *more,
        sa.CheckConstraint(
            "(place = 'cancelled') = (cancelled_at IS NOT NULL)",
            name=op.f("ck__enrolment__cancelled_at"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["account.id"], name=op.f("fk__enrolment__created_by")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk__enrolment__person_id")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk__enrolment__plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__enrolment")),
        sa.UniqueConstraint("plan_id", "person_id", name=op.f("uq__enrolment__plan_id_person_id")),
    )


def upgrade() -> None:
    op.drop_index("ix__enrolment__person", table_name="enrolment")
    with op.batch_alter_table("enrolment", copy_from=_enrolment()) as batch_op:
        batch_op.add_column(sa.Column("waiting_since", sa.DateTime(), nullable=True))
    op.execute("UPDATE enrolment SET waiting_since = created_at WHERE place = 'waiting'")
    waiting_since = sa.Column("waiting_since", sa.DateTime(), nullable=True)
    with op.batch_alter_table("enrolment", copy_from=_enrolment(waiting_since)) as batch_op:
        batch_op.create_check_constraint(
            op.f("ck__enrolment__waiting_since"),
            "(place = 'waiting') = (waiting_since IS NOT NULL)",
        )
    op.create_index("ix__enrolment__person", "enrolment", ["person_id", "place"])
    op.create_index("ix__enrolment__seats", "enrolment", ["plan_id", "place", "waiting_since"])


def downgrade() -> None:
    op.drop_index("ix__enrolment__seats", table_name="enrolment")
    op.drop_index("ix__enrolment__person", table_name="enrolment")
    since = sa.Column("waiting_since", sa.DateTime(), nullable=True)
    check = sa.CheckConstraint(
        "(place = 'waiting') = (waiting_since IS NOT NULL)",
        name=op.f("ck__enrolment__waiting_since"),
    )
    with op.batch_alter_table("enrolment", copy_from=_enrolment(since, check)) as batch_op:
        batch_op.drop_constraint(op.f("ck__enrolment__waiting_since"), type_="check")
        batch_op.drop_column("waiting_since")
    op.create_index("ix__enrolment__person", "enrolment", ["person_id", "place"])
