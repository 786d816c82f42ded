"""A plan's sessions as schema.org events, for search engines."""

from typing import Any

from ce_bases.core.clock import moment_at
from ce_bases.plans.models import Plan, PlanRevision, TimetableEntry
from ce_bases.plans.workflow import PlanState

SCHEMA = "https://schema.org"


def events_of(plan: Plan, revision: PlanRevision, *, url: str) -> list[dict[str, Any]]:
    """One EducationEvent a session; `url` is the plan's own page.

    A session that was moved says where it stood when it was first on file.
    """
    first = _first_starts(plan, revision)
    return [
        {
            "@context": SCHEMA,
            "@type": "EducationEvent",
            "name": f"{revision.title}：{entry.topic}",
            "url": url,
            "startDate": _start(entry),
            "endDate": moment_at(entry.held_on, entry.ends_at).isoformat(),
            **_status(plan, _start(entry), first.get(entry.session_id, _start(entry))),
            **_place(entry, url),
            "organizer": {
                "@type": "Organization",
                "name": plan.organiser.name,
                "telephone": revision.contact_phone,
            },
            "performer": {"@type": "Person", "name": entry.lecturer_name},
            "isAccessibleForFree": not revision.fee_cents,
            "offers": {
                "@type": "Offer",
                "price": f"{revision.fee_cents / 100:.2f}",
                "priceCurrency": "CNY",
                "url": url,
            },
        }
        for entry in revision.entries
    ]


def _start(entry: TimetableEntry) -> str:
    return moment_at(entry.held_on, entry.starts_at).isoformat()


def _first_starts(plan: Plan, revision: PlanRevision) -> dict[int, str]:
    """When each session was to begin in the earliest revision on file that had it."""
    by_number = {each.number: each for each in plan.revisions}
    found: dict[int, str] = {}
    earlier = by_number.get(revision.amends or 0)
    while earlier is not None:
        found |= {entry.session_id: _start(entry) for entry in earlier.entries}
        earlier = by_number.get(earlier.amends or 0)
    return found


def _status(plan: Plan, start: str, first: str) -> dict[str, Any]:
    if plan.state is PlanState.CANCELLED:
        return {"eventStatus": f"{SCHEMA}/EventCancelled"}
    if start != first:
        return {"eventStatus": f"{SCHEMA}/EventRescheduled", "previousStartDate": first}
    return {"eventStatus": f"{SCHEMA}/EventScheduled"}


def _place(entry: TimetableEntry, url: str) -> dict[str, Any]:
    if not entry.venue_name:
        return {
            "eventAttendanceMode": f"{SCHEMA}/OnlineEventAttendanceMode",
            "location": {"@type": "VirtualLocation", "url": url},
        }
    return {
        "eventAttendanceMode": f"{SCHEMA}/OfflineEventAttendanceMode",
        "location": {
            "@type": "Place",
            "name": entry.venue_name,
            "address": entry.venue_address,
        },
    }
