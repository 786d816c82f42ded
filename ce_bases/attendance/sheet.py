"""The sign-in sheet of one session as plain data — rules §5."""

from collections.abc import Sequence
from datetime import datetime, time

from ce_bases.attendance.fold import rule_of, timing_of
from ce_bases.attendance.register import RegisterRow
from ce_bases.core.clock import local
from ce_bases.documents.fonts import missing_glyphs
from ce_bases.documents.shapes import SheetRow, SignInSheet
from ce_bases.plans.queries import SessionInForce
from ce_bases.policy.attendance import needs_sign_out

_WEEKDAYS = "一二三四五六日"
MORNING_ENDS, AFTERNOON_ENDS = time(12), time(18)


def half_day(starts_at: time) -> str:
    """上午, 下午 or 晚上, by when a session starts."""
    if starts_at < MORNING_ENDS:
        return "上午"
    return "下午" if starts_at < AFTERNOON_ENDS else "晚上"


def sheet_of(
    held: SessionInForce,
    rows: Sequence[RegisterRow],
    *,
    session_url: str,
    now: datetime,
    font_path: str = "",
) -> SignInSheet:
    """The sheet with what is recorded so far; before the session its counts stay open.

    Printed documents are in Chinese whatever the reader's language: they are filed as such.
    """
    entry, revision, plan = held.entry, held.revision, held.plan
    timing = timing_of(held)
    present = sum(row.signed_in_at is not None for row in rows)
    is_over = now > timing.ends_at
    day = entry.held_on
    return SignInSheet(
        title=revision.title,
        filing_number=plan.filing_number or "",
        organiser=plan.organiser.name,
        date_text=f"{day.year}年{day.month}月{day.day}日 星期{_WEEKDAYS[day.weekday()]}",
        half_day=half_day(entry.starts_at),
        time_text=f"{entry.starts_at:%H:%M}–{entry.ends_at:%H:%M}",
        topic=entry.topic,
        lecturer=" ".join(filter(None, (entry.lecturer_name, entry.lecturer_title))),
        venue=" ".join(filter(None, (entry.venue_name, entry.venue_address))),
        session_url=session_url,
        rows=tuple(_line(row, missing_glyphs(row.name, configured=font_path)) for row in rows),
        expected=len(rows),
        present=present if is_over else None,
        absent=len(rows) - present if is_over else None,
        sign_out=needs_sign_out(timing, rule_of(held)),
    )


def names_to_write(rows: Sequence[RegisterRow], *, font_path: str = "") -> list[str]:
    """Names with a character the font lacks: their place is left open for a pen."""
    return [row.name for row in rows if missing_glyphs(row.name, configured=font_path)]


def _line(row: RegisterRow, missing: str) -> SheetRow:
    marks = (("补签", row.by_hand), ("窗口外", row.off_hours), ("姓名待手写", bool(missing)))
    return SheetRow(
        name="".join("＿" if c in missing else c for c in row.name),
        unit=row.unit_name,
        post=row.post,
        id_last4=row.last4,
        signed_in=_clock(row.signed_in_at),
        signed_out=_clock(row.signed_out_at),
        remarks="、".join(word for word, holds in marks if holds),
    )


def _clock(moment: datetime | None) -> str:
    return f"{local(moment):%H:%M}" if moment else ""
