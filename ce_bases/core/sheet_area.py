"""How far the cells of a worksheet reach, read from its XML before anything makes room for them.

A reader of spreadsheets allots the whole rectangle between the first cell and the last, so one
cell that says it is the ten-millionth row would take the process's memory, and the process.
"""

import re
from xml.parsers import expat

_CELL = re.compile(r"([A-Za-z]{1,3})([1-9][0-9]{0,6})")
_ROW = re.compile(r"[1-9][0-9]{0,6}")


class TooFarError(Exception):
    """A cell lies outside; `row` and `column` count from 1."""

    def __init__(self, row: int, column: int) -> None:
        self.row, self.column = row, column
        super().__init__(row, column)


def check_area(content: bytes, *, most_rows: int, most_columns: int) -> None:
    """Raise TooFarError at the first cell outside, ValueError when it is no worksheet's XML.

    An XML parser looks, as the reader does: quotes, blanks and prefixes hide nothing from it.
    """
    area = _Area(most_rows, most_columns)
    parser = expat.ParserCreate()
    parser.StartElementHandler = area.begin
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise ValueError(str(error)) from error


def _refuse_doctype(*_said: object) -> None:
    raise ValueError("a worksheet has no document type")


class _Area:
    """Where the parser stands; cells and rows without an address follow the one before."""

    def __init__(self, most_rows: int, most_columns: int) -> None:
        self.most_rows, self.most_columns = most_rows, most_columns
        self.row = self.column = 0

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        match name.rpartition(":")[2]:
            case "dimension":
                for corner in attributes.get("ref", "A1").split(":"):
                    self._reach(*_place(corner))
            case "row":
                said = attributes.get("r")
                self.row, self.column = (self.row + 1 if said is None else _number(said)), 0
                self._reach(self.row, 1)
            case "c":
                said = attributes.get("r")
                row, column = (self.row, self.column + 1) if said is None else _place(said)
                self.column = column
                self._reach(row, column)

    def _reach(self, row: int, column: int) -> None:
        if row > self.most_rows or column > self.most_columns:
            raise TooFarError(row, column)


def _number(text: str) -> int:
    if not _ROW.fullmatch(text):
        raise ValueError(f"no row: {text[:20]!r}")
    return int(text)


def _place(text: str) -> tuple[int, int]:
    found = _CELL.fullmatch(text)
    if found is None:
        raise ValueError(f"no cell: {text[:20]!r}")
    column = 0
    for letter in found[1].upper():
        column = column * 26 + ord(letter) - 64
    return int(found[2]), column
