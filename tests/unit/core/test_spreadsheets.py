"""xlsx: what is written is read back; hostile and broken files are refused in time."""

import io
import zipfile
from datetime import date, datetime, time, timedelta

import pytest

from ce_bases.core.errors import InvalidInputError
from ce_bases.core.spreadsheets import (
    Column,
    Row,
    Sheet,
    _check_package,
    cell_text,
    read_rows,
    read_table,
    write_book,
)

NAME = Column("name", "姓名")
ID = Column("id", "证件号码", width=20)
NOTE = Column("note", "备注", required=False)
COLUMNS = (NAME, ID, NOTE)


def book(*rows: tuple[str | int | float | None, ...]) -> bytes:
    return write_book([Sheet("名单", COLUMNS, rows, title="参训名单", notes=["红色为必填"])])


def test_rows_come_back_as_they_went() -> None:
    data = book(
        ("张三", "370811198502140011", ""), ("", "", ""), ("李四", "37081119850214002X", "x")
    )

    assert read_rows(data, COLUMNS) == [
        Row(4, {"name": "张三", "id": "370811198502140011", "note": ""}),
        Row(6, {"name": "李四", "id": "37081119850214002X", "note": "x"}),
    ]


@pytest.mark.parametrize("text", ["=1+1", "+8613800000000", "-5", "@x", "'", "-", "𠮷䶮", "a\nb"])
def test_formula_like_texts_are_strings_and_survive(text: str) -> None:
    data = book((text, "x", ""))

    sheet = zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert read_rows(data, COLUMNS)[0].cells["name"] == text


def test_equal_rows_give_equal_bytes() -> None:
    assert book(("张三", "1", "")) == book(("张三", "1", ""))


def test_an_id_kept_as_a_number_is_told() -> None:
    (row,) = read_rows(book(("张三", 370811198502140011, "")), COLUMNS)

    assert list(row.problems) == ["id"]


def test_missing_headings_are_named_and_optional_ones_are_not() -> None:
    data = write_book([Sheet("x", [NAME], [("张三",)])])

    with pytest.raises(InvalidInputError) as refused:
        read_rows(data, COLUMNS)
    assert refused.value.message.values == {"columns": "证件号码"}


def test_headings_are_found_with_stars_and_blanks() -> None:
    data = write_book([Sheet("x", [Column("a", "* 姓 名"), ID], [("张三", "1")])])

    assert read_rows(data, COLUMNS)[0].cells == {"name": "张三", "id": "1"}


@pytest.mark.parametrize(("count", "is_refused"), [(20, False), (21, True)])
def test_the_limit_of_rows_is_exact(count: int, is_refused: bool) -> None:
    data = book(*[("张三", str(n), "") for n in range(count)])

    if not is_refused:
        assert len(read_rows(data, COLUMNS, max_rows=20)) == count
        return
    with pytest.raises(InvalidInputError):
        read_rows(data, COLUMNS, max_rows=20)


