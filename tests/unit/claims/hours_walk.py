"""The walk over claims with classes beside them: confirmed, objected to, corrected, reversed."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule
from sqlalchemy import select

from ce_bases.claims.workflow import ClaimState
from ce_bases.core.clock import business_date, moment_at
from ce_bases.core.holidays import add_workdays
from ce_bases.credits import objections, service
from ce_bases.credits.models import Kind, LedgerLine, Objection, ObjectionState
from ce_bases.credits.records import miscounted_confirmations
from ce_bases.plans.models import Plan, Subject
from tests.factories.hours import held_plan
from tests.factories.plans import make_session_details
from tests.unit.claims.claim_walk import OFFICERS, PEOPLE, Walk, place, who

FILED_ON = moment_at(date(2022, 4, 20), time(9))
#: On these days the walk's claims lie too, so that classes and claims share the day's eight hours.
SHARED_DAYS = (date(2022, 5, 10), date(2022, 5, 12))
CLERKS = {"clerk", "clerk2"}
WAITING = {ObjectionState.OPEN, ObjectionState.SUPPORTED}

Key = tuple[str, int]  # source, person


@dataclass
class Held:
    """A class of the walk: who is in it with which lines, and when it was confirmed."""

    lines: dict[Key, int]
    confirmed_at: datetime | None = None


class HoursWalk(Walk):
    """`expected` is what the ledger must say lives: (source, person) → half-hours of classes."""

    def __init__(self) -> None:
        super().__init__()
        self.people = {self.world[name].person_id or 0: name for name in PEOPLE}
        self.plans: dict[int, Held] = {}
        self.expected: dict[Key, int] = {}
        self.filed: dict[str, int] = {}
        self.objections: dict[int, Objection] = {}
        for on in SHARED_DAYS:
            self._hold(on, Subject.PROFESSIONAL, (8, 13))
        self._hold(SHARED_DAYS[0], Subject.PUBLIC, (18,))

    def _hold(self, on: date, subject: Subject, starts: tuple[int, ...]) -> None:
        timetable = [
            make_session_details(self.world, on=on, starts=time(at), ends=time(at + 4), halves=8)
            for at in starts
        ]
        plan = held_plan(
            self.session,
            self.world,
            *timetable,
            people=self.people,
            now=FILED_ON,
            subject=subject,
            enrol_closes_at=FILED_ON + timedelta(days=5),
        )
        sources = [f"session:{e.session_id}" for r in plan.revisions for e in r.entries]
        self.filed |= dict.fromkeys(sources, 8)
        self.plans[plan.id] = Held({(s, p): 8 for s in sources for p in self.people})

    def plan_of(self, line: LedgerLine) -> Held | None:
        return self.plans.get(line.plan_id or 0)

    def lines(self) -> list[LedgerLine]:
        return list(self.session.scalars(select(LedgerLine).order_by(LedgerLine.id)))

    def is_live(self, line: LedgerLine) -> bool:
        taken_back = select(LedgerLine.id).where(LedgerLine.reverses_id == line.id)
        return line.reverses_id is None and self.session.scalar(taken_back) is None

    def objections_to(self, line: LedgerLine) -> list[Objection]:
        return [o for o in self.objections.values() if o.line_id == line.id]

    def in_time(self, line: LedgerLine) -> bool:
        """Ten working days after the confirmation, for a claim after it was credited."""
        held = self.plan_of(line)
        since = held.confirmed_at if held else line.posted_at
        assert since is not None
        return business_date(self.now) <= add_workdays(business_date(since), 10)

    @rule(days=st.sampled_from([0, 1, 1, 4]))
    def days_pass(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule(number=place, by=who)
    def confirm_class(self, number: int, by: str) -> None:
        plan_id = sorted(self.plans)[number % len(self.plans)]
        plan, held = self.session.get_one(Plan, plan_id), self.plans[plan_id]
        actor = self.world[by]

        def work() -> None:
            service.confirm_attendance(self.session, plan, actor=actor, now=self.now)

        done = self.attempt(work)
        assert done == (by in CLERKS and held.confirmed_at is None)
        if done:
            held.confirmed_at = self.now
            self.expected |= held.lines
            self.done["confirm_class"] += 1

    @rule(number=place, by=st.sampled_from(sorted(CLERKS)))
    def confirm_class_rightly(self, number: int, by: str) -> None:
        self.confirm_class(number, by)

    def pick_line(self, number: int, *, of_class: bool = True) -> LedgerLine:
        found = [line for line in self.lines() if line.plan_id is not None or not of_class]
        return found[number % len(found)]

    @precondition(lambda self: self.expected)
    @rule(number=place, by=st.sampled_from(PEOPLE))
    def object_to_a_line(self, number: int, by: str) -> None:
        line = self.pick_line(number, of_class=False)
        line_id, actor = line.id, self.world[by]
        earlier = self.objections_to(line)
        allowed = (
            self.people[line.person_id] == by
            and self.is_live(line)
            and self.in_time(line)
            and all(o.state is ObjectionState.DECLINED and not o.answered_at for o in earlier)
        )
        raised: list[Objection] = []

        def work() -> None:
            found = objections.raise_objection(
                self.session, line_id, "少计了。", actor=actor, now=self.now
            )
            raised.append(found)

        assert self.attempt(work) == allowed
        if allowed:
            (one,) = raised
            to_bureau = bool(earlier) or line.plan_id is None
            assert (one.state, one.to_bureau) == (ObjectionState.OPEN, to_bureau)
            self.objections[one.id] = one
            self.done["object"] += 1

    @precondition(lambda self: self.objections)
    @rule(number=place, by=who, supports=st.booleans())
    def answer_an_objection(self, number: int, by: str, supports: bool) -> None:
        ids = sorted(self.objections)
        objection = self.objections[ids[number % len(ids)]]
        allowed = (by in OFFICERS and objection.state in WAITING and not supports) or (
            by in CLERKS and objection.state is ObjectionState.OPEN and not objection.to_bureau
        )
        actor = self.world[by]

        def work() -> None:
            found = objections.get_case(self.session, objection.id, actor=actor)[0]
            objections.answer(
                self.session, found, "核对过了。", supports=supports, actor=actor, now=self.now
            )

        assert self.attempt(work) == allowed
        if allowed:
            after = ObjectionState.SUPPORTED if supports else ObjectionState.DECLINED
            assert objection.state is after
            self.done["answer"] += 1

    @precondition(lambda self: any(o.state in WAITING for o in self.objections.values()))
    @rule(by=st.sampled_from(["clerk", "officer"]), supports=st.booleans())
    def answer_the_first(self, by: str, supports: bool) -> None:
        ids = sorted(self.objections)
        first = next(n for n in ids if self.objections[n].state in WAITING)
        self.answer_an_objection(ids.index(first), by, supports)

    @rule(
        kind=st.sampled_from([Kind.TRAINING, Kind.EXPERT_SERVICE, Kind.PUBLICATION]),
        by=st.sampled_from(PEOPLE),
        thing=st.integers(0, 4),
    )
    def claim_to_the_end(self, kind: Kind, by: str, thing: int) -> None:
        """Most claims are credited: the first that wait go their way."""
        self.draft(kind, by, thing)
        self.send(len(self.states) - 1, by)
        if ClaimState.WITH_UNIT in self.states.values():
            self.confirm_the_first()
        if ClaimState.WITH_BUREAU in self.states.values():
            self.credit_the_first("officer")

    @precondition(lambda self: self.expected)
    @rule(number=place, by=who, replacement=st.sampled_from([None, None, 1, 4, 7, 8, 9]))
    def correct_a_line(self, number: int, by: str, replacement: int | None) -> None:
        """The bureau takes a line back, or puts other hours in its place, as often as it likes."""
        line = self.pick_line(number)
        halves = line.public_halves + line.professional_halves
        waits = any(o.state in WAITING for o in self.objections_to(line))
        allowed = (
            by in OFFICERS
            and self.is_live(line)
            and (self.in_time(line) or waits)
            and (replacement is None or (replacement != halves and replacement <= 8))
        )
        key, actor = (line.source, line.person_id), self.world[by]

        def work() -> None:
            service.reverse_line(
                self.session, line, "更正。", actor=actor, now=self.now, replacement=replacement
            )

        assert self.attempt(work) == allowed, (by, replacement)
        if allowed:
            del self.expected[key]
            self.expected |= {key: replacement} if replacement else {}
            self.done["correct" if replacement else "reverse"] += 1
            if waits:
                (last,) = [o for o in self.objections_to(line) if o.id in self._newest(line)]
                assert last.state is ObjectionState.UPHELD
                self.done["uphold"] += 1

    def _newest(self, line: LedgerLine) -> set[int]:
        return {max(o.id for o in self.objections_to(line))}

    @precondition(lambda self: self.expected)
    @rule(number=place, replacement=st.sampled_from([None, 3, 5]))
    def correct_rightly(self, number: int, replacement: int | None) -> None:
        self.correct_a_line(number, "officer", replacement)

    @precondition(lambda self: self.expected)
    @rule(supports=st.booleans())
    def object_and_be_answered(self, supports: bool) -> None:
        """To the newest line that lives: the base speaks first, then the bureau upholds."""
        lines = self.lines()
        live = [n for n, line in enumerate(lines) if self.is_live(line)]
        self.object_to_a_line(live[-1], self.people[lines[live[-1]].person_id])
        waits = [n for n, o in sorted(self.objections.items()) if o.state in WAITING]
        if waits:
            self.answer_an_objection(sorted(self.objections).index(waits[-1]), "clerk", supports)

    @precondition(lambda self: any(o.state in WAITING for o in self.objections.values()))
    @rule(replacement=st.sampled_from([None, 3, 5]))
    def uphold_the_first(self, replacement: int | None) -> None:
        waits = [o for _, o in sorted(self.objections.items()) if o.state in WAITING]
        of_classes = [line.id for line in self.lines() if line.plan_id is not None]
        if waits[0].line_id in of_classes:
            self.correct_a_line(of_classes.index(waits[0].line_id), "officer", replacement)

    @invariant()
    def a_line_stands_exactly_for_what_is_credited(self) -> None:
        """Nothing is posted twice, and nothing lives that was taken back."""
        lines = self.lines()
        taken_back = {line.reverses_id for line in lines}
        live = [e for e in lines if e.reverses_id is None and e.id not in taken_back]
        claimed = Counter(e.source for e in live if e.plan_id is None)
        credited = [n for n, state in self.states.items() if state is ClaimState.CREDITED]
        assert claimed == Counter(f"claim:{n}" for n in credited)
        classes = [e for e in live if e.plan_id is not None]
        assert len({(e.source, e.person_id) for e in classes}) == len(classes)
        found = {(e.source, e.person_id): e.public_halves + e.professional_halves for e in classes}
        assert found == self.expected

    @invariant()
    def who_waits_objects_to_a_line_that_lives(self) -> None:
        for objection in self.objections.values():
            line = self.session.get_one(LedgerLine, objection.line_id)
            assert objection.state not in WAITING or self.is_live(line)
            assert objection.state is not ObjectionState.UPHELD or not self.is_live(line)

    @invariant()
    def whatever_was_taken_back_says_why(self) -> None:
        lines = {line.id: line for line in self.lines()}
        for line in lines.values():
            if line.reverses_id is not None:
                before = lines[line.reverses_id]
                assert line.reason
                assert line.policy_version
                assert (line.public_halves, line.professional_halves) == (
                    -before.public_halves,
                    -before.professional_halves,
                )

    @invariant()
    def confirmations_counted_what_they_posted(self) -> None:
        assert miscounted_confirmations(self.session) == []
