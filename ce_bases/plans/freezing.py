"""What the database refuses: a submitted revision, its timetable and its files never change.

The filing is proof of what was on file and when (decision 0004), so no bug above may alter it.
"""

from ce_bases.core.orm import Base
from ce_bases.core.triggers import attach, guarded_ddl
from ce_bases.plans.models import MOST_ATTACHMENTS

_CONTENT = (
    "plan_id",
    "number",
    "amends",
    "corrects",
    "title",
    "subject",
    "series",
    "form",
    "reach",
    "audience",
    "planned_number",
    "live_address",
    "aims",
    "outline",
    "assessment",
    "fee_cents",
    "fee_item",
    "fee_basis",
    "contact_name",
    "contact_phone",
    "enrol_how",
    "enrol_closes_at",
    "remarks",
    "opens_on",
    "closes_on",
    "submitted_at",
    "submitted_by",
    "counted_at",
    "counted_on",
    "last_filing_on",
    "content_hash",
)
_CONTENT_CHANGED = "OLD.submitted_at IS NOT NULL AND ({})".format(
    " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in _CONTENT)
)
_REVISION_IS_FROZEN = (
    "EXISTS (SELECT 1 FROM plan_revision r WHERE r.id = {row}.revision_id "
    "AND r.submitted_at IS NOT NULL)"
)
_FILES_OF_THE_SAME = "(SELECT count(*) FROM plan_attachment WHERE revision_id = NEW.revision_id)"


def _triggers() -> dict[str, list[tuple[str, str]]]:
    """Table → (dialect, statement): submitted revisions, timetables and files never change."""
    revision = "plan_revision"
    entry = "timetable_entry"
    attachment = "plan_attachment"
    frozen = "a submitted revision is frozen"
    return {
        revision: [
            *guarded_ddl(revision, "frozen", ["UPDATE"], _CONTENT_CHANGED, frozen),
            *guarded_ddl(revision, "kept", ["DELETE"], "OLD.submitted_at IS NOT NULL", frozen),
        ],
        entry: [
            *guarded_ddl(
                entry, "frozen_new", ["INSERT"], _REVISION_IS_FROZEN.format(row="NEW"), frozen
            ),
            *guarded_ddl(
                entry, "frozen", ["UPDATE", "DELETE"], _REVISION_IS_FROZEN.format(row="OLD"), frozen
            ),
        ],
        attachment: [
            *guarded_ddl(
                attachment, "frozen_new", ["INSERT"], _REVISION_IS_FROZEN.format(row="NEW"), frozen
            ),
            *guarded_ddl(
                attachment, "frozen", ["DELETE"], _REVISION_IS_FROZEN.format(row="OLD"), frozen
            ),
            *guarded_ddl(
                attachment,
                "kept",
                ["UPDATE"],
                "OLD.id IS NOT NULL",
                "attachments come and go, they do not change",
            ),
            *guarded_ddl(
                attachment,
                "few",
                ["INSERT"],
                f"{_FILES_OF_THE_SAME} >= {MOST_ATTACHMENTS}",
                "a revision has few attachments",
            ),
        ],
    }


for _table, _statements in _triggers().items():
    attach(Base.metadata.tables[_table], iter(_statements))
