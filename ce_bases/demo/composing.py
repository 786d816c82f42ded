"""Filling in the filing form of a class."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, time, timedelta

from ce_bases.core.clock import moment_at
from ce_bases.demo.courses import COURSES, PUBLIC_LECTURES, Course
from ce_bases.demo.host import Host
from ce_bases.demo.setting import Setting
from ce_bases.demo.timetable import Diary, Slot
from ce_bases.organisers.models import Lecturer, Level, OrganiserKind, Venue
from ce_bases.plans.details import PlanDetails, SessionDetails
from ce_bases.plans.models import Form, Reach, Subject

ASSESSMENTS = (
    "结业测试，满分 100 分，60 分合格",
    "提交学习心得一篇",
    "现场考核与出勤相结合",
    "分组汇报",
)


@dataclass
class Wanted:
    """What a class shall be; left empty, chance decides."""

    host: Host
    slots: Sequence[Slot]
    course: Course
    form: Form = Form.FACE_TO_FACE
    number: int = 40
    lecturer: Lecturer | None = None
    title: str = ""


def pick_course(setting: Setting, host: Host) -> Course:
    """A course of the host's trade, or a public one."""
    if host.is_bureau:
        return setting.rng.choice(PUBLIC_LECTURES)
    trade = "综合" if setting.rng.random() < 0.18 else host.sector.name
    return setting.rng.choice(COURSES[trade])


def compose(setting: Setting, diary: Diary, wanted: Wanted) -> PlanDetails | None:
    """The whole form, its room and lecturers taken in `diary`; None when there is no room."""
    host, rng = wanted.host, setting.rng
    venue: Venue | None = None
    if wanted.form is not Form.LIVE:
        venue = diary.room(host, wanted.slots, seats=wanted.number)
        if venue is None:
            return None
    rows = _rows(setting, diary, wanted, venue)
    if rows is None:
        return None
    title, topics = wanted.course
    opens_on = min(day for day, _ in wanted.slots)
    is_paid = not host.is_bureau and host.sector.name != "综合" and rng.random() < 0.15
    return PlanDetails(
        title=wanted.title or f"{opens_on.year}年{host.place}{title}",
        subject=Subject.PUBLIC if title.startswith("公") else Subject.PROFESSIONAL,
        series="" if title.startswith("公") else host.sector.name,
        form=wanted.form,
        reach=_reach(host),
        audience=f"{host.place}{host.sector.audience}",
        planned_number=wanted.number,
        live_address=f"https://live.example.org/{host.organiser.id}-{opens_on:%m%d}"
        if wanted.form is Form.LIVE
        else "",
        aims=f"帮助{host.sector.audience}掌握“{topics[0]}”等内容，提升实际工作能力。",
        outline="；".join(f"（{n}）{topic}" for n, topic in enumerate(topics, 1)) + "。",
        assessment=rng.choice(ASSESSMENTS) if wanted.form is not Form.LECTURE else "签到即可",
        fee_cents=rng.choice((12000, 20000, 28000)) if is_paid else 0,
        fee_item="资料费、场地费" if is_paid else "",
        fee_basis="按成本收取，不以营利为目的" if is_paid else "",
        contact_name=f"{host.clerks[0].name[0]}老师",
        contact_phone=host.organiser.phone,
        enrol_how=rng.choice(("电话报名", "由单位统一报名", "扫描通知附件中的二维码报名")),
        enrol_closes_at=moment_at(opens_on - timedelta(days=2), time(17)).astimezone(UTC),
        sessions=tuple(rows),
    )


def _rows(
    setting: Setting, diary: Diary, wanted: Wanted, venue: Venue | None
) -> list[SessionDetails] | None:
    """The timetable, topic after topic; None when nobody is free to teach one of them."""
    _, topics = wanted.course
    rows = []
    for index, slot in enumerate(wanted.slots):
        lecturer = wanted.lecturer or diary.lecturer(wanted.host, slot, setting.rng)
        if lecturer is None:
            return None
        topic = topics[index % len(topics)]
        if index >= len(topics):
            topic += "（研讨）"
        rows.append(_row(wanted.host, slot, topic, lecturer, venue))
    return rows


def _row(
    host: Host, slot: Slot, topic: str, lecturer: Lecturer, venue: Venue | None
) -> SessionDetails:
    day, part = slot
    return SessionDetails(
        held_on=day,
        starts_at=part.starts_at,
        ends_at=part.ends_at,
        halves=part.halves,
        topic=topic,
        break_minutes=part.break_minutes,
        lecturer_id=lecturer.id,
        lecturer_name=lecturer.name,
        lecturer_unit=lecturer.unit_name,
        lecturer_title=lecturer.title,
        venue_id=venue.id if venue else None,
        venue_name=venue.name if venue else "",
        venue_address=venue.address if venue else "",
        venue_area=venue.area_code if venue else host.area,
    )


def _reach(host: Host) -> Reach:
    if host.organiser.kind is OrganiserKind.DEPARTMENT:
        return Reach.SECTOR
    return Reach.COUNTY if host.organiser.level is Level.COUNTY else Reach.CITY
