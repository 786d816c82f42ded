"""A plan's sessions as schema.org events, for search engines."""

from typing import Any

from ce_bases.core.clock import moment_at
from ce_bases.plans.models import Plan, PlanRevision, TimetableEntry
from ce_bases.plans.workflow import PlanState

SCHEMA = "https://schema.org"


def events_of(plan: Plan, revision: PlanRevision, *, url: str) -> list[dict[str, Any]]:
    """One EducationEvent a session; `url` is the plan's own page."""
    status = "EventCancelled" if plan.state is PlanState.CANCELLED else "EventScheduled"
    return [
        {
            "@context": SCHEMA,
            "@type": "EducationEvent",
            "name": f"{revision.title}：{entry.topic}",
            "url": url,
            "startDate": moment_at(entry.held_on, entry.starts_at).isoformat(),
            "endDate": moment_at(entry.held_on, entry.ends_at).isoformat(),
            "eventStatus": f"{SCHEMA}/{status}",
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
