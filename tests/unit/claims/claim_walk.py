"""The right and the wrong people act on claims at random; what must hold after each step."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
)
from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.claims import review, service
from ce_bases.claims.models import Claim
from ce_bases.claims.review import Decision, Outcome
from ce_bases.claims.workflow import HOLDING, PENDING, TRANSITIONS, ClaimAction, ClaimState
from ce_bases.core.errors import UserFacingError
from ce_bases.credits.fold import year_of
from ce_bases.credits.models import Kind, LedgerLine, YearRecord
from ce_bases.credits.records import differences
from ce_bases.plans.models import Subject
from ce_bases.web.extensions import make_write_session
from tests.conftest import NOON_1_JUNE as NOW
from tests.factories.claims import COMPLETE, content_of, jpeg, store_of
from tests.factories.world import World

PEOPLE = ("learner", "learner2")
EVERYBODY = (*PEOPLE, "unit_hr", "officer", "officer2", "other_officer", "clerk", "city_officer")
OFFICERS = {"officer", "officer2"}
DAY_POOL = {Kind.TRAINING, Kind.LECTURE, Kind.EXPERT_SERVICE}
NUMBERED = (Kind.PUBLICATION, Kind.ACHIEVEMENT, Kind.EXAM)
who = st.sampled_from(EVERYBODY)
place = st.integers(0, 30)


class Walk(RuleBasedStateMachine):
    """A handful of claims; `states` is what the workflow's table says they are in."""

    world: ClassVar[World]
    folder: ClassVar[Path]
    done: ClassVar[Counter[str]]
    now = NOW

    def __init__(self) -> None:
        super().__init__()
        self.session: Session = make_write_session()
        self.store = store_of(self.folder)
        self.states: dict[int, ClaimState] = {}
        self.owners: dict[int, str] = {}

    def teardown(self) -> None:
        self.session.rollback()
        self.session.close()

    def attempt(self, work: Callable[[], Any]) -> bool:
        """Whether `work` was done; refused, it leaves nothing behind."""
        point = self.session.begin_nested()
        try:
            work()
            self.session.flush()
        except UserFacingError:
            point.rollback()
            self.session.expire_all()
            return False
        point.commit()
        return True

    def pick(self, number: int) -> Claim:
        ids = sorted(self.states)
        return self.session.get_one(Claim, ids[number % len(ids)])

    def moved(self, claim: Claim, action: ClaimAction, actor: str, allowed: set[str]) -> None:
        """An act succeeded: the table must allow it, and the actor be one of the right ones."""
        assert actor in allowed, (action, actor)
        self.states[claim.id] = TRANSITIONS[self.states[claim.id], action]
        self.done[action] += 1

    @rule(kind=st.sampled_from(list(COMPLETE)), by=st.sampled_from(PEOPLE), thing=st.integers(0, 4))
    def draft(self, kind: Kind, by: str, thing: int) -> None:
        changes = {"number": f"THING-{thing}"} if kind in NUMBERED else {}
        actor = self.world[by]
        content = content_of(kind, **changes)
        claim = service.draft_claim(self.session, kind, content, actor=actor, now=self.now)
        photo = [jpeg(f"{by}{thing}")]
        service.add_evidence(self.session, claim, photo, self.store, actor=actor, now=self.now)
        self.states[claim.id], self.owners[claim.id] = ClaimState.DRAFT, by

    @precondition(lambda self: self.states)
    @rule(number=place, by=who)
    def send(self, number: int, by: str) -> None:
        claim, actor = self.pick(number), self.world[by]
        if self.attempt(lambda: service.send_claim(self.session, claim, actor=actor, now=self.now)):
            self.moved(claim, ClaimAction.SEND, by, {self.owners[claim.id]})

    @precondition(lambda self: self.states)
    @rule(number=place)
    def send_own(self, number: int) -> None:
        self.send(number, self.owners[self.pick(number).id])

    @precondition(lambda self: self.states)
    @rule(number=place, by=who)
    def withdraw(self, number: int, by: str) -> None:
        claim, actor = self.pick(number), self.world[by]
        if self.attempt(
            lambda: service.withdraw_claim(self.session, claim, actor=actor, now=self.now)
        ):
            self.moved(claim, ClaimAction.WITHDRAW, by, {self.owners[claim.id]})

    @precondition(lambda self: self.states)
    @rule(number=place, by=who, title=st.text(min_size=1, max_size=8))
    def edit(self, number: int, by: str, title: str) -> None:
        claim, actor = self.pick(number), self.world[by]
        if claim.kind is Kind.ABSENCE:
            return
        content = content_of(claim.kind, title=title.replace("\0", ""), number=claim.number)
        before = claim.title

        def work() -> None:
            service.edit_claim(self.session, claim, content, actor=actor, now=self.now)

        if self.attempt(work):
            assert by == self.owners[claim.id]
            assert self.states[claim.id] in {ClaimState.DRAFT, ClaimState.RETURNED}
        else:
            assert claim.title == before

    @precondition(lambda self: self.states)
    @rule(
        number=place,
        by=who,
        outcome=st.sampled_from(Outcome),
        subject=st.sampled_from([None, None, *Subject]),
        archive=st.sampled_from(["", "ZX-1"]),
        reason=st.sampled_from(["", "请补材料。"]),
        old=st.booleans(),
    )
    def judge(  # noqa: PLR0917 -- everything a reviewer may send
        self,
        number: int,
        by: str,
        outcome: Outcome,
        subject: Subject | None,
        archive: str,
        reason: str,
        old: bool,
    ) -> None:
        claim, actor = self.pick(number), self.world[by]
        version = claim.version - int(old)
        decision = Decision(outcome, version, reason, subject, archive_number=archive)
        for verb, allowed in ((review.confirm, {"unit_hr"}), (review.decide, OFFICERS)):
            done = self.attempt(
                lambda v=verb: v(self.session, claim, decision, actor=actor, now=self.now)
            )
            if done:
                assert not old
                self.moved(claim, ClaimAction(outcome.value), by, allowed)
                return

    @precondition(lambda self: ClaimState.WITH_UNIT in self.states.values())
    @rule()
    def confirm_the_first(self) -> None:
        waiting = [n for n, state in self.states.items() if state is ClaimState.WITH_UNIT]
        claim = self.session.get_one(Claim, min(waiting))
        archive = "ZX-1" if claim.kind is Kind.SELF_STUDY else ""
        decision = Decision(Outcome.CONFIRM, claim.version, archive_number=archive)
        review.confirm(self.session, claim, decision, actor=self.world["unit_hr"], now=self.now)
        self.moved(claim, ClaimAction.CONFIRM, "unit_hr", {"unit_hr"})

    @precondition(lambda self: ClaimState.WITH_BUREAU in self.states.values())
    @rule(by=st.sampled_from(sorted(OFFICERS)))
    def credit_the_first(self, by: str) -> None:
        waiting = [n for n, state in self.states.items() if state is ClaimState.WITH_BUREAU]
        claim = self.session.get_one(Claim, min(waiting))
        decision = Decision(Outcome.CREDIT, claim.version)
        review.decide(self.session, claim, decision, actor=self.world[by], now=self.now)
        self.moved(claim, ClaimAction.CREDIT, by, OFFICERS)

    @precondition(lambda self: set(PENDING) & set(self.states.values()))
    @rule(number=place, seldom=st.integers(0, 3))
    def return_one(self, number: int, seldom: int) -> None:
        if seldom:
            return
        waiting = [n for n, state in self.states.items() if state in PENDING]
        claim = self.session.get_one(Claim, sorted(waiting)[number % len(waiting)])
        decision = Decision(Outcome.RETURN, claim.version, "请补材料。")
        is_units = claim.state is ClaimState.WITH_UNIT
        verb, by = (review.confirm, "unit_hr") if is_units else (review.decide, "officer")
        verb(self.session, claim, decision, actor=self.world[by], now=self.now)
        self.moved(claim, ClaimAction.RETURN, by, {by})

    @precondition(lambda self: ClaimState.CREDITED in self.states.values())
    @rule(by=st.sampled_from(sorted(OFFICERS)), seldom=st.integers(0, 3))
    def take_back_the_first(self, by: str, seldom: int) -> None:
        if not seldom:
            credited = [n for n, state in self.states.items() if state is ClaimState.CREDITED]
            self.take_back(sorted(self.states).index(min(credited)), by)

    @precondition(lambda self: self.states)
    @rule(number=place, by=who)
    def take_back(self, number: int, by: str) -> None:
        claim, actor = self.pick(number), self.world[by]
        version = claim.version

        def work() -> None:
            review.take_back(
                self.session, claim, "有误", version=version, actor=actor, now=self.now
            )

        if self.attempt(work):
            self.moved(claim, ClaimAction.TAKE_BACK, by, OFFICERS)

    @invariant()
    def states_are_the_tables(self) -> None:
        stored = dict(self.session.execute(select(Claim.id, Claim.state)).all())
        assert stored == self.states

    @invariant()
    def a_line_stands_exactly_for_what_is_credited(self) -> None:
        lines = self.session.scalars(select(LedgerLine)).all()
        taken_back = {line.reverses_id for line in lines}
        live = [e for e in lines if e.reverses_id is None and e.id not in taken_back]
        credited = [n for n, state in self.states.items() if state is ClaimState.CREDITED]
        assert Counter(e.source for e in live) == Counter(f"claim:{n}" for n in credited)

    @invariant()
    def one_person_holds_a_thing_once(self) -> None:
        held = self.session.execute(
            select(Claim.person_id, Claim.kind, Claim.thing_key).where(
                Claim.thing_key.is_not(None), Claim.state.in_(HOLDING)
            )
        ).all()
        assert len(held) == len(set(held))

    @invariant()
    def totals_are_the_fold_and_caps_hold(self) -> None:
        assert list(differences(self.session)) == []
        for name in PEOPLE:
            person_id = self.world[name].person_id or 0
            fold = year_of(self.session, person_id, 2022)
            record = self.session.get(YearRecord, (person_id, 2022), populate_existing=True)
            stored = (record.public_halves, record.professional_halves) if record else (0, 0)
            assert stored == (fold.result.public_halves, fold.result.professional_halves)
            by_kind: Counter[Kind] = Counter()
            by_day: Counter[date] = Counter()
            for line, entry in zip(fold.lines, fold.result.entries, strict=True):
                credited = entry.credited.public + entry.credited.professional
                by_kind[line.kind] += credited
                if line.kind in DAY_POOL:
                    by_day[line.held_on] += credited
            assert by_kind[Kind.PUBLICATION] + by_kind[Kind.ACHIEVEMENT] <= 60
            assert by_kind[Kind.SELF_STUDY] <= 80
            assert max(by_day.values(), default=0) <= 16
