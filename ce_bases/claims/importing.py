"""Many claims of a unit's people from a spreadsheet: checked row by row, entered all or none."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from ce_bases.audit.service import Act, record
from ce_bases.claims import content as contents
from ce_bases.claims.content import CAUSE_LABELS, FIELDS, MOVABLE, RANK_LABELS, Content
from ce_bases.claims.models import Claim
from ce_bases.claims.notices import tell_claimant
from ce_bases.claims.queries import bureau_of, holder_of_thing
from ce_bases.claims.service import snapshot
from ce_bases.claims.workflow import ClaimState
from ce_bases.core.actors import Actor
from ce_bases.core.clock import business_date
from ce_bases.core.errors import InvalidInputError, NotFoundError
from ce_bases.core.identity import IdVault
from ce_bases.core.spreadsheets import Column, Row, Sheet, write_book
from ce_bases.core.text import Text, msg
from ce_bases.credits.explain import KIND_LABELS
from ce_bases.credits.models import Kind
from ce_bases.credits.records import lock_people
from ce_bases.people.models import Affiliation, Person, Unit
from ce_bases.people.service import find_people, is_same_name, stated
from ce_bases.plans.models import SUBJECT_LABELS, Subject

MOST_ROWS = 200
COLUMNS: Sequence[Column] = (
    Column("name", "姓名", 10),
    Column("id_number", "身份证号", 22),
    Column("kind", "类别", 24),
    Column("title", "名称", 30, required=False),
    Column("organiser", "刊物或单位", 24, required=False),
    Column("number", "编号", 22, required=False),
    Column("held_on", "日期", 12),
    Column("until_on", "结束日期", 12, required=False),
    Column("starts_at", "开始时间", 10, required=False),
    Column("halves", "学时", 8, required=False),
    Column("minutes", "分钟", 8, required=False),
    Column("rank", "竞赛级别", 10, required=False),
    Column("cause", "离岗原因", 20, required=False),
    Column("subject", "科目", 10, required=False),
    Column("approved", "经部门批准", 12, required=False),
    Column("archive_number", "学习档案编号", 18, required=False),
    Column("remarks", "补充说明", 24, required=False),
)
_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3])[:：]([0-5][0-9])")


@dataclass(slots=True)
class Checked:
    """One row: whose claim of what it is, and what is wrong with it."""

    row: Row
    person: Person | None = None
    kind: Kind | None = None
    content: Content = field(default_factory=Content)
    archive_number: str = ""
    problems: list[Text] = field(default_factory=list)

    @property
    def key(self) -> tuple[int, Kind, str] | None:
        if self.person is None or self.kind is None:
            return None
        key = contents.thing_key(self.kind, self.content)
        return (self.person.id, self.kind, key) if key else None


def template() -> bytes:
    """The sheet to fill in, with a second one that says which kind needs what."""
    names = {column.key: column.heading for column in COLUMNS}
    rows = [
        [str(KIND_LABELS[kind]), "、".join(names[n] for n in _needed(kind)) + "。"]
        for kind in FIELDS
    ]
    rows += [
        [name, "、".join(map(str, words)) + "。"]
        for name, words in (
            ("竞赛级别", RANK_LABELS.values()),
            ("离岗原因", CAUSE_LABELS.values()),
            ("科目", SUBJECT_LABELS.values()),
        )
    ]
    rows += [["经部门批准", "是、否。"], ["日期、时间", "2022-06-20、09:00。"]]
    heads = (Column("a", "类别或项目", 28), Column("b", "要填什么", 90))
    explained = Sheet("填写说明", heads, rows)
    return write_book([Sheet("学时申报", COLUMNS, ()), explained])


def _needed(kind: Kind) -> list[str]:
    archive = ["archive_number"] if kind is Kind.SELF_STUDY else []
    return [*FIELDS[kind], *archive]


def _known(labels: Mapping[Any, Text]) -> Callable[[str], Any]:
    by_word = {str(words): value for value, words in labels.items()}
    return lambda text: by_word[text]


def _day(text: str) -> date:
    found = _DAY.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return date(int(found[1]), int(found[2]), int(found[3]))


def _clock(text: str) -> time:
    found = _CLOCK.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return time(int(found[1]), int(found[2]))


def _halves(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,4}(\.[05])?", text):
        raise ValueError(text)
    return round(float(text) * 2)


def _whole(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", text):
        raise ValueError(text)
    return int(text)


_READERS: Mapping[str, Callable[[str], Any]] = {
    "held_on": _day,
    "until_on": _day,
    "starts_at": _clock,
    "halves": _halves,
    "minutes": _whole,
    "rank": _known(RANK_LABELS),
    "cause": _known(CAUSE_LABELS),
    "subject": _known(SUBJECT_LABELS),
    "approved": lambda text: {"是": True, "否": False}[text],
}


def check_rows(
    session: Session, rows: Sequence[Row], *, vault: IdVault, actor: Actor, now: datetime
) -> list[Checked]:
    """What each row would enter, and what is wrong with it; nothing is written."""
    if actor.unit_id is None:
        raise NotFoundError
    people = _own_people(session, rows, actor.unit_id, vault=vault, today=business_date(now))
    checked = [_check(row, people, vault=vault, actor=actor, now=now) for row in rows]
    seen: dict[tuple[int, Kind, str], int] = {}
    for item in checked:
        if item.key is None or item.problems:
            continue
        if (first := seen.setdefault(item.key, item.row.number)) != item.row.number:
            item.problems.append(msg("与第 %(row)s 行是同一项内容，只计一次。", row=first))
        elif _is_claimed(session, item):
            item.problems.append(msg("这个人已经申报过同一项内容，只计一次。"))
    return checked


def _own_people(
    session: Session, rows: Sequence[Row], unit_id: int, *, vault: IdVault, today: date
) -> dict[str, Person]:
    """The unit's people among those named, by the keyed hash of their number."""
    numbers = [stated("", row.cells.get("id_number", "")).number for row in rows]
    found = find_people(session, [vault.index(number) for number in numbers if number])
    here = set(
        session.scalars(
            select(Affiliation.person_id).where(
                Affiliation.unit_id == unit_id,
                Affiliation.person_id.in_([person.id for person in found.values()]),
                Affiliation.since_on <= today,
                or_(Affiliation.until_on.is_(None), Affiliation.until_on > today),
            )
        )
    )
    return {index: person for index, person in found.items() if person.id in here}


