"""What the city bureau's officers keep for their desk."""

from sqlalchemy.orm import Session

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
