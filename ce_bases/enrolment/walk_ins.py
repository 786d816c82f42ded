"""A place for somebody who came to the class without being on its roster."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from ce_bases.audit.service import Act, record
from ce_bases.core.actors import Actor
from ce_bases.core.errors import InvalidInputError
from ce_bases.core.identity import IdVault
from ce_bases.core.text import msg
from ce_bases.enrolment import queries, telling
from ce_bases.enrolment.models import Via
from ce_bases.enrolment.parsing import Row
from ce_bases.enrolment.service import Finding, RosterCheck, check_roster, open_roster, seat
from ce_bases.people.service import Stated, find_or_add_people
from ce_bases.plans.models import Plan


@dataclass(frozen=True, slots=True)
class Came:
    """Who came, by their ID; `over_reason`: why they get a place though the class is full."""

    person: Stated
    over_reason: str = ""


def seat_walk_in(
    session: Session, plan: Plan, came: Came, *, vault: IdVault, actor: Actor, now: datetime
) -> int:
    """Put who came on the roster of a filed class, unless they are there; the person's id.

    A full class does not keep out who sat in it, but the clerk must say why. Raises
    InvalidInputError with the fields that are wrong.
    """
    open_roster(session, plan, actor=actor)
    check = check_roster(session, plan, [Row(1, came.person)], vault=vault, now=now)
    _refuse(check, came)
    people = find_or_add_people(session, [came.person], vault=vault, actor=actor, now=now)
    person_id = people[vault.index(came.person.number)].id
    if check.of(Finding.NEW):
        seated = seat(
            session, plan, {person_id: came.person}, via=Via.WALK_IN, actor=actor, now=now
        )
        telling.tell_seated(session, plan, seated, by=plan.organiser.name, now=now)
        after = {"person": person_id, "over": check.over}
        reason = came.over_reason if check.over else ""
        act = Act("seat_walk_in", "plan", plan.id, after=after, reason=reason)
        record(session, act, actor=actor, now=now)
    return person_id


def _refuse(check: RosterCheck, came: Came) -> None:
    (checked,) = check.rows
    problems = checked.problems if checked.finding is Finding.WRONG else {}
    if not problems and check.over and not came.over_reason:
        full = msg(
            "名额 %(seats)d 个已满，名单上已有 %(enrolled)d 人。仍要加入的，请写明原因。",
            seats=check.seats,
            enrolled=check.enrolled,
        )
        problems = {"over_reason": full}
    if problems:
        raise InvalidInputError(msg("这个人的信息有误，没有保存。"), problems=problems)


def is_full(session: Session, plan: Plan) -> bool:
    """Whether one more would be too many."""
    seats = queries.seats(session, plan)
    return seats is not None and queries.enrolled(session, plan.id) >= seats
