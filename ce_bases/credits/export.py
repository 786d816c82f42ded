"""A person's year to take away: every line, live or taken back, as JSON, workbook and PDF."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ce_bases.core.spreadsheets import Column, Sheet, write_book
from ce_bases.credits.explain import KIND_LABELS, hours_text
from ce_bases.credits.year_page import YearPage
from ce_bases.documents.render import render_pdf
from ce_bases.documents.texts import clipped
from ce_bases.web.filters import format_moment_exact
from ce_bases.web.i18n import gettext as _
from ce_bases.web.i18n import say


def year_data(page: YearPage, name: str, *, now: datetime) -> dict[str, Any]:
    """The year as plain values; hours as numbers, the newest line first."""
    result, need = page.result, page.policy.requirement
    return {
        "name": name,
        "year": page.year,
        "exported_at": now.isoformat(),
        "required": {
            "public": need.public_halves / 2,
            "professional": need.professional_halves / 2,
            "all": need.total_halves / 2,
        },
        "credited": {
            "public": result.public_halves / 2,
            "professional": result.professional_halves / 2,
            "all": result.total_halves / 2,
        },
        "complete": result.is_complete,
        "lines": _lines(page),
        "reversed": [
            {
                "title": row.title,
                "date": row.held_on.isoformat(),
                "hours": row.halves / 2,
                "reversed_at": row.posted_at.isoformat(),
                "reason": row.reason,
            }
            for row in page.reversals
        ],
    }


def _lines(page: YearPage) -> list[dict[str, Any]]:
    entries = {e.id: e for e in page.result.entries}
    told = []
    for item in page.lines:
        line, entry = item.line, entries[f"{item.line.source}#{item.line.version}"]
        told.append(
            {
                "id": line.source,
                "version": line.version,
                "title": line.title,
                "kind": line.kind.value,
                "date": line.held_on.isoformat(),
                "until": line.until_on.isoformat() if line.until_on else None,
                "starts_at": f"{line.starts_at:%H:%M}",
                "filing_number": page.plans.get(line.plan_id) if line.plan_id else None,
                "clause": item.clause.ref,
                "claimed": _by_subject(entry.claimed),
                "credited": _by_subject(entry.credited),
                "limits": list(entry.limits),
                "explanation": [say(item.sentence), *map(say, item.cuts)],
            }
        )
    return told


def _by_subject(halves: Any) -> dict[str, float]:
    return {"public": halves.public / 2, "professional": halves.professional / 2}


def _headings() -> list[tuple[str, int]]:
    return [
        (_("日期"), 12),
        (_("内容"), 40),
        (_("类别"), 18),
        (_("申报"), 8),
        (_("计入公需"), 10),
        (_("计入专业"), 10),
        (_("依据"), 12),
        (_("说明"), 60),
    ]


def _rows(page: YearPage, data: dict[str, Any]) -> list[tuple[str | float, ...]]:
    return [
        (
            told["date"] + (f"–{told['until']}" if told["until"] else ""),
            told["title"],
            say(KIND_LABELS[item.line.kind]),
            sum(told["claimed"].values()),
            told["credited"]["public"],
            told["credited"]["professional"],
            told["clause"],
            " ".join(told["explanation"]),
        )
        for item, told in zip(page.lines, data["lines"], strict=True)
    ]


def year_workbook(page: YearPage, name: str, *, now: datetime) -> bytes:
    """One sheet of live lines, one of what was taken back."""
    data = year_data(page, name, now=now)
    columns = [Column(str(n), words, width) for n, (words, width) in enumerate(_headings())]
    taken = [
        Column(str(n), words, width)
        for n, (words, width) in enumerate(
            [
                (_("日期"), 12),
                (_("内容"), 40),
                (_("原记学时"), 10),
                (_("更正时间"), 24),
                (_("理由"), 50),
            ]
        )
    ]
    sheets = [
        Sheet(str(page.year), columns, _rows(page, data), title=_summary(page, name)),
        Sheet(
            _("更正记录"),
            taken,
            [
                (e["date"], e["title"], e["hours"], e["reversed_at"], e["reason"])
                for e in data["reversed"]
            ],
        ),
    ]
    return write_book(sheets)


def _summary(page: YearPage, name: str) -> str:
    result = page.result
    summary: str = _(
        "%(name)s %(year)s 年：公需 %(public)s 学时，专业 %(professional)s 学时，合计 %(all)s 学时",
        name=name,
        year=page.year,
        public=hours_text(result.public_halves),
        professional=hours_text(result.professional_halves),
        all=hours_text(result.total_halves),
    )
    return summary


def year_pdf(page: YearPage, name: str, *, now: datetime, font_path: str = "") -> bytes:
    """The same list to print."""
    data = year_data(page, name, now=now)
    rows: Sequence[tuple[str | float, ...]] = _rows(page, data)
    told = {
        "heading": _("%(year)s 年继续教育学时清单", year=page.year),
        "plan_title": name,
        "summary": _summary(page, name),
        "columns": [words for words, _width in _headings()],
        "rows": [[clipped(_written(value), 300) for value in row] for row in rows],
        "taken_heading": _("更正记录"),
        "taken": [
            _(
                "%(at)s：“%(title)s”原记 %(hours)s 学时。理由：%(reason)s",
                at=format_moment_exact(row.posted_at),
                title=row.title,
                hours=hours_text(row.halves),
                reason=row.reason,
            )
            for row in page.reversals
        ],
    }
    return render_pdf("year_record.typ", told, produced_at=now, font_path=font_path)


def _written(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:g}"