def repacked(data: bytes, part: str, content: bytes) -> bytes:
    """`data` with one part of the package replaced."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w", 8) as new:
        for info in old.infolist():
            if info.filename != part:
                new.writestr(info.filename, old.read(info))
        new.writestr(part, content)
    return target.getvalue()


def moved(data: bytes) -> bytes:
    """`data` with its sheet under another path, where a cell lies far away."""
    rels = "xl/_rels/workbook.xml.rels"
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        pointing = book.read(rels).replace(b"worksheets/sheet1.xml", b"media/picture.png")
    return repacked(repacked(data, rels, pointing), "xl/media/picture.png", _FAR_ROW)


def damaged(data: bytes, at: int) -> bytes:
    """`data` with one byte of it turned over."""
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


SHEET = "xl/worksheets/sheet1.xml"
_HEAD = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
_FOOT = b"</sheetData></worksheet>"
_FAR_ROW = _HEAD + b'<row r="1048576"><c r="A1048576"><v>1</v></c></row>' + _FOOT
_FAR_COLUMN = _HEAD + b'<row r="1"><c r="XFD1"><v>1</v></c></row>' + _FOOT
_DIMENSION = _HEAD.replace(b"<sheetData>", b'<dimension ref="A1:XFD1048576"/><sheetData>') + _FOOT
_HIDDEN = (
    _HEAD + b"<row r='99999999'><c r='A99999999'><v>1</v></c></row>" + _FOOT,
    _HEAD + b'<row r = "9999999"><c r = "A9999999"><v>1</v></c></row>' + _FOOT,
    _HEAD + b'<row r="1"><c r="A999999999"><v>1</v></c></row>' + _FOOT,
    _HEAD + b'<row r="1"><c r="xfd1"><v>1</v></c></row>' + _FOOT,
    _HEAD + b'<row r="1">' + b"<c/>" * 61 + b"</row>" + _FOOT,
    _HEAD + b"<row/>" * 2100 + _FOOT,
    _HEAD.replace(b"<sheetData>", b"<dimension ref='A1:XFD1048576'/><sheetData>") + _FOOT,
)
_BOMB = _HEAD + b" " * (41 * 1024 * 1024) + _FOOT
_GOOD = book(("张三", "1", ""))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04",
        b"not a zip",
        _GOOD[:-40],
        _GOOD[: len(_GOOD) // 2],
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        b"name,id\n1,2\n",
        b"%PDF-1.7",
        b"0" * (5 * 1024 * 1024 + 1),
        repacked(_GOOD, SHEET, _FAR_ROW),
        repacked(_GOOD, SHEET, _FAR_COLUMN),
        repacked(_GOOD, SHEET, _DIMENSION),
        repacked(_GOOD, SHEET, _BOMB),
        repacked(_GOOD, SHEET, b"<worksheet"),
        repacked(_GOOD, SHEET, b""),
        repacked(_GOOD, "xl/workbook.xml", b"<x/>"),
        repacked(_GOOD, SHEET, b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + _HEAD + _FOOT),
    ],
    ids=lambda data: f"{len(data)} bytes",
)
def test_what_is_no_usable_sheet_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(InvalidInputError):
        read_rows(data, COLUMNS)


@pytest.mark.parametrize("sheet", _HIDDEN, ids=lambda sheet: str(sheet[100:150]))
def test_a_cell_far_away_is_seen_however_it_is_written(sheet: bytes) -> None:
    """Refused before it is parsed: the parser would end the whole process for want of memory."""
    with pytest.raises(InvalidInputError):
        _check_package(repacked(_GOOD, SHEET, sheet), 2000)


def test_a_sheet_under_another_name_is_looked_at_too() -> None:
    with pytest.raises(InvalidInputError):
        _check_package(moved(_GOOD), 2000)


@pytest.mark.parametrize("part", ["content.xml", "xl/workbook.bin", "XL/Workbook.bin"])
def test_a_book_of_two_formats_is_none(part: str) -> None:
    with pytest.raises(InvalidInputError):
        read_rows(repacked(_GOOD, part, b"<x/>"), COLUMNS)


def test_any_damaged_byte_is_refused_in_words_or_does_no_harm() -> None:
    """Every byte of the package turned over once: streams, directory, names, sizes."""
    refused = 0
    for at in range(len(_GOOD)):
        try:
            read_rows(damaged(_GOOD, at), COLUMNS)
        except InvalidInputError:
            refused += 1

    assert refused > len(_GOOD) // 2


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "None"),
        (True, "是"),
        (4.0, "4"),
        (3.5, "3.5"),
        (date(2022, 6, 20), "2022-06-20"),
        (datetime.fromisoformat("2022-06-20"), "2022-06-20"),
        (datetime.fromisoformat("2022-06-20T09:05"), "2022-06-20 09:05"),
        (time(9), "09:00"),
        (timedelta(hours=9, minutes=30), "09:30"),
        (" a\x00b ", "ab"),
    ],
)
def test_cells_are_told_as_people_type_them(value: object, text: str) -> None:
    assert cell_text(value) == text


def test_a_table_is_read_cell_for_cell_with_lost_digits_shown_as_lost() -> None:
    data = book(("张三", 370811198502141234, ""), ("", "", ""), ("李四", 4.5, "=1+1"))

    assert read_table(data) == [
        ["参训名单", "", ""],
        ["红色为必填", "", ""],
        ["姓名", "证件号码", "备注"],
        ["张三", "3.70811198502141E+17", ""],
        ["", "", ""],
        ["李四", "4.5", "=1+1"],
    ]


def test_a_table_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidInputError):
        read_table(b"PK\x03\x04 nothing")
