"""A timetable from a spreadsheet: read row by row, shown, and only then written."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from werkzeug.datastructures import MultiDict

from ce_bases.core.errors import InvalidInputError
from ce_bases.core.spreadsheets import Column, Row, Sheet, read_rows, write_book
from ce_bases.core.text import Text, msg
from ce_bases.organisers.models import Lecturer, Venue
from ce_bases.organisers.persons import folded
from ce_bases.plans.checks import impossible_rows
from ce_bases.plans.details import SessionDetails
from ce_bases.plans.forms import MOST_ROWS, RowForm

COLUMNS = (
    Column("held_on", "日期", 14),
    Column("starts_at", "开始", 10),
    Column("ends_at", "结束", 10),
    Column("break_minutes", "休息（分钟）", 12, required=False),
    Column("halves", "学时", 8, required=False),
    Column("topic", "课题", 30),
    Column("lecturer_name", "授课人", 12),
    Column("lecturer_unit", "授课人单位", 24, required=False),
    Column("lecturer_title", "授课人职称", 16, required=False),
    Column("venue_name", "地点", 18, required=False),
    Column("venue_address", "详细地址", 26, required=False),
)
HEADINGS = {column.key: column.heading for column in COLUMNS}
_NOTES = (
    "每行一个课次。日期如 2022-06-20，时间如 09:00。",
    "学时留空则按时间计算（每学时 45 分钟，扣除休息）。",
    "授课人、地点与本单位名单里的名称相同时，单位、职称和地址不用填。",
)


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row of the sheet: the session it says, or by heading what is wrong with it."""

    number: int
    cells: Mapping[str, str]
    session: SessionDetails | None
    problems: Mapping[str, Text | str]


@dataclass(frozen=True, slots=True)
class ReadTable:
    """All rows of a sheet; it can be taken over when every one of them is right."""

    rows: Sequence[ReadRow]

    @property
    def wrong(self) -> list[ReadRow]:
        return [row for row in self.rows if row.problems]

    @property
    def sessions(self) -> tuple[SessionDetails, ...]:
        return tuple(row.session for row in self.rows if row.session is not None)


def template() -> bytes:
    """The workbook to fill in."""
    return write_book([Sheet("课程安排", COLUMNS, [], title="课程安排", notes=_NOTES)])


def read_file(data: bytes) -> list[Row]:
    """The rows of an uploaded workbook; InvalidInputError when it is none of ours."""
    return read_rows(data, COLUMNS, max_rows=MOST_ROWS)


def packed(rows: Iterable[Row]) -> str:
    """The rows as the page sends them back to be confirmed."""
    return json.dumps([[row.number, row.cells] for row in rows], ensure_ascii=False)


def unpacked(text: str) -> list[Row]:
    """The rows a page sent back; InvalidInputError when it is not what it was given."""
    try:
        return [
            Row(int(number), {key: str(cells.get(key, "")) for key in HEADINGS})
            for number, cells in json.loads(text)[:MOST_ROWS]
        ]
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        raise InvalidInputError(msg("页面不完整，请重新上传表格。")) from None


def read_table(
    rows: Iterable[Row], lecturers: Sequence[Lecturer], venues: Sequence[Venue]
) -> ReadTable:
    """Judge every row by the rules of the filing form; names on the base's lists become these."""
    return ReadTable([_read(row, lecturers, venues) for row in rows])


def _read(row: Row, lecturers: Sequence[Lecturer], venues: Sequence[Venue]) -> ReadRow:
    form = RowForm(MultiDict(row.cells))
    problems: dict[str, Text | str] = dict(row.problems)
    if not form.validate():
        problems |= {name: str(errors[0]) for name, errors in form.errors.items()}
    if problems:
        return ReadRow(row.number, row.cells, None, problems)
    session = form.details()
    impossible = impossible_rows([session])
    problems |= {name.rpartition("-")[2]: text for name, text in impossible.items()}
    session, unclear = _listed(session, lecturers, venues)
    problems |= unclear
    return ReadRow(row.number, row.cells, None if problems else session, problems)


def _listed(
    session: SessionDetails, lecturers: Sequence[Lecturer], venues: Sequence[Venue]
) -> tuple[SessionDetails, dict[str, Text | str]]:
    """The session with the lecturer and room of the lists in place of their names."""
    name, unit = folded(session.lecturer_name), folded(session.lecturer_unit)
    people = [
        person
        for person in lecturers
        if name and folded(person.name) == name and unit in ("", folded(person.unit_name))
    ]
    if len(people) > 1:
        problem = msg("名单里有 %(n)d 位这个姓名的授课人，请填写单位。", n=len(people))
        return session, {"lecturer_name": problem}
    if people:
        session = replace(
            session,
            lecturer_id=people[0].id,
            lecturer_name="",
            lecturer_unit="",
            lecturer_title="",
        )
    place = folded(session.venue_name)
    room = next((venue for venue in venues if place and folded(venue.name) == place), None)
    if room is not None:
        session = replace(session, venue_id=room.id, venue_name="", venue_address="")
    return session, {}


def merged(
    before: Sequence[SessionDetails], new: Sequence[SessionDetails], *, replaces: bool
) -> tuple[SessionDetails, ...]:
    """The timetable with the new sessions; InvalidInputError when a plan cannot hold so many."""
    every = list(new) if replaces else [*before, *new]
    if len(every) > MOST_ROWS:
        raise InvalidInputError(msg("一份计划最多 %(most)d 个课次。", most=MOST_ROWS))
    return tuple(sorted(every, key=lambda row: (row.held_on, row.starts_at)))
