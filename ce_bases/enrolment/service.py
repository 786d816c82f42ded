"""Rosters: checking what was typed or pasted, adding people, taking somebody off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from ce_bases.audit.service import Act, record
from ce_bases.core.access import Action
from ce_bases.core.actors import Actor
from ce_bases.core.errors import InvalidInputError, RuleViolationError, WrongStateError
from ce_bases.core.identity import IdVault
from ce_bases.core.locks import lock
from ce_bases.core.text import Text, msg
from ce_bases.enrolment import places, queries, telling
from ce_bases.enrolment.models import Enrolment, Place, Via
from ce_bases.enrolment.parsing import MAX_ROWS, Row, spreadsheet_damage
from ce_bases.people.models import Person
from ce_bases.people.queries import current_units
from ce_bases.people.service import (
    OTHER_NAME,
    Stated,
    find_or_add_people,
    find_people,
    is_same_name,
    problems_of,
)
from ce_bases.plans.models import Plan
from ce_bases.plans.moves import take
from ce_bases.plans.permissions import require
from ce_bases.plans.workflow import STATE_LABELS, PlanState

OPEN_STATES = frozenset({PlanState.DRAFT, PlanState.SUBMITTED, PlanState.RETURNED, PlanState.FILED})


class Finding(StrEnum):
    """What a row comes to when it is compared with the roster."""

    NEW = "new"
    THERE = "there"
    TWICE = "twice"
    WRONG = "wrong"


FINDING_LABELS: dict[Finding, Text] = {
    Finding.NEW: msg("新增"),
    Finding.THERE: msg("已在名单"),
    Finding.TWICE: msg("重复"),
    Finding.WRONG: msg("有误"),
}


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """A row with what it comes to; `problems` by field, `twin` the line it repeats."""

    row: Row
    finding: Finding
    problems: dict[str, Text]


@dataclass(frozen=True, slots=True)
class RosterCheck:
    """A whole table against the roster; `seats` None: no limit is known."""

    rows: Sequence[CheckedRow]
    enrolled: int
    seats: int | None

    def of(self, finding: Finding | str) -> list[CheckedRow]:
        return [row for row in self.rows if row.finding == finding]

    @property
    def over(self) -> int:
        """How many people too many the new rows would make."""
        if self.seats is None:
            return 0
        return max(0, self.enrolled + len(self.of(Finding.NEW)) - self.seats)


def check_roster(
    session: Session, plan: Plan, rows: Sequence[Row], *, vault: IdVault, now: datetime
) -> RosterCheck:
    """Compare a table with the roster; writes nothing. At most 2,000 rows."""
    if len(rows) > MAX_ROWS:
        raise InvalidInputError(
            msg(
                "一次最多录入 %(max)d 人，这里有 %(n)d 行。请分几次录入。",
                max=MAX_ROWS,
                n=len(rows),
            )
        )
    problems = [_problems(row.person, now=now) for row in rows]
    indexes = [
        "" if found.get("number") else vault.index(row.person.number)
        for row, found in zip(rows, problems, strict=True)
    ]
    people = find_people(session, [index for index in indexes if index])
    there = _there(session, plan, people)
    first: dict[str, int] = {}
    checked = []
    for row, found, index in zip(rows, problems, indexes, strict=True):
        checked.append(_judge(row, found, people.get(index), first.get(index), there))
        if index:
            first.setdefault(index, row.line)
    return RosterCheck(checked, queries.enrolled(session, plan.id), queries.seats(session, plan))


def _problems(person: Stated, *, now: datetime) -> dict[str, Text]:
    found = problems_of(person, now=now)
    if "number" in found:
        found["number"] = spreadsheet_damage(person.number) or found["number"]
    return found


def _there(session: Session, plan: Plan, people: dict[str, Person]) -> set[int]:
    places = queries.enrolments_by_person(session, plan.id, (p.id for p in people.values()))
    return {person_id for person_id, row in places.items() if row.place is Place.ENROLLED}


def _judge(
    row: Row,
    problems: dict[str, Text],
    person: Person | None,
    twin: int | None,
    there: set[int],
) -> CheckedRow:
    if person is not None and not problems and not is_same_name(person, row.person.name):
        problems = {"name": OTHER_NAME}
    if problems:
        return CheckedRow(row, Finding.WRONG, problems)
    if twin is not None:
        note = msg("与第 %(line)d 行是同一个身份证号，只录一次。", line=twin)
        return CheckedRow(row, Finding.TWICE, {"number": note})
    is_there = person is not None and person.id in there
    return CheckedRow(row, Finding.THERE if is_there else Finding.NEW, {})


def import_roster(
    session: Session,
    plan: Plan,
    rows: Sequence[Row],
    *,
    vault: IdVault,
    actor: Actor,
    now: datetime,
) -> RosterCheck:
    """Add the new people of a table; wrong rows are left out and reported, the rest goes in.

    Sending the same table again adds nobody. Raises RuleViolationError when the class would
    become too full: then nobody is added.
    """
    open_roster(session, plan, actor=actor)
    check = check_roster(session, plan, rows, vault=vault, now=now)
    if check.over:
        raise RuleViolationError(
            msg(
                "名额只有 %(seats)d 个，这份名单会超出 %(over)d 人，没有录入。",
                seats=check.seats,
                over=check.over,
            ),
            next_step=msg("请减少人数，或先在计划里变更计划人数（不超过教室容量）。"),
        )
    new = [checked.row.person for checked in check.of(Finding.NEW)]
    people = find_or_add_people(session, new, vault=vault, actor=actor, now=now)
    by_person = {people[vault.index(person.number)].id: person for person in new}
    seated = seat(session, plan, by_person, actor=actor, now=now)
    if plan.state is PlanState.FILED:
        telling.tell_seated(session, plan, seated, by=plan.organiser.name, now=now)
    if new:
        after = {"added": len(new), "people": sorted(by_person)}
        record(session, Act("import_roster", "plan", plan.id, after=after), actor=actor, now=now)
    return check


def open_roster(session: Session, plan: Plan, *, actor: Actor) -> None:
    """Lock the plan (two clerks must not fill the last seat twice) and see that it is open."""
    require(actor, Action.IMPORT_ROSTER, plan)
    take(session, plan)
    if plan.state not in OPEN_STATES:
        raise WrongStateError(
            msg("这份计划现在是“%(state)s”，名单不能再改。", state=STATE_LABELS[plan.state]),
            next_step=msg("如名单确有错误，请联系受理备案的人社部门更正。"),
        )


def seat(
    session: Session,
    plan: Plan,
    people: dict[int, Stated],
    *,
    via: Via = Via.ROSTER,
    actor: Actor,
    now: datetime,
) -> list[Enrolment]:
    """Give these people their places, whatever they had before; the caller opened the roster."""
    known = queries.enrolments_by_person(session, plan.id, people)
    units = current_units(session, (i for i, person in people.items() if not person.unit_name))
    seated = []
    for person_id, person in people.items():
        place = known.get(person_id)
        if place is None:
            place = Enrolment(plan_id=plan.id, person_id=person_id, created_at=now)
            session.add(place)
        place.place, place.cancelled_at, place.waiting_since = Place.ENROLLED, None, None
        place.via, place.created_by = via, actor.account_id
        place.unit_name = person.unit_name or units.get(person_id, "")
        place.post = person.post
        seated.append(place)
    session.flush()
    return seated


def add_one(
    session: Session, plan: Plan, person: Stated, *, vault: IdVault, actor: Actor, now: datetime
) -> Finding:
    """Add one typed person; InvalidInputError says field by field what is wrong."""
    check = import_roster(session, plan, [Row(1, person)], vault=vault, actor=actor, now=now)
    if check.rows[0].finding is Finding.WRONG:
        raise InvalidInputError(
            msg("这个人的信息有误，没有保存。"), problems=check.rows[0].problems
        )
    return check.rows[0].finding


def remove(
    session: Session, plan: Plan, enrolment: Enrolment, *, actor: Actor, now: datetime
) -> None:
    """Take somebody off the roster; refused (by attendance) once they have signed in."""
    open_roster(session, plan, actor=actor)
    lock(session, enrolment)
    if enrolment.place is Place.CANCELLED:
        raise WrongStateError(
            msg("这个人已经不在名单上了。"), next_step=msg("请刷新名单，查看最新情况。")
        )
    places.give_up(session, plan, [enrolment], act="remove_from_roster", actor=actor, now=now)
    if plan.filing_number is not None:
        by = plan.organiser.name
        telling.tell_taken_off(session, plan, [enrolment], by=by, now=now)


def promote_next(session: Session, plan: Plan, *, actor: Actor, now: datetime) -> Enrolment:
    """Give the next free seat to who waits longest; by hand, also after the class has opened."""
    open_roster(session, plan, actor=actor)
    moved = places.move_up(session, plan, most=1, actor=actor, now=now)
    if not moved:
        raise WrongStateError(
            msg("没有空出的名额，或者已经没有人候补。"),
            next_step=msg("请刷新名单，查看最新情况。"),
        )
    return moved[0]
