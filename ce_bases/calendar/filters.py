"""What a reader of the calendar asked for: read from an address, written back into one."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ce_bases.bureaus.directory import BY_CODE
from ce_bases.plans.models import Form, Subject

VIEWS = ("month", "week", "list")
YEARS = range(2000, 2100)


@dataclass(frozen=True, slots=True)
class CalendarFilter:
    """Filters of the public calendar; an empty value filters nothing.

    `free_at` shows only what has a seat to be had at that moment. Feeds never have it: a class
    must not leave people's calendars because it filled up.
    """

    county: str = ""
    organiser: int | None = None
    subject: str = ""
    form: str = ""
    q: str = ""
    free_at: datetime | None = None

    def query(self) -> dict[str, Any]:
        """The filters as query values, in an order that never changes."""
        values = {
            "county": self.county,
            "organiser": str(self.organiser or ""),
            "subject": self.subject,
            "form": self.form,
            "q": self.q,
            "free": "1" if self.free_at else "",
        }
        return {name: value for name, value in values.items() if value}


@dataclass(frozen=True, slots=True)
class Asked:
    """The address of a calendar page. `month` (its first day) and `day` only when given."""

    wanted: CalendarFilter
    view: str = "month"
    month: date | None = None
    day: date | None = None

    def query(self, **changes: date | str | None) -> dict[str, Any]:
        """The address's query values, some changed; an empty or None value leaves one out."""
        values = {"view": self.view, "month": self.month, "day": self.day, **self.wanted.query()}
        written = {name: _written(name, value) for name, value in {**values, **changes}.items()}
        return {name: text for name, text in written.items() if text}


def _written(name: str, value: date | str | None) -> str:
    if name == "view" and value == VIEWS[0]:
        return ""  # the usual view needs no word
    if isinstance(value, date):
        return f"{value:%Y-%m}" if name == "month" else value.isoformat()
    return value or ""


def read_filter(args: Mapping[str, str], *, now: datetime | None = None) -> CalendarFilter:
    """The filters of an address; whatever is not one of ours is left out, never an error.

    With `now` the one for free seats is read too.
    """
    organiser = args.get("organiser", "")
    return CalendarFilter(
        county=args.get("county", "") if args.get("county") in BY_CODE else "",
        organiser=int(organiser) or None if re.fullmatch(r"[0-9]{1,9}", organiser) else None,
        subject=args.get("subject", "") if args.get("subject") in set(Subject) else "",
        form=args.get("form", "") if args.get("form") in set(Form) else "",
        q=search_words(args.get("q", "")),
        free_at=now if args.get("free") == "1" else None,
    )


def search_words(text: str) -> str:
    """Search words with single blanks between them and no control characters, 60 at most."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f]", " ", text).split())[:60].rstrip()


def read_asked(args: Mapping[str, str], *, now: datetime | None = None) -> Asked:
    """What the address of a calendar page asks for."""
    view = args.get("view", "")
    return Asked(
        wanted=read_filter(args, now=now),
        view=view if view in VIEWS else "month",
        month=read_month(args.get("month", "")),
        day=read_day(args.get("day", "")),
    )


def read_month(text: str) -> date | None:
    """The first day of `YYYY-MM`; None when it is no month of `YEARS`."""
    return read_day(f"{text}-01")


def read_day(text: str) -> date | None:
    """`YYYY-MM-DD`; None when it is no day of `YEARS`."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in YEARS else None
