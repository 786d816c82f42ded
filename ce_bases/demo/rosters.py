"""Who is enrolled where: colleagues of the trade and the place, never twice at one time."""

from datetime import timedelta

from ce_bases.audit.service import Act
from ce_bases.demo.paperwork import Papers
from ce_bases.demo.population import Population
from ce_bases.demo.setting import Setting
from ce_bases.demo.showcase import Showcase
from ce_bases.demo.spec import Spec
from ce_bases.demo.timetable import Diary
from ce_bases.enrolment.models import Enrolment, Place, Via
from ce_bases.organisers.models import Level
from ce_bases.people.models import Person
from ce_bases.plans.models import Form, Subject


def fill_rosters(
    setting: Setting, diary: Diary, specs: list[Spec], people: Population, showcase: Showcase
) -> None:
    """Choose the people of every filed class; the listed professional's own classes first."""
    filed = [spec for spec in specs if spec.life.filed_at]
    for spec in showcase.learner_specs:
        _enrol(diary, spec, people.learner)
    # The classes one meets first are full of the listed professional's colleagues.
    for spec in [*showcase.learner_specs, *filed]:
        if len(spec.roster) <= 1:
            _fill(setting, diary, spec, people)


def _enrol(diary: Diary, spec: Spec, person: Person) -> None:
    spec.roster.append(person)
    diary.take(person.id, spec.slots)


def _fill(setting: Setting, diary: Diary, spec: Spec, people: Population) -> None:
    """Seats for 40 to 75 in a hundred of the planned number; the keen come more often."""
    rng, pool = setting.rng, _pool(spec, people)
    # This year of the listed professional is the showcase's alone, so that something is missing.
    is_this_year = spec.closes_on.year == setting.today.year
    planned = spec.details.planned_number or 30
    seats = spec.seats or round(planned * (0.4 + rng.random() * 0.35))
    wanted = seats + spec.queue
    for _ in range(wanted * 3):
        if len(spec.roster) >= wanted:
            break
        person = pool[int(len(pool) * rng.random() ** 2)]
        if person is people.learner and is_this_year:
            continue
        if diary.is_free(person.id, spec.slots):
            _enrol(diary, spec, person)
    if spec.queue:
        # First in the queue stands who may be tried: whoever is taken off makes them move up.
        spec.waiting = [people.learner, *spec.roster[seats:]]
        del spec.roster[seats:]


def _pool(spec: Spec, people: Population) -> list[Person]:
    """The people a class addresses; others of the place where the trade has too few."""
    host = spec.host
    area = host.area if host.organiser.level is Level.COUNTY else None
    is_for_all = spec.details.subject is Subject.PUBLIC or spec.details.form is Form.LECTURE
    pool = people.of(area, None if is_for_all else host.sector)
    return pool if len(pool) >= 40 else people.of(area, None)


def write_enrolments(setting: Setting, papers: Papers, people: Population) -> None:
    """The roster as the base entered it, between the filing and the opening."""
    spec, life = papers.spec, papers.spec.life
    assert life.filed_at is not None
    at = life.filed_at + timedelta(hours=3)
    if at > setting.now or not spec.roster:
        spec.roster.clear()
        return
    for number, person in enumerate([*spec.roster, *spec.waiting]):
        # Most of a class is entered by the base; the others came by themselves, hour by hour.
        is_listed = number < len(spec.roster) * 3 // 4
        since = at if is_listed else min(at + timedelta(hours=number), setting.now)
        waits = number >= len(spec.roster)
        setting.book.enter_values(
            Enrolment,
            {
                "plan_id": papers.plan.id,
                "person_id": person.id,
                "place": Place.WAITING if waits else Place.ENROLLED,
                "via": Via.ROSTER if is_listed else Via.SELF,
                "unit_name": people.unit_of.get(person.id, ""),
                "post": person.post,
                "created_at": since,
                "created_by": papers.clerk.account_id if is_listed else person.account_id,
                "cancelled_at": None,
                "waiting_since": since if waits else None,
            },
        )
    listed = spec.roster[: len(spec.roster) * 3 // 4]
    after = {"added": len(listed), "people": sorted(person.id for person in listed)}
    act = Act("import_roster", "plan", papers.plan.id, after=after)
    papers.note(act, actor=papers.clerk, at=at)
