"""What base and bureau should look at, of whole plans at once. Callers have scoped the sessions."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.attendance.fold import rule_of, timing_of
from ce_bases.attendance.models import AttendanceRecord, SessionRegister, SignEvent
from ce_bases.core.text import Text, msg
from ce_bases.people.models import Person
from ce_bases.plans.models import Plan, PlanRevision, Standing, TimetableEntry
from ce_bases.plans.queries import SessionInForce, in_force
from ce_bases.policy.attendance import Attendance, Sign
from ce_bases.policy.flags import Code, Flag, Interval, Scene, Seen, flags_of, presence
from ce_bases.policy.registry import filing_policy_for

MOST_NAMES = 8


@dataclass(frozen=True, slots=True)
class Raised:
    """One flag in words for people; its code tells pages that say the same in their own way."""

    code: Code
    words: Text


Flags = Mapping[int, Sequence[Raised]]


def sessions_of(plan: Plan) -> list[SessionInForce]:
    """The sessions of a plan's filed revision."""
    revision = in_force(plan)
    entries = revision.entries if revision else []
    return [SessionInForce(plan, revision, entry) for entry in entries if revision]


def flags_of_sessions(session: Session, sessions: Sequence[SessionInForce]) -> Flags:
    """Session id → what was seen there, in words with names; sessions without are left out."""
    by_id = {held.session_id: held for held in sessions}
    events = _events(session, by_id)
    heads = _headcounts(session, by_id)
    elsewhere = _elsewhere(session, sessions)
    raised: dict[int, tuple[Flag, ...]] = {}
    for session_id, held in by_id.items():
        scene = Scene(timing_of(held), heads.get(session_id), elsewhere.get(session_id))
        thresholds = filing_policy_for(held.entry.held_on.year).flags
        found = flags_of(events.get(session_id, ()), scene, rule_of(held), thresholds)
        if found:
            raised[session_id] = found
    names = _names(session, raised.values())
    return {
        session_id: [Raised(flag.code, _words(flag, names, by_id[session_id])) for flag in found]
        for session_id, found in raised.items()
    }


def _events(session: Session, wanted: Iterable[int]) -> Mapping[int, list[Seen]]:
    event = SignEvent
    rows = session.execute(
        select(
            event.session_id,
            event.person_id,
            event.event_id,
            event.kind,
            event.way,
            event.occurred_at,
            event.annuls_id,
            event.device,
            event.recorded_by,
        ).where(event.session_id.in_(list(wanted)))
    )
    found: dict[int, list[Seen]] = defaultdict(list)
    for row in rows:
        sign = Sign(row.event_id, row.kind.value, row.way.value, row.occurred_at, row.annuls_id)
        found[row.session_id].append(Seen(row.person_id, sign, row.device, row.recorded_by))
    return found


def _headcounts(session: Session, wanted: Iterable[int]) -> dict[int, int | None]:
    rows = session.execute(
        select(SessionRegister.session_id, SessionRegister.headcount).where(
            SessionRegister.session_id.in_(list(wanted))
        )
    )
    return dict(rows.all())


def _elsewhere(
    session: Session, sessions: Sequence[SessionInForce]
) -> Mapping[int, Mapping[int, list[Interval]]]:
    """Session id → person → when the others of the day say that they were there."""
    days = {held.entry.held_on for held in sessions}
    own = [held.session_id for held in sessions]
    mine = select(AttendanceRecord.person_id).where(
        AttendanceRecord.session_id.in_(own), AttendanceRecord.signed_in_at.is_not(None)
    )
    rows = session.execute(
        select(Plan, PlanRevision, TimetableEntry, AttendanceRecord)
        .join(PlanRevision, PlanRevision.plan_id == Plan.id)
        .join(TimetableEntry, TimetableEntry.revision_id == PlanRevision.id)
        .join(AttendanceRecord, AttendanceRecord.session_id == TimetableEntry.session_id)
        .where(
            PlanRevision.standing == Standing.IN_FORCE,
            TimetableEntry.held_on.in_(days),
            AttendanceRecord.signed_in_at.is_not(None),
            AttendanceRecord.person_id.in_(mine),
        )
    )
    found: dict[int, dict[int, list[Interval]]] = defaultdict(lambda: defaultdict(list))
    for plan, revision, entry, record in rows:
        other = SessionInForce(plan, revision, entry)
        interval = _presence(other, record)
        for held in sessions if interval else ():
            is_other = other.session_id != held.session_id
            if interval and is_other and entry.held_on == held.entry.held_on:
                found[held.session_id][record.person_id].append(interval)
    return found


def _presence(other: SessionInForce, record: AttendanceRecord) -> Interval | None:
    kept = Attendance(
        record.signed_in_at, record.signed_out_at, record.attended, record.by_hand, record.off_hours
    )
    return presence(kept, timing_of(other))


def _names(session: Session, raised: Iterable[Iterable[Flag]]) -> Mapping[int, str]:
    wanted = {person for flags in raised for flag in flags for person in flag.people[:MOST_NAMES]}
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted)))
    return dict(rows.all())


def _words(flag: Flag, names: Mapping[int, str], held: SessionInForce) -> Text:
    """What was seen, for people: how many, whom, when."""
    policy = filing_policy_for(held.entry.held_on.year)
    listed = "、".join(names[person] for person in flag.people[:MOST_NAMES])
    if len(flag.people) > MOST_NAMES:
        listed += "……"
    values = {"n": flag.count, "total": flag.out_of, "names": listed, "at": flag.at}
    match flag.code:
        case "same_device":
            return msg("同一部手机给 %(n)d 人签到：%(names)s（最早 %(at)s）", **values)
        case "two_places":
            return msg("%(n)d 人同一时间还在另一个课次签到：%(names)s", **values)
        case "burst":
            seconds = policy.flags.burst_seconds
            return msg("%(seconds)d 秒内连续点名 %(n)d 次（%(at)s 起）", seconds=seconds, **values)
        case "by_hand":
            share = round(policy.attendance.by_hand_share * 100)
            return msg(
                "事后补录 %(n)d 人，超过出勤 %(total)d 人的 %(share)d%%：%(names)s",
                share=share,
                **values,
            )
        case "off_hours":
            return msg("在签到、签退时间以外点名 %(n)d 人：%(names)s", **values)
        case _:
            return msg("签到 %(n)d 人，多于现场清点的 %(total)d 人", **values)
