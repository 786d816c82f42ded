"""Rosters as workbooks: the list to take away, the template, and a filled-in one read back."""

import csv
import io
from collections.abc import Iterable
from datetime import date

from ce_bases.core.clock import local
from ce_bases.core.spreadsheets import Column, Sheet, read_table, write_book
from ce_bases.enrolment.models import PLACE_LABELS, VIA_LABELS, Enrolment
from ce_bases.enrolment.parsing import MAX_ROWS
from ce_bases.web.i18n import gettext as _
from ce_bases.web.i18n import say

#: The headings `parsing` knows, in its own order; the same in every language.
TEMPLATE = (
    Column("name", "姓名", 14),
    Column("number", "身份证号", 24),
    Column("unit_name", "工作单位", 32),
    Column("post", "职务职称", 18),
)


def roster_book(seated: Iterable[Enrolment], waiting: Iterable[Enrolment], title: str) -> bytes:
    """Everybody with a seat, then who waits, in order. No ID number: the last four as text."""
    columns = (
        Column("number", _("序号"), 8),
        Column("name", _("姓名"), 14),
        Column("unit", _("工作单位"), 32),
        Column("post", _("职务职称"), 18),
        Column("last4", _("证件末四位"), 12),
        Column("place", _("名额"), 12),
        Column("via", _("报名方式"), 16),
        Column("since", _("录入时间"), 18),
    )
    rows = [_row(n, place) for n, place in enumerate([*seated, *waiting], start=1)]
    return write_book([Sheet(_("学员名单"), columns, rows, title=title)])


def _row(number: int, place: Enrolment) -> tuple[str | int, ...]:
    since = local(place.waiting_since or place.created_at)
    return (
        number,
        place.person.name,
        place.unit_name,
        place.post or place.person.post,
        place.person.id_last4,
        say(PLACE_LABELS[place.place]),
        say(VIA_LABELS[place.via]),
        f"{since:%Y-%m-%d %H:%M}",
    )


def template_book() -> bytes:
    """An empty roster to fill in; the ID column is typed as text, so that no digit is lost."""
    return write_book([Sheet("学员名单", TEMPLATE, ())])


def table_text(data: bytes) -> str:
    """A workbook's first sheet as the text a clerk would have pasted, row for row.

    InvalidInputError, in words for the person, when it is no workbook or too large.
    """
    target = io.StringIO()
    writer = csv.writer(target, delimiter="\t", lineterminator="\n")
    for row in read_table(data, max_rows=MAX_ROWS):
        writer.writerow([" ".join(cell.split()) for cell in row])
    return target.getvalue().rstrip("\n")


def book_name(filing_number: str | None, plan_id: int, on: date) -> str:
    """What a downloaded roster is called."""
    return f"roster-{filing_number or plan_id}-{on.isoformat()}.xlsx"
