"""What officers keep for their desk, and who is away from it."""

from datetime import timedelta

from sqlalchemy.orm import Session

from ce_bases.bureaus import standing_in
from ce_bases.bureaus.standing_in import Days
from ce_bases.core.actors import Actor
from ce_bases.demo.setting import Setting
from ce_bases.oversight import reasons

OWN_REASONS = (
    "请补充收费依据的文号，写在备注里。",
    "授课人的职称请写全称，如“正高级工程师”。",
    "公需科目的课题请与省厅当年公布的专题一致。",
)


def keep_reasons(session: Session, setting: Setting, officer: Actor) -> None:
    """Through the real service; the last one is rested."""
    for text in OWN_REASONS:
        reason = reasons.add_reason(session, text, actor=officer, now=setting.now)
    reasons.use_or_rest(session, reason, is_active=False, actor=officer, now=setting.now)


def go_on_leave(session: Session, setting: Setting, officers: list[Actor]) -> None:
    """Have the second officer take a week off from today; the first one stands in."""
    colleague, absent, *_others = officers
    days = Days(setting.today, setting.today + timedelta(days=6))
    standing_in.hand_over(session, colleague.account_id, days, actor=absent, now=setting.now)
