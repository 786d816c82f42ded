"""Reading a case strictly: JSON text in, checked fields out, one line for whatever is wrong."""

import json
import math
import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

_REQUIRED = object()
#: Longer whole numbers are refused where they stand; Python itself stops printing at 4,300.
MOST_DIGITS = 1000


class EstimateInputError(ValueError):
    """A case that cannot be read; the message is one line naming the activity and the field.

    `case` counts from 1 in a list of cases. An activity without an id goes by `#` and its place.
    """

    def __init__(
        self, problem: str, *, field: str = "", activity: str | None = None, case: int | None = None
    ) -> None:
        where = [f"case {case}"] if case is not None else []
        where += [f"activity {quoted(activity)}"] if activity is not None else []
        where += [f"field {quoted(field)}"] if field else []
        super().__init__(": ".join([*where, problem]))
        self.problem = problem
        self.field = field
        self.activity = activity
        self.case = case

    def of_case(self, number: int) -> "EstimateInputError":
        """The same problem, told of the case at place `number`."""
        return EstimateInputError(
            self.problem, field=self.field, activity=self.activity, case=number
        )


def quoted(text: str) -> str:
    """`text` in quotes, readable as it is, on one line and printable whatever it holds."""
    return "".join(
        char if char.isprintable() else json.dumps(char)[1:-1]
        for char in json.dumps(text, ensure_ascii=False)
    )


def parse_json(text: str) -> Any:
    """`text` as JSON, strictly: no repeated names, no bottomless nesting.

    NaN, Infinity and endless numbers come out as floats that are not finite: no field takes
    those, and the field that refuses one can say where it stands.
    """
    try:
        return json.loads(text, object_pairs_hook=_object, parse_int=_whole)
    except RecursionError:
        raise EstimateInputError("nested too deeply") from None
    except json.JSONDecodeError as error:
        raise EstimateInputError(f"not JSON: {error}") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        counts = Counter(name for name, _ in pairs)
        repeated = next(name for name, times in counts.items() if times > 1)
        name = found.get("id")
        raise EstimateInputError(
            "stands twice", field=repeated, activity=name if isinstance(name, str) else None
        )
    return found


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) <= MOST_DIGITS else math.inf


@dataclass(slots=True)
class Fields:
    """The fields of one activity, taken out one by one so that what is left is unknown."""

    id: str
    left: dict[str, Any]

    def wrong(self, name: str, problem: str) -> EstimateInputError:
        return EstimateInputError(problem, field=name, activity=self.id)

    def take(self, name: str, default: Any = _REQUIRED) -> Any:
        value = self.left.pop(name, default)
        if value is _REQUIRED:
            raise self.wrong(name, "is required")
        return value

    def take_id(self) -> None:
        """The activity's `id`, a text that can be printed again (no half of a surrogate pair)."""
        value = self.take("id")
        if not isinstance(value, str) or any("\ud800" <= char <= "\udfff" for char in value):
            raise self.wrong("id", "must be a text")
        self.id = value

    def date(self, name: str) -> date:
        value = self.take(name)
        if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            try:
                return date.fromisoformat(value)
            except ValueError:
                pass
        raise self.wrong(name, "must be a date YYYY-MM-DD")

    def time(self, name: str, default: Any = _REQUIRED) -> int:
        """Minutes since midnight."""
        value = self.take(name, default)
        if isinstance(value, str) and re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", value):
            return int(value[:2]) * 60 + int(value[3:])
        raise self.wrong(name, "must be a time HH:MM")

    def choice(self, name: str, allowed: tuple[str, ...], default: Any = _REQUIRED) -> str:
        value = self.take(name, default)
        if isinstance(value, str) and value in allowed:
            return value
        raise self.wrong(name, f"must be one of {', '.join(allowed)}")

    def flag(self, name: str, *, default: bool) -> bool:
        value = self.take(name, default)
        if isinstance(value, bool):
            return value
        raise self.wrong(name, "must be true or false")

    def key(self) -> str | None:
        """`key`, where there is one."""
        if "key" not in self.left:
            return None
        value = self.take("key")
        if isinstance(value, str):
            return value
        raise self.wrong("key", "must be a text")

    def halves(self) -> int:
        """`hours`, a finite multiple of 0.5 from 0 on, as half-hours."""
        value = self.take("hours")
        if _is_number(value) and value >= 0 and value % 1 in (0, 0.5):
            return int(value) * 2 + int(value % 1 != 0)
        raise self.wrong("hours", "must be a finite number ≥ 0 and a multiple of 0.5")

    def minutes(self) -> int:
        """`minutes`, a whole number from 0 on (90.0 is one too)."""
        value = self.take("minutes")
        if _is_number(value) and value >= 0 and value % 1 == 0:
            return int(value)
        raise self.wrong("minutes", "must be a whole number ≥ 0")

    def halves_or_minutes(self, minutes_per_hour: int) -> int:
        """Exactly one of `hours` and `minutes`, as half-hours."""
        if ("hours" in self.left) == ("minutes" in self.left):
            raise self.wrong("hours", "give exactly one of hours and minutes")
        if "hours" in self.left:
            return self.halves()
        return self.minutes() * 2 // minutes_per_hour


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return isinstance(value, int) or math.isfinite(value)
