"""issue_certificates"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('certificate',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.String(length=32), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('public_halves', sa.Integer(), nullable=False),
    sa.Column('professional_halves', sa.Integer(), nullable=False),
    sa.Column('is_complete', sa.Boolean(), nullable=False),
    sa.Column('need_public_halves', sa.Integer(), nullable=False),
    sa.Column('need_professional_halves', sa.Integer(), nullable=False),
    sa.Column('need_total_halves', sa.Integer(), nullable=False),
    sa.Column('bureau_code', sa.String(length=6), nullable=False),
    sa.Column('url', sa.String(length=800), nullable=False),
    sa.Column('issued_at', sa.DateTime(), nullable=False),
    sa.Column('issued_by', sa.Integer(), nullable=False),
    sa.CheckConstraint("bureau_code IN ('370811', '370812', '370881', '370831', '370883', '370826', '370827', '370828', '370829', '370830', '370832', '370871', '370872', '370873', '370800')", name=op.f('ck__certificate__bureau_code_known')),
    sa.CheckConstraint('length(number) = 32', name=op.f('ck__certificate__number_length')),
    sa.CheckConstraint('public_halves + professional_halves > 0', name=op.f('ck__certificate__certifies_something')),
    sa.ForeignKeyConstraint(['issued_by'], ['account.id'], name=op.f('fk__certificate__issued_by')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk__certificate__person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk__certificate')),
    sa.UniqueConstraint('number', name=op.f('uq__certificate__number'))
    )
    with op.batch_alter_table('certificate', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix__certificate__bureau_code'), ['bureau_code'], unique=False)
        batch_op.create_index('ix__certificate__person_year', ['person_id', 'year'], unique=False)

    op.create_table('certificate_revocation',
    sa.Column('certificate_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('revoked_at', sa.DateTime(), nullable=False),
    sa.Column('revoked_by', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('may_reissue', sa.Boolean(), nullable=False),
    sa.CheckConstraint("reason <> ''", name=op.f('ck__certificate_revocation__has_reason')),
    sa.ForeignKeyConstraint(['certificate_id'], ['certificate.id'], name=op.f('fk__certificate_revocation__certificate_id')),
    sa.ForeignKeyConstraint(['revoked_by'], ['account.id'], name=op.f('fk__certificate_revocation__revoked_by')),
    sa.PrimaryKeyConstraint('certificate_id', name=op.f('pk__certificate_revocation'))
    )
    op.execute_on('sqlite', "CREATE TRIGGER certificate__no_update BEFORE UPDATE ON certificate BEGIN SELECT RAISE(ABORT, 'certificate is append-only'); END")
    op.execute_on('sqlite', "CREATE TRIGGER certificate__no_delete BEFORE DELETE ON certificate BEGIN SELECT RAISE(ABORT, 'certificate is append-only'); END")
    op.execute_on('postgresql', "CREATE FUNCTION certificate__refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'certificate is append-only' USING ERRCODE = 'restrict_violation'; END $$")
    op.execute_on('postgresql', 'CREATE TRIGGER certificate__append_only BEFORE UPDATE OR DELETE ON certificate FOR EACH ROW EXECUTE FUNCTION certificate__refuse()')
    op.execute_on('postgresql', 'CREATE TRIGGER certificate__no_truncate BEFORE TRUNCATE ON certificate FOR EACH STATEMENT EXECUTE FUNCTION certificate__refuse()')
    op.execute_on('sqlite', "CREATE TRIGGER certificate_revocation__no_update BEFORE UPDATE ON certificate_revocation BEGIN SELECT RAISE(ABORT, 'certificate_revocation is append-only'); END")
    op.execute_on('sqlite', "CREATE TRIGGER certificate_revocation__no_delete BEFORE DELETE ON certificate_revocation BEGIN SELECT RAISE(ABORT, 'certificate_revocation is append-only'); END")
    op.execute_on('postgresql', "CREATE FUNCTION certificate_revocation__refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'certificate_revocation is append-only' USING ERRCODE = 'restrict_violation'; END $$")
    op.execute_on('postgresql', 'CREATE TRIGGER certificate_revocation__append_only BEFORE UPDATE OR DELETE ON certificate_revocation FOR EACH ROW EXECUTE FUNCTION certificate_revocation__refuse()')
    op.execute_on('postgresql', 'CREATE TRIGGER certificate_revocation__no_truncate BEFORE TRUNCATE ON certificate_revocation FOR EACH STATEMENT EXECUTE FUNCTION certificate_revocation__refuse()')


def downgrade() -> None:
    op.drop_table('certificate_revocation')
    with op.batch_alter_table('certificate', schema=None) as batch_op:
        batch_op.drop_index('ix__certificate__person_year')
        batch_op.drop_index(batch_op.f('ix__certificate__bureau_code'))

    op.drop_table('certificate')
    op.execute_on('postgresql', 'DROP FUNCTION certificate__refuse()')
    op.execute_on('postgresql', 'DROP FUNCTION certificate_revocation__refuse()')
