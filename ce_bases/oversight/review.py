"""What an officer sees beside a filing: the checks already done, and what changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from ce_bases.core.text import Text, msg
from ce_bases.plans import checks
from ce_bases.plans.conflicts import Found, conflicts_of
from ce_bases.plans.details import differences, material_told, materials_of, snapshot
from ce_bases.plans.models import LeadWaiver, Plan, PlanRevision
from ce_bases.policy.registry import filing_policy_for
from ce_bases.policy.shapes import YearPolicy


@dataclass(frozen=True, slots=True)
class Check:
    """One check: what it found when it passed, else its `problems`."""

    label: Text
    said: Text
    problems: tuple[Text, ...] = ()

    @property
    def passed(self) -> bool:
        return not self.problems


@dataclass(frozen=True, slots=True)
class Change:
    """A field that differs from the revision before; None where there was, or is, nothing."""

    field: str
    before: Any
    after: Any


def checks_of(session: Session, plan: Plan, revision: PlanRevision) -> list[Check]:
    """The checks of rules §3 and §4, done again now for the officer's eyes."""
    assert revision.opens_on is not None
    policy = filing_policy_for(revision.opens_on.year)
    found = checks.problems_of(session, revision, plan.organiser, policy)
    timetable = _those(found, lambda name: name.startswith("sessions"))
    scope = _those(found, lambda name: name == "reach")
    rest = tuple(problem for problem in found.values() if problem not in (*timetable, *scope))
    hours = checks.hours_text(policy.day_pool.halves)
    return [
        _window_check(revision),
        Check(msg("内容完整"), msg("必填内容齐全"), rest),
        _files_check(revision),
        Check(msg("面向范围"), msg("符合同级范围规定"), scope),
        Check(
            msg("课时安排"),
            msg("学时与时间相符，每天不超 %(hours)s 学时，课次不重叠", hours=hours),
            timetable,
        ),
        Check(
            msg("场地和授课人"),
            msg("与其他已报送的培训不冲突"),
            tuple(_clashes(session, revision, policy)),
        ),
    ]


def _those(found: Mapping[str, Text], wanted: Any) -> tuple[Text, ...]:
    return tuple(problem for name, problem in found.items() if wanted(name))


def _files_check(revision: PlanRevision) -> Check:
    """A hint, whatever it says: the notice asks for no file."""
    number = len(revision.attachments)
    said = msg("%(n)d 个附件", n=number) if number else msg("没有附件；需要时可以退回请其补充")
    return Check(msg("附件"), said)


def _window_check(revision: PlanRevision) -> Check:
    assert revision.opens_on is not None
    assert revision.counted_on is not None
    assert revision.last_filing_on is not None
    label = msg("报送期限")
    days = (revision.opens_on - revision.counted_on).days
    if revision.lead_waiver is not LeadWaiver.NONE:
        return Check(label, msg("例外或自办公益课堂，不受 10 日限制"))
    said = msg("提前 %(days)d 天报送，最迟应在 %(last)s", days=days, last=revision.last_filing_on)
    late = revision.counted_on > revision.last_filing_on
    return Check(label, said, (said,) if late else ())


def _clashes(session: Session, revision: PlanRevision, policy: YearPolicy) -> Iterable[Text]:
    """A room's other class by name; of a lecturer only that they are busy — rules §4.

    Judged as the base's own clerk sees it, without drafts: those are not the bureau's to see.
    """
    hard = [each for each in conflicts_of(session, revision, policy) if each.conflict.is_hard]
    rooms = {_pair(each) for each in hard if each.conflict.kind == "venue"}
    for found in hard:
        entry = revision.entries[found.row]
        if found.conflict.kind == "venue":
            yield msg(
                "%(day)s %(venue)s 同一时间另有“%(title)s”。",
                day=entry.held_on,
                venue=entry.venue_name,
                title=found.title,
            )
        elif found.conflict.kind == "lecturer" and _pair(found) not in rooms:
            yield msg(
                "%(day)s 授课人%(name)s同一时间另有授课。",
                day=entry.held_on,
                name=entry.lecturer_name,
            )


def _pair(found: Found) -> tuple[str, str | None]:
    return found.conflict.session_uid, found.conflict.other_uid


def changes_of(plan: Plan, revision: PlanRevision) -> list[Change]:
    """What differs from the submission before, the timetable as one row a session."""
    earlier = [r for r in plan.revisions if r.number < revision.number and r.submitted_at]
    if not earlier:
        return []
    before = earlier[-1]
    _old, new = differences(snapshot(before), snapshot(revision))
    changes = [
        Change(name, getattr(before, name) or None, getattr(revision, name) or None)
        for name in new
        if name not in ("sessions", "materials")
    ]
    if "materials" in new:
        changes.append(Change("materials", _files_told(before), _files_told(revision)))
    return changes + (_session_changes(before, revision) if "sessions" in new else [])


def _files_told(revision: PlanRevision) -> list[Text] | None:
    return [material_told(material) for material in materials_of(revision)] or None


def _session_changes(before: PlanRevision, after: PlanRevision) -> list[Change]:
    """Sessions matched by their lasting id; one that is on a single side was added or dropped."""
    old, new = snapshot(before)["sessions"], snapshot(after)["sessions"]
    old_rows = {entry.session.uid: entry for entry in before.entries}
    new_rows = {entry.session.uid: entry for entry in after.entries}
    return [
        Change("sessions", old_rows.get(uid), new_rows.get(uid))
        for uid in dict.fromkeys([*old, *new])
        if old.get(uid) != new.get(uid)
    ]
