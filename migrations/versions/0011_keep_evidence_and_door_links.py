"""keep_evidence_and_door_links"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('door_link',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('session_id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=20), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('issued_at', sa.DateTime(), nullable=False),
    sa.Column('issued_by', sa.Integer(), nullable=False),
    sa.Column('opened_at', sa.DateTime(), nullable=True),
    sa.Column('revoked_at', sa.DateTime(), nullable=True),
    sa.Column('revoked_by', sa.Integer(), nullable=True),
    sa.CheckConstraint('(revoked_at IS NULL) = (revoked_by IS NULL)', name=op.f('ck__door_link__revoked_by_somebody')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk__door_link__account_id')),
    sa.ForeignKeyConstraint(['issued_by'], ['account.id'], name=op.f('fk__door_link__issued_by')),
    sa.ForeignKeyConstraint(['revoked_by'], ['account.id'], name=op.f('fk__door_link__revoked_by')),
    sa.ForeignKeyConstraint(['session_id'], ['course_session.id'], name=op.f('fk__door_link__session_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk__door_link')),
    sa.UniqueConstraint('account_id', name=op.f('uq__door_link__account_id')),
    sa.UniqueConstraint('token_hash', name=op.f('uq__door_link__token_hash'))
    )
    with op.batch_alter_table('door_link', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix__door_link__session_id'), ['session_id'], unique=False)

    op.create_table('late_sign',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('event_id', sa.String(length=36), nullable=False),
    sa.Column('session_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('in', 'out', 'annul', name='signkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('way', sa.Enum('tap', 'rotating_code', 'personal_code', 'live', 'paper', 'make_up', name='way', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('occurred_at', sa.DateTime(), nullable=False),
    sa.Column('received_at', sa.DateTime(), nullable=False),
    sa.Column('recorded_by', sa.Integer(), nullable=True),
    sa.Column('upheld', sa.Boolean(), nullable=True),
    sa.Column('answered_at', sa.DateTime(), nullable=True),
    sa.Column('answered_by', sa.Integer(), nullable=True),
    sa.Column('answer', sa.String(length=500), nullable=False),
    sa.CheckConstraint("kind IN ('in', 'out')", name=op.f('ck__late_sign__is_a_sign')),
    sa.CheckConstraint("upheld IS NULL OR answer <> ''", name=op.f('ck__late_sign__answer_has_reason')),
    sa.CheckConstraint('(upheld IS NULL) = (answered_at IS NULL) AND (upheld IS NULL) = (answered_by IS NULL)', name=op.f('ck__late_sign__answered_whole')),
    sa.ForeignKeyConstraint(['answered_by'], ['account.id'], name=op.f('fk__late_sign__answered_by')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk__late_sign__person_id')),
    sa.ForeignKeyConstraint(['recorded_by'], ['account.id'], name=op.f('fk__late_sign__recorded_by')),
    sa.ForeignKeyConstraint(['session_id'], ['course_session.id'], name=op.f('fk__late_sign__session_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk__late_sign')),
    sa.UniqueConstraint('event_id', name=op.f('uq__late_sign__event_id'))
    )
    with op.batch_alter_table('late_sign', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix__late_sign__session_id'), ['session_id'], unique=False)

    op.create_table('session_evidence',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('session_id', sa.Integer(), nullable=False),
    sa.Column('file_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('way', sa.Enum('tap', 'rotating_code', 'personal_code', 'live', 'paper', 'make_up', name='way', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('event_id', sa.String(length=36), nullable=True),
    sa.Column('kept_at', sa.DateTime(), nullable=False),
    sa.Column('kept_by', sa.Integer(), nullable=False),
    sa.CheckConstraint("(way = 'make_up') = (event_id IS NOT NULL)", name=op.f('ck__session_evidence__make_up_names_event')),
    sa.CheckConstraint("way IN ('paper', 'make_up')", name=op.f('ck__session_evidence__by_hand')),
    sa.ForeignKeyConstraint(['event_id'], ['sign_event.event_id'], name=op.f('fk__session_evidence__event_id')),
    sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk__session_evidence__file_id')),
    sa.ForeignKeyConstraint(['kept_by'], ['account.id'], name=op.f('fk__session_evidence__kept_by')),
    sa.ForeignKeyConstraint(['session_id'], ['course_session.id'], name=op.f('fk__session_evidence__session_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk__session_evidence')),
    sa.UniqueConstraint('file_id', name=op.f('uq__session_evidence__file_id'))
    )
    with op.batch_alter_table('session_evidence', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix__session_evidence__session_id'), ['session_id'], unique=False)

    op.execute_on('sqlite', "CREATE TRIGGER session_evidence__no_update BEFORE UPDATE ON session_evidence BEGIN SELECT RAISE(ABORT, 'session_evidence is append-only'); END")
    op.execute_on('sqlite', "CREATE TRIGGER session_evidence__no_delete BEFORE DELETE ON session_evidence BEGIN SELECT RAISE(ABORT, 'session_evidence is append-only'); END")
    op.execute_on('postgresql', "CREATE FUNCTION session_evidence__refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'session_evidence is append-only' USING ERRCODE = 'restrict_violation'; END $$")
    op.execute_on('postgresql', 'CREATE TRIGGER session_evidence__append_only BEFORE UPDATE OR DELETE ON session_evidence FOR EACH ROW EXECUTE FUNCTION session_evidence__refuse()')
    op.execute_on('postgresql', 'CREATE TRIGGER session_evidence__no_truncate BEFORE TRUNCATE ON session_evidence FOR EACH STATEMENT EXECUTE FUNCTION session_evidence__refuse()')


def downgrade() -> None:
    with op.batch_alter_table('session_evidence', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix__session_evidence__session_id'))

    op.drop_table('session_evidence')
    with op.batch_alter_table('late_sign', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix__late_sign__session_id'))

    op.drop_table('late_sign')
    with op.batch_alter_table('door_link', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix__door_link__session_id'))

    op.drop_table('door_link')
    op.execute_on('postgresql', 'DROP FUNCTION session_evidence__refuse()')
