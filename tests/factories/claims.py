"""Claims made through the real services, as far along their life as a test needs them."""

from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from ce_bases.claims import review, service
from ce_bases.claims.content import Cause, Content, Rank
from ce_bases.claims.models import Claim
from ce_bases.claims.review import Decision, Outcome
from ce_bases.claims.workflow import ClaimState
from ce_bases.core.filestore import FileStore
from ce_bases.core.uploads import Upload, read_upload
from ce_bases.credits.models import Kind
from ce_bases.plans.models import Subject
from tests.factories.world import World

#: The smallest whole file of each accepted type.
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"

#: What a complete claim of each kind says, at noon of 1 June 2022.
COMPLETE: dict[Kind, Content] = {
    Kind.PUBLICATION: Content(
        title="装配式节点抗震性能研究",
        organiser="建筑结构学报",
        number="ISSN 1000-6869 2022(3):12",
        held_on=date(2022, 3, 1),
    ),
    Kind.ACHIEVEMENT: Content(
        title="一种预制墙板连接件",
        organiser="国家知识产权局",
        number="ZL202210001234.5",
        held_on=date(2022, 4, 2),
    ),
    Kind.TRAINING: Content(
        title="全省绿色建筑高级研修班",
        organiser="省住房和城乡建设厅",
        approved=True,
        subject=Subject.PROFESSIONAL,
        held_on=date(2022, 5, 10),
        starts_at=time(9),
        halves=12,
    ),
    Kind.SELF_STUDY: Content(title="建筑信息模型教程", held_on=date(2022, 5, 1), halves=40),
    Kind.EXPERT_SERVICE: Content(
        title="中级职称评审",
        organiser="市人力资源社会保障局",
        held_on=date(2022, 5, 12),
        starts_at=time(14),
        minutes=270,
    ),
    Kind.EXAM: Content(title="一级建造师", number="建造师20220012345", held_on=date(2022, 2, 20)),
    Kind.COMPETITION: Content(
        title="全市建筑行业技能大赛",
        organiser="市住房和城乡建设局",
        rank=Rank.CITY,
        subject=Subject.PROFESSIONAL,
        held_on=date(2022, 4, 30),
    ),
    Kind.POSTING: Content(
        title="赴新疆英吉沙县援建",
        organiser="市委组织部",
        held_on=date(2022, 1, 1),
        until_on=date(2022, 5, 31),
    ),
    Kind.ABSENCE: Content(
        cause=Cause.MATERNITY, held_on=date(2022, 1, 10), until_on=date(2022, 5, 20)
    ),
}


def jpeg(mark: str = "") -> Upload:
    """A photo whose bytes differ by `mark`."""
    return read_upload("证书.jpg", JPEG[:-2] + mark.encode() + JPEG[-2:])


def store_of(folder: Path | str) -> FileStore:
    return FileStore(Path(folder))


def content_of(kind: Kind, **changes: Any) -> Content:
    return replace(COMPLETE[kind], **changes)


def drafted_claim(
    session: Session,
    world: World,
    kind: Kind = Kind.PUBLICATION,
    *,
    now: datetime,
    by: str = "learner",
    files: FileStore | None = None,
    mark: str = "",
    **changes: Any,
) -> Claim:
    """A complete draft, with a photo when there is a store for it."""
    actor = world[by]
    content = content_of(kind, **changes)
    claim = service.draft_claim(session, kind, content, actor=actor, now=now)
    if files is not None:
        photo = [jpeg(mark or f"{by}-{claim.id}")]
        service.add_evidence(session, claim, photo, files, actor=actor, now=now)
    return claim


def sent_claim(session: Session, world: World, kind: Kind = Kind.PUBLICATION, **more: Any) -> Claim:
    """Sent: with the unit, or with the bureau for somebody without one."""
    now, by = more["now"], more.get("by", "learner")
    claim = drafted_claim(session, world, kind, **more)
    service.send_claim(session, claim, actor=world[by], now=now)
    return claim


def confirmed_claim(
    session: Session, world: World, kind: Kind = Kind.PUBLICATION, **more: Any
) -> Claim:
    """Confirmed by the unit, waiting for the bureau of 任城区."""
    claim = sent_claim(session, world, kind, **more)
    if claim.state is ClaimState.WITH_UNIT:
        archive = "ZX-2022-001" if kind is Kind.SELF_STUDY else ""
        decision = Decision(Outcome.CONFIRM, claim.version, archive_number=archive)
        review.confirm(session, claim, decision, actor=world["unit_hr"], now=more["now"])
    return claim


def credited_claim(
    session: Session, world: World, kind: Kind = Kind.PUBLICATION, **more: Any
) -> Claim:
    claim = confirmed_claim(session, world, kind, **more)
    decision = Decision(Outcome.CREDIT, claim.version)
    review.decide(session, claim, decision, actor=world["officer"], now=more["now"])
    return claim
