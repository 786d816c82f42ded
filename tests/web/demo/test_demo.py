"""What the loaded demo promises; loading it takes a few seconds, so it is loaded once."""

import dataclasses
import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, selectinload

from ce_bases.accounts.models import Account
from ce_bases.attendance.models import AttendanceRecord, SignEvent
from ce_bases.audit.models import AuditEntry
from ce_bases.bureaus.directory import CODES
from ce_bases.bureaus.models import StandIn
from ce_bases.core.clock import business_date, local
from ce_bases.core.identity import SealedId, resident_id_problem
from ce_bases.core.orm import Base
from ce_bases.credits.fold import year_of
from ce_bases.credits.models import LedgerLine, YearRecord
from ce_bases.credits.records import differences, miscounted_confirmations
from ce_bases.demo.listed import BASE, LISTED
from ce_bases.enrolment.models import Enrolment
from ce_bases.organisers.models import Lecturer, Level, Organiser, OrganiserKind, Venue
from ce_bases.people.models import Person, Unit
from ce_bases.plans.checks import problems_of
from ce_bases.plans.conflicts import conflicts_of
from ce_bases.plans.details import content_hash
from ce_bases.plans.models import (
    AttachmentKind,
    Form,
    Plan,
    PlanAttachment,
    PlanRevision,
    PublishedSession,
    Standing,
    TimetableEntry,
)
from ce_bases.plans.workflow import PUBLIC_STATES, PlanState
from ce_bases.policy.registry import filing_policy_for
from ce_bases.web.extensions import make_write_session
from ce_bases.web.extensions import session as reading_session
from ce_bases.web.uploads import file_store
from ce_bases.web.vault import vault
from tests.factories.world import World
from tests.web.client import PageClient
from tests.web.demo.conftest import LOADED_AT

TODAY = business_date(LOADED_AT)
#: Salted or sealed with chance that must not repeat itself.
SALTED = {"password_hash", "id_cipher"}
#: A change being written or judged stands beside what is on file: the same class, not another.
NOT_BESIDE = or_(PlanRevision.standing == Standing.IN_FORCE, PlanRevision.amends.is_(None))
DIGESTS: dict[str, dict[str, str]] = {}
#: Rows written anew while the demo lives through its months: a sequence of PostgreSQL leaves gaps
#: there, SQLite does not. Nothing refers to their numbers; their order is the same.
REWRITTEN = {"message", "timetable_entry"}
#: Who looked at it; and how often something moved, which SQLite counts by rows, PostgreSQL by
#: transactions.
NOT_THE_CITY = {"login_session", "login_failure", "command_receipt", "public_state"}


def count(session: Session, model: type[Base]) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_the_numbers_asked_for_are_reached(demo: Session) -> None:
    wanted = {Organiser: 40, Lecturer: 90, Venue: 150, Plan: 400, Person: 3000, Unit: 60}
    short = {m.__name__: count(demo, m) for m, least in wanted.items() if count(demo, m) < least}
    assert short == {}
    areas = set(demo.scalars(select(Organiser.area_code)))
    kinds = {tuple(row) for row in demo.execute(select(Organiser.kind, Organiser.level))}
    assert areas == set(CODES)
    assert {level for kind, level in kinds if kind is OrganiserKind.BASE} == set(Level)
    assert {level for kind, level in kinds if kind is OrganiserKind.DEPARTMENT} >= {
        Level.COUNTY,
        Level.CITY,
    }


def test_classes_stand_in_every_state_and_spread_over_the_year(demo: Session) -> None:
    states = Counter(demo.scalars(select(Plan.state)))
    assert set(states) == set(PlanState)
    marked = select(func.count()).select_from(Plan).where(Plan.exception_document != "")
    assert (demo.scalar(marked) or 0) >= 5
    first, last = demo.execute(
        select(func.min(PlanRevision.opens_on), func.max(PlanRevision.opens_on))
    ).one()
    assert timedelta(days=285) < TODAY - first < timedelta(days=310)
    assert timedelta(days=75) < last - TODAY < timedelta(days=100)
    forms = set(demo.scalars(select(PublishedSession.form)))
    assert forms >= {Form.FACE_TO_FACE, Form.LIVE, Form.FIELD, Form.LECTURE}


def test_every_bureau_has_something_to_decide_and_a_lecture_of_its_own(demo: Session) -> None:
    waiting = set(demo.scalars(select(Plan.bureau_code).where(Plan.state == PlanState.SUBMITTED)))
    assert waiting == set(CODES)
    own = (
        select(Organiser.area_code)
        .join(Plan)
        .where(Organiser.kind == OrganiserKind.BUREAU, Plan.state.in_(PUBLIC_STATES))
    )
    assert set(demo.scalars(own)) == set(CODES)


