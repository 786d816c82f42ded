"""Taking each class along its life, and numbering what is put on file."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from ce_bases.audit.service import Act
from ce_bases.core.actors import Actor
from ce_bases.core.clock import business_date
from ce_bases.demo import reasons
from ce_bases.demo.paperwork import Papers, Round, decide, open_papers, seal, write_revision
from ce_bases.demo.setting import Setting
from ce_bases.demo.spec import Spec
from ce_bases.plans.models import FilingSerial, Standing
from ce_bases.plans.publication import published_row
from ce_bases.plans.workflow import PlanAction

Officers = Mapping[str, list[Actor]]


def write_papers(
    setting: Setting, specs: list[Spec], officers: Officers, rounds: dict[int, Round]
) -> list[Papers]:
    """The papers of every class; plans, published sessions and serials are entered."""
    numbers = _filing_numbers(setting, specs)
    ordered = sorted(specs, key=lambda spec: spec.life.drafted_at)
    return [
        Walk(setting, spec, officers[spec.host.bureau_code], rounds).to_the_end(numbers.get(spec))
        for spec in ordered
    ]


def _filing_numbers(setting: Setting, specs: list[Spec]) -> dict[Spec, str]:
    """The numbers the bureaus gave, in the order of their decisions."""
    last: dict[tuple[int, str], int] = defaultdict(int)
    numbers = {}
    filed = [(spec.life.filed_at, spec) for spec in specs if spec.life.filed_at]
    for filed_at, spec in sorted(filed, key=lambda pair: pair[0]):
        year, code = business_date(filed_at).year, spec.host.bureau_code
        last[year, code] += 1
        numbers[spec] = f"{year}-{code}-{last[year, code]:04d}"
    for (year, code), serial in sorted(last.items()):
        setting.book.enter(FilingSerial(year=year, bureau_code=code, last=serial))
    return numbers


class Walk:
    """One class on its way; each method is one step."""

    def __init__(
        self, setting: Setting, spec: Spec, officers: list[Actor], rounds: dict[int, Round]
    ) -> None:
        self.setting, self.spec, self.rounds = setting, spec, rounds
        self.rng, self.number = setting.rng, ""
        self.papers = open_papers(setting, spec, rounds)
        # A bureau's own lecture is announced by the officer who wrote it.
        self.officer = self.papers.clerk if spec.host.is_bureau else self.rng.choice(officers)

    def to_the_end(self, number: str | None) -> Papers:
        """Every step of the life, in order; the plan and what is public of it are entered."""
        life = self.spec.life
        if number is not None:
            self.number = number
        steps: list[tuple[datetime | None, Callable[[datetime], None]]] = [
            (life.submitted_at, self._submit),
            (life.returned_at, self._return),
            (life.resubmitted_at, self._submit),
            (life.withdrawn_at, self._withdraw),
            (life.refused_at, self._refuse),
            (life.filed_at, self._file),
            (life.cancelled_at, self._cancel),
            (life.confirmed_at, self._confirm),
        ]
        for at, step in steps:
            if at is not None:
                step(at)
        if life.filed_at:
            self._publish(life.cancelled_at or life.filed_at)
        self.setting.book.enter(self.papers.plan)
        return self.papers

    def _submit(self, at: datetime) -> None:
        """Sent in; a plan that was returned keeps its first submission."""
        first = self.spec.life.submitted_at or at
        if self.spec.life.is_exception:
            self._grant_exception(first)
        seal(self.papers, at=at, counted_at=first)

    def _grant_exception(self, submitted_at: datetime) -> None:
        plan, at = self.papers.plan, submitted_at - timedelta(minutes=20)
        plan.exception_reason = self.rng.choice(reasons.EXCEPTION)
        plan.exception_document = f"人社专技函〔{at.year}〕{self.rng.randrange(3, 60)} 号"
        after = {"exception_document": plan.exception_document}
        act = Act("grant_exception", "plan", plan.id, {}, after, plan.exception_reason)
        self.papers.note(act, actor=self.officer, at=at)

    def _return(self, at: datetime) -> None:
        papers, reason = self.papers, self.rng.choice(reasons.RETURNED)
        decide(papers.revision, self.officer, at=at, reason=reason)
        papers.move(PlanAction.RETURN, actor=self.officer, at=at, reason=reason)
        details = self.spec.details
        if self.spec.life.resubmitted_at:
            details = replace(details, assessment=f"{details.assessment}（由办班单位组织）")
        papers.revision = write_revision(
            self.setting, papers.plan, details, at, self.rounds, before=papers.revision
        )

    def _withdraw(self, at: datetime) -> None:
        if self.papers.revision.standing is Standing.PENDING:
            self.papers.revision.standing = Standing.PAST
        reason = self.rng.choice(reasons.WITHDRAWN)
        self.papers.move(PlanAction.WITHDRAW, actor=self.papers.clerk, at=at, reason=reason)

    def _refuse(self, at: datetime) -> None:
        reason = self.rng.choice(reasons.REFUSED)
        decide(self.papers.revision, self.officer, at=at, reason=reason)
        self.papers.move(PlanAction.REFUSE, actor=self.officer, at=at, reason=reason)

    def _file(self, at: datetime) -> None:
        papers, plan = self.papers, self.papers.plan
        plan.filing_number, plan.filed_at, plan.sequence = self.number, at, 1
        decide(papers.revision, self.officer, at=at)
        changes = {"filing_number": self.number}
        papers.move(PlanAction.FILE, actor=self.officer, at=at, changes=changes)

    def _cancel(self, at: datetime) -> None:
        plan = self.papers.plan
        plan.close_reason, plan.sequence = self.rng.choice(reasons.CANCELLED), 2
        self.papers.move(
            PlanAction.CANCEL, actor=self.papers.clerk, at=at, reason=plan.close_reason
        )

    def _publish(self, at: datetime) -> None:
        """What the public sees, as of the last published change."""
        plan, revision = self.papers.plan, self.papers.revision
        rows = (published_row(plan, revision, entry, now=at) for entry in revision.entries)
        self.setting.book.enter(*rows)

    def _confirm(self, at: datetime) -> None:
        papers = self.papers
        papers.move(PlanAction.CONFIRM_ATTENDANCE, actor=papers.clerk, at=at)
        if not self.spec.life.is_held_back:
            papers.move(PlanAction.CREDIT, actor=papers.clerk, at=at)
