"""attach_files_to_plans"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TRIGGERS = [
    (
        "sqlite",
        "CREATE TRIGGER plan_attachment__frozen_new_insert BEFORE INSERT ON plan_attachment WHEN EXISTS (SELECT 1 FROM plan_revision r WHERE r.id = NEW.revision_id AND r.submitted_at IS NOT NULL) BEGIN SELECT RAISE(ABORT, 'a submitted revision is frozen'); END",
    ),
    (
        "postgresql",
        "CREATE FUNCTION plan_attachment__frozen_new() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF EXISTS (SELECT 1 FROM plan_revision r WHERE r.id = NEW.revision_id AND r.submitted_at IS NOT NULL) THEN RAISE EXCEPTION 'a submitted revision is frozen' USING ERRCODE = 'restrict_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$",
    ),
    (
        "postgresql",
        'CREATE TRIGGER plan_attachment__frozen_new_insert BEFORE INSERT ON plan_attachment FOR EACH ROW EXECUTE FUNCTION plan_attachment__frozen_new()',
    ),
    (
        "sqlite",
        "CREATE TRIGGER plan_attachment__frozen_delete BEFORE DELETE ON plan_attachment WHEN EXISTS (SELECT 1 FROM plan_revision r WHERE r.id = OLD.revision_id AND r.submitted_at IS NOT NULL) BEGIN SELECT RAISE(ABORT, 'a submitted revision is frozen'); END",
    ),
    (
        "postgresql",
        "CREATE FUNCTION plan_attachment__frozen() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF EXISTS (SELECT 1 FROM plan_revision r WHERE r.id = OLD.revision_id AND r.submitted_at IS NOT NULL) THEN RAISE EXCEPTION 'a submitted revision is frozen' USING ERRCODE = 'restrict_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$",
    ),
    (
        "postgresql",
        'CREATE TRIGGER plan_attachment__frozen_delete BEFORE DELETE ON plan_attachment FOR EACH ROW EXECUTE FUNCTION plan_attachment__frozen()',
    ),
    (
        "sqlite",
        "CREATE TRIGGER plan_attachment__kept_update BEFORE UPDATE ON plan_attachment WHEN OLD.id IS NOT NULL BEGIN SELECT RAISE(ABORT, 'attachments come and go, they do not change'); END",
    ),
    (
        "postgresql",
        "CREATE FUNCTION plan_attachment__kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF OLD.id IS NOT NULL THEN RAISE EXCEPTION 'attachments come and go, they do not change' USING ERRCODE = 'restrict_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$",
    ),
    (
        "postgresql",
        'CREATE TRIGGER plan_attachment__kept_update BEFORE UPDATE ON plan_attachment FOR EACH ROW EXECUTE FUNCTION plan_attachment__kept()',
    ),
    (
        "sqlite",
        "CREATE TRIGGER plan_attachment__few_insert BEFORE INSERT ON plan_attachment WHEN (SELECT count(*) FROM plan_attachment WHERE revision_id = NEW.revision_id) >= 10 BEGIN SELECT RAISE(ABORT, 'a revision has few attachments'); END",
    ),
    (
        "postgresql",
        "CREATE FUNCTION plan_attachment__few() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF (SELECT count(*) FROM plan_attachment WHERE revision_id = NEW.revision_id) >= 10 THEN RAISE EXCEPTION 'a revision has few attachments' USING ERRCODE = 'restrict_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$",
    ),
    (
        "postgresql",
        'CREATE TRIGGER plan_attachment__few_insert BEFORE INSERT ON plan_attachment FOR EACH ROW EXECUTE FUNCTION plan_attachment__few()',
    ),
]
FUNCTIONS = ("frozen_new", "frozen", "kept", "few")


def upgrade() -> None:
    op.create_table(
        "plan_attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column(
            "file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "notice",
                "form",
                "fee_basis",
                "other",
                name="attachmentkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "NOT is_public OR kind = 'notice'",
            name=op.f("ck__plan_attachment__only_notices_public"),
        ),
        sa.ForeignKeyConstraint(
            ["added_by"], ["account.id"], name=op.f("fk__plan_attachment__added_by")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk__plan_attachment__file_id")
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["plan_revision.id"], name=op.f("fk__plan_attachment__revision_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__plan_attachment")),
        sa.UniqueConstraint(
            "revision_id", "file_id", name=op.f("uq__plan_attachment__revision_id_file_id")
        ),
    )
    op.create_index(op.f("ix__plan_attachment__file_id"), "plan_attachment", ["file_id"])
    op.create_index(op.f("ix__plan_attachment__revision_id"), "plan_attachment", ["revision_id"])
    for dialect, statement in TRIGGERS:
        op.execute_on(dialect, statement)


def downgrade() -> None:
    op.drop_table("plan_attachment")
    for name in FUNCTIONS:
        op.execute_on("postgresql", f"DROP FUNCTION plan_attachment__{name}()")
