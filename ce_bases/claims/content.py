"""What a claim says: which fields each kind asks for, what is wrong with them, and its key."""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, time, timedelta
from enum import StrEnum

from ce_bases.core.text import Text, msg
from ce_bases.credits.models import Kind
from ce_bases.plans.models import Subject
from ce_bases.policy.registry import FIRST_YEAR
from ce_bases.policy.year import PERIODS


class Rank(StrEnum):
    """How far a competition reached — 二(二)4(7)."""

    NATIONAL = "national"
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"


class Cause(StrEnum):
    """Why somebody was away — 二(二)4(8)."""

    ABROAD = "abroad"
    ILLNESS = "illness"
    MATERNITY = "maternity"


RANK_LABELS: Mapping[Rank, Text] = {
    Rank.NATIONAL: msg("国家级"),
    Rank.PROVINCE: msg("省级"),
    Rank.CITY: msg("市级"),
    Rank.COUNTY: msg("县级"),
}
CAUSE_LABELS: Mapping[Cause, Text] = {
    Cause.ABROAD: msg("因公派出，在境外工作"),
    Cause.ILLNESS: msg("受伤、患重病请病假"),
    Cause.MATERNITY: msg("女职工休产假"),
}

LONGEST_LINE = 100
LONGEST_REMARKS = 500
MOST_HALVES = 1998
MOST_DAY_HALVES = 48
MOST_MINUTES = 24 * 60
#: Shorter numbers name nothing: “12” is the page of somebody else's paper.
SHORTEST_NUMBER = 4

#: What each kind asks for, in the order in which people know it; all of it is needed to send.
FIELDS: Mapping[Kind, tuple[str, ...]] = {
    Kind.PUBLICATION: ("title", "organiser", "number", "held_on"),
    Kind.ACHIEVEMENT: ("title", "organiser", "number", "held_on"),
    Kind.TRAINING: (
        *("title", "organiser", "approved", "subject"),
        *("held_on", "starts_at", "halves"),
    ),
    Kind.SELF_STUDY: ("title", "held_on", "halves"),
    Kind.EXPERT_SERVICE: ("title", "organiser", "held_on", "starts_at", "minutes"),
    Kind.EXAM: ("title", "number", "held_on"),
    Kind.COMPETITION: ("title", "organiser", "rank", "subject", "held_on"),
    Kind.POSTING: ("title", "organiser", "held_on", "until_on"),
    Kind.ABSENCE: ("cause", "held_on", "until_on"),
}
#: Kinds whose subject only a reviewer moves from professional to public — rules §6.
MOVABLE = frozenset({Kind.SELF_STUDY, Kind.ACHIEVEMENT, Kind.PUBLICATION, Kind.EXPERT_SERVICE})
#: Kinds that rest on the employer's word: its archive entry, its consent.
NEEDS_UNIT = frozenset({Kind.SELF_STUDY, Kind.ABSENCE})


@dataclass(frozen=True, slots=True)
class Content:
    """What the claimant says; None and "" are what is not said (yet)."""

    title: str = ""
    organiser: str = ""
    number: str = ""
    approved: bool | None = None
    subject: Subject | None = None
    held_on: date | None = None
    until_on: date | None = None
    starts_at: time | None = None
    halves: int | None = None
    minutes: int | None = None
    rank: Rank | None = None
    cause: Cause | None = None
    remarks: str = ""


NAMES: tuple[str, ...] = tuple(field.name for field in fields(Content))
LABELS: Mapping[str, Text] = {
    "title": msg("名称"),
    "organiser": msg("举办、授予或组织单位"),
    "number": msg("证书号、刊号或编号"),
    "approved": msg("经人社或行业主管部门举办、批准"),
    "subject": msg("申报科目"),
    "held_on": msg("日期（或开始日期）"),
    "until_on": msg("结束日期"),
    "starts_at": msg("开始时间"),
    "halves": msg("申报学时"),
    "minutes": msg("实际工作分钟数"),
    "rank": msg("竞赛级别"),
    "cause": msg("离岗原因"),
    "remarks": msg("补充说明"),
}
MISSING: Mapping[str, Text] = {
    "title": msg("请填写名称。"),
    "organiser": msg("请填写单位名称。"),
    "number": msg("请填写证书、刊物或成果上的编号。"),
    "approved": msg("请选择这次培训是否由人社或行业主管部门举办、批准。"),
    "subject": msg("请选择计入公需科目还是专业科目。"),
    "held_on": msg("请填写日期。"),
    "until_on": msg("请填写结束日期。"),
    "starts_at": msg("请填写开始时间，如 09:00。"),
    "halves": msg("请填写学时，可以带半学时，如 3.5。"),
    "minutes": msg("请填写实际工作的分钟数（整数）。"),
    "rank": msg("请选择竞赛级别。"),
    "cause": msg("请选择离岗原因。"),
}


