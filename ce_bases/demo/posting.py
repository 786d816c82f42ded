"""Confirmed classes: their lines in the ledger, a few corrections, and everybody's year."""

from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ce_bases.audit.service import Act
from ce_bases.core.actors import Actor
from ce_bases.credits import ledger, queries
from ce_bases.credits.models import Confirmation, LedgerLine
from ce_bases.credits.records import recompute_records
from ce_bases.demo.book import look_anew
from ce_bases.demo.paperwork import Papers
from ce_bases.demo.setting import Setting
from ce_bases.policy.registry import policy_for

REVERSAL_REASON = "经核查，该课次签到为他人代签，受理部门异议成立，予以冲销。"


def post_hours(
    session: Session,
    setting: Setting,
    all_papers: list[Papers],
    officers: Mapping[str, list[Actor]],
) -> None:
    """Post what was confirmed, in the order of time, and store every year record."""
    confirmed = [papers for papers in all_papers if papers.spec.life.confirmed_at]
    confirmed.sort(key=lambda papers: papers.spec.life.confirmed_at or setting.now)
    for papers in confirmed:
        _confirm(session, setting, papers)
    _uphold_objections(session, setting, confirmed, officers)
    look_anew(session)
    keys = session.execute(select(LedgerLine.person_id, LedgerLine.year).distinct())
    recompute_records(session, [(row[0], row[1]) for row in keys], now=setting.now)


def _confirm(session: Session, setting: Setting, papers: Papers) -> None:
    plan, at = papers.plan, papers.spec.life.confirmed_at
    assert at is not None
    posted = 0
    if not papers.spec.life.is_held_back:
        years = {entry.held_on.year for entry in papers.revision.entries}
        for year in sorted(years):
            lines = ledger.attended_lines(plan, year, policy_for(year), actor=papers.clerk, now=at)
            posted += ledger.post_lines(session, lines)
    confirmation = Confirmation(
        plan_id=plan.id,
        confirmed_at=at,
        confirmed_by=papers.clerk.account_id,
        expected=len(papers.spec.roster),
        attended=queries.count_attended(session, plan.id),
        lines=posted,
    )
    setting.book.enter(confirmation)
    figures = {"expected": confirmation.expected, "attended": confirmation.attended}
    act = Act("confirm_attendance", "plan", plan.id, after={**figures, "lines": posted})
    papers.note(act, actor=papers.clerk, at=at)


def _uphold_objections(
    session: Session,
    setting: Setting,
    confirmed: list[Papers],
    officers: Mapping[str, list[Actor]],
) -> None:
    """Let the bureaus have taken back a line of three classes, as an objection upheld."""
    credited = [papers for papers in confirmed if not papers.spec.life.is_held_back]
    for papers in credited[20:200:70]:
        line_id = session.scalar(
            select(func.max(LedgerLine.id)).where(LedgerLine.plan_id == papers.plan.id)
        )
        confirmed_at = papers.spec.life.confirmed_at
        if line_id is None or confirmed_at is None:
            continue
        line = session.get_one(LedgerLine, line_id)
        officer = officers[papers.plan.bureau_code][0]
        at = min(confirmed_at.replace(microsecond=0), setting.now)
        row = ledger.reversal_of(line, REVERSAL_REASON, actor=officer, now=at)
        ledger.post_lines(session, [row])
        before = {"version": line.version, "halves": line.public_halves + line.professional_halves}
        act = Act("reverse_line", "ledger_line", line.id, before, {"halves": 0}, REVERSAL_REASON)
        papers.note(act, actor=officer, at=at)
