"""xlsx in and out: rows by column heading, limits before parsing, cells that stay what they are."""

import io
import lzma
import math
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook

from ce_bases.core.errors import InvalidInputError
from ce_bases.core.sheet_area import TooFarError, check_area
from ce_bases.core.text import Text, msg

MOST_BYTES = 5 * 1024 * 1024
#: Unpacked, all parts together: a 0.5 MB file can hold 1 GB.
MOST_UNPACKED = 40 * 1024 * 1024
MOST_PARTS = 200
MOST_COLUMNS = 60
MOST_ROWS = 2000
#: Rows above the headings: a title, a note how to fill it in.
_ROWS_ABOVE = 10
#: Whole numbers beyond this have lost digits when a spreadsheet kept them as numbers.
_EXACT_DIGITS = 10**15
#: Parts of other formats, which the reader would turn to when the workbook is broken.
_FOREIGN_PARTS = frozenset({"content.xml", "xl/workbook.bin"})
#: What reading a damaged package raises, besides its own errors: seeks before its start, streams
#: that do not unpack, names that are no text.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Column:
    """A column known by its heading; `width` in characters. Text columns are typed as text."""

    key: str
    heading: str
    width: int = 14
    required: bool = True


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet to write: an optional title line and notes, headings, rows of text and numbers."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[str | int | float | None]]
    title: str = ""
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One row read: its number in the sheet, texts by column key, and what is wrong with cells."""

    number: int
    cells: dict[str, str]
    problems: dict[str, Text] = field(default_factory=dict)


_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_LOOKS = {
    "title": {"bold": True, "font_size": 14},
    "note": {"font_color": "#595959"},
    "head": {"bold": True, "bg_color": "#E8EEF0", "border": 1, "text_wrap": True},
    "text": {"num_format": "@", "valign": "top"},
}


def write_book(sheets: Sequence[Sheet]) -> bytes:
    """An xlsx file; every text is a string cell, whatever it begins with: no formula, no link."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, _OPTIONS) as book:
        book.set_properties({"created": datetime(2022, 1, 1)})  # noqa: DTZ001 -- equal bytes
        looks = {name: book.add_format(look) for name, look in _LOOKS.items()}
        for sheet in sheets:
            _write_sheet(book.add_worksheet(_sheet_name(sheet.name)), sheet, looks)
    return target.getvalue()


def _write_sheet(page: Any, sheet: Sheet, looks: dict[str, Any]) -> None:
    above = [(sheet.title, "title")] if sheet.title else []
    above += [(note, "note") for note in sheet.notes]
    for number, (text, look) in enumerate(above):
        page.write_string(number, 0, safe_text(text), looks[look])
    head = len(above)
    for place, column in enumerate(sheet.columns):
        page.set_column(place, place, column.width, looks["text"])
        page.write_string(head, place, column.heading, looks["head"])
    for number, row in enumerate(sheet.rows, start=head + 1):
        for place, value in enumerate(row):
            if isinstance(value, str):
                page.write_string(number, place, safe_text(value), looks["text"])
            elif value is not None:
                page.write_number(number, place, value)
    page.freeze_panes(head + 1, 0)
    page.repeat_rows(head)
    page.set_paper(9)  # A4
    page.set_landscape()
    page.fit_to_pages(1, 0)


def safe_text(text: str) -> str:
    """`text` without control characters, and no formula even if it is saved again as CSV."""
    clean = _CONTROL.sub("", text)[:32767]
    return f"'{clean}" if clean.startswith(_FORMULA) and len(clean) > 1 else clean


def _sheet_name(name: str) -> str:
    return re.sub(r"[\[\]:*?/\\']", " ", _CONTROL.sub("", name))[:31].strip() or "Sheet"


def read_rows(data: bytes, columns: Sequence[Column], *, max_rows: int = MOST_ROWS) -> list[Row]:
    """The rows below the headings of the first sheet; blank rows are left out.

    InvalidInputError, in words for the person, when the file is no xlsx, too large, has no such
    headings or more than `max_rows` rows.
    """
    table = _first_sheet(data, max_rows)
    head, places = _find_headings(table, columns)
    rows = [
        _read_row(number, cells, places)
        for number, cells in enumerate(table[head + 1 :], start=head + 2)
    ]
    filled = [row for row in rows if any(row.cells.values())]
    if not filled:
        raise InvalidInputError(msg("表中没有填写任何一行。"))
    if len(filled) > max_rows:
        raise InvalidInputError(
            msg(
                "一次最多导入 %(most)s 行，文件里有 %(count)s 行。",
                most=max_rows,
                count=len(filled),
            )
        )
    return filled


