"""A unit's people as a workbook."""

import re
from collections.abc import Iterable
from datetime import date
from io import BytesIO
from typing import Any

import xlsxwriter

from ce_bases.web.i18n import gettext as _

# What XML cannot hold; names typed long ago may still carry it.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_WIDTHS = (12, 16, 10, 10, 10, 10, 10, 12)


def staff_sheet(rows: Iterable[Any], year: int, *, on: date) -> bytes:
    """The rows of `staff.staff` as an xlsx file; texts are typed as texts, never as formulas."""
    target = BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet(str(year))
    bold, hours = book.add_format({"bold": True}), book.add_format({"num_format": "0.0"})
    for column, (title, width) in enumerate(zip(_titles(), _WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, title, bold)
    for number, row in enumerate(rows, start=1):
        for column, text in enumerate((row.name, row.post, row.id_last4)):
            sheet.write_string(number, column, _CONTROL.sub("", text))
        total = row.public + row.professional
        for column, halves in enumerate((row.public, row.professional, total, row.missing), 3):
            sheet.write_number(number, column, halves / 2, hours)
        sheet.write_string(number, 7, _("已完成") if row.is_complete else _("未完成"))
    sheet.freeze_panes(1, 1)
    sheet.set_footer(f"&L{year}&R{on.isoformat()}")
    book.close()
    return target.getvalue()


def _titles() -> tuple[str, ...]:
    return (
        _("姓名"),
        _("职务（岗位）"),
        _("身份证后四位"),
        _("公需学时"),
        _("专业学时"),
        _("合计学时"),
        _("还差学时"),
        _("是否完成"),
    )
