"""Writing down a class: new drafts, and newer versions of them."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from ce_bases.audit.service import Act, record
from ce_bases.core.actors import Actor
from ce_bases.core.errors import InvalidInputError, WrongStateError
from ce_bases.core.text import msg
from ce_bases.organisers.models import Lecturer, Organiser, Venue
from ce_bases.plans import checks
from ce_bases.plans.details import (
    ATTACHMENT_COLUMNS,
    CONTENT_COLUMNS,
    ENTRY_COLUMNS,
    PlanDetails,
    SessionDetails,
    differences,
    session_details_of,
    snapshot,
)
from ce_bases.plans.differences import begun_uids
from ce_bases.plans.models import (
    CourseSession,
    Plan,
    PlanAttachment,
    PlanRevision,
    Standing,
    TimetableEntry,
)
from ce_bases.plans.moves import check_version, require_writer, take
from ce_bases.plans.queries import in_force, open_revision, working_change
from ce_bases.plans.workflow import EDITABLE_STATES, STATE_LABELS, PlanState
from ce_bases.policy.scope import receiving_bureau


def draft_plan(
    session: Session, organiser: Organiser, details: PlanDetails, *, actor: Actor, now: datetime
) -> Plan:
    """Keep `details` as a new draft of `organiser`; its bureau is computed, never chosen."""
    plan = Plan(
        organiser_id=organiser.id,
        organiser=organiser,
        bureau_code=receiving_bureau(organiser.level, organiser.area_code),
        state=PlanState.DRAFT,
        state_since=now,
        created_by=actor.account_id,
        created_at=now,
        updated_at=now,
    )
    require_writer(actor, plan, organiser)
    refuse_impossible(details)
    session.add(plan)
    session.flush()
    revision = PlanRevision(
        plan=plan, number=1, standing=Standing.WORKING, title="", created_at=now, updated_at=now
    )
    session.add(revision)
    _write(session, plan, revision, details, now=now)
    record(
        session,
        Act("plan_draft", "plan", plan.id, after={"title": details.title}),
        actor=actor,
        now=now,
    )
    return plan


def save_draft(
    session: Session,
    plan: Plan,
    details: PlanDetails,
    *,
    expected_version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Write `details` over the working revision, unless a colleague has saved a newer one."""
    take(session, plan)
    require_writer(actor, plan, plan.organiser)
    if not is_writable(plan):
        raise WrongStateError(
            msg("这份计划现在是“%(state)s”，不能再修改。", state=STATE_LABELS[plan.state]),
            next_step=msg("如需修改已报送的计划，请联系受理部门退回补正。"),
        )
    check_version(session, plan, expected_version)
    refuse_impossible(details)
    revision = open_revision(plan)
    assert revision is not None
    refuse_touching_held(plan, details, now=now)
    before = snapshot(revision)
    _write(session, plan, revision, details, now=now)
    changed = differences(before, snapshot(revision))
    if not changed[1]:
        return
    # The plan's version must rise although only its revision changed.
    plan.updated_at = now
    flag_modified(plan, "updated_at")
    record(
        session,
        Act("plan_save", "plan", plan.id, before=changed[0], after=changed[1]),
        actor=actor,
        now=now,
    )


def is_writable(plan: Plan) -> bool:
    """Whether there is a text its organiser may still write in: a draft, or a change of a filed
    plan.
    """
    return plan.state in EDITABLE_STATES or working_change(plan) is not None


def refuse_touching_held(plan: Plan, details: PlanDetails, *, now: datetime) -> None:
    """Raise InvalidInputError where a change touches a session already held — rules §3."""
    filed = in_force(plan)
    if filed is None:
        return
    begun = begun_uids(filed, now)
    held = {e.session.uid: session_details_of(e) for e in filed.entries if e.session.uid in begun}
    left = {row.uid for row in details.sessions}
    problems = {
        f"sessions-{index}-held_on": msg("这个课次已经举行，不能再修改。")
        for index, row in enumerate(details.sessions)
        if row.uid in held and row != held[row.uid]
    }
    if any(uid not in left for uid in held):
        problems["sessions"] = msg("已经举行的课次不能删除。")
    if problems:
        raise InvalidInputError(
            msg("已经举行的课次不能修改；确有出入的，请用考勤更正。"), problems=problems
        )


