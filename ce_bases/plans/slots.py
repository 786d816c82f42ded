"""Finding a free slot: a lecturer, a room with enough seats, and days that can still be filed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from ce_bases.bureaus.holidays import holidays_between
from ce_bases.core.holidays import is_workday
from ce_bases.organisers.models import Venue
from ce_bases.plans.bookings import Lists, lists_of, person_key, taken_on
from ce_bases.plans.models import Plan, PlanRevision
from ce_bases.plans.queries import open_revision
from ce_bases.policy.filing import filing_window
from ce_bases.policy.registry import filing_policy_for
from ce_bases.policy.schedule import minute_of_day
from ce_bases.policy.slots import FreeSlot, SlotWish, Span, busy_spans, free_slots

#: How far ahead is looked.
HORIZON = timedelta(days=180)
MOST = 10


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for; left out, any of the base's own rooms and no lecturer in particular."""

    halves: int
    rest: int = 0
    number: int = 0
    lecturer_id: int | None = None
    venue_id: int | None = None
    area: str = ""
    days: str = ""
    first: date | None = None

    @property
    def minutes(self) -> int:
        """How long the session takes, its break included: 45 minutes each 学时, rounded up."""
        return -(-self.halves * 45 // 2) + self.rest


@dataclass(frozen=True, slots=True)
class Choice:
    """A slot that is free, and the room it is free in."""

    slot: FreeSlot
    venue: Venue


def earliest_day(plan: Plan | None, today: date) -> date:
    """The first day for which a class can still be filed today."""
    if plan is not None and plan.has_exception:
        return today + timedelta(days=1)
    rule = filing_policy_for(today.year).filing
    return filing_window(today, today, rule, is_workday=is_workday).earliest_opening


def find_slots(
    session: Session, organiser_id: int, search: Search, *, plan: Plan | None, today: date
) -> list[Choice]:
    """The ten soonest slots, each in the smallest room that will do; one's own drafts count."""
    lists = lists_of(session, organiser_id)
    days = _days(session, search, earliest_day(plan, today))
    policy = filing_policy_for(days[0].year if days else today.year)
    taken = taken_on(session, lists, days, but_plan=plan.id if plan else None)
    revision = open_revision(plan) if plan else None
    wish = SlotWish(search.minutes, search.halves, _planned(revision), policy.day_pool.halves)
    found: dict[FreeSlot, Choice] = {}
    for venue in _rooms(lists, search):
        busy = busy_spans(
            [each.booking for each in taken],
            lecturer=_person(lists, search),
            venue=f"venue:{venue.id}",
            travel_minutes=policy.conflicts.travel_minutes,
        )
        for day, spans in _own_spans(revision).items():
            busy.setdefault(day, []).extend(spans)
        for slot in free_slots(wish, days, busy, most=MOST):
            found.setdefault(slot, Choice(slot, venue))
    return sorted(found.values(), key=lambda c: (c.slot.held_on, c.slot.starts_at))[:MOST]


def _days(session: Session, search: Search, earliest: date) -> list[date]:
    """The days that are looked at: not too soon to file, no public holidays."""
    first = max(search.first or earliest, earliest)
    last = first + HORIZON
    holidays = holidays_between(session, first, last)
    wanted = {"workdays": range(5), "weekends": range(5, 7)}.get(search.days, range(7))
    every = [first + timedelta(days=n) for n in range(HORIZON.days)]
    return [day for day in every if day.weekday() in wanted and not holidays.is_holiday(day)]


def _rooms(lists: Lists, search: Search) -> list[Venue]:
    """The rooms in use that have the seats and lie where they should, the smallest first."""
    return [
        venue
        for venue in sorted(lists.venues.values(), key=lambda v: (v.capacity, v.id))
        if venue.is_active
        and venue.capacity >= search.number
        and search.venue_id in (None, venue.id)
        and search.area in ("", venue.area_code)
    ]


def _person(lists: Lists, search: Search) -> str:
    known = lists.lecturers.get(search.lecturer_id or 0)
    return person_key(known) if known else ""


def _planned(revision: PlanRevision | None) -> Mapping[date, int]:
    """The half-hours the plan has on each of its days."""
    found: dict[date, int] = {}
    for entry in revision.entries if revision else ():
        found[entry.held_on] = found.get(entry.held_on, 0) + entry.halves
    return found


def _own_spans(revision: PlanRevision | None) -> dict[date, list[Span]]:
    """When the class itself is already held: its learners cannot be in two sessions."""
    found: dict[date, list[Span]] = {}
    for entry in revision.entries if revision else ():
        span = minute_of_day(entry.starts_at), minute_of_day(entry.ends_at)
        found.setdefault(entry.held_on, []).append(span)
    return found
