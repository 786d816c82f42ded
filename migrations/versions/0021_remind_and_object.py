"""remind_and_object"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0017"
branch_labels = None
depends_on = None

TABLE = "hours_objection"


def upgrade() -> None:
    op.create_table(
        "hours_reminder",
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("reminded_at", sa.DateTime(), nullable=False),
        sa.Column("reminded_by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk__hours_reminder__person_id")
        ),
        sa.ForeignKeyConstraint(
            ["reminded_by"], ["account.id"], name=op.f("fk__hours_reminder__reminded_by")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk__hours_reminder__unit_id")),
        sa.PrimaryKeyConstraint("unit_id", "person_id", name=op.f("pk__hours_reminder")),
    )
    # Lines of claims: no plan stands behind them, the bureau that decided answers.
    with op.batch_alter_table(TABLE) as batch:
        batch.alter_column("plan_id", existing_type=sa.Integer(), nullable=True)
        batch.add_column(sa.Column("bureau_code", sa.String(length=6), nullable=True))
        batch.create_check_constraint(
            op.f("ck__hours_objection__has_a_judge"),
            "(plan_id IS NULL) = (bureau_code IS NOT NULL)",
        )
        batch.create_check_constraint(
            op.f("ck__hours_objection__without_base_to_bureau"),
            "plan_id IS NOT NULL OR to_bureau",
        )


def downgrade() -> None:
    op.execute(sa.text(f"DELETE FROM {TABLE} WHERE plan_id IS NULL"))
    with op.batch_alter_table(TABLE) as batch:
        batch.drop_constraint(op.f("ck__hours_objection__without_base_to_bureau"), type_="check")
        batch.drop_constraint(op.f("ck__hours_objection__has_a_judge"), type_="check")
        batch.drop_column("bureau_code")
        batch.alter_column("plan_id", existing_type=sa.Integer(), nullable=False)
    op.drop_table("hours_reminder")