def _check(
    row: Row, people: Mapping[str, Person], *, vault: IdVault, actor: Actor, now: datetime
) -> Checked:
    item = Checked(row, problems=list(row.problems.values()))
    told = stated(row.cells.get("name", ""), row.cells.get("id_number", ""))
    item.person = people.get(vault.index(told.number)) if told.number else None
    if item.person is None or not is_same_name(item.person, told.name):
        item.problems.append(msg("姓名和身份证号与本单位登记的人员对不上。"))
    elif item.person.account_id == actor.account_id:
        item.problems.append(msg("您不能处理自己的学时申报。"))
    kinds = {str(KIND_LABELS[kind]): kind for kind in FIELDS}
    item.kind = kinds.get(row.cells.get("kind", ""))
    if item.kind is None:
        item.problems.append(msg("类别不在可以申报的类别之内，请按“填写说明”填写。"))
        return item
    _read(item)
    found = contents.problems_of(item.kind, item.content, today=business_date(now))
    item.problems += found.values()
    if item.kind is Kind.SELF_STUDY and not item.archive_number:
        item.problems.append(msg("请填写学习档案编号；没有建立学习档案的，不予登记。"))
    if len(item.archive_number) > 60 or (item.archive_number and item.kind is not Kind.SELF_STUDY):
        item.problems.append(msg("学习档案编号只用于自学，最多 60 个字。"))
    return item


def _read(item: Checked) -> None:
    """The row's cells as content; a cell that cannot be read is a problem."""
    values: dict[str, Any] = {}
    for column in COLUMNS:
        text = item.row.cells.get(column.key, "")
        if not text or column.key not in contents.NAMES:
            continue
        try:
            values[column.key] = _READERS.get(column.key, str)(text)
        except (KeyError, ValueError):
            item.problems.append(
                msg("“%(column)s”看不懂：%(text)s", column=column.heading, text=text[:40])
            )
    item.content = Content(**values)
    item.archive_number = item.row.cells.get("archive_number", "")


def _is_claimed(session: Session, item: Checked) -> bool:
    assert item.person is not None
    assert item.kind is not None
    claim = Claim(person_id=item.person.id, kind=item.kind)
    return holder_of_thing(session, claim, item.key[2] if item.key else None) is not None


def import_claims(
    session: Session, rows: Sequence[Row], *, vault: IdVault, actor: Actor, now: datetime
) -> int:
    """Enter every row as sent and confirmed by the unit; how many. Nothing when one is wrong."""
    first = check_rows(session, rows, vault=vault, actor=actor, now=now)
    lock_people(session, sorted({item.person.id for item in first if item.person}))
    checked = check_rows(session, rows, vault=vault, actor=actor, now=now)
    if any(item.problems for item in checked):
        raise InvalidInputError(msg("表里还有不能导入的行，一项也没有导入。"))
    unit = session.get_one(Unit, actor.unit_id)
    for item in checked:
        _enter(session, item, unit, actor=actor, now=now)
    return len(checked)


def _enter(session: Session, item: Checked, unit: Unit, *, actor: Actor, now: datetime) -> None:
    assert item.person is not None
    assert item.kind is not None
    values = {name: getattr(item.content, name) for name in contents.NAMES}
    if item.kind in MOVABLE or item.kind is Kind.EXAM:
        values["subject"] = Subject.PROFESSIONAL
    claim = Claim(
        person_id=item.person.id,
        person=item.person,
        unit_id=unit.id,
        bureau_code=bureau_of(item.person, unit),
        kind=item.kind,
        state=ClaimState.WITH_BUREAU,
        thing_key=contents.thing_key(item.kind, item.content),
        archive_number=item.archive_number,
        sent_at=now,
        confirmed_at=now,
        confirmed_by=actor.account_id,
        imported_by=actor.account_id,
        state_since=now,
        created_at=now,
        updated_at=now,
        **values,
    )
    session.add(claim)
    session.flush()
    act = Act("claim_import", "claim", claim.id, after=snapshot(claim))
    record(session, act, actor=actor, now=now)
    tell_claimant(session, claim, now=now)
