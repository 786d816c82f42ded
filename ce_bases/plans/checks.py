"""What must hold before a plan can be submitted — rules §3 and §4. Problems name form fields."""

from collections.abc import Iterable, Mapping

from sqlalchemy.orm import Session

from ce_bases.core.clock import business_date
from ce_bases.core.text import Text, msg
from ce_bases.organisers.models import Organiser
from ce_bases.plans.conflicts import own_conflicts
from ce_bases.plans.details import MOST_A_SESSION, SessionDetails
from ce_bases.plans.models import Form, PlanRevision, TimetableEntry
from ce_bases.policy import schedule, scope
from ce_bases.policy.shapes import YearPolicy

Problems = dict[str, Text]

REQUIRED: Mapping[str, Text] = {
    "title": msg("请填写培训班名称。"),
    "subject": msg("请选择公需科目或专业科目。"),
    "form": msg("请选择培训形式。"),
    "reach": msg("请选择面向范围。"),
    "audience": msg("请填写培训对象。"),
    "planned_number": msg("请填写计划人数。"),
    "aims": msg("请填写培训目标。"),
    "outline": msg("请填写主要内容。"),
    "assessment": msg("请填写考核方式。"),
    "contact_name": msg("请填写联系人。"),
    "contact_phone": msg("请填写联系电话。"),
}
ONLINE_FORMS = frozenset({Form.DISTANCE, Form.LIVE})


def slot_of(entry: TimetableEntry, key: str) -> schedule.Slot:
    """A timetable row as the rules see it."""
    return schedule.Slot(
        key,
        entry.held_on,
        entry.starts_at,
        entry.ends_at,
        entry.break_minutes,
        entry.halves,
        str(entry.venue_id or ""),
    )


def problems_of(
    session: Session, revision: PlanRevision, organiser: Organiser, policy: YearPolicy
) -> Problems:
    """Everything that keeps `revision` from being submitted, by field; empty when nothing does.

    The filing window and other plans are not looked at here: they are judged under the lock, by
    `submission`.
    """
    return {
        **_missing(revision),
        **_scope_problems(revision, organiser),
        **_fee_problems(revision),
        **timetable_problems(revision.entries, policy),
        **_place_problems(revision),
        **own_conflicts(session, revision, policy),
    }


def impossible_rows(rows: Iterable[SessionDetails]) -> Problems:
    """Rows whose times or hours contradict themselves, by field; these cannot even be kept."""
    found: Problems = {}
    for index, row in enumerate(rows):
        slot = row.slot(str(index))
        if row.ends_at <= row.starts_at:
            found[f"sessions-{index}-ends_at"] = msg("结束时间应晚于开始时间。")
        elif slot.most_halves == 0 and row.break_minutes:
            found[f"sessions-{index}-break_minutes"] = msg("扣除休息后没有上课时间了。")
        elif row.halves > slot.most_halves:
            found[f"sessions-{index}-halves"] = too_many_hours(slot.most_halves)
        elif row.halves > MOST_A_SESSION:
            found[f"sessions-{index}-halves"] = msg("一个课次最多 8 学时，请拆成几个课次。")
    return found


def too_many_hours(most: int) -> Text:
    return msg("这段时间最多 %(most)s 学时（每学时 45 分钟，扣除休息）。", most=hours_text(most))


def _missing(revision: PlanRevision) -> Problems:
    found = {
        name: problem for name, problem in REQUIRED.items() if getattr(revision, name) in (None, "")
    }
    if revision.form in ONLINE_FORMS and not revision.live_address:
        found["live_address"] = msg("远程和直播培训请填写学习或直播地址。")
    if revision.form is Form.LECTURE and revision.subject not in (None, "public"):
        found["subject"] = msg("公益课堂属于公需科目。")
    if not revision.entries:
        found["sessions"] = msg("请至少安排一个课次。")
    opens_on = revision.opens_on
    closes = revision.enrol_closes_at
    if closes and revision.closes_on and business_date(closes) > revision.closes_on:
        found["enrol_closes_at"] = msg("报名截止时间不能晚于培训结束。")
    if opens_on is None and revision.entries:
        found["sessions"] = msg("请填写课次日期。")
    return found


def _scope_problems(revision: PlanRevision, organiser: Organiser) -> Problems:
    if revision.reach is None or scope.may_address(organiser.kind, organiser.level, revision.reach):
        return {}
    return {
        "reach": msg(
            "面向范围超出了规定：县级单位面向本县，"
            "行业主管部门面向本行业、本单位、本区域，"
            "市级以上基地方可面向全市（二(二)3）。"
        )
    }


def _fee_problems(revision: PlanRevision) -> Problems:
    if not revision.fee_cents:
        return {}
    wanted = {
        "fee_item": msg("收费的，请填写收费项目。"),
        "fee_basis": msg("收费的，请填写收费依据。"),
    }
    return {name: problem for name, problem in wanted.items() if not getattr(revision, name)}


def timetable_problems(entries: list[TimetableEntry], policy: YearPolicy) -> Problems:
    """Hours that do not fit their minutes, sessions that overlap, days over the limit."""
    slots = [slot_of(entry, str(index)) for index, entry in enumerate(entries)]
    found: Problems = {}
    for slot in slots:
        if slot.halves == 0:
            found[f"sessions-{slot.key}-halves"] = msg("请填写学时。")
        elif slot.halves > slot.most_halves:
            found[f"sessions-{slot.key}-halves"] = too_many_hours(slot.most_halves)
    for first, second in schedule.clashes(slots):
        found[f"sessions-{second}-starts_at"] = msg("与第 %(n)d 个课次时间重叠。", n=int(first) + 1)
    for day, halves in schedule.crowded_days(slots, policy).items():
        last = max(i for i, entry in enumerate(entries) if entry.held_on == day)
        found[f"sessions-{last}-halves"] = msg(
            "%(day)s 共 %(hours)s 学时，超过每天 8 学时（%(clause)s）。",
            day=day,
            hours=hours_text(halves),
            clause=policy.day_pool.clause.ref,
        )
    return found


def _place_problems(revision: PlanRevision) -> Problems:
    """Every session has a lecturer, and a place unless it is held online."""
    found: Problems = {}
    is_streamed = revision.form is Form.LECTURE and revision.live_address != ""
    needs_room = revision.form not in ONLINE_FORMS and not is_streamed
    for index, entry in enumerate(revision.entries):
        found.update(_row_gaps(entry, index, needs_room=needs_room))
    return found


def _row_gaps(entry: TimetableEntry, index: int, *, needs_room: bool) -> Problems:
    gaps = {
        "topic": (not entry.topic, msg("请填写课题。")),
        "lecturer_id": (not entry.lecturer_name, msg("请选择或填写授课人。")),
        "lecturer_unit": (
            bool(entry.lecturer_name) and not entry.lecturer_unit,
            msg("请填写授课人单位。"),
        ),
        "lecturer_title": (
            bool(entry.lecturer_name) and not entry.lecturer_title,
            msg("请填写授课人职称。"),
        ),
        "venue_id": (needs_room and not entry.venue_name, msg("请选择或填写培训地点。")),
        "venue_address": (
            bool(entry.venue_name) and not entry.venue_address,
            msg("请填写培训地点的地址。"),
        ),
    }
    return {f"sessions-{index}-{name}": text for name, (is_open, text) in gaps.items() if is_open}


def hours_text(halves: int) -> str:
    """Half-hours in words: 13 → 6.5."""
    return f"{halves // 2}{'.5' if halves % 2 else ''}"
