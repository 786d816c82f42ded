"""create all tables"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


# Rows that can only be added, and revisions that freeze: (dialect, statement).
TRIGGERS = [
    (
        "sqlite",
        "CREATE TRIGGER audit_entry__no_update BEFORE UPDATE ON audit_entry BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END",
    ),
    (
        "sqlite",
        "CREATE TRIGGER audit_entry__no_delete BEFORE DELETE ON audit_entry BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END",
    ),
    (
        "postgresql",
        "CREATE FUNCTION audit_entry__refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'audit_entry is append-only' USING ERRCODE = 'restrict_violation'; END $$",
    ),
    (
        "postgresql",
        "CREATE TRIGGER audit_entry__append_only BEFORE UPDATE OR DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_entry__refuse()",
    ),
    (
        "postgresql",
        "CREATE TRIGGER audit_entry__no_truncate BEFORE TRUNCATE ON audit_entry FOR EACH STATEMENT EXECUTE FUNCTION audit_entry__refuse()",
    ),
    (
        "sqlite",
        "CREATE TRIGGER sign_event__no_update BEFORE UPDATE ON sign_event BEGIN SELECT RAISE(ABORT, 'sign_event is append-only'); END",
    ),
    (
        "sqlite",
        "CREATE TRIGGER sign_event__no_delete BEFORE DELETE ON sign_event BEGIN SELECT RAISE(ABORT, 'sign_event is append-only'); END",
    ),
    (
        "postgresql",
        "CREATE FUNCTION sign_event__refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'sign_event is append-only' USING ERRCODE = 'restrict_violation'; END $$",
    ),
    (
        "postgresql",
        "CREATE TRIGGER sign_event__append_only BEFORE UPDATE OR DELETE ON sign_event FOR EACH ROW EXECUTE FUNCTION sign_event__refuse()",
    ),
    (
        "postgresql",
        "CREATE TRIGGER sign_event__no_truncate BEFORE TRUNCATE ON sign_event FOR EACH STATEMENT EXECUTE FUNCTION sign_event__refuse()",
    ),
    (
        "sqlite",
        "CREATE TRIGGER refused_sign__no_update BEFORE UPDATE ON refused_sign BEGIN SELECT RAISE(ABORT, 'refused_sign is append-only'); END",
    ),
    (
        "sqlite",
        "CREATE TRIGGER refused_sign__no_delete BEFORE DELETE ON refused_sign BEGIN SELECT RAISE(ABORT, 'refused_sign is append-only'); END",
    ),
    (
        "postgresql",
        "CREATE FUNCTION refused_sign__refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused_sign is append-only' USING ERRCODE = 'restrict_violation'; END $$",
    ),
    (
        "postgresql",
        "CREATE TRIGGER refused_sign__append_only BEFORE UPDATE OR DELETE ON refused_sign FOR EACH ROW EXECUTE FUNCTION refused_sign__refuse()",
    ),
    (
        "postgresql",
        "CREATE TRIGGER refused_sign__no_truncate BEFORE TRUNCATE ON refused_sign FOR EACH STATEMENT EXECUTE FUNCTION refused_sign__refuse()",
    ),
    (
        "sqlite",
        "CREATE TRIGGER ledger_line__no_update BEFORE UPDATE ON ledger_line BEGIN SELECT RAISE(ABORT, 'ledger_line is append-only'); END",
    ),
    (
        "sqlite",
        "CREATE TRIGGER ledger_line__no_delete BEFORE DELETE ON ledger_line BEGIN SELECT RAISE(ABORT, 'ledger_line is append-only'); END",
    ),
    (
        "postgresql",
        "CREATE FUNCTION ledger_line__refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'ledger_line is append-only' USING ERRCODE = 'restrict_violation'; END $$",
    ),
    (
        "postgresql",
        "CREATE TRIGGER ledger_line__append_only BEFORE UPDATE OR DELETE ON ledger_line FOR EACH ROW EXECUTE FUNCTION ledger_line__refuse()",
    ),
    (
        "postgresql",
        "CREATE TRIGGER ledger_line__no_truncate BEFORE TRUNCATE ON ledger_line FOR EACH STATEMENT EXECUTE FUNCTION ledger_line__refuse()",
    ),
    (
        "sqlite",
        "CREATE TRIGGER plan_revision__frozen_update BEFORE UPDATE ON plan_revision WHEN OLD.submitted_at IS NOT NULL AND (OLD.plan_id IS NOT NEW.plan_id OR OLD.number IS NOT NEW.number OR OLD.title IS NOT NEW.title OR OLD.subject IS NOT NEW.subject OR OLD.series IS NOT NEW.series OR OLD.form IS NOT NEW.form OR OLD.reach IS NOT NEW.reach OR OLD.audience IS NOT NEW.audience OR OLD.planned_number IS NOT NEW.planned_number OR OLD.live_address IS NOT NEW.live_address OR OLD.aims IS NOT NEW.aims OR OLD.outline IS NOT NEW.outline OR OLD.assessment IS NOT NEW.assessment OR OLD.fee_cents IS NOT NEW.fee_cents OR OLD.fee_item IS NOT NEW.fee_item OR OLD.fee_basis IS NOT NEW.fee_basis OR OLD.contact_name IS NOT NEW.contact_name OR OLD.contact_phone IS NOT NEW.contact_phone OR OLD.enrol_how IS NOT NEW.enrol_how OR OLD.enrol_closes_at IS NOT NEW.enrol_closes_at OR OLD.remarks IS NOT NEW.remarks OR OLD.opens_on IS NOT NEW.opens_on OR OLD.closes_on IS NOT NEW.closes_on OR OLD.submitted_at IS NOT NEW.submitted_at OR OLD.submitted_by IS NOT NEW.submitted_by OR OLD.counted_at IS NOT NEW.counted_at OR OLD.counted_on IS NOT NEW.counted_on OR OLD.last_filing_on IS NOT NEW.last_filing_on OR OLD.content_hash IS NOT NEW.content_hash) BEGIN SELECT RAISE(ABORT, 'a submitted revision is frozen'); END",
    ),
    (
        "postgresql",
        "CREATE FUNCTION plan_revision__frozen() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF OLD.submitted_at IS NOT NULL AND (OLD.plan_id IS DISTINCT FROM NEW.plan_id OR OLD.number IS DISTINCT FROM NEW.number OR OLD.title IS DISTINCT FROM NEW.title OR OLD.subject IS DISTINCT FROM NEW.subject OR OLD.series IS DISTINCT FROM NEW.series OR OLD.form IS DISTINCT FROM NEW.form OR OLD.reach IS DISTINCT FROM NEW.reach OR OLD.audience IS DISTINCT FROM NEW.audience OR OLD.planned_number IS DISTINCT FROM NEW.planned_number OR OLD.live_address IS DISTINCT FROM NEW.live_address OR OLD.aims IS DISTINCT FROM NEW.aims OR OLD.outline IS DISTINCT FROM NEW.outline OR OLD.assessment IS DISTINCT FROM NEW.assessment OR OLD.fee_cents IS DISTINCT FROM NEW.fee_cents OR OLD.fee_item IS DISTINCT FROM NEW.fee_item OR OLD.fee_basis IS DISTINCT FROM NEW.fee_basis OR OLD.contact_name IS DISTINCT FROM NEW.contact_name OR OLD.contact_phone IS DISTINCT FROM NEW.contact_phone OR OLD.enrol_how IS DISTINCT FROM NEW.enrol_how OR OLD.enrol_closes_at IS DISTINCT FROM NEW.enrol_closes_at OR OLD.remarks IS DISTINCT FROM NEW.remarks OR OLD.opens_on IS DISTINCT FROM NEW.opens_on OR OLD.closes_on IS DISTINCT FROM NEW.closes_on OR OLD.submitted_at IS DISTINCT FROM NEW.submitted_at OR OLD.submitted_by IS DISTINCT FROM NEW.submitted_by OR OLD.counted_at IS DISTINCT FROM NEW.counted_at OR OLD.counted_on IS DISTINCT FROM NEW.counted_on OR OLD.last_filing_on IS DISTINCT FROM NEW.last_filing_on OR OLD.content_hash IS DISTINCT FROM NEW.content_hash) THEN RAISE EXCEPTION 'a submitted revision is frozen' USING ERRCODE = 'restrict_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$",
    ),
    (
        "postgresql",
        "CREATE TRIGGER plan_revision__frozen_update BEFORE UPDATE ON plan_revision FOR EACH ROW EXECUTE FUNCTION plan_revision__frozen()",
    ),
    (
        "sqlite",
        "CREATE TRIGGER plan_revision__kept_delete BEFORE DELETE ON plan_revision WHEN OLD.submitted_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'a submitted revision is frozen'); END",
    ),
    (
        "postgresql",
        "CREATE FUNCTION plan_revision__kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF OLD.submitted_at IS NOT NULL THEN RAISE EXCEPTION 'a submitted revision is frozen' USING ERRCODE = 'restrict_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$",
    ),
    (
        "postgresql",
        "CREATE TRIGGER plan_revision__kept_delete BEFORE DELETE ON plan_revision FOR EACH ROW EXECUTE FUNCTION plan_revision__kept()",
    ),
    (
        "sqlite",
        "CREATE TRIGGER timetable_entry__frozen_new_insert BEFORE INSERT ON timetable_entry WHEN EXISTS (SELECT 1 FROM plan_revision r WHERE r.id = NEW.revision_id AND r.submitted_at IS NOT NULL) BEGIN SELECT RAISE(ABORT, 'a submitted revision is frozen'); END",
    ),
    (
        "postgresql",
        "CREATE FUNCTION timetable_entry__frozen_new() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF EXISTS (SELECT 1 FROM plan_revision r WHERE r.id = NEW.revision_id AND r.submitted_at IS NOT NULL) THEN RAISE EXCEPTION 'a submitted revision is frozen' USING ERRCODE = 'restrict_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$",
    ),
    (
        "postgresql",
        "CREATE TRIGGER timetable_entry__frozen_new_insert BEFORE INSERT ON timetable_entry FOR EACH ROW EXECUTE FUNCTION timetable_entry__frozen_new()",
    ),
    (
        "sqlite",
        "CREATE TRIGGER timetable_entry__frozen_update BEFORE UPDATE ON timetable_entry WHEN EXISTS (SELECT 1 FROM plan_revision r WHERE r.id = OLD.revision_id AND r.submitted_at IS NOT NULL) BEGIN SELECT RAISE(ABORT, 'a submitted revision is frozen'); END",
    ),
    (
        "sqlite",
        "CREATE TRIGGER timetable_entry__frozen_delete BEFORE DELETE ON timetable_entry WHEN EXISTS (SELECT 1 FROM plan_revision r WHERE r.id = OLD.revision_id AND r.submitted_at IS NOT NULL) BEGIN SELECT RAISE(ABORT, 'a submitted revision is frozen'); END",
    ),
    (
        "postgresql",
        "CREATE FUNCTION timetable_entry__frozen() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF EXISTS (SELECT 1 FROM plan_revision r WHERE r.id = OLD.revision_id AND r.submitted_at IS NOT NULL) THEN RAISE EXCEPTION 'a submitted revision is frozen' USING ERRCODE = 'restrict_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$",
    ),
    (
        "postgresql",
        "CREATE TRIGGER timetable_entry__frozen_update BEFORE UPDATE ON timetable_entry FOR EACH ROW EXECUTE FUNCTION timetable_entry__frozen()",
    ),
    (
        "postgresql",
        "CREATE TRIGGER timetable_entry__frozen_delete BEFORE DELETE ON timetable_entry FOR EACH ROW EXECUTE FUNCTION timetable_entry__frozen()",
    ),
]
FUNCTIONS = [
    "audit_entry__refuse",
    "sign_event__refuse",
    "refused_sign__refuse",
    "ledger_line__refuse",
    "plan_revision__frozen",
    "plan_revision__kept",
    "timetable_entry__frozen_new",
    "timetable_entry__frozen",
]


def upgrade() -> None:
    # ### commands auto generated by Alembic - please adjust! ###
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(length=40), nullable=False),
        sa.Column("display_name", sa.String(length=60), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("password_changed_at", sa.DateTime(), nullable=True),
        sa.Column("is_admin", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("username = lower(username)", name=op.f("ck__account__username_folded")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__account")),
        sa.UniqueConstraint("username", name=op.f("uq__account__username")),
    )
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("actor_role", sa.String(length=20), nullable=False),
        sa.Column("actor_name", sa.String(length=80), nullable=False),
        sa.Column("organisation", sa.String(length=120), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("subject_kind", sa.String(length=30), nullable=False),
        sa.Column("subject_id", sa.String(length=64), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__audit_entry")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix__audit_entry__at"), ["at"], unique=False)
        batch_op.create_index(
            "ix__audit_entry__subject", ["subject_kind", "subject_id"], unique=False
        )

    op.create_table(
        "command_receipt",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.String(length=400), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__command_receipt")),
        sa.UniqueConstraint("account_id", "key", name=op.f("uq__command_receipt__account_id_key")),
    )
    with op.batch_alter_table("command_receipt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix__command_receipt__at"), ["at"], unique=False)

    op.create_table(
        "filing_serial",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("bureau_code", sa.String(length=6), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "bureau_code IN ('370811', '370812', '370881', '370831', '370883', '370826', '370827', '370828', '370829', '370830', '370832', '370871', '370872', '370873', '370800')",
            name=op.f("ck__filing_serial__bureau_code_known"),
        ),
        sa.PrimaryKeyConstraint("year", "bureau_code", name=op.f("pk__filing_serial")),
    )
    op.create_table(
        "login_failure",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_key", sa.String(length=64), nullable=False),
        sa.Column("address_key", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__login_failure")),
    )
    with op.batch_alter_table("login_failure", schema=None) as batch_op:
        batch_op.create_index("ix__login_failure__account", ["account_key", "at"], unique=False)
        batch_op.create_index("ix__login_failure__address", ["address_key", "at"], unique=False)

    op.create_table(
        "organiser",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "base",
                "department",
                "bureau",
                name="organiserkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "level",
            sa.Enum(
                "national",
                "provincial",
                "city",
                "county",
                name="level",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("area_code", sa.String(length=6), nullable=False),
        sa.Column("sector", sa.String(length=60), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("about", sa.String(length=2000), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "(level = 'county') = (area_code <> '370800')",
            name=op.f("ck__organiser__county_level_has_county"),
        ),
        sa.CheckConstraint(
            "area_code IN ('370811', '370812', '370881', '370831', '370883', '370826', '370827', '370828', '370829', '370830', '370832', '370871', '370872', '370873', '370800')",
            name=op.f("ck__organiser__area_code_known"),
        ),
        sa.CheckConstraint(
            "kind <> 'department' OR sector <> ''",
            name=op.f("ck__organiser__department_has_sector"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__organiser")),
        sa.UniqueConstraint("name", name=op.f("uq__organiser__name")),
    )
    with op.batch_alter_table("organiser", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix__organiser__area_code"), ["area_code"], unique=False)
        batch_op.create_index(
            "uq__organiser__bureau",
            ["area_code"],
            unique=True,
            sqlite_where=sa.text("kind = 'bureau'"),
            postgresql_where=sa.text("kind = 'bureau'"),
        )

    op.create_table(
        "unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("credit_code", sa.String(length=18), nullable=False),
        sa.Column("area_code", sa.String(length=6), nullable=False),
        sa.CheckConstraint(
            "area_code IN ('370811', '370812', '370881', '370831', '370883', '370826', '370827', '370828', '370829', '370830', '370832', '370871', '370872', '370873', '370800')",
            name=op.f("ck__unit__area_code_known"),
        ),
        sa.CheckConstraint("length(credit_code) = 18", name=op.f("ck__unit__credit_code_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__unit")),
        sa.UniqueConstraint("credit_code", name=op.f("uq__unit__credit_code")),
        sa.UniqueConstraint("name", name=op.f("uq__unit__name")),
    )
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix__unit__area_code"), ["area_code"], unique=False)

    op.create_table(
        "bureau_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bureau_code", sa.String(length=6), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "bureau_code IN ('370811', '370812', '370881', '370831', '370883', '370826', '370827', '370828', '370829', '370830', '370832', '370871', '370872', '370873', '370800')",
            name=op.f("ck__bureau_member__bureau_code_known"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk__bureau_member__account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__bureau_member")),
    )
    with op.batch_alter_table("bureau_member", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix__bureau_member__account_id"), ["account_id"], unique=False
        )
        batch_op.create_index(
            "uq__bureau_member__current",
            ["bureau_code", "account_id"],
            unique=True,
            sqlite_where=sa.text("until_on IS NULL"),
            postgresql_where=sa.text("until_on IS NULL"),
        )

    op.create_table(
        "lecturer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organiser_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("unit_name", sa.String(length=120), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("field", sa.String(length=80), nullable=False),
        sa.Column("identity_index", sa.String(length=64), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk__lecturer__account_id")
        ),
        sa.ForeignKeyConstraint(
            ["organiser_id"], ["organiser.id"], name=op.f("fk__lecturer__organiser_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__lecturer")),
    )
    with op.batch_alter_table("lecturer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix__lecturer__account_id"), ["account_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix__lecturer__identity_index"), ["identity_index"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix__lecturer__organiser_id"), ["organiser_id"], unique=False
        )
        batch_op.create_index(
            "uq__lecturer__organiser_id_identity", ["organiser_id", "identity_index"], unique=True
        )

    op.create_table(
        "login_session",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("hat", sa.String(length=40), nullable=False),
        sa.Column("agent", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk__login_session__account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__login_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq__login_session__token_hash")),
    )
    with op.batch_alter_table("login_session", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix__login_session__account_id"), ["account_id"], unique=False
        )

    op.create_table(
        "organiser_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organiser_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk__organiser_member__account_id")
        ),
        sa.ForeignKeyConstraint(
            ["organiser_id"], ["organiser.id"], name=op.f("fk__organiser_member__organiser_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__organiser_member")),
    )
    with op.batch_alter_table("organiser_member", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix__organiser_member__account_id"), ["account_id"], unique=False
        )
        batch_op.create_index(
            "uq__organiser_member__current",
            ["organiser_id", "account_id"],
            unique=True,
            sqlite_where=sa.text("until_on IS NULL"),
            postgresql_where=sa.text("until_on IS NULL"),
        )

    op.create_table(
        "password_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("issued_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk__password_link__account_id")
        ),
        sa.ForeignKeyConstraint(
            ["issued_by"], ["account.id"], name=op.f("fk__password_link__issued_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__password_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq__password_link__token_hash")),
    )
    with op.batch_alter_table("password_link", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix__password_link__account_id"), ["account_id"], unique=False
        )

    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("initials", sa.String(length=20), nullable=False),
        sa.Column("post", sa.String(length=60), nullable=False),
        sa.Column("area_code", sa.String(length=6), nullable=True),
        sa.Column("id_cipher", sa.LargeBinary(length=120), nullable=False),
        sa.Column("id_index", sa.String(length=64), nullable=False),
        sa.Column("id_last4", sa.String(length=4), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("length(id_last4) = 4", name=op.f("ck__person__last4_length")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk__person__account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__person")),
        sa.UniqueConstraint("account_id", name=op.f("uq__person__account_id")),
        sa.UniqueConstraint("id_index", name=op.f("uq__person__id_index")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix__person__name"), ["name"], unique=False)

    op.create_table(
        "plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organiser_id", sa.Integer(), nullable=False),
        sa.Column("bureau_code", sa.String(length=6), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "submitted",
                "returned",
                "filed",
                "refused",
                "withdrawn",
                "cancelled",
                "attendance_confirmed",
                "credited",
                name="planstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("state_since", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("filing_number", sa.String(length=24), nullable=True),
        sa.Column("filed_at", sa.DateTime(), nullable=True),
        sa.Column("exception_reason", sa.String(length=500), nullable=False),
        sa.Column("exception_document", sa.String(length=120), nullable=False),
        sa.Column("close_reason", sa.String(length=500), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "(exception_reason = '') = (exception_document = '')",
            name=op.f("ck__plan__exception_complete"),
        ),
        sa.CheckConstraint(
            "(filing_number IS NOT NULL) = (state IN ('filed', 'cancelled', 'attendance_confirmed', 'credited'))",
            name=op.f("ck__plan__filed_has_number"),
        ),
        sa.CheckConstraint(
            "bureau_code IN ('370811', '370812', '370881', '370831', '370883', '370826', '370827', '370828', '370829', '370830', '370832', '370871', '370872', '370873', '370800')",
            name=op.f("ck__plan__bureau_code_known"),
        ),
        sa.CheckConstraint(
            "state <> 'cancelled' OR close_reason <> ''",
            name=op.f("ck__plan__cancelled_has_reason"),
        ),
        sa.CheckConstraint(
            "(filing_number IS NULL) = (filed_at IS NULL)", name=op.f("ck__plan__number_has_date")
        ),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk__plan__created_by")),
        sa.ForeignKeyConstraint(
            ["organiser_id"], ["organiser.id"], name=op.f("fk__plan__organiser_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__plan")),
        sa.UniqueConstraint("filing_number", name=op.f("uq__plan__filing_number")),
    )
    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.create_index("ix__plan__organiser_state", ["organiser_id", "state"], unique=False)
        batch_op.create_index("ix__plan__queue", ["bureau_code", "state"], unique=False)

    op.create_table(
        "unit_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk__unit_member__account_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk__unit_member__unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__unit_member")),
    )
    with op.batch_alter_table("unit_member", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix__unit_member__account_id"), ["account_id"], unique=False
        )
        batch_op.create_index(
            "uq__unit_member__current",
            ["unit_id", "account_id"],
            unique=True,
            sqlite_where=sa.text("until_on IS NULL"),
            postgresql_where=sa.text("until_on IS NULL"),
        )

    op.create_table(
        "venue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organiser_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("area_code", sa.String(length=6), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "area_code IN ('370811', '370812', '370881', '370831', '370883', '370826', '370827', '370828', '370829', '370830', '370832', '370871', '370872', '370873', '370800')",
            name=op.f("ck__venue__area_code_known"),
        ),
        sa.CheckConstraint("capacity > 0", name=op.f("ck__venue__capacity_positive")),
        sa.ForeignKeyConstraint(
            ["organiser_id"], ["organiser.id"], name=op.f("fk__venue__organiser_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__venue")),
    )
    with op.batch_alter_table("venue", schema=None) as batch_op:
        batch_op.create_index("uq__venue__organiser_id_name", ["organiser_id", "name"], unique=True)

    op.create_table(
        "affiliation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "until_on IS NULL OR until_on >= since_on", name=op.f("ck__affiliation__dates_in_order")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk__affiliation__person_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk__affiliation__unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__affiliation")),
    )
    with op.batch_alter_table("affiliation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix__affiliation__person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix__affiliation__unit_id"), ["unit_id"], unique=False)
        batch_op.create_index(
            "uq__affiliation__current",
            ["person_id"],
            unique=True,
            sqlite_where=sa.text("until_on IS NULL"),
            postgresql_where=sa.text("until_on IS NULL"),
        )

    op.create_table(
        "confirmation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(), nullable=False),
        sa.Column("confirmed_by", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("attended", sa.Integer(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["confirmed_by"], ["account.id"], name=op.f("fk__confirmation__confirmed_by")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk__confirmation__plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__confirmation")),
        sa.UniqueConstraint("plan_id", name=op.f("uq__confirmation__plan_id")),
    )
    op.create_table(
        "course_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk__course_session__plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__course_session")),
        sa.UniqueConstraint("uid", name=op.f("uq__course_session__uid")),
    )
    with op.batch_alter_table("course_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix__course_session__plan_id"), ["plan_id"], unique=False)

    op.create_table(
        "enrolment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "place",
            sa.Enum(
                "enrolled",
                "waiting",
                "cancelled",
                name="place",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "via",
            sa.Enum(
                "roster",
                "self",
                "unit",
                "walk_in",
                name="via",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("unit_name", sa.String(length=120), nullable=False),
        sa.Column("post", sa.String(length=60), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(), nullable=True),
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
    with op.batch_alter_table("enrolment", schema=None) as batch_op:
        batch_op.create_index("ix__enrolment__person", ["person_id", "place"], unique=False)

    op.create_table(
        "plan_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "standing",
            sa.Enum(
                "working",
                "pending",
                "in_force",
                "past",
                name="standing",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column(
            "subject",
            sa.Enum(
                "public",
                "professional",
                name="subject",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("series", sa.String(length=60), nullable=False),
        sa.Column(
            "form",
            sa.Enum(
                "face_to_face",
                "distance",
                "live",
                "field",
                "lecture",
                name="form",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "reach",
            sa.Enum(
                "city",
                "county",
                "sector",
                "unit",
                name="reach",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("audience", sa.String(length=500), nullable=False),
        sa.Column("planned_number", sa.Integer(), nullable=True),
        sa.Column("live_address", sa.String(length=300), nullable=False),
        sa.Column("aims", sa.Text(), nullable=False),
        sa.Column("outline", sa.Text(), nullable=False),
        sa.Column("assessment", sa.String(length=500), nullable=False),
        sa.Column("fee_cents", sa.Integer(), nullable=False),
        sa.Column("fee_item", sa.String(length=120), nullable=False),
        sa.Column("fee_basis", sa.String(length=300), nullable=False),
        sa.Column("contact_name", sa.String(length=60), nullable=False),
        sa.Column("contact_phone", sa.String(length=40), nullable=False),
        sa.Column("enrol_how", sa.String(length=500), nullable=False),
        sa.Column("enrol_closes_at", sa.DateTime(), nullable=True),
        sa.Column("remarks", sa.String(length=1000), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=True),
        sa.Column("closes_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(), nullable=True),
        sa.Column("submitted_by", sa.Integer(), nullable=True),
        sa.Column("counted_at", sa.DateTime(), nullable=True),
        sa.Column("counted_on", sa.Date(), nullable=True),
        sa.Column("last_filing_on", sa.Date(), nullable=True),
        sa.Column(
            "lead_waiver",
            sa.Enum(
                "none",
                "own_lecture",
                "exception",
                name="leadwaiver",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decision_reason", sa.String(length=1000), nullable=False),
        sa.CheckConstraint(
            "(submitted_at IS NULL) = (standing = 'working') AND (submitted_at IS NULL) = (counted_at IS NULL) AND (submitted_at IS NULL) = (counted_on IS NULL) AND (submitted_at IS NULL) = (last_filing_on IS NULL) AND (submitted_at IS NULL) = (content_hash = '')",
            name=op.f("ck__plan_revision__submitted_is_sealed"),
        ),
        sa.CheckConstraint(
            "counted_on IS NULL OR counted_on <= last_filing_on OR lead_waiver <> 'none'",
            name=op.f("ck__plan_revision__filed_in_time"),
        ),
        sa.CheckConstraint(
            "standing <> 'in_force' OR decided_at IS NOT NULL",
            name=op.f("ck__plan_revision__decided"),
        ),
        sa.CheckConstraint("closes_on >= opens_on", name=op.f("ck__plan_revision__dates_in_order")),
        sa.CheckConstraint("fee_cents >= 0", name=op.f("ck__plan_revision__fee_not_negative")),
        sa.CheckConstraint(
            "planned_number IS NULL OR planned_number > 0",
            name=op.f("ck__plan_revision__number_positive"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["account.id"], name=op.f("fk__plan_revision__decided_by")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk__plan_revision__plan_id")),
        sa.ForeignKeyConstraint(
            ["submitted_by"], ["account.id"], name=op.f("fk__plan_revision__submitted_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__plan_revision")),
        sa.UniqueConstraint("plan_id", "number", name=op.f("uq__plan_revision__plan_id_number")),
    )
    with op.batch_alter_table("plan_revision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix__plan_revision__opens_on"), ["opens_on"], unique=False)
        batch_op.create_index(
            "uq__plan_revision__in_force",
            ["plan_id"],
            unique=True,
            sqlite_where=sa.text("standing = 'in_force'"),
            postgresql_where=sa.text("standing = 'in_force'"),
        )
        batch_op.create_index(
            "uq__plan_revision__open",
            ["plan_id"],
            unique=True,
            sqlite_where=sa.text("standing IN ('working', 'pending')"),
            postgresql_where=sa.text("standing IN ('working', 'pending')"),
        )

    op.create_table(
        "year_record",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("public_halves", sa.Integer(), nullable=False),
        sa.Column("professional_halves", sa.Integer(), nullable=False),
        sa.Column("is_complete", sa.Boolean(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("computed_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk__year_record__person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", "year", name=op.f("pk__year_record")),
    )
    op.create_table(
        "attendance_record",
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("signed_in_at", sa.DateTime(), nullable=True),
        sa.Column("signed_out_at", sa.DateTime(), nullable=True),
        sa.Column("attended", sa.Boolean(), nullable=False),
        sa.Column("by_hand", sa.Boolean(), nullable=False),
        sa.Column("off_hours", sa.Boolean(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "NOT attended OR signed_in_at IS NOT NULL",
            name=op.f("ck__attendance_record__attended_signed_in"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk__attendance_record__person_id")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["course_session.id"], name=op.f("fk__attendance_record__session_id")
        ),
        sa.PrimaryKeyConstraint("session_id", "person_id", name=op.f("pk__attendance_record")),
    )
    with op.batch_alter_table("attendance_record", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix__attendance_record__person_id"), ["person_id"], unique=False
        )

    op.create_table(
        "ledger_line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "reverses_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "training",
                "lecture",
                "self_study",
                "achievement",
                "publication",
                "expert_service",
                "posting",
                "exam",
                "competition",
                "absence",
                "online_course",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "subject",
            sa.Enum(
                "public",
                "professional",
                name="subject",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("clause", sa.String(length=20), nullable=False),
        sa.Column(
            "origin",
            sa.Enum(
                "base", "claim", name="origin", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("starts_at", sa.Integer(), nullable=False),
        sa.Column("public_halves", sa.Integer(), nullable=False),
        sa.Column("professional_halves", sa.Integer(), nullable=False),
        sa.Column("is_filed", sa.Boolean(), nullable=False),
        sa.Column("has_exception", sa.Boolean(), nullable=False),
        sa.Column("has_archive", sa.Boolean(), nullable=False),
        sa.Column("thing_key", sa.String(length=120), nullable=True),
        sa.Column("detail", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=True),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("policy_version", sa.String(length=20), nullable=False),
        sa.Column("posted_at", sa.DateTime(), nullable=False),
        sa.Column("posted_by", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.CheckConstraint(
            "reverses_id IS NULL OR reason <> ''", name=op.f("ck__ledger_line__reversal_has_reason")
        ),
        sa.CheckConstraint(
            "(reverses_id IS NULL AND public_halves >= 0 AND professional_halves >= 0) OR (reverses_id IS NOT NULL AND public_halves <= 0 AND professional_halves <= 0)",
            name=op.f("ck__ledger_line__sign_of_reversal"),
        ),
        sa.CheckConstraint(
            "(version < 0) = (reverses_id IS NOT NULL)",
            name=op.f("ck__ledger_line__reversal_version"),
        ),
        sa.CheckConstraint("version <> 0", name=op.f("ck__ledger_line__version_not_zero")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk__ledger_line__person_id")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk__ledger_line__plan_id")),
        sa.ForeignKeyConstraint(
            ["posted_by"], ["account.id"], name=op.f("fk__ledger_line__posted_by")
        ),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["ledger_line.id"], name=op.f("fk__ledger_line__reverses_id")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["course_session.id"], name=op.f("fk__ledger_line__session_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__ledger_line")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq__ledger_line__reverses_id")),
        sa.UniqueConstraint(
            "source", "person_id", "version", name=op.f("uq__ledger_line__source_person_id_version")
        ),
    )
    with op.batch_alter_table("ledger_line", schema=None) as batch_op:
        batch_op.create_index(
            "ix__ledger_line__person_thing", ["person_id", "thing_key"], unique=False
        )
        batch_op.create_index("ix__ledger_line__person_year", ["person_id", "year"], unique=False)
        batch_op.create_index(batch_op.f("ix__ledger_line__plan_id"), ["plan_id"], unique=False)

    op.create_table(
        "published_session",
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("organiser_id", sa.Integer(), nullable=False),
        sa.Column("organiser_name", sa.String(length=120), nullable=False),
        sa.Column("filing_number", sa.String(length=24), nullable=False),
        sa.Column("area_code", sa.String(length=6), nullable=False),
        sa.Column(
            "subject",
            sa.Enum(
                "public",
                "professional",
                name="subject",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "form",
            sa.Enum(
                "face_to_face",
                "distance",
                "live",
                "field",
                "lecture",
                name="form",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("topic", sa.String(length=200), nullable=False),
        sa.Column("lecturer_name", sa.String(length=60), nullable=False),
        sa.Column("venue_name", sa.String(length=80), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("starts_at", sa.Integer(), nullable=False),
        sa.Column("ends_at", sa.Integer(), nullable=False),
        sa.Column("halves", sa.Integer(), nullable=False),
        sa.Column("is_cancelled", sa.Boolean(), nullable=False),
        sa.Column("has_exception", sa.Boolean(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("vevent", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "area_code IN ('370811', '370812', '370881', '370831', '370883', '370826', '370827', '370828', '370829', '370830', '370832', '370871', '370872', '370873', '370800')",
            name=op.f("ck__published_session__area_code_known"),
        ),
        sa.ForeignKeyConstraint(
            ["organiser_id"], ["organiser.id"], name=op.f("fk__published_session__organiser_id")
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plan.id"], name=op.f("fk__published_session__plan_id")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["course_session.id"], name=op.f("fk__published_session__session_id")
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk__published_session")),
    )
    with op.batch_alter_table("published_session", schema=None) as batch_op:
        batch_op.create_index("ix__published_session__day", ["held_on", "starts_at"], unique=False)
        batch_op.create_index(
            "ix__published_session__organiser", ["organiser_id", "held_on"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix__published_session__plan_id"), ["plan_id"], unique=False
        )

    op.create_table(
        "refused_sign",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column(
            "way",
            sa.Enum(
                "tap",
                "rotating_code",
                "personal_code",
                "live",
                "paper",
                "make_up",
                name="way",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk__refused_sign__person_id")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["account.id"], name=op.f("fk__refused_sign__recorded_by")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["course_session.id"], name=op.f("fk__refused_sign__session_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__refused_sign")),
    )
    with op.batch_alter_table("refused_sign", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix__refused_sign__event_id"), ["event_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix__refused_sign__session_id"), ["session_id"], unique=False
        )

    op.create_table(
        "session_register",
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("headcount", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "headcount >= 0", name=op.f("ck__session_register__headcount_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["closed_by"], ["account.id"], name=op.f("fk__session_register__closed_by")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["course_session.id"], name=op.f("fk__session_register__session_id")
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk__session_register")),
    )
    op.create_table(
        "sign_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "in",
                "out",
                "annul",
                name="signkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "way",
            sa.Enum(
                "tap",
                "rotating_code",
                "personal_code",
                "live",
                "paper",
                "make_up",
                name="way",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("annuls_id", sa.String(length=36), nullable=True),
        sa.Column("occurred_at", sa.DateTime(), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column("offset_ms", sa.Integer(), nullable=False),
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("device_seq", sa.Integer(), nullable=True),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("off_hours", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "(kind = 'annul') = (annuls_id IS NOT NULL)",
            name=op.f("ck__sign_event__annul_names_event"),
        ),
        sa.ForeignKeyConstraint(
            ["annuls_id"], ["sign_event.event_id"], name=op.f("fk__sign_event__annuls_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk__sign_event__person_id")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["account.id"], name=op.f("fk__sign_event__recorded_by")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["course_session.id"], name=op.f("fk__sign_event__session_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__sign_event")),
        sa.UniqueConstraint("event_id", name=op.f("uq__sign_event__event_id")),
    )
    with op.batch_alter_table("sign_event", schema=None) as batch_op:
        batch_op.create_index(
            "ix__sign_event__session_person", ["session_id", "person_id"], unique=False
        )

    op.create_table(
        "timetable_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("starts_at", sa.Integer(), nullable=False),
        sa.Column("ends_at", sa.Integer(), nullable=False),
        sa.Column("break_minutes", sa.Integer(), nullable=False),
        sa.Column("halves", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=200), nullable=False),
        sa.Column("lecturer_id", sa.Integer(), nullable=True),
        sa.Column("lecturer_name", sa.String(length=60), nullable=False),
        sa.Column("lecturer_unit", sa.String(length=120), nullable=False),
        sa.Column("lecturer_title", sa.String(length=60), nullable=False),
        sa.Column("venue_id", sa.Integer(), nullable=True),
        sa.Column("venue_name", sa.String(length=80), nullable=False),
        sa.Column("venue_address", sa.String(length=200), nullable=False),
        sa.Column("venue_area", sa.String(length=6), nullable=False),
        sa.CheckConstraint(
            "break_minutes >= 0", name=op.f("ck__timetable_entry__break_not_negative")
        ),
        sa.CheckConstraint(
            "ends_at > starts_at", name=op.f("ck__timetable_entry__ends_after_start")
        ),
        sa.CheckConstraint("halves <= 16", name=op.f("ck__timetable_entry__hours_fit_day")),
        sa.CheckConstraint(
            "halves >= 0 AND halves * 45 <= (ends_at - starts_at - break_minutes) * 2",
            name=op.f("ck__timetable_entry__hours_fit_minutes"),
        ),
        sa.CheckConstraint(
            "starts_at >= 0 AND ends_at <= 1439", name=op.f("ck__timetable_entry__within_the_day")
        ),
        sa.ForeignKeyConstraint(
            ["lecturer_id"], ["lecturer.id"], name=op.f("fk__timetable_entry__lecturer_id")
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["plan_revision.id"], name=op.f("fk__timetable_entry__revision_id")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["course_session.id"], name=op.f("fk__timetable_entry__session_id")
        ),
        sa.ForeignKeyConstraint(
            ["venue_id"], ["venue.id"], name=op.f("fk__timetable_entry__venue_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__timetable_entry")),
        sa.UniqueConstraint(
            "revision_id", "session_id", name=op.f("uq__timetable_entry__revision_id_session_id")
        ),
    )
    with op.batch_alter_table("timetable_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix__timetable_entry__held_on"), ["held_on"], unique=False)
        batch_op.create_index(
            batch_op.f("ix__timetable_entry__lecturer_id"), ["lecturer_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix__timetable_entry__revision_id"), ["revision_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix__timetable_entry__session_id"), ["session_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix__timetable_entry__venue_id"), ["venue_id"], unique=False
        )

    # ### end Alembic commands ###
    dialect = op.get_bind().dialect.name
    for wanted, statement in TRIGGERS:
        if wanted == dialect:
            op.execute(sa.DDL(statement.replace("%", "%%")))


def downgrade() -> None:
    # ### commands auto generated by Alembic - please adjust! ###
    with op.batch_alter_table("timetable_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix__timetable_entry__venue_id"))
        batch_op.drop_index(batch_op.f("ix__timetable_entry__session_id"))
        batch_op.drop_index(batch_op.f("ix__timetable_entry__revision_id"))
        batch_op.drop_index(batch_op.f("ix__timetable_entry__lecturer_id"))
        batch_op.drop_index(batch_op.f("ix__timetable_entry__held_on"))

    op.drop_table("timetable_entry")
    with op.batch_alter_table("sign_event", schema=None) as batch_op:
        batch_op.drop_index("ix__sign_event__session_person")

    op.drop_table("sign_event")
    op.drop_table("session_register")
    with op.batch_alter_table("refused_sign", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix__refused_sign__session_id"))
        batch_op.drop_index(batch_op.f("ix__refused_sign__event_id"))

    op.drop_table("refused_sign")
    with op.batch_alter_table("published_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix__published_session__plan_id"))
        batch_op.drop_index("ix__published_session__organiser")
        batch_op.drop_index("ix__published_session__day")

    op.drop_table("published_session")
    with op.batch_alter_table("ledger_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix__ledger_line__plan_id"))
        batch_op.drop_index("ix__ledger_line__person_year")
        batch_op.drop_index("ix__ledger_line__person_thing")

    op.drop_table("ledger_line")
    with op.batch_alter_table("attendance_record", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix__attendance_record__person_id"))

    op.drop_table("attendance_record")
    op.drop_table("year_record")
    with op.batch_alter_table("plan_revision", schema=None) as batch_op:
        batch_op.drop_index(
            "uq__plan_revision__open",
            sqlite_where=sa.text("standing IN ('working', 'pending')"),
            postgresql_where=sa.text("standing IN ('working', 'pending')"),
        )
        batch_op.drop_index(
            "uq__plan_revision__in_force",
            sqlite_where=sa.text("standing = 'in_force'"),
            postgresql_where=sa.text("standing = 'in_force'"),
        )
        batch_op.drop_index(batch_op.f("ix__plan_revision__opens_on"))

    op.drop_table("plan_revision")
    with op.batch_alter_table("enrolment", schema=None) as batch_op:
        batch_op.drop_index("ix__enrolment__person")

    op.drop_table("enrolment")
    with op.batch_alter_table("course_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix__course_session__plan_id"))

    op.drop_table("course_session")
    op.drop_table("confirmation")
    with op.batch_alter_table("affiliation", schema=None) as batch_op:
        batch_op.drop_index(
            "uq__affiliation__current",
            sqlite_where=sa.text("until_on IS NULL"),
            postgresql_where=sa.text("until_on IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix__affiliation__unit_id"))
        batch_op.drop_index(batch_op.f("ix__affiliation__person_id"))

    op.drop_table("affiliation")
    with op.batch_alter_table("venue", schema=None) as batch_op:
        batch_op.drop_index("uq__venue__organiser_id_name")

    op.drop_table("venue")
    with op.batch_alter_table("unit_member", schema=None) as batch_op:
        batch_op.drop_index(
            "uq__unit_member__current",
            sqlite_where=sa.text("until_on IS NULL"),
            postgresql_where=sa.text("until_on IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix__unit_member__account_id"))

    op.drop_table("unit_member")
    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.drop_index("ix__plan__queue")
        batch_op.drop_index("ix__plan__organiser_state")

    op.drop_table("plan")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix__person__name"))

    op.drop_table("person")
    with op.batch_alter_table("password_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix__password_link__account_id"))

    op.drop_table("password_link")
    with op.batch_alter_table("organiser_member", schema=None) as batch_op:
        batch_op.drop_index(
            "uq__organiser_member__current",
            sqlite_where=sa.text("until_on IS NULL"),
            postgresql_where=sa.text("until_on IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix__organiser_member__account_id"))

    op.drop_table("organiser_member")
    with op.batch_alter_table("login_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix__login_session__account_id"))

    op.drop_table("login_session")
    with op.batch_alter_table("lecturer", schema=None) as batch_op:
        batch_op.drop_index("uq__lecturer__organiser_id_identity")
        batch_op.drop_index(batch_op.f("ix__lecturer__organiser_id"))
        batch_op.drop_index(batch_op.f("ix__lecturer__identity_index"))
        batch_op.drop_index(batch_op.f("ix__lecturer__account_id"))

    op.drop_table("lecturer")
    with op.batch_alter_table("bureau_member", schema=None) as batch_op:
        batch_op.drop_index(
            "uq__bureau_member__current",
            sqlite_where=sa.text("until_on IS NULL"),
            postgresql_where=sa.text("until_on IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix__bureau_member__account_id"))

    op.drop_table("bureau_member")
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix__unit__area_code"))

    op.drop_table("unit")
    with op.batch_alter_table("organiser", schema=None) as batch_op:
        batch_op.drop_index(
            "uq__organiser__bureau",
            sqlite_where=sa.text("kind = 'bureau'"),
            postgresql_where=sa.text("kind = 'bureau'"),
        )
        batch_op.drop_index(batch_op.f("ix__organiser__area_code"))

    op.drop_table("organiser")
    with op.batch_alter_table("login_failure", schema=None) as batch_op:
        batch_op.drop_index("ix__login_failure__address")
        batch_op.drop_index("ix__login_failure__account")

    op.drop_table("login_failure")
    op.drop_table("filing_serial")
    with op.batch_alter_table("command_receipt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix__command_receipt__at"))

    op.drop_table("command_receipt")
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index("ix__audit_entry__subject")
        batch_op.drop_index(batch_op.f("ix__audit_entry__at"))

    op.drop_table("audit_entry")
    op.drop_table("account")
    # ### end Alembic commands ###
    if op.get_bind().dialect.name == "postgresql":
        for function in FUNCTIONS:
            op.execute(f"DROP FUNCTION {function}()")
