"""What an amendment changes: judged by the notice's table, kept with it, and read again."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from ce_bases.core.clock import moment_at
from ce_bases.core.text import Text, msg
from ce_bases.plans.details import material_told, materials_of
from ce_bases.plans.history import FIELD_LABELS
from ce_bases.plans.models import Plan, PlanRevision, RevisionChange, TimetableEntry
from ce_bases.plans.queries import revision_numbered
from ce_bases.policy.changes import (
    ChangeReport,
    RevisionSnapshot,
    SessionSnapshot,
    classify_change,
)
from ce_bases.policy.registry import filing_policy_for
from ce_bases.policy.shapes import ChangeRule

LABELS: Mapping[str, Text] = {
    **FIELD_LABELS,
    "enrol_closes": msg("报名截止"),
    "session": msg("课次"),
    "held_on": msg("日期"),
    "starts_at": msg("开始时间"),
    "ends_at": msg("结束时间"),
    "halves": msg("学时"),
    "break_minutes": msg("课间休息（分钟）"),
    "topic": msg("课题"),
    "lecturer": msg("授课人"),
    "venue": msg("地点"),
    "county": msg("所在县（市、区）"),
}
CONSEQUENCE_LABELS: Mapping[str, Text] = {
    "refile": msg("重新报送"),
    "notice": msg("告知后生效"),
    "free": msg("直接生效"),
    "locked": msg("不能修改"),
}
_SAME_NAME = (
    *("title", "series", "audience", "live_address", "aims", "outline", "assessment"),
    *("fee_item", "fee_basis", "contact_name", "contact_phone", "enrol_how", "remarks"),
)


@dataclass(frozen=True, slots=True)
class ToldChange:
    """One difference to read; `session` is (day, topic) as people know it, None for the plan."""

    field: str
    label: Text
    session: tuple[date, str] | None
    before: Any
    after: Any
    consequence: str


def facts_of(revision: PlanRevision) -> RevisionSnapshot:
    """A revision as the notice's table of changes sees it."""
    closes = revision.enrol_closes_at
    return RevisionSnapshot(
        **{name: getattr(revision, name) for name in _SAME_NAME},
        subject=revision.subject or "",
        form=revision.form or "",
        reach=revision.reach or "",
        sessions=tuple(map(_session_facts, revision.entries)),
        planned_number=revision.planned_number or 0,
        fee_cents=revision.fee_cents,
        enrol_closes=closes.isoformat() if closes else "",
        materials=materials_of(revision),
    )


def _session_facts(entry: TimetableEntry) -> SessionSnapshot:
    who = (entry.lecturer_name, entry.lecturer_unit, entry.lecturer_title)
    return SessionSnapshot(
        uid=entry.session.uid,
        held_on=entry.held_on,
        starts_at=entry.starts_at,
        ends_at=entry.ends_at,
        halves=entry.halves,
        break_minutes=entry.break_minutes,
        topic=entry.topic,
        lecturer=" ".join(filter(None, who)),
        venue=" ".join(filter(None, (entry.venue_name, entry.venue_address))),
        county=entry.venue_area if entry.venue_name else "",
    )


def change_rule(filed: PlanRevision) -> ChangeRule:
    """The table of the year in which the filed class opens."""
    assert filed.opens_on is not None
    return filing_policy_for(filed.opens_on.year).changes


def has_begun(entry: TimetableEntry, now: datetime) -> bool:
    """Whether a session is a fact: from the moment people can sign in to it."""
    rule = filing_policy_for(entry.held_on.year).attendance
    opens = moment_at(entry.held_on, entry.starts_at) - timedelta(minutes=rule.opens_before_start)
    return now >= opens


def begun_uids(filed: PlanRevision, now: datetime) -> frozenset[str]:
    return frozenset(entry.session.uid for entry in filed.entries if has_begun(entry, now))


def report_of(filed: PlanRevision, amended: PlanRevision, *, now: datetime) -> ChangeReport:
    """What `amended` changes of what is on file, and what each change leads to — rules §3."""
    return classify_change(
        facts_of(filed), facts_of(amended), change_rule(filed), held=begun_uids(filed, now)
    )


def times_gone(filed: PlanRevision, amended: PlanRevision, *, now: datetime) -> list[int]:
    """The entries of `amended`, by their place, that were put to a time that is over."""
    before = {entry.session.uid: (entry.held_on, entry.starts_at) for entry in filed.entries}
    return [
        index
        for index, entry in enumerate(amended.entries)
        if before.get(entry.session.uid) != (entry.held_on, entry.starts_at)
        and moment_at(entry.held_on, entry.starts_at) <= now
    ]


def keep(revision: PlanRevision, report: ChangeReport) -> None:
    """Write `report` down with the revision it is about."""
    revision.changes.extend(
        RevisionChange(
            position=position,
            session_uid=item.session_uid or "",
            field=item.field,
            before={"value": _plain(item.before)},
            after={"value": _plain(item.after)},
            consequence=item.consequence,
        )
        for position, item in enumerate(report.items)
    )


def _plain(value: Any) -> Any:
    match value:
        case SessionSnapshot():
            return {name: _plain(inner) for name, inner in asdict(value).items()}
        case date() | time():
            return value.isoformat()
        case tuple():
            return list(value)
        case _:
            return value


def told(report: ChangeReport, filed: PlanRevision, amended: PlanRevision) -> list[ToldChange]:
    """A fresh report for reading, before anything is sent."""
    named = _sessions_named((amended, filed))
    return [
        ToldChange(
            item.field,
            LABELS[item.field],
            named.get(item.session_uid or ""),
            _readable(item.field, _plain(item.before)),
            _readable(item.field, _plain(item.after)),
            item.consequence,
        )
        for item in report.items
    ]


def told_of(plan: Plan, revision: PlanRevision) -> list[ToldChange]:
    """The difference that was kept with a sent amendment; empty for a first filing."""
    filed = revision_numbered(plan, revision.amends)
    named = _sessions_named((revision, filed) if filed else (revision,))
    return [
        ToldChange(
            kept.field,
            LABELS[kept.field],
            named.get(kept.session_uid),
            _readable(kept.field, kept.before["value"]),
            _readable(kept.field, kept.after["value"]),
            kept.consequence,
        )
        for kept in revision.changes
    ]


def _sessions_named(revisions: Iterable[PlanRevision]) -> dict[str, tuple[date, str]]:
    """Each session's day and topic, by its lasting id; the later revision's name wins."""
    return {
        entry.session.uid: (entry.held_on, entry.topic)
        for revision in revisions
        for entry in revision.entries
    }


def _readable(field: str, value: Any) -> Any:
    """A kept value as the type its field is shown by."""
    if value in (None, "", []):
        return None
    if field == "materials":
        return [material_told(material) for material in value]
    return _as_typed(field, value)


def _as_typed(field: str, value: Any) -> Any:
    match field:
        case "session":
            return {name: _readable(name, inner) for name, inner in value.items()}
        case "held_on":
            return date.fromisoformat(value)
        case "starts_at" | "ends_at":
            return time.fromisoformat(value)
        case "enrol_closes":
            return datetime.fromisoformat(value)
        case _:
            return value
