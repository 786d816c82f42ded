"""The sign-in sheet (签到表) — rules §5."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from ce_bases.documents.apart import render_pdf_apart
from ce_bases.documents.qr import qr_svg
from ce_bases.documents.render import render_pdf
from ce_bases.documents.shapes import SheetRow, SignInSheet
from ce_bases.documents.texts import clipped, without_numbers

TEMPLATE = "sign_in_sheet.typ"
# The head stands on every page and a line never breaks: neither may grow over the paper.
#: From so many names on a sheet is set in a process of its own.
APART_FROM = 300
_IN_HEAD, _IN_LINE, _IN_REMARKS = 120, 60, 30


def sign_in_sheet_pdf(
    sheets: Sequence[SignInSheet], *, produced_at: datetime, font_path: str = ""
) -> bytes:
    """One PDF with every sheet of `sheets`, each from a new page and with a bookmark."""
    data = sign_in_sheet_data(sheets)
    is_large = sum(len(sheet.rows) for sheet in sheets) > APART_FROM
    render = render_pdf_apart if is_large else render_pdf
    return render(TEMPLATE, data, produced_at=produced_at, font_path=font_path)


def sign_in_sheet_data(sheets: Sequence[SignInSheet]) -> dict[str, Any]:
    """What the template is given, as plain values."""
    if not sheets:
        raise ValueError("no sheet to print")
    return {"sheets": [_sheet(sheet) for sheet in sheets]}


def _sheet(sheet: SignInSheet) -> dict[str, Any]:
    head = {
        name: clipped(value, _IN_HEAD) if isinstance(value, str) else value
        for name, value in asdict(sheet).items()
    }
    code = qr_svg(sheet.session_url) if sheet.session_url else ""
    return {**head, "rows": [_line(row) for row in sheet.rows], "qr": code}


def _line(row: SheetRow) -> dict[str, str]:
    told = {name: clipped(without_numbers(text), _IN_LINE) for name, text in asdict(row).items()}
    return {**told, "remarks": clipped(told["remarks"], _IN_REMARKS)}
