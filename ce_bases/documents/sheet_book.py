"""Sign-in sheets as a workbook: one sheet a session, the head repeated on every printed page."""

import re
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import xlsxwriter

from ce_bases.documents.shapes import SheetRow, SignInSheet
from ce_bases.documents.texts import tidied, without_numbers

_NOT_IN_TAB = re.compile(r"[\[\]:*?/\\']")
_COLUMNS = (("序号", 6), ("姓名", 14), ("单位", 30), ("职务/职称", 16), ("身份证后四位", 8))
_BLANK_HEIGHT = 24


def sign_in_book(sheets: Sequence[SignInSheet]) -> bytes:
    """One workbook with every sheet of `sheets`; every cell is text, never a formula."""
    if not sheets:
        raise ValueError("no sheet to write")
    target = BytesIO()
    # Row after row, so that 2,000 names take no more memory than one.
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(target, options)
    formats = {
        "title": book.add_format({"bold": True, "font_size": 16, "align": "center"}),
        "head": book.add_format({"bold": True, "border": 1, "align": "center", "text_wrap": True}),
        "cell": book.add_format({"border": 1, "text_wrap": True, "valign": "vcenter"}),
        "plain": book.add_format(),
    }
    for number, sheet in enumerate(sheets, start=1):
        _write(book.add_worksheet(_tab(sheet, number)), sheet, formats)
    book.close()
    return target.getvalue()


def _tab(sheet: SignInSheet, number: int) -> str:
    name = _NOT_IN_TAB.sub("", f"{number} {sheet.date_text.split(' ')[0]}{sheet.half_day}")
    return name[:31]


def _columns(sheet: SignInSheet) -> list[tuple[str, int]]:
    signs = [("签到签名", 16), ("签到时间", 10)]
    if sheet.sign_out:
        signs += [("签退签名", 16), ("签退时间", 10)]
    return [*_COLUMNS, *signs, ("备注", 14)]


def _write(page: Any, sheet: SignInSheet, formats: dict[str, Any]) -> None:
    columns = _columns(sheet)
    for place, (_, width) in enumerate(columns):
        page.set_column(place, place, width)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.set_footer("&L班主任（签字）：            办班单位（盖章）：&R第 &P 页 / 共 &N 页")
    top = _write_head(page, sheet, columns, formats)
    page.repeat_rows(0, top)
    page.freeze_panes(top + 1, 2)
    rows = [*sheet.rows, *(SheetRow("") for _ in range(sheet.blank_lines))]
    for number, row in enumerate(rows, start=1):
        page.set_row(top + number, _BLANK_HEIGHT)
        for place, text in enumerate(_cells(sheet, number, row)):
            page.write_string(top + number, place, text, formats["cell"])


def _write_head(
    page: Any, sheet: SignInSheet, columns: Sequence[tuple[str, int]], formats: dict[str, Any]
) -> int:
    """Title and facts; the number of the row with the columns' names."""
    page.write_string(0, 0, _clean(f"培训签到表 {sheet.title}"), formats["title"])
    facts = (
        f"备案号：{sheet.filing_number} 办班单位：{sheet.organiser}",
        f"日期：{sheet.date_text} {sheet.half_day} {sheet.time_text} 地点：{sheet.venue}",
        f"课题：{sheet.topic} 授课人：{sheet.lecturer}",
        f"应到：{sheet.expected} 人 实到：{_count(sheet.present)} 未到：{_count(sheet.absent)}",
    )
    for line, text in enumerate(facts, start=1):
        page.write_string(line, 0, _clean(text), formats["plain"])
    top = len(facts) + 1
    for place, (name, _) in enumerate(columns):
        page.write_string(top, place, name, formats["head"])
    return top


def _count(known: int | None) -> str:
    return "____ 人" if known is None else f"{known} 人"


def _cells(sheet: SignInSheet, number: int, row: SheetRow) -> list[str]:
    signs = ["", row.signed_in, *(("", row.signed_out) if sheet.sign_out else ())]
    texts = [str(number), row.name, row.unit, row.post, row.id_last4, *signs, row.remarks]
    return [_clean(text) for text in texts]


def _clean(text: str) -> str:
    return str(tidied(without_numbers(text)))
