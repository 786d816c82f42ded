"""A unit reminds its people whose year is not complete: a message each, once a week at most."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func
from sqlalchemy.orm import Session

from ce_bases.audit.service import Act, record
from ce_bases.core.actors import Actor
from ce_bases.core.clock import business_date
from ce_bases.core.errors import ForbiddenError
from ce_bases.core.inserting import insert_on_conflict
from ce_bases.core.text import msg
from ce_bases.credits.fold import chunks
from ce_bases.credits.models import HoursReminder, YearRecord
from ce_bases.credits.staff import StaffFilter, staff
from ce_bases.messages.notes import Note
from ce_bases.messages.service import notify
from ce_bases.people.models import Person
from ce_bases.policy.registry import policy_for

#: Between two reminders of one person by the same unit.
REST = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Short:
    """Who is short of hours this year, as the unit's filters narrow it down.

    `told` get a message; `resting` were reminded within the week; `unreachable` have no account.
    """

    told: Sequence[Any]
    resting: Sequence[Any]
    unreachable: Sequence[Any]


def short_of_hours(session: Session, unit_id: int, wanted: StaffFilter, *, now: datetime) -> Short:
    """The unit's people of today whose year is not complete, in one query."""
    rows = session.execute(_short(unit_id, wanted, now)).all()
    since = now - REST
    reachable = [row for row in rows if row.account_id is not None]
    resting = [r for r in reachable if r.reminded_at is not None and r.reminded_at > since]
    held = {row.id for row in resting}
    return Short(
        told=[row for row in reachable if row.id not in held],
        resting=resting,
        unreachable=[row for row in rows if row.account_id is None],
    )


def _short(unit_id: int, wanted: StaffFilter, now: datetime) -> Select[Any]:
    """Rows of `staff.staff` with account_id and reminded_at; the year is always the present one."""
    today = business_date(now)
    this_year = replace(wanted, year=today.year)
    return (
        staff(unit_id, this_year, policy_for(today.year).requirement, today=today)
        .add_columns(Person.account_id, HoursReminder.reminded_at)
        .outerjoin(
            HoursReminder,
            (HoursReminder.person_id == Person.id) & (HoursReminder.unit_id == unit_id),
        )
        .where(~func.coalesce(YearRecord.is_complete, False))
    )


def remind_staff(session: Session, wanted: StaffFilter, *, actor: Actor, now: datetime) -> int:
    """Tell everybody of the actor's unit who is short of hours what is missing; how many.

    Whoever was reminded by this unit within the week is left out, by whichever of two clicks
    came first: the row of unit and person decides in the database.
    """
    if actor.unit_id is None:
        raise ForbiddenError(msg("只有用人单位可以提醒本单位人员。"))
    rows = {row.id: row for row in short_of_hours(session, actor.unit_id, wanted, now=now).told}
    taken: list[int] = []
    for chunk in chunks(sorted(rows)):
        taken += _take(session, chunk, actor, now)
    same: dict[int, list[int]] = defaultdict(list)  # one note for all who lack the same
    for person_id in taken:
        same[rows[person_id].missing].append(rows[person_id].account_id)
    for missing, accounts in sorted(same.items()):
        notify(session, accounts, _note(missing, actor, now), now=now)
    if taken:
        after = {"year": business_date(now).year, "count": len(taken), "people": sorted(taken)}
        record(
            session, Act("remind_staff", "unit", actor.unit_id, after=after), actor=actor, now=now
        )
    return len(taken)


def _take(session: Session, people: Sequence[int], actor: Actor, now: datetime) -> Sequence[int]:
    """Those of `people` whom nobody of the unit reminded within the week: now they are."""
    values = {"unit_id": actor.unit_id, "reminded_at": now, "reminded_by": actor.account_id}
    insert = insert_on_conflict(session, HoursReminder).values(
        [{**values, "person_id": person_id} for person_id in people]
    )
    again = {name: insert.excluded[name] for name in ("reminded_at", "reminded_by")}
    statement = insert.on_conflict_do_update(
        index_elements=["unit_id", "person_id"],
        set_=again,
        where=HoursReminder.reminded_at <= now - REST,
    )
    return session.scalars(statement.returning(HoursReminder.person_id)).all()


def _note(missing: int, actor: Actor, now: datetime) -> Note:
    year = business_date(now).year
    return Note(
        kind="hours_short",
        title=msg("%(year)s 年还差 %(hours)s 学时", year=str(year), hours=f"{missing / 2:g}"),
        body=msg(
            "%(unit)s提醒您在年底前完成 %(year)s 年的学时。"
            "“我的学时”里有还差的科目、可以参加的课，也可以在那里申报学时。",
            unit=actor.organisation,
            year=str(year),
        ),
        endpoint="credits.year",
        values={"year": year},
    )