def test_resident_ids_are_valid_and_of_the_counties(demo: Session) -> None:
    keys = vault()
    numbers = [
        keys.open(SealedId(person.id_cipher, person.id_index, person.id_last4))
        for person in demo.scalars(select(Person))
    ]
    assert len(set(numbers)) == 3000
    assert [n for n in numbers if resident_id_problem(n, today=TODAY)] == []
    assert {n[:6] for n in numbers} <= set(CODES)


def test_only_the_listed_accounts_have_a_password(demo: Session) -> None:
    having = demo.scalars(select(Account.username).where(Account.password_hash.is_not(None)))
    assert set(having) == {listed.username for listed in LISTED}


def submitted_revisions(session: Session) -> Iterator[PlanRevision]:
    yield from session.scalars(
        select(PlanRevision)
        .where(PlanRevision.submitted_at.is_not(None))
        .options(
            selectinload(PlanRevision.entries).selectinload(TimetableEntry.session),
            selectinload(PlanRevision.plan).selectinload(Plan.organiser),
        )
    )


def test_every_submitted_form_would_be_accepted_and_is_sealed(demo: Session) -> None:
    wrong = []
    for revision in submitted_revisions(demo):
        assert revision.opens_on
        policy = filing_policy_for(revision.opens_on.year)
        problems = problems_of(demo, revision, revision.plan.organiser, policy)
        if problems or content_hash(revision) != revision.content_hash:
            wrong.append((revision.id, problems))
    assert wrong == []


def test_nothing_has_happened_after_now(demo: Session) -> None:
    moments = [
        *(AuditEntry.at, SignEvent.occurred_at, SignEvent.received_at, LedgerLine.posted_at),
        *(Plan.state_since, Plan.filed_at, PlanRevision.submitted_at, PlanRevision.decided_at),
        *(Enrolment.created_at, PublishedSession.changed_at, AttendanceRecord.updated_at),
    ]
    late = [str(m) for m in moments if (demo.scalar(select(func.max(m))) or LOADED_AT) > LOADED_AT]
    assert late == []


def test_every_plan_came_to_its_state_step_by_step(demo: Session) -> None:
    last = {}
    for entry in demo.scalars(
        select(AuditEntry).where(AuditEntry.subject_kind == "plan").order_by(AuditEntry.id)
    ):
        plan_id = int(entry.subject_id)
        if "state" in entry.after:
            assert entry.before["state"] == last.get(plan_id, "draft"), entry.subject_id
            last[plan_id] = entry.after["state"]
    states = {plan.id: plan.state.value for plan in demo.scalars(select(Plan))}
    assert {plan_id: last.get(plan_id, "draft") for plan_id in states} == states


def test_no_room_and_no_lecturer_is_booked_twice(demo: Session) -> None:
    live = demo.execute(
        select(TimetableEntry, Lecturer.identity_index)
        .join(PlanRevision)
        .join(Lecturer, Lecturer.id == TimetableEntry.lecturer_id)
        .where(PlanRevision.standing != Standing.PAST, NOT_BESIDE)
    ).all()
    for key in ("venue", "lecturer"):
        by_place: dict[object, list[tuple[object, object]]] = {}
        for entry, identity in live:
            who = entry.venue_id if key == "venue" else identity
            if who is not None:
                by_place.setdefault((who, entry.held_on), []).append(
                    (entry.starts_at, entry.ends_at)
                )
        overlapping = [
            (place, times)
            for place, slots in by_place.items()
            for times in zip(sorted(slots), sorted(slots)[1:], strict=False)
            if times[1][0] < times[0][1]
        ]
        assert overlapping == [], key


def test_the_stored_years_are_the_fold_and_confirmations_count_right(demo: Session) -> None:
    assert count(demo, YearRecord) > 2000
    assert list(differences(demo)) == []
    assert miscounted_confirmations(demo) == []
    assert (demo.scalar(select(func.count()).where(LedgerLine.reverses_id.is_not(None))) or 0) >= 2


def person_of(session: Session, username: str) -> Person:
    return session.scalars(
        select(Person)
        .join(Account, Account.id == Person.account_id)
        .where(Account.username == username)
    ).one()


