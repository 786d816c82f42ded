"""Objections of the demo: one that waits, one that a base has passed on, one to a claim's hours."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.core.actors import Actor, Role
from ce_bases.credits import objections
from ce_bases.credits.models import LedgerLine, Origin
from ce_bases.demo.listed import UNIT
from ce_bases.demo.paperwork import Papers
from ce_bases.demo.setting import Setting
from ce_bases.people.models import Person

REASONS = (
    "当天下午的课也参加了，签退时二维码没有刷出来，请核对签到记录。",
    "这次课实际上到 17:00，应比记入的多 1 学时。",
)
OF_CLAIM = "获奖证书写明是区级一等奖，按通知可以选计公需科目，请复核计入的科目。"
SUPPORT = "经核对现场签到表，该学员全程参加，系扫码设备故障漏记，请予更正。"


def raise_objections(
    session: Session, setting: Setting, learner: Person, papers: list[Papers]
) -> None:
    """The listed professional objects to the last lines, each the day after it was posted."""
    assert learner.account_id is not None
    actor = Actor(learner.account_id, Role.PROFESSIONAL, learner.name, UNIT, person_id=learner.id)
    clerks = {each.plan.id: each.clerk for each in papers}
    lines = session.scalars(
        select(LedgerLine)
        .where(LedgerLine.person_id == learner.id, LedgerLine.plan_id.is_not(None))
        .order_by(LedgerLine.posted_at.desc(), LedgerLine.id.desc())
        .limit(len(REASONS))
    ).all()
    for line, reason in zip(lines, REASONS, strict=False):
        # The day after the class was confirmed: in time, and it waits since.
        at = min(line.posted_at + timedelta(days=1), setting.now)
        made = objections.raise_objection(session, line.id, reason, actor=actor, now=at)
        if reason is REASONS[1]:
            assert made.plan_id is not None
            clerk = clerks[made.plan_id]
            objections.answer(session, made, SUPPORT, supports=True, actor=clerk, now=at)
    claimed = session.scalars(
        select(LedgerLine)
        .where(LedgerLine.person_id == learner.id, LedgerLine.origin == Origin.CLAIM)
        .order_by(LedgerLine.posted_at.desc(), LedgerLine.id.desc())
        .limit(1)
    ).one()
    at = min(claimed.posted_at + timedelta(days=1), setting.now)
    objections.raise_objection(session, claimed.id, OF_CLAIM, actor=actor, now=at)
