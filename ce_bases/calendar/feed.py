"""Feeds: stored VEVENTs joined under one head. Equal state gives equal bytes."""

from collections.abc import Iterable, Iterator

from icalendar import vText

from ce_bases.bureaus.directory import area_name
from ce_bases.calendar.filters import CalendarFilter
from ce_bases.plans.ical import clean
from ce_bases.plans.models import FORM_LABELS, SUBJECT_LABELS, Form, Subject

NAME = "济宁继续教育培训日历"
_ZONE = (
    "BEGIN:VTIMEZONE\r\nTZID:Asia/Shanghai\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
    "TZOFFSETFROM:+0800\r\nTZOFFSETTO:+0800\r\nTZNAME:CST\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
)
_END = "END:VEVENT\r\n"


def feed_name(wanted: CalendarFilter, organiser: str = "") -> str:
    """What the feed is called in people's calendars: always Chinese, so that bytes are stable."""
    words = [
        NAME,
        area_name(wanted.county) if wanted.county else "",
        organiser,
        str(SUBJECT_LABELS[Subject(wanted.subject)]) if wanted.subject else "",
        str(FORM_LABELS[Form(wanted.form)]) if wanted.form else "",
        wanted.q,
    ]
    return " · ".join(filter(None, words))


def build_feed(name: str, events: Iterable[str], *, source: str) -> bytes:
    """An RFC 5545 + 7986 calendar of whole VEVENTs; `source` is the feed's own address."""
    text = vText(clean(name)).to_ical().decode()
    head = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Jining HRSS//ce-bases training calendar//ZH",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        fold(f"NAME:{text}"),
        fold(f"X-WR-CALNAME:{text}"),
        "X-WR-TIMEZONE:Asia/Shanghai",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        fold(f"SOURCE;VALUE=URI:{source}"),
    ]
    return ("\r\n".join(head) + "\r\n" + _ZONE + "".join(events) + "END:VCALENDAR\r\n").encode()


def at_plans(rows: Iterable[tuple[str, str]], site: str) -> Iterator[str]:
    """The VEVENTs of (filing number, VEVENT) rows, each with the address of its plan's page.

    `site` is the site's address without a slash at its end.
    """
    for number, vevent in rows:
        # Only the last line ends the event: folded text may look like one.
        yield vevent.removesuffix(_END) + fold(f"URL:{site}/plans/{number}") + "\r\n" + _END


def fold(line: str) -> str:
    """`line` in pieces of at most 75 octets, cut between characters."""
    pieces: list[str] = []
    room = 75
    piece = b""
    for character in line:
        octets = character.encode()
        if len(piece) + len(octets) > room:
            pieces.append(piece.decode())
            piece, room = b"", 74
        piece += octets
    return "\r\n ".join([*pieces, piece.decode()])