def shape_problems(kind: Kind, content: Content) -> dict[str, Text]:
    """What cannot even be kept as a draft: fields the kind must not have, figures beyond bounds."""
    empty = Content()
    found: dict[str, Text] = {}
    for name in NAMES:
        value = getattr(content, name)
        if value == getattr(empty, name):
            continue
        if name not in (*FIELDS[kind], "remarks"):
            found[name] = msg("这类申报没有“%(field)s”这一项。", field=LABELS[name])
        elif problem := _bounds(kind, name, value):
            found[name] = problem
    return found


def _bounds(kind: Kind, name: str, value: object) -> Text | None:
    if isinstance(value, str) and not isinstance(value, StrEnum):
        most = LONGEST_REMARKS if name == "remarks" else LONGEST_LINE
        return msg("最多 %(max)d 个字。", max=most) if len(value) > most else None
    if name == "halves":
        most = MOST_DAY_HALVES if kind is Kind.TRAINING else MOST_HALVES
        return _between(value, most, msg("学时应大于 0，不超过 %(most)s。", most=most // 2))
    if name == "minutes":
        words = msg("分钟数应大于 0，一天不超过 %(most)s。", most=MOST_MINUTES)
        return _between(value, MOST_MINUTES, words)
    return None


def _between(value: object, most: int, words: Text) -> Text | None:
    return None if isinstance(value, int) and 0 < value <= most else words


def problems_of(kind: Kind, content: Content, *, today: date) -> dict[str, Text]:
    """Field → what is wrong with it; empty when the claim can be sent."""
    found = shape_problems(kind, content)
    for name in FIELDS[kind]:
        if getattr(content, name) in (None, ""):
            found.setdefault(name, MISSING[name])
    for name, problem in _date_problems(kind, content, today).items():
        found.setdefault(name, problem)
    if content.approved is False and kind is Kind.TRAINING:
        found.setdefault(
            "approved",
            msg("没有经人社或行业主管部门举办、批准，也没有备案的培训，不能认定学时。"),
        )
    if "number" in FIELDS[kind] and content.number and len(plain(content.number)) < SHORTEST_NUMBER:
        found.setdefault("number", msg("编号太短，请填写完整的证书号、刊号或编号。"))
    return found


def _date_problems(kind: Kind, content: Content, today: date) -> dict[str, Text]:
    found: dict[str, Text] = {}
    first, last = content.held_on, content.until_on
    if first is not None and first.year < FIRST_YEAR:
        found["held_on"] = msg("只能申报 %(year)s 年以后的活动。", year=FIRST_YEAR)
    elif first is not None and first > today:
        found["held_on"] = msg("还没有到这一天，完成以后再申报。")
    if kind in PERIODS and first is not None and last is not None:
        if last < first:
            found["until_on"] = msg("结束日期不能早于开始日期。")
        elif last > today:
            found["until_on"] = msg("还没有到这一天。请先报到今天为止，或等期满后再报。")
    return found


def another_like(kind: Kind, content: Content, *, today: date) -> Content:
    """A start for a claim of the same kind: what usually stays, without what names one thing.

    Days of service and of training mostly follow each other: the next day, unless it is to come.
    """
    next_day = None
    if kind in (Kind.EXPERT_SERVICE, Kind.TRAINING) and content.held_on is not None:
        next_day = content.held_on + timedelta(days=1)
        next_day = next_day if next_day <= today else None
    return replace(content, number="", held_on=next_day, until_on=None, remarks="")


def plain(text: str) -> str:
    """`text` as two people would write the same thing: no case, width, blanks or signs."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text)).casefold()


def thing_key(kind: Kind, content: Content) -> str | None:
    """What names the thing itself, so that it counts once — rules §6; None: it has no name."""
    make = _KEYS.get(kind)
    if make is None:
        return None
    key = make(content)
    return key if len(key) <= LONGEST_LINE else hashlib.sha256(key.encode()).hexdigest()


def _by_number(content: Content) -> str:
    return plain(content.number)


def _by_competition(content: Content) -> str:
    """One choice per competition, whatever it is claimed as; next year's is another one."""
    return f"{plain(content.title)}:{content.held_on.year if content.held_on else ''}"


def _by_class(content: Content) -> str:
    parts = (content.title, content.organiser)
    return ":".join([*map(plain, parts), str(content.held_on), str(content.starts_at)])


_KEYS: Mapping[Kind, Callable[[Content], str]] = {
    Kind.PUBLICATION: _by_number,
    Kind.ACHIEVEMENT: _by_number,
    Kind.EXAM: _by_number,
    Kind.COMPETITION: _by_competition,
    Kind.TRAINING: _by_class,
}
