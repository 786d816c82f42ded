"""学时申报 of the demo: through the real services, in every state, around the listed accounts."""

import hashlib
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.accounts.models import Account
from ce_bases.bureaus.queries import officer_actors
from ce_bases.claims import review, service
from ce_bases.claims.content import Cause, Content, Rank
from ce_bases.claims.models import Claim
from ce_bases.claims.review import Decision, Outcome
from ce_bases.claims.workflow import ClaimState
from ce_bases.core.actors import Actor, Role
from ce_bases.core.filestore import FileStore
from ce_bases.core.uploads import Upload
from ce_bases.credits.models import Kind
from ce_bases.demo.listed import ELSEWHERE, HOME
from ce_bases.demo.population import Population
from ce_bases.people.models import Person
from ce_bases.people.queries import unit_actors
from ce_bases.plans.models import Subject

DRAFT, SENT, CONFIRMED = ClaimState.DRAFT, ClaimState.WITH_UNIT, ClaimState.WITH_BUREAU
RETURNED, CREDITED, REFUSED = ClaimState.RETURNED, ClaimState.CREDITED, ClaimState.REFUSED
WITHDRAWN, REVERSED = ClaimState.WITHDRAWN, ClaimState.REVERSED
#: What the listed professional has claimed: kind and where it is.
OF_LEARNER = (
    (Kind.EXAM, DRAFT),
    (Kind.PUBLICATION, SENT),
    (Kind.ACHIEVEMENT, CONFIRMED),
    (Kind.EXPERT_SERVICE, RETURNED),
    (Kind.COMPETITION, CREDITED),
    (Kind.TRAINING, REFUSED),
)
#: What colleagues have claimed, one after the other.
OF_COLLEAGUES = (
    *((Kind.PUBLICATION, CONFIRMED), (Kind.SELF_STUDY, SENT), (Kind.ABSENCE, SENT)),
    *((Kind.POSTING, CONFIRMED), (Kind.EXAM, CONFIRMED), (Kind.SELF_STUDY, CONFIRMED)),
    *((Kind.TRAINING, SENT), (Kind.EXPERT_SERVICE, CONFIRMED), (Kind.COMPETITION, CONFIRMED)),
    *((Kind.EXAM, CREDITED), (Kind.POSTING, CREDITED), (Kind.SELF_STUDY, CREDITED)),
    *((Kind.ACHIEVEMENT, REVERSED), (Kind.EXAM, WITHDRAWN), (Kind.ACHIEVEMENT, REFUSED)),
)
#: What people without a unit have claimed: it is with their bureau at once.
OF_OTHERS = ((Kind.EXAM, CONFIRMED), (Kind.ACHIEVEMENT, CONFIRMED), (Kind.EXPERT_SERVICE, CREDITED))
_REASONS = {
    RETURNED: "请补一张写明工作起止时间的通知或证明。",
    REFUSED: "所附材料不能证明是本人取得，不予认定。",
    REVERSED: "经复核，证书编号与发证机关登记的不一致。",
}


@dataclass
class Stage:
    """What making claims takes."""

    session: Session
    store: FileStore
    rng: Random
    now: datetime
    unit: Actor
    officers: dict[str, Actor]

    @property
    def today(self) -> date:
        return self.now.date()


def write_claims(
    session: Session, people: Population, store: FileStore, *, rng: Random, now: datetime
) -> int:
    """Have some two dozen claims made and handled; how many."""
    stage = Stage(
        session,
        store,
        rng,
        now,
        unit_actors(session, _account_id(session, "unit"), now)[0],
        {
            HOME: officer_actors(session, _account_id(session, "officer"), now)[0],
            ELSEWHERE: officer_actors(session, _account_id(session, "otherofficer"), now)[0],
        },
    )
    made = [_make(stage, people.learner, people.learner.account_id, *told) for told in OF_LEARNER]
    colleagues = [p for p in people.employers[0].people if p is not people.learner]
    for person, told in zip(_with_unit(people, colleagues), OF_COLLEAGUES, strict=False):
        made.append(_make(stage, person, None, *told))
    for area in (HOME, ELSEWHERE):
        free = [p for p in people.of(area, None) if p.id not in people.unit_of]
        for person, told in zip(free, OF_OTHERS, strict=False):
            made.append(_make(stage, person, None, *told))
    return len(made)


def _account_id(session: Session, username: str) -> int:
    return session.scalars(select(Account.id).where(Account.username == username)).one()


def _with_unit(people: Population, among: list[Person]) -> Iterator[Person]:
    return (person for person in among if person.id in people.unit_of)


def _make(
    stage: Stage, told: Person, account_id: int | None, kind: Kind, state: ClaimState
) -> Claim:
    """A claim of `kind`, handled until it is in `state`."""
    actor = _claimant(stage, told, account_id)
    drafted = stage.now - timedelta(days=stage.rng.randint(5, 12), minutes=stage.rng.randrange(600))
    content = _content(stage, kind)
    claim = service.draft_claim(stage.session, kind, content, actor=actor, now=drafted)
    if kind is not Kind.SELF_STUDY:
        photo = [certificate(f"{kind}:{claim.id}")]
        service.add_evidence(stage.session, claim, photo, stage.store, actor=actor, now=drafted)
    if state is not DRAFT:
        _carry_on(stage, claim, actor, state, drafted)
    return claim


