"""A second reader of iCalendar, written from RFC 5545's grammar and sharing nothing with the first.

It refuses what lenient readers forgive: bare line feeds, lines over 75 octets, unknown escapes,
values that break their type, components that lack what they must have.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

_LINE = re.compile(
    r'([A-Z0-9-]+)((?:;[A-Z0-9-]+=(?:"[^"\x00-\x1f]*"|[^";:,\x00-\x1f]*))*):(.*)', re.DOTALL
)
_DURATION = re.compile(
    r"[+-]?P(?:[0-9]+W|(?:[0-9]+D)?(?:T(?=[0-9])(?:[0-9]+H)?(?:[0-9]+M)?(?:[0-9]+S)?)?)"
)
_TEXT = frozenset(
    [
        "SUMMARY",
        "DESCRIPTION",
        "LOCATION",
        "CONTACT",
        "NAME",
        "X-WR-CALNAME",
        "CATEGORIES",
        "STATUS",
        "UID",
        "TZNAME",
    ]
)
_ONCE = frozenset(
    ["UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "SEQUENCE", "STATUS", "URL", "LAST-MODIFIED"]
)
_REQUIRED = {
    "VCALENDAR": {"PRODID", "VERSION"},
    "VEVENT": {"UID", "DTSTAMP", "DTSTART", "DTEND"},
    "VTIMEZONE": {"TZID"},
    "STANDARD": {"DTSTART", "TZOFFSETFROM", "TZOFFSETTO"},
}


@dataclass
class Component:
    """A BEGIN…END block: its properties in order, its blocks in order."""

    name: str
    properties: list[tuple[str, dict[str, str], str]] = field(default_factory=list)
    children: list["Component"] = field(default_factory=list)

    def value(self, name: str) -> str:
        [found] = [value for key, _parameters, value in self.properties if key == name]
        return found

    def moment(self, name: str) -> datetime:
        """A local time of Shanghai, a UTC time or the begin of a day, as it is written."""
        [(_name, parameters, value)] = [p for p in self.properties if p[0] == name]
        if parameters == {"VALUE": "DATE"}:
            return datetime.strptime(value, "%Y%m%d")  # noqa: DTZ007
        if value.endswith("Z"):
            assert "TZID" not in parameters
            return datetime.strptime(value, "%Y%m%dT%H%M%SZ")  # noqa: DTZ007
        assert parameters["TZID"] == "Asia/Shanghai"
        return datetime.strptime(value, "%Y%m%dT%H%M%S")  # noqa: DTZ007


def parse(body: bytes) -> Component:
    """The one VCALENDAR of `body`; AssertionError at the first thing the grammar does not allow."""
    text = body.decode("utf-8")
    assert text.endswith("\r\n")
    assert not re.search(r"(?<!\r)\n|\r(?!\n)|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", text)
    lines = text[:-2].split("\r\n")
    assert all(len(line.encode()) <= 75 for line in lines)
    return _build("\r\n".join(lines).replace("\r\n ", "").split("\r\n"))


def _build(lines: list[str]) -> Component:
    root = Component("")
    stack = [root]
    for line in lines:
        found = _LINE.fullmatch(line)
        assert found, line
        name, parameters, value = found[1], _parameters(found[2]), found[3]
        if name == "BEGIN":
            stack[-1].children.append(Component(value))
            stack.append(stack[-1].children[-1])
        elif name == "END":
            assert stack.pop().name == value
        else:
            stack[-1].properties.append((name, parameters, _typed(name, parameters, value)))
    assert stack == [root]
    [calendar] = root.children
    assert calendar.name == "VCALENDAR"
    _check(calendar)
    return calendar


def _parameters(text: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in text.split(";")[1:])


def _typed(name: str, parameters: dict[str, str], value: str) -> str:
    if name in _TEXT:
        plain = r"[^\\;]" if name == "CATEGORIES" else r"[^\\;,]"
        assert re.fullmatch(rf"(?:{plain}|\\[\\;,nN])*", value, re.DOTALL), (name, value)
        unescape = {"n": "\n", "N": "\n"}
        return re.sub(r"\\(.)", lambda m: unescape.get(m[1], m[1]), value)
    if name in {"REFRESH-INTERVAL", "X-PUBLISHED-TTL"}:
        assert _DURATION.fullmatch(value), value
        assert name != "REFRESH-INTERVAL" or parameters == {"VALUE": "DURATION"}
    if name in {"URL", "SOURCE", "CONFERENCE"}:
        assert re.fullmatch(r"[a-z]+://[^\s<>\"]+", value), value
        assert name == "URL" or parameters["VALUE"] == "URI"
    if name == "SEQUENCE":
        assert value.isdigit()
    return value


def _check(component: Component) -> None:
    names = [name for name, _parameters, _value in component.properties]
    missing = _REQUIRED.get(component.name, set()) - set(names)
    assert not missing, (component.name, missing)
    assert not [name for name in _ONCE if names.count(name) > 1]
    if component.name == "VCALENDAR":
        uids = [child.value("UID") for child in component.children if child.name == "VEVENT"]
        assert len(uids) == len(set(uids))
        assert component.value("VERSION") == "2.0"
    if component.name == "VEVENT":
        assert component.moment("DTEND") - component.moment("DTSTART") > timedelta(0)
        assert component.moment("DTSTAMP")
    if component.name == "VALARM":
        assert component.value("ACTION") == "DISPLAY"
        assert _DURATION.fullmatch(component.value("TRIGGER").removeprefix("-"))
    for child in component.children:
        _check(child)