def test_the_listed_professional_is_past_half_way_with_a_day_over_the_cap(demo: Session) -> None:
    fold = year_of(demo, person_of(demo, "learner").id, TODAY.year)
    limits = {limit for entry in fold.result.entries for limit in entry.limits}
    assert limits == {"daily_cap"}
    total = fold.result.public_halves + fold.result.professional_halves
    assert 90 < total < 180
    assert not fold.result.is_complete


def test_a_class_of_the_listed_lecturer_is_under_way_with_the_professional_expected(
    demo: Session,
) -> None:
    now = local(LOADED_AT)
    entry = demo.scalars(
        select(TimetableEntry)
        .join(PlanRevision)
        .join(Lecturer, Lecturer.id == TimetableEntry.lecturer_id)
        .join(Account, Account.id == Lecturer.account_id)
        .where(
            Account.username == "lecturer",
            TimetableEntry.held_on == TODAY,
            TimetableEntry.starts_at <= now.time(),
            TimetableEntry.ends_at > now.time(),
            PlanRevision.standing == Standing.IN_FORCE,
        )
        .options(selectinload(TimetableEntry.revision))
    ).one()
    roster = set(
        demo.scalars(select(Enrolment.person_id).where(Enrolment.plan_id == entry.revision.plan_id))
    )
    signed = set(
        demo.scalars(
            select(AttendanceRecord.person_id).where(
                AttendanceRecord.session_id == entry.session_id
            )
        )
    )
    learner = person_of(demo, "learner").id
    assert len(roster) == 30
    assert learner in roster - signed
    assert 3 < len(signed) < 20


def test_the_listed_base_has_work_of_every_sort(demo: Session) -> None:
    plans = demo.scalars(select(Plan).join(Organiser).where(Organiser.name == BASE)).all()
    assert {plan.state for plan in plans} >= {
        *(PlanState.DRAFT, PlanState.RETURNED, PlanState.SUBMITTED, PlanState.FILED),
        *(PlanState.CREDITED, PlanState.CANCELLED),
    }
    over = (
        select(PlanRevision.id)
        .join(Plan)
        .join(Organiser)
        .where(
            Organiser.name == BASE,
            Plan.state == PlanState.FILED,
            PlanRevision.standing == Standing.IN_FORCE,
            PlanRevision.closes_on < TODAY,
        )
    )
    assert demo.scalars(over).all() != []


def test_classes_carry_the_files_they_came_with(demo_app: Flask, demo: Session) -> None:
    rows = demo.execute(
        select(PlanAttachment, Organiser.name, Plan.state)
        .join(PlanRevision, PlanRevision.id == PlanAttachment.revision_id)
        .join(Plan, Plan.id == PlanRevision.plan_id)
        .join(Organiser, Organiser.id == Plan.organiser_id)
        .where(PlanRevision.standing != Standing.PAST)
    ).all()
    kinds = {(kind.kind, state) for kind, name, state in rows if name == BASE}
    assert kinds >= {
        (kind, state)
        for kind in (AttachmentKind.NOTICE, AttachmentKind.FORM)
        for state in (PlanState.SUBMITTED, PlanState.RETURNED, PlanState.FILED)
    }
    elsewhere = {(each.kind, state) for each, name, state in rows if name != BASE}
    assert (AttachmentKind.NOTICE, PlanState.SUBMITTED) in elsewhere
    with demo_app.app_context():
        store = file_store()
        kept = [(each.file, store.read(each.file.storage_name)) for each, *_rest in rows]
    assert [f.id for f, data in kept if hashlib.sha256(data).hexdigest() != f.sha256] == []
    heads = {f.media_type: data[:4] for f, data in kept}
    assert heads == {"application/pdf": b"%PDF", "image/png": b"\x89PNG"}


def test_the_second_officer_is_away_and_the_first_stands_in(demo: Session) -> None:
    names = {a.id: a.username for a in demo.scalars(select(Account))}
    found = [
        (names[row.account_id], names[row.colleague_account_id], row.from_on)
        for row in demo.scalars(select(StandIn))
    ]
    assert found == [("officer2", "officer", TODAY)]


