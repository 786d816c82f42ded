"""What becomes of a class, as the moments at which somebody did something."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from random import Random

from ce_bases.core.clock import business_date, moment_at
from ce_bases.core.holidays import add_workdays


class Fate(StrEnum):
    """Where a class stands at the moment of loading."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    FILED = "filed"
    CANCELLED = "cancelled"
    HELD_BACK = "held_back"
    CREDITED = "credited"


@dataclass
class Life:
    """Moments; None: it did not happen. `waiver_reason` with `waiver_document` makes it 例外."""

    drafted_at: datetime
    submitted_at: datetime | None = None
    returned_at: datetime | None = None
    resubmitted_at: datetime | None = None
    refused_at: datetime | None = None
    withdrawn_at: datetime | None = None
    filed_at: datetime | None = None
    cancelled_at: datetime | None = None
    confirmed_at: datetime | None = None
    is_held_back: bool = False
    is_exception: bool = False


def office_hours(rng: Random, day: date) -> datetime:
    """Some second of `day` between 8:30 and 17:30."""
    return moment_at(day, time(8, 30)) + timedelta(seconds=rng.randrange(9 * 3600))


def next_office(rng: Random, after: datetime, *, workdays: int) -> datetime:
    """An office hour `workdays` (at least one) working days later."""
    return office_hours(rng, add_workdays(business_date(after), workdays))


class Fates:
    """Lives that fit the calendar: nothing happens after `now`."""

    def __init__(self, rng: Random, now: datetime) -> None:
        self._rng, self._now = rng, now
        self._today = business_date(now)

    def life(self, fate: Fate, opens_on: date, closes_on: date, *, own_lecture: bool) -> Life:
        """A life that ends in `fate` for a class of these days."""
        if fate is Fate.DRAFT:
            return Life(office_hours(self._rng, self._ago(1, 9)))
        if own_lecture:
            life = self._announced(opens_on)
        elif fate in {Fate.SUBMITTED, Fate.RETURNED}:
            day = self._ago(1, 4) if fate is Fate.SUBMITTED else self._ago(4, 7)
            life = self._submitted(min(day, opens_on - timedelta(days=10)))
        else:
            life = self._submitted(self._in_time(opens_on))
        self._finish(life, fate, opens_on, closes_on)
        return life

    def _ago(self, least: int, most: int) -> date:
        return self._today - timedelta(days=self._rng.randint(least, most))

    def _in_time(self, opens_on: date) -> date:
        """A day at least ten before the opening, long enough ago to be decided by now."""
        lead = timedelta(days=self._rng.choice((10, 11, 12, 13, 15, 18, 21, 25)))
        return min(opens_on - lead, self._ago(12, 24))

    def _submitted(self, day: date) -> Life:
        submitted_at = office_hours(self._rng, day)
        drafted_at = office_hours(self._rng, day - timedelta(days=self._rng.randint(1, 6)))
        return Life(drafted_at, submitted_at)

    def _announced(self, opens_on: date) -> Life:
        """A bureau's own 公益课堂: on file the moment it is announced."""
        day = min(opens_on - timedelta(days=self._rng.randint(3, 12)), self._ago(1, 5))
        life = self._submitted(day)
        life.filed_at = life.submitted_at
        return life

    def _finish(self, life: Life, fate: Fate, opens_on: date, closes_on: date) -> None:
        rng, submitted_at = self._rng, life.submitted_at
        assert submitted_at is not None
        decided_at = next_office(rng, submitted_at, workdays=rng.choice((1, 1, 1, 2)))
        match fate:
            case Fate.RETURNED:
                life.returned_at = min(decided_at, self._now - timedelta(hours=2))
            case Fate.REFUSED:
                life.refused_at = decided_at
            case Fate.WITHDRAWN:
                life.withdrawn_at = submitted_at + timedelta(hours=rng.randint(1, 5))
                if rng.random() < 0.4:
                    life.submitted_at = None
            case Fate.SUBMITTED:
                pass
            case _:
                life.filed_at = life.filed_at or decided_at
                self._after_filing(life, fate, opens_on, closes_on)

    def _after_filing(self, life: Life, fate: Fate, opens_on: date, closes_on: date) -> None:
        assert life.filed_at is not None
        if fate is Fate.CANCELLED:
            latest = min(moment_at(opens_on, time(8)), self._now)
            life.cancelled_at = life.filed_at + (latest - life.filed_at) * self._rng.random()
        elif fate in {Fate.CREDITED, Fate.HELD_BACK}:
            wanted = office_hours(
                self._rng, add_workdays(closes_on, self._rng.choice((1, 2, 2, 3, 4, 6)))
            )
            earliest = moment_at(closes_on, time(21, 30))
            life.confirmed_at = min(wanted, max(earliest, self._now - timedelta(hours=3)))
            life.is_held_back = fate is Fate.HELD_BACK
