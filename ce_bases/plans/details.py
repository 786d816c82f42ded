"""What a clerk writes down about a class, as plain data; and its seal."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

from ce_bases.core.text import Text, msg
from ce_bases.plans.models import (
    ATTACHMENT_LABELS,
    AttachmentKind,
    Form,
    PlanRevision,
    Reach,
    Subject,
    TimetableEntry,
)
from ce_bases.policy.schedule import Slot, minute_of_day, net_halves

#: What the database lets one session carry: a whole day's limit.
MOST_A_SESSION = 16


@dataclass(frozen=True, slots=True)
class SessionDetails:
    """One session (课次); `uid` is empty for a new one. `halves` are filed half-hours.

    A lecturer or venue of the organiser's own list goes by its id; the typed names are for
    those that are not on it.
    """

    held_on: date
    starts_at: time
    ends_at: time
    halves: int
    topic: str
    break_minutes: int = 0
    lecturer_id: int | None = None
    lecturer_name: str = ""
    lecturer_unit: str = ""
    lecturer_title: str = ""
    venue_id: int | None = None
    venue_name: str = ""
    venue_address: str = ""
    venue_area: str = ""
    uid: str = ""

    def slot(self, key: str) -> Slot:
        """The session as the timetable rules see it."""
        return Slot(
            key,
            self.held_on,
            self.starts_at,
            self.ends_at,
            self.break_minutes,
            self.halves,
            str(self.venue_id or ""),
        )


def details_of(revision: PlanRevision) -> "PlanDetails":
    """A stored revision as the form that wrote it."""
    content = {name: getattr(revision, name) for name in CONTENT_COLUMNS}
    return PlanDetails(**content, sessions=tuple(map(session_details_of, revision.entries)))


def session_details_of(entry: TimetableEntry) -> SessionDetails:
    """A stored row as it was written: names only where no one was chosen from the list."""
    values = {name: getattr(entry, name) for name in ENTRY_COLUMNS}
    for kind in ("lecturer", "venue"):
        if values[f"{kind}_id"] is not None:
            typed = [name for name in values if name.startswith(kind) and name != f"{kind}_id"]
            values.update(dict.fromkeys(typed, ""))
    return SessionDetails(**values, uid=entry.session.uid)


@dataclass(frozen=True, slots=True)
class PlanDetails:
    """The filing form; everything but the title may still be missing in a draft."""

    title: str
    subject: Subject | None = None
    series: str = ""
    form: Form | None = None
    reach: Reach | None = None
    audience: str = ""
    planned_number: int | None = None
    live_address: str = ""
    aims: str = ""
    outline: str = ""
    assessment: str = ""
    fee_cents: int = 0
    fee_item: str = ""
    fee_basis: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    enrol_how: str = ""
    enrol_closes_at: datetime | None = None
    remarks: str = ""
    sessions: tuple[SessionDetails, ...] = field(default=())

    def content(self) -> dict[str, Any]:
        """The columns of a revision these details fill."""
        columns = asdict(self)
        del columns["sessions"]
        days = [s.held_on for s in self.sessions]
        columns["opens_on"] = min(days) if days else None
        columns["closes_on"] = max(days) if days else None
        return columns


CONTENT_COLUMNS = (*(name for name in PlanDetails.__slots__ if name != "sessions"),)
ENTRY_COLUMNS = (
    *("held_on", "starts_at", "ends_at", "break_minutes", "halves", "topic"),
    *("lecturer_id", "lecturer_name", "lecturer_unit", "lecturer_title"),
    *("venue_id", "venue_name", "venue_address", "venue_area"),
)
ATTACHMENT_COLUMNS = ("file_id", "kind", "is_public", "added_by", "added_at")


def snapshot(revision: PlanRevision) -> dict[str, Any]:
    """A revision's content as plain JSON values, sessions by their lasting uid."""

    def plain(row: PlanRevision | TimetableEntry, names: tuple[str, ...]) -> dict[str, Any]:
        return {name: _json_value(getattr(row, name)) for name in names}

    # Only when there are any: what was sealed before there were files keeps its hash.
    files = {"materials": list(materials_of(revision))} if revision.attachments else {}
    return {
        **plain(revision, CONTENT_COLUMNS),
        "sessions": {e.session.uid: plain(e, ENTRY_COLUMNS) for e in revision.entries},
        **files,
    }


def materials_of(revision: PlanRevision) -> tuple[str, ...]:
    """The files of a revision as what they are, whom they are for, what they hold, their name."""
    return tuple(
        sorted(
            f"{a.kind}:{'public' if a.is_public else 'kept'}:{a.file.sha256}:{a.file.original_name}"
            for a in revision.attachments
        )
    )


def material_told(material: str) -> Text:
    """One of `materials_of` in words; the start of its hash tells files of one name apart."""
    kind, reach, sha256, name = material.split(":", 3)
    values = {"kind": ATTACHMENT_LABELS[AttachmentKind(kind)], "name": name, "mark": sha256[:8]}
    if reach == "public":
        return msg("%(kind)s（公开）：%(name)s，校验码 %(mark)s", **values)
    return msg("%(kind)s：%(name)s，校验码 %(mark)s", **values)


def differences(
    before: dict[str, Any], after: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The values that changed between two snapshots: as they were, as they are."""
    names = [name for name in {**after, **before} if before.get(name) != after.get(name)]
    return {name: before.get(name) for name in names}, {name: after.get(name) for name in names}


def _json_value(value: Any) -> Any:
    if isinstance(value, datetime):  # typed on Jining's clocks, stored in UTC: the same moment
        value = value.astimezone(UTC)
    return value.isoformat() if isinstance(value, date | time | datetime) else value


def content_hash(revision: PlanRevision) -> str:
    """SHA-256 over the canonical JSON of a revision: what a receipt proves was submitted."""
    canonical = json.dumps(snapshot(revision), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def suggested_halves(starts_at: time, ends_at: time, break_minutes: int = 0) -> int:
    """The half-hours a session of these times can carry, never more than a day's limit."""
    minutes = minute_of_day(ends_at) - minute_of_day(starts_at) - break_minutes
    return min(net_halves(minutes), MOST_A_SESSION)
