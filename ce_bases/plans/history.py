"""What happened to a plan, in words, from the audit record."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ce_bases.audit.models import AuditEntry
from ce_bases.core.text import Text, msg
from ce_bases.plans.moves import action_label

FIELD_LABELS: dict[str, Text] = {
    "title": msg("培训班名称"),
    "subject": msg("科目"),
    "series": msg("专业系列"),
    "form": msg("培训形式"),
    "reach": msg("面向范围"),
    "audience": msg("培训对象"),
    "planned_number": msg("计划人数"),
    "live_address": msg("学习或直播地址"),
    "aims": msg("培训目标"),
    "outline": msg("主要内容"),
    "assessment": msg("考核方式"),
    "fee_cents": msg("收费（每人）"),
    "fee_item": msg("收费项目"),
    "fee_basis": msg("收费依据"),
    "contact_name": msg("联系人"),
    "contact_phone": msg("联系电话"),
    "enrol_how": msg("报名方式"),
    "enrol_closes_at": msg("报名截止"),
    "remarks": msg("备注"),
    "sessions": msg("课程安排"),
    "materials": msg("附件"),
}
#: An organiser's own work on a text.
_DRAFTING = (
    *("plan_draft", "plan_save", "plan_amend", "plan_drop_change"),
    *("plan_attach", "plan_detach"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One act: when, who of which organisation, what, why, and which fields changed."""

    at: datetime
    who: str
    organisation: str
    what: Text
    reason: str
    changed: tuple[Text, ...]


def told(entries: Iterable[AuditEntry]) -> list[Line]:
    """The acts on a plan as lines to read, newest first."""
    return [_line(entry) for entry in entries][::-1]


def without_drafting(entries: Iterable[AuditEntry]) -> list[AuditEntry]:
    """The acts a bureau may read: an organiser's work on a draft is its own."""
    return [entry for entry in entries if entry.action not in _DRAFTING]


def _line(entry: AuditEntry) -> Line:
    names = entry.after if entry.action == "plan_save" else {}
    return Line(
        at=entry.at,
        who=entry.actor_name,
        organisation=entry.organisation,
        what=action_label(entry.action),
        reason=entry.reason,
        changed=tuple(FIELD_LABELS[name] for name in FIELD_LABELS if name in names),
    )
