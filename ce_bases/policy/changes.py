"""What a change of a filed plan leads to: filed again, told to the bureau, or nothing — rules §3.

One table (the year's `ChangeRule`) over two plain snapshots; sessions are matched by their
permanent id.
"""

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, fields
from datetime import date, time
from typing import Any

from ce_bases.policy.scope import reach_rank
from ce_bases.policy.shapes import ChangeRule, Consequence

#: From mild to strict.
STRICTNESS: tuple[Consequence, ...] = ("free", "notice", "refile", "locked")


@dataclass(frozen=True, slots=True)
class SessionSnapshot:
    """A session as one revision plans it; `county` is its venue's, empty when it has none."""

    uid: str
    held_on: date
    starts_at: time
    ends_at: time
    halves: int
    break_minutes: int = 0
    topic: str = ""
    lecturer: str = ""
    venue: str = ""
    county: str = ""


@dataclass(frozen=True, slots=True)
class RevisionSnapshot:
    """A plan as one revision describes it; `materials` are the names of its attachments."""

    title: str
    subject: str
    form: str
    reach: str
    sessions: tuple[SessionSnapshot, ...]
    series: str = ""
    audience: str = ""
    planned_number: int = 0
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
    enrol_closes: str = ""
    materials: tuple[str, ...] = ()
    remarks: str = ""

    @property
    def opens_on(self) -> date:
        """The day of the earliest session."""
        return min(session.held_on for session in self.sessions)


@dataclass(frozen=True, slots=True)
class Change:
    """One difference; `session_uid` is None for the plan itself.

    An added session has the field "session" and None before, a dropped one None after.
    """

    field: str
    session_uid: str | None
    before: Any
    after: Any
    consequence: Consequence


@dataclass(frozen=True, slots=True)
class ChangeReport:
    """All differences of two revisions, the plan's first, then session by session."""

    items: tuple[Change, ...]

    @property
    def strictest(self) -> Consequence | None:
        """The class of the whole change; None when nothing changed."""
        found = (item.consequence for item in self.items)
        return max(found, key=STRICTNESS.index, default=None)


def classify_change(
    before: RevisionSnapshot,
    after: RevisionSnapshot,
    rule: ChangeRule,
    *,
    opening: date | None = None,
    held: Set[str] = frozenset(),
) -> ChangeReport:
    """What changing the filed `before` into `after` leads to, field by field — rules §3.

    `opening` is the filed opening day (default: that of `before`); `held` are the ids of the
    sessions that have already taken place.
    """
    opening = opening or before.opens_on
    old = {session.uid: session for session in before.sessions}
    new = {session.uid: session for session in after.sessions}
    items = list(_plan_changes(before, after, rule))
    for uid in _in_order([*before.sessions, *after.sessions]):
        items += _session_changes(old.get(uid), new.get(uid), rule, opening, is_held=uid in held)
    return ChangeReport(tuple(items))


def _in_order(sessions: Iterable[SessionSnapshot]) -> list[str]:
    """Ids, each once, in the order of the timetable (the former one first)."""
    first: dict[str, tuple[date, time, str]] = {}
    for session in sessions:
        first.setdefault(session.uid, (session.held_on, session.starts_at, session.uid))
    return sorted(first, key=first.__getitem__)


def _plan_changes(
    before: RevisionSnapshot, after: RevisionSnapshot, rule: ChangeRule
) -> Iterator[Change]:
    for name in (field.name for field in fields(before) if field.name != "sessions"):
        was, now = getattr(before, name), getattr(after, name)
        if was != now:
            yield Change(name, None, was, now, _of_plan(name, was, now, rule))


def _of_plan(name: str, was: Any, now: Any, rule: ChangeRule) -> Consequence:
    if name in rule.wording_fields:
        return rule.wording
    named: dict[str, tuple[bool, Consequence]] = {
        "subject": (True, rule.subject),
        "reach": (name == "reach" and _is_wider(now, was), rule.scope_wider),
        "form": ((was in rule.remote_forms) != (now in rule.remote_forms), rule.delivery),
        "fee_cents": (name == "fee_cents" and now > was, rule.fee_up),
    }
    applies, consequence = named.get(name, (False, rule.other))
    return consequence if applies else rule.other


def _is_wider(now: str, was: str) -> bool:
    """A reach not chosen (yet) is no wider than any other."""
    return now != "" and (was == "" or reach_rank(now) > reach_rank(was))


def _session_changes(
    was: SessionSnapshot | None,
    now: SessionSnapshot | None,
    rule: ChangeRule,
    opening: date,
    *,
    is_held: bool,
) -> Iterator[Change]:
    if was is None or now is None:
        whole = was or now
        assert whole is not None
        consequence = rule.session_added if was is None else rule.other
        yield Change("session", whole.uid, was, now, rule.held if is_held else consequence)
        return
    for name in (field.name for field in fields(was)):
        old, new = getattr(was, name), getattr(now, name)
        if old != new:
            consequence = rule.held if is_held else _of_session(name, old, new, rule, opening)
            yield Change(name, was.uid, old, new, consequence)


def _of_session(name: str, old: Any, new: Any, rule: ChangeRule, opening: date) -> Consequence:
    """Hours count session by session: more of one is not made good by less of another."""
    if name == "held_on" and new < opening:
        return rule.opens_earlier
    if name == "halves" and new > old:
        return rule.hours_up
    # A first venue, or none any more, moves nobody from one county to another.
    if name == "county" and old and new:
        return rule.county
    return rule.other
