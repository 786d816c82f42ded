"""The classes around the listed accounts: what somebody trying the site meets first."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from ce_bases.core.clock import local
from ce_bases.demo.composing import Wanted, compose
from ce_bases.demo.courses import COURSES, PUBLIC_LECTURES, Course
from ce_bases.demo.host import Host
from ce_bases.demo.listed import BASE, CITY_BASE, HOME, OTHER_BASE
from ce_bases.demo.lives import Fate, Fates, Life
from ce_bases.demo.setting import Setting
from ce_bases.demo.spec import Spec
from ce_bases.demo.timetable import (
    AFTERNOON,
    EVENING,
    LECTURE,
    MORNING,
    PATTERNS,
    Diary,
    Part,
    Slot,
    slots_of,
)
from ce_bases.plans.details import PlanDetails
from ce_bases.plans.models import Form

_ONE_DAY, _TWO_DAYS = PATTERNS[0], PATTERNS[1]
_EMERGENCY: Course = (
    "急诊急救实景带教培训班",
    ("急诊分诊与预检", "急危重症实景带教", "带教案例复盘", "综合考核"),
)
_LAST_MINUTE = 23 * 60 + 59


@dataclass
class Showcase:
    """All of them, and those the listed professional takes part in."""

    specs: list[Spec]
    learner_specs: list[Spec]


class Stage:
    """Puts the showcase together; made once per loading."""

    def __init__(self, setting: Setting, diary: Diary, hosts: Sequence[Host]) -> None:
        self.setting, self.diary = setting, diary
        self.today = setting.today
        self.fates = Fates(setting.rng, setting.now)
        by_name = {host.name: host for host in hosts}
        self.base, self.city_base = by_name[BASE], by_name[CITY_BASE]
        self.other_base = by_name[OTHER_BASE]
        self.neighbours = [
            h for h in hosts if h.area == HOME and h is not self.base and not h.is_bureau
        ]
        self.bureau = next(host for host in hosts if host.is_bureau and host.area == HOME)
        self.city_bureau = next(
            host
            for host in hosts
            if host.is_bureau
            and host.area != HOME
            and host.bureau_code == self.city_base.bureau_code
        )

    def spec(self, wanted: Wanted, fate: Fate, life: Life | None = None) -> Spec:
        details = compose(self.setting, self.diary, wanted)
        assert details is not None, "the showcase is booked first, so there is room"
        slots = list(wanted.slots)
        opens_on, closes_on = slots[0][0], slots[-1][0]
        own = wanted.host.is_bureau
        life = life or self.fates.life(fate, opens_on, closes_on, own_lecture=own)
        return Spec(wanted.host, details, slots, life)

    def day(self, offset: int) -> date:
        return self.today + timedelta(days=offset)


def build_showcase(setting: Setting, diary: Diary, hosts: Sequence[Host]) -> Showcase:
    """Today's class, what waits at each listed desk, and the listed professional's year."""
    stage = Stage(setting, diary, hosts)
    today = class_under_way(stage)
    over = _class_over(stage)
    year = _learner_year(stage)
    waiting = [*_clerks_desk(stage), *_queues(stage), *_lectures(stage)]
    return Showcase([today, over, *year, *waiting], [today, over, *year])


def class_under_way(stage: Stage) -> Spec:
    """A class of yesterday, today and tomorrow, in session at this very moment."""
    now = parts_around(stage.setting.now)
    slots: list[Slot] = [
        (stage.day(-1), AFTERNOON),
        *((stage.today, part) for part in now),
        (stage.day(1), MORNING),
    ]
    teacher = stage.base.lecturers[0]
    wanted = Wanted(stage.base, slots, _EMERGENCY, number=40, lecturer=teacher)
    stage.diary.take(teacher.identity_index, slots)
    spec = stage.spec(wanted, Fate.FILED)
    spec.seats = 30
    return spec


def parts_around(now: datetime) -> list[Part]:
    """A session that began just now, and one after it while there is time before midnight.

    Late in the evening the session began earlier, so that it still lasts; at most 8 学时 a day.
    """
    shown = local(now)
    minute = shown.hour * 60 + shown.minute
    start = min(minute - minute % 5, _LAST_MINUTE - 119)
    end = min(start + 180, _LAST_MINUTE)
    parts = [_part(start, end)]
    again = end + 30
    if again + 120 <= _LAST_MINUTE:
        parts.append(_part(again, again + 120))
    return parts


def _part(start: int, end: int) -> Part:
    halves = (end - start) * 2 // 45
    return Part(time(start // 60, start % 60), time(end // 60, end % 60), 0, halves)


def _class_over(stage: Stage) -> Spec:
    """A class that ended three days ago and waits for the base to confirm its attendance."""
    course = COURSES["卫生健康"][1]
    wanted = Wanted(stage.base, slots_of(_TWO_DAYS, stage.day(-4)), course, number=45)
    return stage.spec(wanted, Fate.FILED)


def _learner_year(stage: Stage) -> list[Spec]:
    """Credited classes of the listed professional: more than half the year, one day over the cap.

    The nearer the new year, the closer together: from February on all lie in this year.
    """
    into_year = stage.today.timetuple().tm_yday
    stretch = max(1, min(5, (into_year - 2) // 34))
    crowded = stage.day(-12 * stretch)
    other = stage.neighbours[0]
    health, public = COURSES["卫生健康"], COURSES["综合"]
    four_days = (((MORNING, AFTERNOON),) * 4, 1)
    wanted = (
        Wanted(stage.base, [(crowded, MORNING)], health[0], number=40),
        Wanted(stage.bureau, [(crowded, LECTURE)], PUBLIC_LECTURES[0], Form.LECTURE, 60),
        Wanted(other, [(crowded, EVENING)], COURSES[other.sector.name][0], number=40),
        Wanted(other, slots_of(_ONE_DAY, stage.day(-17 * stretch)), public[0], number=40),
        Wanted(stage.base, slots_of(four_days, stage.day(-26 * stretch)), health[4], number=40),
        Wanted(stage.base, slots_of(_ONE_DAY, stage.day(-32 * stretch)), public[1], number=40),
    )
    return [stage.spec(each, Fate.CREDITED) for each in wanted]


def _clerks_desk(stage: Stage) -> list[Spec]:
    """Drafts and returned plans of the listed base, the last filing day at hand or missed."""
    health, base = COURSES["卫生健康"], stage.base

    def ahead(offset: int, course: Course, fate: Fate) -> Spec:
        slots = slots_of(_TWO_DAYS, stage.day(offset))
        return stage.spec(Wanted(base, slots, course, number=40), fate)

    unfinished = ahead(34, health[7], Fate.DRAFT)
    unfinished.details = PlanDetails(title=unfinished.details.title, form=Form.FACE_TO_FACE)
    unfinished.slots = []
    full = ahead(22, COURSES["综合"][5], Fate.FILED)
    full.seats, full.queue = full.details.planned_number or 40, 6
    return [
        ahead(11, health[2], Fate.DRAFT),
        ahead(8, health[6], Fate.DRAFT),
        unfinished,
        ahead(14, health[3], Fate.RETURNED),
        ahead(16, health[5], Fate.SUBMITTED),
        full,
        _hurried_draft(stage, full),
        ahead(29, COURSES["综合"][6], Fate.FILED),
        ahead(40, health[0], Fate.CANCELLED),
    ]


def _hurried_draft(stage: Stage, filed: Spec) -> Spec:
    """A draft whose lecturer would come from a filed class, ten minutes before, in another room."""
    before = filed.details.sessions[0]
    room = next(venue for venue in filed.host.venues if venue.id != before.venue_id)
    noon = Part(time(11, 55), time(13, 25), 0, 4)
    row = replace(
        before,
        starts_at=noon.starts_at,
        ends_at=noon.ends_at,
        halves=noon.halves,
        break_minutes=0,
        topic="午间专题答疑",
        venue_id=room.id,
        venue_name=room.name,
        venue_address=room.address,
        venue_area=room.area_code,
    )
    title = f"{filed.details.title}（午间答疑）"
    details = replace(filed.details, title=title, planned_number=20, sessions=(row,))
    life = stage.fates.life(Fate.DRAFT, before.held_on, before.held_on, own_lecture=False)
    return Spec(filed.host, details, [(before.held_on, noon)], life)


def _queues(stage: Stage) -> list[Spec]:
    """What waits for the listed officers: of the county, the city and the other county."""
    found = []
    for host, offsets in (
        (stage.neighbours[0], (8, 18)),
        (stage.neighbours[-1], (12, 24)),
        (stage.city_base, (9, 13, 19)),
        (stage.other_base, (10, 17)),
    ):
        courses = COURSES[host.sector.name]
        for number, offset in enumerate(offsets):
            slots = slots_of(_TWO_DAYS if number else _ONE_DAY, stage.day(offset))
            found.append(stage.spec(Wanted(host, slots, courses[-1 - number]), Fate.SUBMITTED))
    return found


def _lectures(stage: Stage) -> list[Spec]:
    """The next 公益课堂 of the listed bureaus, and one that is over and not confirmed."""
    return [
        stage.spec(
            Wanted(host, [(stage.day(offset), LECTURE)], course, Form.LECTURE, 60), Fate.FILED
        )
        for host, offset, course in (
            (stage.bureau, 2, PUBLIC_LECTURES[1]),
            (stage.city_bureau, 4, PUBLIC_LECTURES[4]),
            (stage.bureau, -3, PUBLIC_LECTURES[3]),
        )
    ]
