"""What a timetable collides with, in words, at the field it is about — rules §4."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from ce_bases.core.text import Text, msg
from ce_bases.plans.bookings import (
    Lists,
    Taken,
    TimetableRow,
    days_of,
    hold_people_and_places,
    lists_of,
    taken_on,
)
from ce_bases.plans.models import Plan, PlanRevision
from ce_bases.policy.conflicts import Booking, Conflict, find_conflicts
from ce_bases.policy.shapes import ConflictRule, YearPolicy

_FIELDS = {"lecturer": "lecturer_id", "travel": "lecturer_id"}


@dataclass(frozen=True, slots=True)
class Found:
    """One clash as the clerk reads it, at row `row` of the timetable.

    `plan_id` and `title`: the plan of one's own it collides with, when there is one to look at.
    """

    row: int
    held_on: date
    conflict: Conflict
    text: Text
    plan_id: int | None = None
    title: str = ""

    @property
    def field(self) -> str:
        """The form field that it is about."""
        return f"sessions-{self.row}-{_FIELDS.get(self.conflict.kind, 'venue_id')}"

    @property
    def blocks(self) -> bool:
        return self.conflict.severity == "block"


def conflicts_of(
    session: Session, revision: PlanRevision, policy: YearPolicy, *, holding: bool = False
) -> list[Found]:
    """What a revision collides with, in the order of its rows.

    `holding`: inside the transaction that submits, so that of two plans that clash the one that
    comes second sees the first. Needs the lock of the plan, and is not for reading sessions.
    """
    lists = lists_of(session, revision.plan.organiser_id)
    rows = dict(enumerate(revision.entries))
    if holding:
        hold_people_and_places(session, lists, rows.values())
    return find(
        lists,
        rows,
        taken_on(session, lists, days_of(rows.values()), but_plan=revision.plan_id),
        planned_number=revision.planned_number,
        rule=policy.conflicts,
    )


def conflicts_of_rows(
    session: Session,
    rows: Mapping[int, TimetableRow],
    *,
    organiser_id: int,
    plan: Plan | None,
    planned_number: int | None,
    rule: ConflictRule,
) -> list[Found]:
    """What a timetable that is still being typed collides with; `rows` by number."""
    lists = lists_of(session, organiser_id)
    taken = taken_on(session, lists, days_of(rows.values()), but_plan=plan.id if plan else None)
    return find(lists, rows, taken, planned_number=planned_number, rule=rule)


def own_conflicts(session: Session, revision: PlanRevision, policy: YearPolicy) -> dict[str, Text]:
    """What a revision already contradicts by itself (too few seats), whatever others do."""
    lists = lists_of(session, revision.plan.organiser_id)
    number, rule = revision.planned_number, policy.conflicts
    rows = dict(enumerate(revision.entries))
    return blocking(find(lists, rows, [], planned_number=number, rule=rule))


def find(
    lists: Lists,
    rows: Mapping[int, TimetableRow],
    taken: Iterable[Taken],
    *,
    planned_number: int | None,
    rule: ConflictRule,
) -> list[Found]:
    """The clashes of `rows` with what is `taken`, and on the way between themselves."""
    proposed = [
        lists.booking(row, f"row-{index}", planned_number=planned_number or 0)
        for index, row in rows.items()
    ]
    others = {booked.booking.uid + str(n): booked for n, booked in enumerate(taken)}
    told = _Words(lists, rows, dict(zip((b.uid for b in proposed), proposed, strict=True)), others)
    found = find_conflicts(
        proposed,
        [replace(booked.booking, uid=key) for key, booked in others.items()],
        rule,
    )
    answers = [told.of(conflict, rule) for conflict in found]
    # A filed plan and its amendment say the same thing twice.
    unique = {(answer.field, str(answer.text)): answer for answer in reversed(answers)}
    return sorted(unique.values(), key=lambda answer: (answer.row, not answer.blocks, answer.field))


@dataclass(frozen=True, slots=True)
class _Words:
    """Puts clashes into words; of another base only that somebody is busy, and when."""

    lists: Lists
    rows: Mapping[int, TimetableRow]
    proposed: Mapping[str, Booking]
    others: Mapping[str, Taken]

    def of(self, conflict: Conflict, rule: ConflictRule) -> Found:
        index = _index(conflict.session_uid)
        other = self.others.get(conflict.other_uid or "")
        is_own = other is not None and conflict.shows_details
        row = self.rows[index]
        text = self._text(conflict, row, rule)
        if other is None or not is_own:
            return Found(index, row.held_on, conflict, text)
        return Found(index, row.held_on, conflict, text, other.plan_id, other.title)

    def _text(self, conflict: Conflict, row: TimetableRow, rule: ConflictRule) -> Text:
        if conflict.kind == "capacity":
            venue = self.lists.venue(row)
            assert venue is not None
            return msg(
                "%(venue)s 只能容纳 %(capacity)d 人，少于计划人数。",
                venue=venue.name,
                capacity=venue.capacity,
            )
        assert conflict.other_uid is not None
        other = self.others.get(conflict.other_uid)
        booking = other.booking if other else self.proposed[conflict.other_uid]
        at = f"{booking.starts_at:%H:%M}–{booking.ends_at:%H:%M}"
        name = self.lists.lecturer_name(row)
        if not conflict.shows_details:
            return _busy_elsewhere(conflict, name, at, rule)
        what = _plan_words(other, conflict)
        if conflict.kind == "venue":
            venue = self.lists.venue(row)
            return msg(
                "%(venue)s在 %(at)s 已经安排了%(plan)s。",
                venue=venue.name if venue else row.venue_name,
                at=at,
                plan=what,
            )
        if conflict.kind == "travel":
            return msg(
                "授课人%(name)s在 %(at)s 还有%(plan)s，两地之间不到 %(minutes)d 分钟。",
                name=name,
                at=at,
                plan=what,
                minutes=rule.travel_minutes,
            )
        return msg("授课人%(name)s在 %(at)s 已经安排了%(plan)s。", name=name, at=at, plan=what)


def _busy_elsewhere(conflict: Conflict, name: str, at: str, rule: ConflictRule) -> Text:
    if conflict.kind == "travel":
        return msg(
            "授课人%(name)s在 %(at)s 另有安排，与这个课次之间不到 %(minutes)d 分钟。",
            name=name,
            at=at,
            minutes=rule.travel_minutes,
        )
    return msg("授课人%(name)s在 %(at)s 另有安排（不在本单位）。", name=name, at=at)


def _plan_words(other: Taken | None, conflict: Conflict) -> Text:
    if other is None:
        return msg("第 %(n)d 个课次", n=_index(conflict.other_uid or "") + 1)
    if conflict.is_hard:
        return msg("“%(title)s”的“%(topic)s”", title=other.title, topic=other.topic)
    return msg("草稿“%(title)s”的“%(topic)s”", title=other.title, topic=other.topic)


def _index(uid: str) -> int:
    return int(uid.removeprefix("row-"))


def blocking(found: Iterable[Found]) -> dict[str, Text]:
    """Clashes that refuse a submission, by form field."""
    return {each.field: each.text for each in found if each.blocks}


def warnings(found: Collection[Found]) -> list[Found]:
    return [each for each in found if not each.blocks]


def warnings_seen(found: Collection[Found]) -> str:
    """What a page that shows these warnings sends back: they were seen; empty without any."""
    texts = sorted(f"{each.held_on} {each.text}" for each in warnings(found))
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:32] if texts else ""
