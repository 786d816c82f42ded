"""keep_claims"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('claim',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=True),
    sa.Column('bureau_code', sa.String(length=6), nullable=True),
    sa.Column('kind', sa.Enum('training', 'lecture', 'self_study', 'achievement', 'publication', 'expert_service', 'posting', 'exam', 'competition', 'absence', 'online_course', name='kind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('state', sa.Enum('draft', 'with_unit', 'with_bureau', 'returned', 'credited', 'refused', 'withdrawn', 'reversed', name='claimstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('state_since', sa.DateTime(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=100), nullable=False),
    sa.Column('organiser', sa.String(length=100), nullable=False),
    sa.Column('number', sa.String(length=100), nullable=False),
    sa.Column('approved', sa.Boolean(), nullable=True),
    sa.Column('subject', sa.Enum('public', 'professional', name='subject', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('held_on', sa.Date(), nullable=True),
    sa.Column('until_on', sa.Date(), nullable=True),
    sa.Column('starts_at', sa.Integer(), nullable=True),
    sa.Column('halves', sa.Integer(), nullable=True),
    sa.Column('minutes', sa.Integer(), nullable=True),
    sa.Column('rank', sa.Enum('national', 'province', 'city', 'county', name='rank', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('cause', sa.Enum('abroad', 'illness', 'maternity', name='cause', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('remarks', sa.String(length=500), nullable=False),
    sa.Column('thing_key', sa.String(length=100), nullable=True),
    sa.Column('archive_number', sa.String(length=60), nullable=False),
    sa.Column('sent_at', sa.DateTime(), nullable=True),
    sa.Column('confirmed_at', sa.DateTime(), nullable=True),
    sa.Column('confirmed_by', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(), nullable=True),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('imported_by', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('updated_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint("bureau_code IN ('370811', '370812', '370881', '370831', '370883', '370826', '370827', '370828', '370829', '370830', '370832', '370871', '370872', '370873', '370800')", name=op.f('ck__claim__bureau_code_known')),
    sa.CheckConstraint("cause IS NULL OR kind = 'absence'", name=op.f('ck__claim__cause_kind')),
    sa.CheckConstraint("halves IS NULL OR (kind IN ('training', 'self_study') AND halves BETWEEN 1 AND 1998)", name=op.f('ck__claim__halves_kind')),
    sa.CheckConstraint("kind <> 'self_study' OR archive_number <> '' OR state NOT IN ('with_bureau', 'credited', 'reversed')", name=op.f('ck__claim__self_study_has_archive')),
    sa.CheckConstraint("kind = 'self_study' OR archive_number = ''", name=op.f('ck__claim__archive_kind')),
    sa.CheckConstraint("kind NOT IN ('lecture', 'online_course')", name=op.f('ck__claim__kind_is_claimed')),
    sa.CheckConstraint("minutes IS NULL OR (kind = 'expert_service' AND minutes BETWEEN 1 AND 1440)", name=op.f('ck__claim__minutes_kind')),
    sa.CheckConstraint("rank IS NULL OR kind = 'competition'", name=op.f('ck__claim__rank_kind')),
    sa.CheckConstraint("state <> 'with_unit' OR unit_id IS NOT NULL", name=op.f('ck__claim__unit_has_it')),
    sa.CheckConstraint("state IN ('draft', 'returned', 'withdrawn') OR until_on IS NULL OR until_on >= held_on", name=op.f('ck__claim__period_in_order')),
    sa.CheckConstraint("state IN ('draft', 'withdrawn') OR (bureau_code IS NOT NULL AND sent_at IS NOT NULL AND held_on IS NOT NULL)", name=op.f('ck__claim__sent_is_addressed')),
    sa.CheckConstraint("state NOT IN ('credited', 'refused', 'reversed') OR decided_by IS NOT NULL", name=op.f('ck__claim__end_was_decided')),
    sa.CheckConstraint("state NOT IN ('returned', 'refused', 'reversed') OR reason <> ''", name=op.f('ck__claim__against_has_reason')),
    sa.CheckConstraint("until_on IS NULL OR kind IN ('posting', 'absence')", name=op.f('ck__claim__until_kind')),
    sa.CheckConstraint('(confirmed_at IS NULL) = (confirmed_by IS NULL)', name=op.f('ck__claim__confirmed_by_somebody')),
    sa.CheckConstraint('(decided_at IS NULL) = (decided_by IS NULL)', name=op.f('ck__claim__decided_by_somebody')),
    sa.CheckConstraint('confirmed_by <> decided_by', name=op.f('ck__claim__two_people')),
    sa.ForeignKeyConstraint(['confirmed_by'], ['account.id'], name=op.f('fk__claim__confirmed_by')),
    sa.ForeignKeyConstraint(['decided_by'], ['account.id'], name=op.f('fk__claim__decided_by')),
    sa.ForeignKeyConstraint(['imported_by'], ['account.id'], name=op.f('fk__claim__imported_by')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk__claim__person_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk__claim__unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk__claim'))
    )
    with op.batch_alter_table('claim', schema=None) as batch_op:
        batch_op.create_index('ix__claim__bureau_queue', ['bureau_code', 'state'], unique=False)
        batch_op.create_index(batch_op.f('ix__claim__person_id'), ['person_id'], unique=False)
        batch_op.create_index('ix__claim__thing', ['kind', 'thing_key'], unique=False)
        batch_op.create_index('ix__claim__unit_queue', ['unit_id', 'state'], unique=False)
        batch_op.create_index('uq__claim__held_once', ['person_id', 'kind', 'thing_key'], unique=True, sqlite_where=sa.text("state IN ('with_unit', 'with_bureau', 'credited')"), postgresql_where=sa.text("state IN ('with_unit', 'with_bureau', 'credited')"))

    op.create_table('claim_evidence',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('claim_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('file_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('added_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['claim_id'], ['claim.id'], name=op.f('fk__claim_evidence__claim_id')),
    sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk__claim_evidence__file_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk__claim_evidence')),
    sa.UniqueConstraint('claim_id', 'file_id', name=op.f('uq__claim_evidence__claim_id_file_id'))
    )
    with op.batch_alter_table('claim_evidence', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix__claim_evidence__claim_id'), ['claim_id'], unique=False)
        batch_op.create_index(batch_op.f('ix__claim_evidence__file_id'), ['file_id'], unique=False)

    op.execute_on('sqlite', "CREATE TRIGGER claim__frozen_update BEFORE UPDATE ON claim WHEN (OLD.state NOT IN ('draft', 'returned') AND (OLD.person_id IS NOT NEW.person_id OR OLD.kind IS NOT NEW.kind OR OLD.title IS NOT NEW.title OR OLD.organiser IS NOT NEW.organiser OR OLD.number IS NOT NEW.number OR OLD.approved IS NOT NEW.approved OR OLD.held_on IS NOT NEW.held_on OR OLD.until_on IS NOT NEW.until_on OR OLD.starts_at IS NOT NEW.starts_at OR OLD.minutes IS NOT NEW.minutes OR OLD.rank IS NOT NEW.rank OR OLD.cause IS NOT NEW.cause OR OLD.remarks IS NOT NEW.remarks OR OLD.sent_at IS NOT NEW.sent_at)) OR (OLD.state NOT IN ('draft', 'returned', 'with_unit', 'with_bureau') AND (OLD.subject IS NOT NEW.subject OR OLD.halves IS NOT NEW.halves OR OLD.archive_number IS NOT NEW.archive_number OR OLD.thing_key IS NOT NEW.thing_key OR OLD.unit_id IS NOT NEW.unit_id OR OLD.bureau_code IS NOT NEW.bureau_code)) BEGIN SELECT RAISE(ABORT, 'a claim that was sent is frozen'); END")
    op.execute_on('postgresql', "CREATE FUNCTION claim__frozen() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF (OLD.state NOT IN ('draft', 'returned') AND (OLD.person_id IS DISTINCT FROM NEW.person_id OR OLD.kind IS DISTINCT FROM NEW.kind OR OLD.title IS DISTINCT FROM NEW.title OR OLD.organiser IS DISTINCT FROM NEW.organiser OR OLD.number IS DISTINCT FROM NEW.number OR OLD.approved IS DISTINCT FROM NEW.approved OR OLD.held_on IS DISTINCT FROM NEW.held_on OR OLD.until_on IS DISTINCT FROM NEW.until_on OR OLD.starts_at IS DISTINCT FROM NEW.starts_at OR OLD.minutes IS DISTINCT FROM NEW.minutes OR OLD.rank IS DISTINCT FROM NEW.rank OR OLD.cause IS DISTINCT FROM NEW.cause OR OLD.remarks IS DISTINCT FROM NEW.remarks OR OLD.sent_at IS DISTINCT FROM NEW.sent_at)) OR (OLD.state NOT IN ('draft', 'returned', 'with_unit', 'with_bureau') AND (OLD.subject IS DISTINCT FROM NEW.subject OR OLD.halves IS DISTINCT FROM NEW.halves OR OLD.archive_number IS DISTINCT FROM NEW.archive_number OR OLD.thing_key IS DISTINCT FROM NEW.thing_key OR OLD.unit_id IS DISTINCT FROM NEW.unit_id OR OLD.bureau_code IS DISTINCT FROM NEW.bureau_code)) THEN RAISE EXCEPTION 'a claim that was sent is frozen' USING ERRCODE = 'restrict_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$")
    op.execute_on('postgresql', 'CREATE TRIGGER claim__frozen_update BEFORE UPDATE ON claim FOR EACH ROW EXECUTE FUNCTION claim__frozen()')
    op.execute_on('sqlite', "CREATE TRIGGER claim__kept_delete BEFORE DELETE ON claim WHEN OLD.id IS NOT NULL BEGIN SELECT RAISE(ABORT, 'claims are never deleted'); END")
    op.execute_on('postgresql', "CREATE FUNCTION claim__kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF OLD.id IS NOT NULL THEN RAISE EXCEPTION 'claims are never deleted' USING ERRCODE = 'restrict_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$")
    op.execute_on('postgresql', 'CREATE TRIGGER claim__kept_delete BEFORE DELETE ON claim FOR EACH ROW EXECUTE FUNCTION claim__kept()')
    op.execute_on('sqlite', "CREATE TRIGGER claim_evidence__frozen_update BEFORE UPDATE ON claim_evidence WHEN (SELECT state FROM claim WHERE id = OLD.claim_id) NOT IN ('draft', 'returned') BEGIN SELECT RAISE(ABORT, 'evidence of a claim that was sent is frozen'); END")
    op.execute_on('sqlite', "CREATE TRIGGER claim_evidence__frozen_delete BEFORE DELETE ON claim_evidence WHEN (SELECT state FROM claim WHERE id = OLD.claim_id) NOT IN ('draft', 'returned') BEGIN SELECT RAISE(ABORT, 'evidence of a claim that was sent is frozen'); END")
    op.execute_on('postgresql', "CREATE FUNCTION claim_evidence__frozen() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF (SELECT state FROM claim WHERE id = OLD.claim_id) NOT IN ('draft', 'returned') THEN RAISE EXCEPTION 'evidence of a claim that was sent is frozen' USING ERRCODE = 'restrict_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$")
    op.execute_on('postgresql', 'CREATE TRIGGER claim_evidence__frozen_update BEFORE UPDATE ON claim_evidence FOR EACH ROW EXECUTE FUNCTION claim_evidence__frozen()')
    op.execute_on('postgresql', 'CREATE TRIGGER claim_evidence__frozen_delete BEFORE DELETE ON claim_evidence FOR EACH ROW EXECUTE FUNCTION claim_evidence__frozen()')
    op.execute_on('sqlite', "CREATE TRIGGER claim_evidence__closed_insert BEFORE INSERT ON claim_evidence WHEN (SELECT state FROM claim WHERE id = NEW.claim_id) NOT IN ('draft', 'returned') BEGIN SELECT RAISE(ABORT, 'evidence of a claim that was sent is frozen'); END")
    op.execute_on('postgresql', "CREATE FUNCTION claim_evidence__closed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF (SELECT state FROM claim WHERE id = NEW.claim_id) NOT IN ('draft', 'returned') THEN RAISE EXCEPTION 'evidence of a claim that was sent is frozen' USING ERRCODE = 'restrict_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$")
    op.execute_on('postgresql', 'CREATE TRIGGER claim_evidence__closed_insert BEFORE INSERT ON claim_evidence FOR EACH ROW EXECUTE FUNCTION claim_evidence__closed()')


def downgrade() -> None:
    with op.batch_alter_table('claim_evidence', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix__claim_evidence__file_id'))
        batch_op.drop_index(batch_op.f('ix__claim_evidence__claim_id'))

    op.drop_table('claim_evidence')
    with op.batch_alter_table('claim', schema=None) as batch_op:
        batch_op.drop_index('uq__claim__held_once', sqlite_where=sa.text("state IN ('with_unit', 'with_bureau', 'credited')"), postgresql_where=sa.text("state IN ('with_unit', 'with_bureau', 'credited')"))
        batch_op.drop_index('ix__claim__unit_queue')
        batch_op.drop_index('ix__claim__thing')
        batch_op.drop_index(batch_op.f('ix__claim__person_id'))
        batch_op.drop_index('ix__claim__bureau_queue')

    op.drop_table('claim')
    op.execute_on('postgresql', 'DROP FUNCTION claim__frozen()')
    op.execute_on('postgresql', 'DROP FUNCTION claim__kept()')
    op.execute_on('postgresql', 'DROP FUNCTION claim_evidence__frozen()')
    op.execute_on('postgresql', 'DROP FUNCTION claim_evidence__closed()')