def test_loading_again_adds_nothing_and_keeps_a_changed_password(
    demo_app: Flask, demo: Session
) -> None:
    before = {m.class_.__tablename__: count(demo, m.class_) for m in Base.registry.mappers}
    demo.rollback()
    with make_write_session() as session:
        account = session.scalars(select(Account).where(Account.username == "clerk2")).one()
        was, account.password_hash, account.password_changed_at = (
            account.password_hash,
            "x",
            LOADED_AT,
        )
        session.commit()
    runner = demo_app.test_cli_runner()
    result = runner.invoke(args=["demo", "load"])
    listed = json.loads(runner.invoke(args=["demo", "accounts", "--json"]).stdout)
    with make_write_session() as session:
        account = session.scalars(select(Account).where(Account.username == "clerk2")).one()
        kept, account.password_hash, account.password_changed_at = account.password_hash, was, None
        session.commit()
    assert (result.exit_code, result.output) == (
        0,
        "The demo is loaded already; nothing was added.\n",
    )
    assert kept == "x"
    assert [row["username"] for row in listed if row["password"] is None] == ["clerk2"]
    demo.rollback()
    assert {m.class_.__tablename__: count(demo, m.class_) for m in Base.registry.mappers} == before


@pytest.mark.parametrize("listed", LISTED, ids=lambda listed: listed.username)
def test_listed_accounts_log_in_through_the_form(demo_app: Flask, listed: object) -> None:
    demo_app.test_client_class = PageClient
    client = demo_app.test_client()
    sent = {"username": listed.username, "password": listed.password}
    answer = client.post(
        "/login", data={**sent, "idempotency_key": "5b0cbb6c-21c5-4d4f-9d0a-1a4f6f0e9d11"}
    )
    assert (answer.status_code, answer.location) == (302, "/home")
    page = client.get("/account")
    assert page.status_code == 200
    assert listed.name in page.text
    assert listed.organisation in page.text


def test_accounts_are_printed_as_json_with_the_four_fields(demo_app: Flask) -> None:
    result = demo_app.test_cli_runner().invoke(args=["demo", "accounts", "--json"])
    rows = json.loads(result.stdout)
    assert [set(row) for row in rows] == [{"username", "password", "role", "organisation"}] * len(
        LISTED
    )
    assert {row["role"] for row in rows} == {
        *("professional", "unit", "base", "lecturer", "county", "city", "admin")
    }


def test_the_same_moment_gives_the_same_city(demo_app: Flask, demo: Session) -> None:
    """Both databases were loaded apart from each other; their rows are the same."""
    digests: dict[str, str] = {}
    for table in Base.metadata.sorted_tables:
        if table.name in NOT_THE_CITY:
            continue
        columns = [
            c
            for c in table.columns
            if c.name not in SALTED and not (c.name == "id" and table.name in REWRITTEN)
        ]
        statement = select(*columns).order_by(*table.primary_key.columns)
        if table.name == "audit_entry":
            statement = statement.where(table.c.action != "log_in")
        rows = repr([tuple(row) for row in demo.execute(statement)])
        digests[table.name] = hashlib.sha256(rows.encode()).hexdigest()
    DIGESTS[demo.get_bind().dialect.name] = digests
    first = next(iter(DIGESTS.values()))
    assert [name for name in digests if digests[name] != first[name]] == []


def test_production_is_refused(app: Flask) -> None:
    settings = app.config["SETTINGS"]
    app.config["SETTINGS"] = dataclasses.replace(settings, mode="production")
    try:
        result = app.test_cli_runner().invoke(args=["demo", "load"])
    finally:
        app.config["SETTINGS"] = settings
    assert result.exit_code == 1
    assert "--i-know" in result.output
    assert count(reading_session(), Account) == 0


def test_a_database_with_other_data_is_refused(app: Flask, world: World) -> None:
    before = count(reading_session(), Organiser)
    reading_session().rollback()
    result = app.test_cli_runner().invoke(args=["demo", "load"])
    assert result.exit_code == 1
    assert "organisers" in result.output
    assert count(reading_session(), Organiser) == before


def test_prepare_upgrades_loads_and_lists_in_one_start(demo_app: Flask) -> None:
    result = demo_app.test_cli_runner().invoke(args=["demo", "prepare"])

    assert result.exit_code == 0, result.output
    assert "loaded already" in result.output
    assert [a.username for a in LISTED if a.username not in result.output] == []


def test_submitted_timetables_are_free_of_blocks_and_a_draft_is_warned_of(demo: Session) -> None:
    """What a clerk trying the site meets: nothing refused, one lecturer in a hurry."""
    warned: list[str] = []
    for revision in demo.scalars(
        select(PlanRevision).where(PlanRevision.standing != Standing.PAST)
    ).all():
        if revision.opens_on is None:
            continue
        found = conflicts_of(demo, revision, filing_policy_for(revision.opens_on.year))
        assert [str(each.text) for each in found if each.blocks] == [], revision.id
        warned += [revision.title for each in found if each.conflict.kind == "travel"]
    assert len(warned) == 2
    assert sum("午间答疑" in title for title in warned) == 1
