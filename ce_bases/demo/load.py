"""Loading the demo: everything is thought up first, then written in one transaction."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.accounts.models import Account
from ce_bases.attendance.models import AttendanceRecord, SessionRegister, SignEvent
from ce_bases.audit.models import AuditEntry
from ce_bases.audit.service import Act
from ce_bases.bureaus.directory import CITY_CODE
from ce_bases.bureaus.models import BureauMember
from ce_bases.certificates.service import Issuer
from ce_bases.core import transactions
from ce_bases.core.actors import Actor
from ce_bases.core.filestore import FileStore
from ce_bases.core.identity import IdVault
from ce_bases.core.orm import Base
from ce_bases.credits.models import Confirmation
from ce_bases.demo.amended import change_classes
from ce_bases.demo.book import (
    Book,
    first_ids,
    insert_rows,
    look_anew,
    pass_on_ids,
    update_rows,
    values_of,
)
from ce_bases.demo.certifying import issue_certificates
from ce_bases.demo.claiming import write_claims
from ce_bases.demo.desks import go_on_leave, keep_reasons
from ce_bases.demo.doors import take_attendance
from ce_bases.demo.host import Host
from ce_bases.demo.ids import ResidentIds
from ce_bases.demo.listed import BASE, BY_USERNAME, HOME
from ce_bases.demo.names import person_name
from ce_bases.demo.objecting import raise_objections
from ce_bases.demo.organisations import build_hosts
from ce_bases.demo.paperwork import Papers, Round
from ce_bases.demo.population import Population, build_population
from ce_bases.demo.posting import post_hours
from ce_bases.demo.programme import build_programme
from ce_bases.demo.reminding import remind_learner
from ce_bases.demo.rosters import fill_rosters, write_enrolments
from ce_bases.demo.setting import Setting
from ce_bases.demo.showcase import build_showcase
from ce_bases.demo.timetable import Diary
from ce_bases.demo.too_late import draft_late_classes
from ce_bases.demo.walking import write_papers
from ce_bases.enrolment.models import Enrolment
from ce_bases.files.models import StoredFile
from ce_bases.organisers.models import Lecturer, Organiser, OrganiserMember, Venue
from ce_bases.people.models import Affiliation, Person, Unit, UnitMember
from ce_bases.plans.models import (
    CourseSession,
    FilingSerial,
    Plan,
    PlanAttachment,
    PlanRevision,
    PublishedSession,
    Standing,
    TimetableEntry,
)
from ce_bases.plans.workflow import PlanState

SEED = 20220518  # the day on which the notice came out
MARK = Act("load_demo", "demo", "demo")
_SEALING = (
    *("standing", "submitted_at", "submitted_by", "counted_at", "counted_on", "last_filing_on"),
    *("lead_waiver", "content_hash", "decided_at", "decided_by", "decision_reason"),
)


class NotEmptyError(Exception):
    """The database holds somebody's data; the demo does not mix with it."""


@dataclass
class City:
    """Everything thought up, before it is written."""

    setting: Setting
    hosts: list[Host]
    people: Population
    papers: list[Papers]
    rounds: dict[int, Round]
    officers: Mapping[str, list[Actor]]


def is_loaded(session: Session) -> bool:
    """Whether the demo was loaded into this database before."""
    marks = select(AuditEntry.id).where(
        AuditEntry.subject_kind == MARK.subject_kind, AuditEntry.action == MARK.action
    )
    return session.scalars(marks.limit(1)).first() is not None


def check_empty(session: Session) -> dict[type[Base], int]:
    """The first free ids; NotEmptyError when organisers, people or accounts are in the way."""
    for table, clash in (
        ("organisers", select(Organiser.id)),
        ("people", select(Person.id)),
        ("accounts", select(Account.id).where(Account.username.in_(BY_USERNAME))),
    ):
        if session.scalars(clash.limit(1)).first() is not None:
            raise NotEmptyError(table)
    return first_ids(session)


