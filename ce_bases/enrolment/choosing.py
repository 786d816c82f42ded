"""Enrolling oneself, and a unit enrolling its own people; giving it up again."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from ce_bases.core.actors import Actor
from ce_bases.core.clock import business_date
from ce_bases.core.errors import ForbiddenError, NotFoundError, RuleViolationError, WrongStateError
from ce_bases.core.text import msg
from ce_bases.enrolment import places, queries, telling
from ce_bases.enrolment.models import PLACE_LABELS, Enrolment, Place, Via
from ce_bases.enrolment.overlaps import overlaps_of
from ce_bases.enrolment.places import Admitted
from ce_bases.enrolment.window import closed
from ce_bases.people.models import Person
from ce_bases.people.queries import people_of_unit
from ce_bases.plans.models import Plan
from ce_bases.plans.moves import take
from ce_bases.plans.queries import in_force
from ce_bases.policy.registry import filing_policy_for


def enrol_oneself(session: Session, plan: Plan, *, actor: Actor, now: datetime) -> Enrolment:
    """A seat in a published class, or the next place in its waiting list.

    WrongStateError when enrolment is closed or one is enrolled already.
    """
    person = _oneself(session, actor)
    take(session, plan)
    _need_open(plan, now=now)
    known = queries.enrolments_by_person(session, plan.id, [person.id]).get(person.id)
    if known is not None and known.place is not Place.CANCELLED:
        raise WrongStateError(
            msg("您已经报过这个班了：%(place)s。", place=PLACE_LABELS[known.place]),
            next_step=msg("不用再报。时间、地点和座位在“我的培训班”里。"),
        )
    _need_no_clash(session, plan, [person], now=now)
    done = places.admit(session, plan, [person], via=Via.SELF, actor=actor, now=now)
    _tell(session, plan, done, by="", now=now)
    return [*done.seated, *done.waiting][0]


def _tell(session: Session, plan: Plan, done: Admitted, *, by: str, now: datetime) -> None:
    telling.tell_seated(session, plan, done.seated, by=by, now=now)
    telling.tell_waiting(session, plan, done.waiting, by=by, now=now)


def _oneself(session: Session, actor: Actor) -> Person:
    if actor.person_id is None:
        raise ForbiddenError(
            msg("只有专业技术人员能给自己报名。"),
            next_step=msg("如果您也是学员，请切换身份后再报名。"),
        )
    return session.get_one(Person, actor.person_id)


def _need_open(plan: Plan, *, now: datetime) -> None:
    revision = in_force(plan)
    if revision is None:
        raise NotFoundError
    if (refusal := closed(plan, revision, now)) is not None:
        raise refusal


def _need_no_clash(
    session: Session, plan: Plan, people: Sequence[Person], *, now: datetime
) -> None:
    """Where the year's policy blocks (usually it only warns): nobody in two classes at once."""
    if filing_policy_for(business_date(now).year).conflicts.learner != "block":
        return
    if overlaps_of(session, plan.id, [person.id for person in people]):
        raise RuleViolationError(
            msg("和已经报名的另一个培训班时间重叠，不能再报这个班。"),
            next_step=msg("请先取消另一个班的报名，再来报名。"),
        )


def cancel_own(session: Session, plan: Plan, *, actor: Actor, now: datetime) -> None:
    """Give one's seat or place in the waiting list up; the next one moves up."""
    person = _oneself(session, actor)
    take(session, plan)
    _need_open(plan, now=now)
    _cancel(session, plan, person.id, actor=actor, now=now)


def _cancel(
    session: Session, plan: Plan, person_id: int, *, actor: Actor, now: datetime
) -> Enrolment:
    place = queries.enrolments_by_person(session, plan.id, [person_id]).get(person_id)
    if place is None or place.place is Place.CANCELLED:
        raise WrongStateError(
            msg("这个班现在没有您要取消的报名。"), next_step=msg("请刷新页面，查看最新情况。")
        )
    places.give_up(session, plan, [place], act="cancel_enrolment", actor=actor, now=now)
    return place


def enrol_staff(
    session: Session, plan: Plan, person_ids: Sequence[int], *, actor: Actor, now: datetime
) -> Admitted:
    """Enrol people who work for the actor's unit now, in the order they are named; they are told.

    NotFoundError when one of them does not. Who is enrolled already is left as they are.
    """
    people = _own_people(session, person_ids, actor=actor)
    take(session, plan)
    _need_open(plan, now=now)
    _need_no_clash(session, plan, people, now=now)
    done = places.admit(session, plan, people, via=Via.UNIT, actor=actor, now=now)
    _tell(session, plan, done, by=actor.organisation, now=now)
    return done


def cancel_staff(
    session: Session, plan: Plan, person_id: int, *, actor: Actor, now: datetime
) -> None:
    """Cancel the enrolment of one of the actor's unit's people; they are told."""
    _own_people(session, [person_id], actor=actor)
    take(session, plan)
    _need_open(plan, now=now)
    place = _cancel(session, plan, person_id, actor=actor, now=now)
    telling.tell_taken_off(session, plan, [place], by=actor.organisation, now=now)


def _own_people(session: Session, person_ids: Sequence[int], *, actor: Actor) -> list[Person]:
    wanted = list(dict.fromkeys(person_ids))
    own = people_of_unit(actor.unit_id or 0).where(Person.id.in_(wanted))
    found = {person.id: person for person in session.scalars(own)}
    if set(found) != set(wanted):
        raise NotFoundError
    return [found[person_id] for person_id in wanted]
