"""The public calculator's address: what was typed, as a case for `policy.estimate`, and back."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ce_bases.core.text import Text, msg
from ce_bases.credits.explain import Judged, cuts_of
from ce_bases.credits.models import Kind
from ce_bases.policy.case_input import EstimateInputError
from ce_bases.policy.estimate import estimate
from ce_bases.policy.registry import policy_for

MOST = 40
#: Which fields each kind asks for, in the order in which people know them.
FIELDS: Mapping[Kind, tuple[str, ...]] = {
    Kind.TRAINING: ("subject", "date", "starts_at", "hours", "filed"),
    Kind.LECTURE: ("date", "starts_at", "hours"),
    Kind.ONLINE_COURSE: ("date", "hours", "key"),
    Kind.SELF_STUDY: ("subject", "date", "hours", "archive"),
    Kind.ACHIEVEMENT: ("subject", "date", "key"),
    Kind.PUBLICATION: ("subject", "date", "key"),
    Kind.EXPERT_SERVICE: ("subject", "date", "starts_at", "minutes"),
    Kind.POSTING: ("from", "to"),
    Kind.EXAM: ("date", "key"),
    Kind.COMPETITION: ("level", "subject", "date", "key"),
    Kind.ABSENCE: ("reason", "from", "to"),
}
_NAME = re.compile(r"a([0-9]{1,3})-([a-z_]+)")
#: Fields that always carry a choice.
_CHOSEN = {"subject", "filed", "archive", "level", "reason"}
_YES_NO = {"yes": True, "no": False}
#: A good value of each field, put in a bad one's place to see what else is wrong with a row.
_GOOD: Mapping[str, Any] = {
    "subject": "professional",
    "date": "2022-06-20",
    "starts_at": "09:00",
    "hours": 1,
    "minutes": 45,
    "level": "city",
    "reason": "illness",
    "from": "2022-01-01",
    "to": "9999-12-31",
}
PROBLEMS: Mapping[str, Text] = {
    "subject": msg("请选择计入公需科目还是专业科目。"),
    "date": msg("请填写日期。"),
    "starts_at": msg("请填写开始时间，如 09:00。"),
    "hours": msg("请填写学时，可以带半学时，如 3.5。"),
    "minutes": msg("请填写实际工作的分钟数（整数）。"),
    "level": msg("请选择竞赛级别。"),
    "reason": msg("请选择离岗原因。"),
    "from": msg("请填写开始日期。"),
    "to": msg("请填写结束日期，不能早于开始日期。"),
}


@dataclass(slots=True)
class Row:
    """One activity as typed, and what it comes to once it can be read."""

    number: int
    kind: Kind
    typed: dict[str, str]
    problems: dict[str, Text] = field(default_factory=dict)
    entry: dict[str, Any] | None = None
    cuts: Sequence[Text] = ()

    @property
    def is_blank(self) -> bool:
        """Just added: nothing typed yet, nothing to complain about."""
        return not any(value for name, value in self.typed.items() if name not in _CHOSEN)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The calculator's page: rows in order, and the year's totals over the readable ones."""

    year: int
    rows: Sequence[Row]
    result: dict[str, Any]

    @property
    def unread(self) -> list[Row]:
        """Rows that are not in the result."""
        return [row for row in self.rows if row.entry is None]


def read_rows(query: Iterable[tuple[str, str]]) -> list[Row]:
    """The activities of an address; unknown names and kinds are left out, at most `MOST` stay."""
    return _all_rows(query)[:MOST]


def count_left_out(query: Iterable[tuple[str, str]]) -> int:
    """How many activities of an address are more than the calculator takes."""
    return max(0, len(_all_rows(query)) - MOST)


def _all_rows(query: Iterable[tuple[str, str]]) -> list[Row]:
    typed: dict[int, dict[str, str]] = {}
    for name, value in query:
        if found := _NAME.fullmatch(name):
            typed.setdefault(int(found[1]), {})[found[2]] = value.strip()[:120]
    rows: list[Row] = []
    for values in (typed[number] for number in sorted(typed)):
        kind = values.get("kind", "")
        if kind in set(Kind):
            fields = {name: values.get(name, "") for name in FIELDS[Kind(kind)]}
            rows.append(Row(len(rows) + 1, Kind(kind), fields))
    return rows


def to_query(year: int, rows: Sequence[Row]) -> list[tuple[str, str]]:
    """The shortest address of these rows, numbered from 1; `read_rows` reads it back."""
    query = [("year", str(year))]
    for number, row in enumerate(rows, start=1):
        query.append((f"a{number}-kind", row.kind.value))
        query += [(f"a{number}-{name}", value) for name, value in row.typed.items() if value]
    return query


def calculate(year: int, rows: Sequence[Row]) -> Sheet:
    """Estimate every row that can be read; the others get a problem beside the field."""
    readable = []
    for row in rows:
        if row.is_blank:
            continue
        activity = _activity(row)
        row.problems = _problems(year, activity)
        if not row.problems:
            readable.append((row, activity))
    result = estimate({"year": year, "activities": [activity for _, activity in readable]})
    for (row, _), entry in zip(readable, result["entries"], strict=True):
        row.entry = entry
    _explain(year, [row for row, _ in readable])
    return Sheet(year, rows, result)


def _problems(year: int, activity: Mapping[str, Any]) -> dict[str, Text]:
    """Every field of a row that cannot be read, all told at once."""
    found: dict[str, Text] = {}
    while True:
        try:
            estimate({"year": year, "activities": [activity]})
        except EstimateInputError as error:
            name = error.field
            is_new = name not in found
            found[name] = PROBLEMS.get(name, msg("这一项填写有误。"))
            if not is_new or name not in _GOOD:
                return found
            activity = {**activity, name: _GOOD[name]}
        else:
            return found


def _activity(row: Row) -> dict[str, Any]:
    values: dict[str, Any] = {name: value for name, value in row.typed.items() if value}
    for name in ("hours", "minutes"):
        if re.fullmatch(r"[0-9]{1,5}(\.[0-9]{1,3})?", values.get(name, "")):
            values[name] = float(values[name])
    for name in ("filed", "archive"):
        if name in values:
            values[name] = _YES_NO.get(values[name], False)
    return {"id": str(row.number).zfill(3), "kind": row.kind.value, **values}


def _explain(year: int, rows: Sequence[Row]) -> None:
    judged = [_judged(row) for row in rows]
    for row, cuts in zip(rows, cuts_of(judged, year, policy_for(year)), strict=True):
        row.cuts = cuts


def _judged(row: Row) -> Judged:
    entry = row.entry
    assert entry is not None
    on = date.fromisoformat(row.typed.get("date") or row.typed["from"])
    claimed, credited = (
        round(2 * (entry[name]["public"] + entry[name]["professional"]))
        for name in ("claimed", "credited")
    )
    return Judged(row.kind, on, claimed, credited, entry["limits"])