def load_demo(
    make_session: Callable[[], Session],
    *,
    vault: IdVault,
    store: FileStore,
    issuer: Issuer,
    now: datetime,
) -> Counter[str] | None:
    """Write the demo around `now`; how many rows of what, or None when it is there already.

    Deterministic for a moment (but for the salts of passwords and sealed IDs). What is written
    is thought up outside the transaction, which is short; a second load meanwhile fails whole.
    """
    with make_session() as session:
        if is_loaded(session):
            return None
        next_ids = check_empty(session)
    city = think_up(Book(next_ids), vault=vault, now=now)
    written = Counter(
        organisers=len(city.hosts),
        people=city.setting.book.count(Person),
        plans=len(city.papers),
    )

    def insert(session: Session) -> None:
        check_empty(session)
        write(session, city, store, issuer)

    transactions.run(make_session, insert)
    return written


def think_up(book: Book, *, vault: IdVault, now: datetime) -> City:
    """The whole city in memory."""
    rng = Random(SEED)  # noqa: S311 -- repeatable on purpose
    now = now.replace(microsecond=0)
    setting = Setting(book, vault, now, rng, _ids(rng, now), _names(rng))
    hosts = build_hosts(setting)
    setting.listed_account(BY_USERNAME["admin"])
    people = build_population(setting)
    diary = Diary()
    showcase = build_showcase(setting, diary, hosts)
    specs = [*showcase.specs, *build_programme(setting, diary, hosts)]
    fill_rosters(setting, diary, specs, people, showcase)
    officers = {host.area: host.clerks for host in hosts if host.is_bureau}
    rounds: dict[int, Round] = {}
    papers = write_papers(setting, specs, officers, rounds)
    teachers = {lecturer.id: lecturer.account_id for h in hosts for lecturer in h.lecturers}
    for each in papers:
        if each.plan.filed_at:
            write_enrolments(setting, each, people)
        if each.plan.filed_at and each.plan.state is not PlanState.CANCELLED:
            take_attendance(setting, each, teachers, people.learner)
    return City(setting, hosts, people, papers, rounds, officers)


def _ids(rng: Random, now: datetime) -> ResidentIds:
    return ResidentIds(rng, now.date())


def _names(rng: Random) -> Iterator[str]:
    while True:
        yield person_name(rng)


def write(session: Session, city: City, store: FileStore, issuer: Issuer) -> None:
    """Insert everything in the order the tables depend on each other."""
    setting, book = city.setting, city.setting.book
    book.write(session, Account, Organiser, BureauMember, OrganiserMember, Venue, Lecturer)
    book.write(session, Unit, UnitMember, Person, Affiliation)
    for name, data in setting.files.items():
        store.write(name, data)
    book.write(session, StoredFile)
    book.write(session, Plan, FilingSerial, CourseSession)
    for number in sorted(city.rounds):
        _write_round(session, city.rounds[number])
    book.write(session, PublishedSession, Enrolment, SignEvent, AttendanceRecord, SessionRegister)
    look_anew(session)
    post_hours(session, setting, city.papers, city.officers)
    book.write(session, Confirmation)
    pass_on_ids(session)
    write_claims(session, city.people, store, rng=Random(SEED), now=setting.now)  # noqa: S311
    issue_certificates(session, setting, city.people.learner, city.officers, issuer)
    raise_objections(session, setting, city.people.learner, city.papers)
    remind_learner(session, setting, city.people.learner)
    book.act(MARK, actor=None, at=setting.now)
    book.write_acts(session)
    host = next(host for host in city.hosts if host.name == BASE)
    change_classes(session, host.clerks[0], now=setting.now)
    draft_late_classes(session, setting, host.clerks[0])
    keep_reasons(session, setting, city.officers[CITY_CODE][0])
    go_on_leave(session, setting, city.officers[HOME])


def _write_round(session: Session, sheet: Round) -> None:
    """Working revisions, then their timetables and files, then the seals."""
    insert_rows(session, PlanRevision, sheet.working)
    insert_rows(session, TimetableEntry, sheet.entries)
    insert_rows(session, PlanAttachment, sheet.attachments)
    sealed = [r for r in sheet.revisions if r.standing is not Standing.WORKING]
    rows = [values_of(revision) for revision in sealed]
    update_rows(session, PlanRevision, [{n: row[n] for n in ("id", *_SEALING)} for row in rows])
