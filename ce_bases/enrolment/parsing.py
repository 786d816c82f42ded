"""A pasted or uploaded table of people, read the way clerks write such tables."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ce_bases.core.text import Text, msg
from ce_bases.people.naming import clean_cell
from ce_bases.people.service import Stated, stated

MAX_ROWS = 2000
MAX_CHARACTERS = 400_000
#: So far down a row of headings is looked for.
ROWS_ABOVE = 6
COLUMNS = ("name", "number", "unit_name", "post")
_ALIASES = {
    "name": "姓名 名字 学员姓名 人员姓名 参训人员 name",
    "number": "身份证号 身份证号码 身份证 证件号码 证件号 居民身份证号 居民身份证号码 公民身份号码 "
    "公民身份证号码 idnumber id",
    "unit_name": "单位 工作单位 单位名称 所在单位 用人单位 单位全称 unit employer",
    "post": "职务 职称 职务职称 职称职务 职务或职称 专业技术职务 岗位 post title",
}
_HEADINGS = {alias: column for column, listed in _ALIASES.items() for alias in listed.split()}
_NUMBER_LIKE = re.compile(r"[0-9]{15}|[0-9]{17}[0-9Xx]|[0-9.]+[Ee]\+?[0-9]+")
_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?E\+?[0-9]{1,2}")

SCIENTIFIC = msg(
    "表格软件把身份证号变成了科学记数（%(number)s），末几位已经丢失。"
    "请先把这一列设为“文本”格式，重新录入号码后再粘贴。"
)
ROUNDED = msg(
    "身份证号末三位是 000 且校验位不符，多半是表格软件把末几位抹成了 0。"
    "请先把这一列设为“文本”格式，重新录入号码后再粘贴。"
)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: where it stood (from 1) and whom it names."""

    line: int
    person: Stated


def read_text(text: str) -> list[Row]:
    """The rows of a pasted table; blank rows are dropped, a row of headings is understood.

    Cells are parted by tabs, else commas, semicolons, or blanks. Without headings the columns
    are name, ID number, unit, post.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return read_cells(_split(text))


def _split(text: str) -> Iterable[tuple[int, Sequence[str]]]:
    delimiter = next((d for d in "\t,，;；" if d in text), None)
    if delimiter is None:
        for line, row in enumerate(text.split("\n"), 1):
            yield line, re.split(r"\s+", row.strip())
        return
    # A lone quotation mark would swallow the rest of the table.
    csv.field_size_limit(MAX_CHARACTERS + 1)
    lines = io.StringIO(text, newline="")
    if text.count('"') % 2:
        reader = csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE)
    else:
        reader = csv.reader(lines, delimiter=delimiter)
    first = 1
    for cells in reader:
        yield first, cells
        first = reader.line_num + 1


def read_cells(lines: Iterable[tuple[int, Sequence[str]]]) -> list[Row]:
    """The rows among numbered lines of cells, as `read_text` promises.

    What stands above a row of headings (a title, a note) is no row.
    """
    cleaned = [(line, [clean_cell(cell) for cell in raw]) for line, raw in lines]
    filled = [(line, cells) for line, cells in cleaned if any(cells)]
    for place, (_line, cells) in enumerate(filled[:ROWS_ABOVE]):
        if columns := _headings(cells):
            return [Row(line, _person(c, columns)) for line, c in filled[place + 1 :]]
    return [Row(line, _person(cells, None)) for line, cells in filled]


def _headings(cells: Sequence[str]) -> dict[int, str]:
    """Position → column when this is a row of headings; empty when it is none."""
    if any(_NUMBER_LIKE.fullmatch(_narrow(cell)) for cell in cells):
        return {}
    names = [re.sub(r"[\W_]|必填|选填", "", _narrow(cell)).lower() for cell in cells]
    known = {i: _HEADINGS[name] for i, name in enumerate(names) if name in _HEADINGS}
    return known if {"name", "number"} & set(known.values()) else {}


def _narrow(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).strip("'’")


def _person(cells: Sequence[str], columns: dict[int, str] | None) -> Stated:
    if not columns:
        # A serial number in front is what lists are printed with, not part of the data.
        serial = len(cells) > 2 and re.fullmatch(r"[0-9]{1,4}[.、]?", _narrow(cells[0]))
        columns = dict(enumerate(COLUMNS, 1 if serial else 0))
    found: dict[str, list[str]] = {column: [] for column in COLUMNS}
    for position, column in columns.items():
        if position < len(cells) and cells[position]:
            found[column].append(cells[position])
    name, number, unit_name = (" ".join(found[column]) for column in COLUMNS[:3])
    return stated(name, number, unit_name, "、".join(found["post"]))


def spreadsheet_damage(number: str) -> Text | None:
    """What a spreadsheet did to an ID number that is wrong, when it looks like that."""
    if _SCIENTIFIC.fullmatch(number):
        return Text(SCIENTIFIC.msgid, {"number": number})
    if re.fullmatch(r"[0-9]{15}000(?:\.0*)?", number):
        return ROUNDED
    return None