def _claimant(stage: Stage, told: Person, account_id: int | None) -> Actor:
    """The person's actor; colleagues get an account nobody can log in with."""
    person = stage.session.get_one(Person, told.id)
    if account_id is None:
        account = Account(
            username=f"pro{person.id}", display_name=person.name, created_at=person.created_at
        )
        stage.session.add(account)
        stage.session.flush()
        account_id = person.account_id = account.id
    return Actor(account_id, Role.PROFESSIONAL, person.name, "", person_id=person.id)


def _carry_on(
    stage: Stage, claim: Claim, actor: Actor, state: ClaimState, drafted: datetime
) -> None:
    session, step = stage.session, timedelta(hours=stage.rng.randint(20, 30))
    at = drafted + step
    service.send_claim(session, claim, actor=actor, now=at)
    if state is WITHDRAWN:
        service.withdraw_claim(session, claim, actor=actor, now=at + step)
        return
    if state is not SENT and claim.state is SENT:
        at += step
        archive = "XX-2-0317" if claim.kind is Kind.SELF_STUDY else ""
        yes = Decision(Outcome.CONFIRM, claim.version, archive_number=archive)
        review.confirm(session, claim, yes, actor=stage.unit, now=at)
    if state in (RETURNED, REFUSED, CREDITED, REVERSED):
        _decide(stage, claim, state, at + step)


def _decide(stage: Stage, claim: Claim, state: ClaimState, at: datetime) -> None:
    outcomes = {RETURNED: Outcome.RETURN, REFUSED: Outcome.REFUSE}
    officer = stage.officers[claim.bureau_code or HOME]
    reason = _REASONS.get(state, "")
    decision = Decision(outcomes.get(state, Outcome.CREDIT), claim.version, reason)
    review.decide(stage.session, claim, decision, actor=officer, now=at)
    if state is REVERSED:
        review.take_back(stage.session, claim, reason, version=claim.version, actor=officer, now=at)


def _content(stage: Stage, kind: Kind) -> Content:
    number = stage.rng.randrange(10**6, 10**7)
    on = stage.today - timedelta(days=stage.rng.randint(20, 120))
    while on.weekday() > 4:
        on -= timedelta(days=1)
    said: dict[Kind, dict[str, Any]] = {
        Kind.PUBLICATION: {
            "title": "县域医共体慢病管理路径的实践与评价",
            "organiser": "中国卫生事业管理",
            # The listed professional and a colleague wrote it together.
            "number": f"ISSN 1004-4663 {stage.today.year}(1):42",
        },
        Kind.ACHIEVEMENT: {
            "title": "一种可调节输液固定装置（实用新型专利）",
            "organiser": "国家知识产权局",
            "number": f"ZL{on.year}2{number}.X",
        },
        Kind.TRAINING: {
            "title": "全省急诊急救能力提升培训班",
            "organiser": "省卫生健康委员会",
            "approved": True,
            "subject": Subject.PROFESSIONAL,
            "starts_at": time(8, 30),
            "halves": 14,
        },
        Kind.SELF_STUDY: {"title": "《临床路径管理》及配套题库", "halves": 36},
        Kind.EXPERT_SERVICE: {
            "title": "卫生系列中级职称评审",
            "organiser": "任城区人力资源和社会保障局",
            "starts_at": time(9),
            "minutes": 330,
        },
        Kind.EXAM: {"title": "主管护师资格证书", "number": f"{on.year}37{number}"},
        Kind.COMPETITION: {
            "title": f"{on.year} 年任城区护理技能竞赛",
            "organiser": "任城区卫生健康局",
            "rank": Rank.COUNTY,
            "subject": Subject.PROFESSIONAL,
        },
        Kind.POSTING: {
            "title": "对口支援乡镇卫生院",
            "organiser": "任城区卫生健康局",
            "until_on": on,
        },
        Kind.ABSENCE: {"cause": Cause.MATERNITY, "until_on": on},
    }
    first = on - timedelta(days=90) if kind in (Kind.POSTING, Kind.ABSENCE) else on
    return Content(held_on=first, **said[kind])


def certificate(mark: str) -> Upload:
    """A picture such as a phone takes of a certificate: a page, its lines, a seal."""
    shade = hashlib.sha256(mark.encode()).digest()
    rows = b"".join(b"\0" + bytes(_pixels(y, shade)) for y in range(_HIGH))
    header = struct.pack(">IIBBBBB", _WIDE, _HIGH, 8, 2, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    )
    return Upload("证书照片.png", "image/png", data, f"{shade[:16].hex()}.png")


_WIDE, _HIGH = 240, 170


def _pixels(y: int, shade: bytes) -> Iterator[int]:
    for x in range(_WIDE):
        is_frame = min(x, y, _WIDE - 1 - x, _HIGH - 1 - y) in (6, 7, 10)
        is_seal = 20**2 <= (x - 180) ** 2 + (y - 120) ** 2 <= 24**2
        is_line = y % 18 == 4 and 30 < y < 110 and 30 < x < 110 + shade[y // 18] % 100
        if is_seal:
            yield from (196, 40, 40)
        elif is_frame:
            yield from (170, 140, 80)
        elif is_line:
            yield from (60, 60, 60)
        else:
            yield from (250, 247, 238 - shade[0] % 8)