def read_table(data: bytes, *, max_rows: int = MOST_ROWS) -> list[list[str]]:
    """Every cell of the first sheet as text, row by row from its first; for lists whose headings
    are anybody's. Limits as `read_rows`.

    A number too long to be exact is written as spreadsheets show it: 3.70811198502141E+17.
    """
    return [[_shown(cell) for cell in row] for row in _first_sheet(data, max_rows)]


def _shown(cell: Any) -> str:
    is_number = isinstance(cell, int | float) and not isinstance(cell, bool)
    return f"{cell:.15G}" if is_number and abs(cell) >= _EXACT_DIGITS else cell_text(cell)


def _first_sheet(data: bytes, max_rows: int) -> list[list[Any]]:
    _check_package(data, max_rows)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        table: list[list[Any]] = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError, IndexError) as error:
        raise _unreadable() from error
    return table


def _unreadable() -> InvalidInputError:
    return InvalidInputError(msg("无法读取这个文件。请用下载的模板填写，另存为 .xlsx 后再上传。"))


def _check_package(data: bytes, max_rows: int) -> None:
    """Refuse what would take gigabytes to parse: judged from the package, before parsing."""
    if len(data) > MOST_BYTES:
        raise InvalidInputError(msg("表格文件超过 5 MB，请分成几个文件。"))
    try:
        package = zipfile.ZipFile(io.BytesIO(data))
        parts = package.infolist()
        names = {part.filename.lower() for part in parts}
        if not {"xl/workbook.xml", "[content_types].xml"} <= names or names & _FOREIGN_PARTS:
            raise _unreadable()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
            raise InvalidInputError(msg("表格文件展开后过大，请只保留需要导入的内容。"))
        for part in parts:
            # The size in the directory may lie: reading stops at it and the checksum tells.
            content = package.read(part)
            # A worksheet may lie anywhere in the package, under any name.
            if b"sheetData" in content or b"dimension" in content:
                _check_sheet(content, max_rows)
    except _BROKEN as error:
        raise _unreadable() from error


def _check_sheet(content: bytes, max_rows: int) -> None:
    try:
        check_area(content, most_rows=max_rows + _ROWS_ABOVE + 1, most_columns=MOST_COLUMNS)
    except TooFarError as far:
        if far.column > MOST_COLUMNS:
            raise InvalidInputError(
                msg("表格超过 %(most)s 列，请只保留模板里的列。", most=MOST_COLUMNS)
            ) from far
        raise InvalidInputError(
            msg(
                "表格用到了第 %(last)s 行，一次最多导入 %(most)s 行。"
                "请删去多余的行（包括空白但有格式的行）后再上传。",
                last=far.row,
                most=max_rows,
            )
        ) from far


def _find_headings(table: list[list[Any]], columns: Sequence[Column]) -> tuple[int, dict[str, int]]:
    """(row of the headings, place of each column by key)."""
    best: dict[str, int] = {}
    for number, cells in enumerate(table[: _ROWS_ABOVE + 1]):
        known = {_heading(cell): place for place, cell in reversed(list(enumerate(cells)))}
        places = {
            c.key: known[_heading(c.heading)] for c in columns if _heading(c.heading) in known
        }
        if all(c.key in places for c in columns if c.required):
            return number, places
        best = max(best, places, key=len)
    lacking = "、".join(c.heading for c in columns if c.required and c.key not in best)
    raise InvalidInputError(msg("表头里缺少：%(columns)s。请使用下载的模板。", columns=lacking))


def _heading(cell: Any) -> str:
    return re.sub(r"[\s*＊]", "", unicodedata.normalize("NFKC", str(cell)))


def _read_row(number: int, cells: list[Any], places: dict[str, int]) -> Row:
    texts: dict[str, str] = {}
    problems: dict[str, Text] = {}
    for key, place in places.items():
        value = cells[place] if place < len(cells) else ""
        texts[key] = cell_text(value)
        if isinstance(value, int | float) and abs(value) >= _EXACT_DIGITS:
            problems[key] = msg(
                "这一格以数字保存，末几位已经丢失。请把该列设为“文本”格式后重新填写。"
            )
    return Row(number, texts, problems)


def cell_text(value: Any) -> str:
    """A cell as the text a person would have typed: 2022-06-20, 09:00, 4, 3.5."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and math.isfinite(value):
        return str(int(value)) if value == int(value) else repr(value)
    if isinstance(value, date | time | timedelta):
        return _moment_text(value)
    text = _CONTROL.sub("", unicodedata.normalize("NFC", str(value))).strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text


def _moment_text(value: date | time | timedelta) -> str:
    if isinstance(value, timedelta):
        minutes = round(value.total_seconds() / 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    if isinstance(value, time):
        return value.isoformat("minutes")
    if isinstance(value, datetime):
        at_midnight = value.time() == time(0)
        return value.date().isoformat() if at_midnight else value.isoformat(" ", "minutes")
    return value.isoformat()
