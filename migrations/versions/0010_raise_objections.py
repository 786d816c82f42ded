"""raise_objections"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('hours_objection',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('line_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('plan_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('open', 'supported', 'declined', 'upheld', name='objectionstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('to_bureau', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('raised_at', sa.DateTime(), nullable=False),
    sa.Column('base_answer', sa.String(length=500), nullable=False),
    sa.Column('base_answered_at', sa.DateTime(), nullable=True),
    sa.Column('base_answered_by', sa.Integer(), nullable=True),
    sa.Column('answer', sa.String(length=500), nullable=False),
    sa.Column('answered_at', sa.DateTime(), nullable=True),
    sa.Column('answered_by', sa.Integer(), nullable=True),
    sa.CheckConstraint("reason <> ''", name=op.f('ck__hours_objection__has_reason')),
    sa.CheckConstraint("state <> 'upheld' OR answered_at IS NOT NULL", name=op.f('ck__hours_objection__bureau_upholds')),
    sa.CheckConstraint("state = 'open' OR base_answered_at IS NOT NULL OR answered_at IS NOT NULL", name=op.f('ck__hours_objection__somebody_answered')),
    sa.ForeignKeyConstraint(['answered_by'], ['account.id'], name=op.f('fk__hours_objection__answered_by')),
    sa.ForeignKeyConstraint(['base_answered_by'], ['account.id'], name=op.f('fk__hours_objection__base_answered_by')),
    sa.ForeignKeyConstraint(['line_id'], ['ledger_line.id'], name=op.f('fk__hours_objection__line_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk__hours_objection__person_id')),
    sa.ForeignKeyConstraint(['plan_id'], ['plan.id'], name=op.f('fk__hours_objection__plan_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk__hours_objection'))
    )
    with op.batch_alter_table('hours_objection', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix__hours_objection__line_id'), ['line_id'], unique=False)
        batch_op.create_index(batch_op.f('ix__hours_objection__person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix__hours_objection__plan_id'), ['plan_id'], unique=False)
        batch_op.create_index('uq__hours_objection__pending', ['line_id'], unique=True, sqlite_where=sa.text("state IN ('open', 'supported')"), postgresql_where=sa.text("state IN ('open', 'supported')"))



def downgrade() -> None:
    with op.batch_alter_table('hours_objection', schema=None) as batch_op:
        batch_op.drop_index('uq__hours_objection__pending', sqlite_where=sa.text("state IN ('open', 'supported')"), postgresql_where=sa.text("state IN ('open', 'supported')"))
        batch_op.drop_index(batch_op.f('ix__hours_objection__plan_id'))
        batch_op.drop_index(batch_op.f('ix__hours_objection__person_id'))
        batch_op.drop_index(batch_op.f('ix__hours_objection__line_id'))

    op.drop_table('hours_objection')
