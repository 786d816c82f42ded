"""What public pages show, table by table: changing any of it tells the pages that are kept.

A page whose queries touch a table that is not named here is never kept (`web.page_cache`), so a
forgotten one costs speed, not truth.
"""

from ce_bases.audit.models import AuditEntry
from ce_bases.bureaus.models import PublicHoliday
from ce_bases.core.orm import Base
from ce_bases.core.public_state import VERBS, watch
from ce_bases.enrolment.models import Enrolment
from ce_bases.files.models import StoredFile
from ce_bases.organisers.models import Organiser, Venue
from ce_bases.plans.models import (
    CourseSession,
    Plan,
    PlanAttachment,
    PlanRevision,
    PublishedSession,
    RevisionChange,
    TimetableEntry,
)
from ce_bases.plans.workflow import PUBLIC_ACTIONS

# Drafts are saved every few seconds while they are typed, and only filed plans have a page.
_FILED = (
    "EXISTS (SELECT 1 FROM plan WHERE plan.id = {row}.plan_id AND plan.filing_number IS NOT NULL)"
)
_OF_FILED = (
    "EXISTS (SELECT 1 FROM plan_revision JOIN plan ON plan.id = plan_revision.plan_id "
    "WHERE plan_revision.id = {row}.revision_id AND plan.filing_number IS NOT NULL)"
)
_ACTIONS = ", ".join(f"'plan_{action}'" for action in PUBLIC_ACTIONS)


_RULES: tuple[tuple[type[Base], str], ...] = (
    (PublishedSession, ""),
    (Organiser, ""),
    (Venue, ""),
    (PublicHoliday, ""),
    (Plan, "{row}.filing_number IS NOT NULL"),
    (PlanRevision, _FILED),
    (CourseSession, _FILED),
    (TimetableEntry, _OF_FILED),
    (RevisionChange, _OF_FILED),
    (PlanAttachment, _OF_FILED),
)
_TABLES = Base.metadata.tables

for _model, _when in _RULES:
    watch(_TABLES[_model.__tablename__], when=_when)
watch(_TABLES[Enrolment.__tablename__], plan_id="plan_id")
watch(
    _TABLES[AuditEntry.__tablename__],
    verbs=["INSERT"],  # append-only
    when=f"{{row}}.subject_kind = 'plan' AND {{row}}.action IN ({_ACTIONS})",
)
# A new file is on no page until a row of `plan_attachment` names it.
watch(_TABLES[StoredFile.__tablename__], verbs=[v for v in VERBS if v != "INSERT"])