def refuse_impossible(details: PlanDetails) -> None:
    """Raise InvalidInputError for rows that not even a draft can hold, naming their fields."""
    if problems := checks.impossible_rows(details.sessions):
        raise InvalidInputError(
            msg("有 %(n)d 处时间或学时不合理，改正后才能保存。", n=len(problems)), problems=problems
        )


def _write(
    session: Session, plan: Plan, revision: PlanRevision, details: PlanDetails, *, now: datetime
) -> None:
    for name, value in details.content().items():
        setattr(revision, name, value)
    revision.updated_at = now
    known = {entry.session.uid: entry.session for entry in revision.entries}
    kept = _as_filed(revision)
    revision.entries.clear()
    session.flush()
    for wanted in details.sessions:
        identity = known.get(wanted.uid)
        if identity is None:
            identity = CourseSession(plan_id=plan.id, uid=uuid.uuid4().hex)
            session.add(identity)
        if wanted in kept:
            entry = TimetableEntry(session=identity, **kept[wanted])
        else:
            entry = _entry(session, plan, identity, wanted)
        revision.entries.append(entry)
    session.flush()
    session.refresh(revision, ["entries"])


def _as_filed(revision: PlanRevision) -> dict[SessionDetails, dict[str, Any]]:
    """The columns of a change's rows that may stay as they are: a lecturer or a room renamed in
    the list since then is no change of the class.
    """
    if revision.amends is None:
        return {}
    return {session_details_of(entry): columns_of(entry) for entry in revision.entries}


def columns_of(entry: TimetableEntry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in ENTRY_COLUMNS}


def _entry(
    session: Session, plan: Plan, identity: CourseSession, wanted: SessionDetails
) -> TimetableEntry:
    """A timetable row with the names of the organiser's own lecturer and venue copied in."""
    entry = TimetableEntry(
        session=identity,
        held_on=wanted.held_on,
        starts_at=wanted.starts_at,
        ends_at=wanted.ends_at,
        break_minutes=wanted.break_minutes,
        halves=wanted.halves,
        topic=wanted.topic,
    )
    _name_lecturer(session, plan, entry, wanted)
    _name_venue(session, plan, entry, wanted)
    return entry


def _name_lecturer(
    session: Session, plan: Plan, entry: TimetableEntry, wanted: SessionDetails
) -> None:
    lecturer = session.get(Lecturer, wanted.lecturer_id) if wanted.lecturer_id else None
    if lecturer is not None and lecturer.organiser_id == plan.organiser_id:
        entry.lecturer_id = lecturer.id
        entry.lecturer_name = lecturer.name
        entry.lecturer_unit = lecturer.unit_name
        entry.lecturer_title = lecturer.title
    else:
        entry.lecturer_name = wanted.lecturer_name
        entry.lecturer_unit = wanted.lecturer_unit
        entry.lecturer_title = wanted.lecturer_title


def _name_venue(
    session: Session, plan: Plan, entry: TimetableEntry, wanted: SessionDetails
) -> None:
    venue = session.get(Venue, wanted.venue_id) if wanted.venue_id else None
    if venue is not None and venue.organiser_id == plan.organiser_id:
        entry.venue_id = venue.id
        entry.venue_name = venue.name
        entry.venue_address = venue.address
        entry.venue_area = venue.area_code
    else:
        entry.venue_name = wanted.venue_name
        entry.venue_address = wanted.venue_address
        entry.venue_area = wanted.venue_area or plan.organiser.area_code


def reopen(
    session: Session,
    plan: Plan,
    past: PlanRevision,
    *,
    now: datetime,
    amends: int | None = None,
    corrects: int | None = None,
) -> PlanRevision:
    """A working copy of a frozen revision: the same sessions, the same files."""
    content = {name: getattr(past, name) for name in (*CONTENT_COLUMNS, "opens_on", "closes_on")}
    copy = PlanRevision(
        plan=plan,
        number=plan.revisions[-1].number + 1,
        standing=Standing.WORKING,
        amends=amends,
        corrects=corrects,
        created_at=now,
        updated_at=now,
        **content,
    )
    session.add(copy)
    session.flush()
    for entry in past.entries:
        copy.entries.append(TimetableEntry(session=entry.session, **columns_of(entry)))
    for kept in past.attachments:
        copied = {name: getattr(kept, name) for name in ATTACHMENT_COLUMNS}
        copy.attachments.append(PlanAttachment(**copied))
    session.flush()
    return copy
