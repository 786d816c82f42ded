"""Form fields that read what people type: days, times, hours and money, in any usual spelling."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from wtforms import Field, FieldList, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import DateInput, DateTimeLocalInput, TextInput, TimeInput

from ce_bases.core.clock import SHANGHAI, local
from ce_bases.core.text import Text
from ce_bases.web.filters import format_hours
from ce_bases.web.i18n import gettext as _
from ce_bases.web.i18n import say

_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_TIME = re.compile(r"(\d{1,2})[:时]?(\d{2})分?(?::\d{2})?")
YEARS = range(2020, 2100)
#: What the column of an id holds on either database.
_LARGEST_ID = 2**31 - 1


class TypedField(Field):
    """A field read from one typed text; what was typed is shown again when it is wrong.

    `read` gets the text in half-width characters without blanks around it and raises ValueError
    with words for the person; an empty text is None.
    """

    widget = TextInput()

    def read(self, text: str) -> Any:
        raise NotImplementedError

    def write(self, value: Any) -> str:
        return str(value)

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        self.data = None
        text = unicodedata.normalize("NFKC", valuelist[0]).strip()
        if text:
            self.data = self.read(text)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.write(self.data)


def read_day(text: str) -> date:
    """A day in a year this site can know of; ValueError with words for the person."""
    found = _DAY.fullmatch(text)
    try:
        day = date(*map(int, found.groups())) if found else None
    except ValueError:
        day = None
    if day is None:
        raise ValueError(_("没有这一天，请按 2022-06-20 的样子填写。"))
    if day.year not in YEARS:
        raise ValueError(_("年份超出了范围，请检查。"))
    return day


def read_time(text: str) -> time:
    """A time of day; ValueError with words for the person."""
    found = _TIME.fullmatch(text)
    try:
        return time(int(found[1]), int(found[2])) if found else time(24)
    except ValueError:
        raise ValueError(_("没有这个时间，请按 09:00 的样子填写。")) from None


def read_id(text: str) -> int:
    """The id of a row, as addresses and forms carry it; ValueError when none can have it."""
    if not 0 < (number := int(text)) <= _LARGEST_ID:
        raise ValueError(text[:20])
    return number


def read_moment(text: str) -> datetime:
    """A moment told with its offset; ValueError when it is none that a database keeps."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text[:40])
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:  # in the first or the last hours there are
        raise ValueError(text[:40]) from error


class DayField(TypedField):
    widget = DateInput()

    def read(self, text: str) -> date:
        return read_day(text)

    def write(self, value: date) -> str:
        return value.isoformat()


class ClockField(TypedField):
    """A time of day, to the minute."""

    widget = TimeInput()

    def read(self, text: str) -> time:
        return read_time(text)

    def write(self, value: time) -> str:
        return f"{value:%H:%M}"


class MomentField(TypedField):
    """A moment on Jining's clocks; the data is aware."""

    widget = DateTimeLocalInput()

    def read(self, text: str) -> datetime:
        day, _blank, at = text.replace("T", " ").partition(" ")
        return datetime.combine(read_day(day), read_time(at.strip()), tzinfo=SHANGHAI)

    def write(self, value: datetime) -> str:
        return f"{local(value):%Y-%m-%dT%H:%M}"


class WholeField(TypedField):
    """A whole number from `least` to `most`."""

    widget = TextInput()

    def __init__(self, label: Any = None, *, least: int = 0, most: int, **kwargs: Any) -> None:
        self.least, self.most = least, most
        super().__init__(label, **kwargs)

    def read(self, text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", text):
            raise ValueError(_("请填写整数。"))
        if not self.least <= int(text) <= self.most:
            raise ValueError(
                _("请填写 %(least)d 到 %(most)d 之间的数。", least=self.least, most=self.most)
            )
        return int(text)


class HalvesField(TypedField):
    """Hours in half steps; the data are half-hours (6.5 → 13)."""

    def read(self, text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,2})?", text):
            raise ValueError(_("请填写数字，如 4 或 3.5。"))
        halves = Decimal(text) * 2
        if halves != int(halves):
            raise ValueError(_("学时以 0.5 为一级，如 3.5。"))
        return int(halves)

    def write(self, value: int) -> str:
        return format_hours(value)


class MoneyField(TypedField):
    """Yuan with at most two decimals; the data are cents."""

    most = 1_000_000

    def read(self, text: str) -> int:
        try:
            amount = Decimal(text.replace(",", "").removesuffix("元"))
        except InvalidOperation:
            amount = Decimal("NaN")
        # In this order: what is too large cannot be rounded.
        if not amount.is_finite() or not 0 <= amount <= self.most or amount != round(amount, 2):
            raise ValueError(_("请填写金额，如 350 或 350.50；免费请填 0。"))
        return int(amount * 100)

    def write(self, value: int) -> str:
        yuan, cents = divmod(value, 100)
        return f"{yuan}.{cents:02d}" if cents else str(yuan)


class PickField(SelectField):
    """One of a list, or nothing; `labels` are Texts by value, values are coerced by `kind`."""

    def __init__(
        self, label: Any = None, *, kind: Any, labels: Mapping[Any, Text | str] = {}, **kwargs: Any
    ) -> None:
        super().__init__(
            label,
            coerce=lambda value: kind(value) if value else None,
            choices=[],
            validate_choice=False,
            invalid_value_message=_("请从列表中选择。"),
            **kwargs,
        )
        self.offer(labels)

    def offer(self, labels: Mapping[Any, Text | str], *, blank: str | None = None) -> None:
        """Set what can be chosen; the empty choice comes first."""
        first = SelectChoice(value="", label=_("请选择") if blank is None else blank)
        rest = [SelectChoice(value=str(value), label=say(words)) for value, words in labels.items()]
        self.choices = [first, *rest]


class Rows(FieldList):
    """A list of sub-forms that survives hostile field names."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.type = "FieldList"  # what templates know it as

    def _extract_indices(self, prefix: str, formdata: Any) -> Iterator[int]:
        pattern = re.compile(rf"{re.escape(prefix)}-([0-9]{{1,4}})-")
        for name in formdata:
            if found := pattern.match(name):
                yield int(found[1])
