"""One published session as the VEVENT bytes that every feed joins."""

import re
from datetime import UTC, timedelta

from icalendar import Event, vText, vUri

from ce_bases.core.clock import SHANGHAI, moment_at
from ce_bases.plans.models import PlanRevision, PublishedSession, Subject, TimetableEntry

UID_DOMAIN = "ce-bases.jining.gov.cn"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_SUBJECTS = {Subject.PUBLIC: "公需科目", Subject.PROFESSIONAL: "专业科目"}


def clean(text: str) -> str:
    """Text without the control characters that break calendar parsers."""
    return _CONTROL.sub("", text.replace("\r\n", "\n"))


def render_event(row: PublishedSession, revision: PlanRevision, entry: TimetableEntry) -> str:
    """The VEVENT of a session, without its URL (the feed knows the site's address).

    Nothing in it depends on when it is rendered: DTSTAMP is the moment of the published change.
    """
    event = Event()
    event.add("uid", f"{entry.session.uid}@{UID_DOMAIN}")
    event.add("dtstamp", row.changed_at.astimezone(UTC).replace(microsecond=0))
    event.add("last-modified", row.changed_at.astimezone(UTC).replace(microsecond=0))
    event.add("sequence", row.sequence)
    for name, at in (("dtstart", entry.starts_at), ("dtend", entry.ends_at)):
        event.add(name, moment_at(entry.held_on, at).replace(tzinfo=SHANGHAI))
    mark = "【取消】" if row.is_cancelled else ""
    event.add("summary", clean(f"{mark}{row.title}：{row.topic}"))
    event.add("status", "CANCELLED" if row.is_cancelled else "CONFIRMED")
    event.add("categories", [_SUBJECTS[row.subject]])
    if place := "，".join(filter(None, (entry.venue_name, entry.venue_address))):
        event.add("location", clean(place))
    event.add("description", clean(_description(row, revision, entry)))
    event.add("contact", clean(f"{revision.contact_name} {revision.contact_phone}".strip()))
    if revision.live_address.startswith(("https://", "http://")):
        conference = vUri(clean(revision.live_address))
        conference.params["VALUE"] = vText("URI")
        event.add("conference", conference, encode=False)
    rendered: bytes = event.to_ical()
    return rendered.decode()


def _description(row: PublishedSession, revision: PlanRevision, entry: TimetableEntry) -> str:
    hours = timedelta(minutes=row.halves * 30) / timedelta(hours=1)
    lines = [
        f"备案号：{row.filing_number}" + ("（例外）" if row.has_exception else ""),
        f"办班单位：{row.organiser_name}",
        f"授课人：{entry.lecturer_name}（{entry.lecturer_unit} {entry.lecturer_title}）",
        f"{_SUBJECTS[row.subject]} {hours:g} 学时",
        f"报名：{revision.enrol_how}",
    ]
    return "\n".join(lines)
