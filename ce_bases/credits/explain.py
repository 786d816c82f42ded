"""Why a line earns what it earns, in sentences: every limit with its figures and its clause."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ce_bases.core.text import Text, msg
from ce_bases.credits.fold import Line, YearFold
from ce_bases.credits.models import Kind, ObjectionState
from ce_bases.plans.models import SUBJECT_LABELS, Subject
from ce_bases.policy.citations import Clause
from ce_bases.policy.shapes import YearPolicy
from ce_bases.policy.year import DAY_POOL, PERIODS, WORKS, clause_of

KIND_LABELS: dict[Kind, Text] = {
    Kind.TRAINING: msg("培训进修"),
    Kind.LECTURE: msg("公益课堂"),
    Kind.SELF_STUDY: msg("自学"),
    Kind.ACHIEVEMENT: msg("科研成果"),
    Kind.PUBLICATION: msg("论文著作"),
    Kind.EXPERT_SERVICE: msg("专家服务、评审、阅卷"),
    Kind.POSTING: msg("援派、支教、支农、支医、扶贫"),
    Kind.EXAM: msg("职业资格考试"),
    Kind.COMPETITION: msg("技能竞赛"),
    Kind.ABSENCE: msg("公派出国、病假、产假"),
    Kind.ONLINE_COURSE: msg("公需科目网络课程"),
}
OBJECTION_LABELS: dict[ObjectionState, Text] = {
    ObjectionState.OPEN: msg("异议待答复"),
    ObjectionState.SUPPORTED: msg("办班单位同意，待人社部门更正"),
    ObjectionState.DECLINED: msg("异议未采纳"),
    ObjectionState.UPHELD: msg("异议成立，已更正"),
}
#: Which kinds share a cap.
CAPS: dict[str, Collection[str]] = {
    "daily_cap": DAY_POOL,
    "self_study_cap": {Kind.SELF_STUDY},
    "works_cap": WORKS,
}
SENTENCES: dict[str, Text] = {
    "daily_cap": msg(
        "%(cap)s 学时上限：%(day)s 当天共参加 %(total)s 学时，只计 %(cap)s 学时，"
        "其中这一条计 %(credited)s 学时，依据 %(ref)s。"
    ),
    "self_study_cap": msg(
        "自学每年 %(cap)s 学时上限：全年共 %(total)s 学时，其中这一条计 %(credited)s 学时，"
        "依据 %(ref)s。"
    ),
    "works_cap": msg(
        "成果和论文著作每年 %(cap)s 学时上限：全年共 %(total)s 学时，"
        "其中这一条计 %(credited)s 学时，依据 %(ref)s。"
    ),
    "posting_cap": msg("达到本类学时的年度上限，依据 %(ref)s。"),
    "absence_cap": msg("达到本类学时的年度上限，依据 %(ref)s。"),
    "duplicate": msg("同一项内容只计一次，已在另一条记录里计过，依据 %(ref)s。"),
    "overlap": msg(
        "同一个月只计一次：重叠的月份已在另一段时间里计过，"
        "这一条计 %(credited)s 学时，依据 %(ref)s。"
    ),
    "not_filed": msg("开班前没有备案，不予认定学时，依据 %(ref)s。"),
    "no_archive": msg("用人单位没有建立学习档案，不予登记，依据 %(ref)s。"),
    "outside_window": msg(
        "不在本年度公需科目培训时间（%(first)s 至 %(last)s）之内，不计学时，依据 %(ref)s。"
    ),
    "outside_year": msg("不是 %(year)s 年的活动，只计入实际发生的年度，依据 %(ref)s。"),
    "too_short": msg(
        "年度内须超过 %(months)s 个月（满 %(days)s 天算一个月）才能折算，这段时间没有达到，"
        "依据 %(ref)s。"
    ),
}


@dataclass(frozen=True, slots=True)
class Judged:
    """One activity and what became of it; half-hours of both subjects together."""

    kind: Kind
    on: date
    claimed: int
    credited: int
    limits: Sequence[str]


@dataclass(frozen=True, slots=True)
class Explained:
    """A ledger line with its sentence, and one sentence for each limit that cut it."""

    line: Line
    sentence: Text
    claimed: int
    credited: int
    cuts: Sequence[Text]
    clause: Clause


def hours_text(halves: int) -> str:
    """13 → 6.5, 16 → 8."""
    return f"{halves // 2}.5" if halves % 2 else str(halves // 2)


def explain(fold: YearFold, policy: YearPolicy) -> list[Explained]:
    """Every line of a year in words, the newest first."""
    judged = [
        Judged(
            line.kind,
            line.held_on,
            entry.claimed.public + entry.claimed.professional,
            entry.credited.public + entry.credited.professional,
            entry.limits,
        )
        for line, entry in zip(fold.lines, fold.result.entries, strict=True)
    ]
    cuts = cuts_of(judged, fold.year, policy)
    explained = [
        Explained(
            line, _sentence(line, one), one.claimed, one.credited, cut, clause_of(line.kind, policy)
        )
        for line, one, cut in zip(fold.lines, judged, cuts, strict=True)
    ]
    return explained[::-1]


def _sentence(line: Line, judged: Judged) -> Text:
    claimed, credited = hours_text(judged.claimed), hours_text(judged.credited)
    if line.kind in PERIODS:
        return msg(
            "%(kind)s，%(since)s 至 %(until)s，按月折算 %(claimed)s 学时，计入 %(credited)s 学时。",
            kind=KIND_LABELS[line.kind],
            since=line.held_on,
            until=line.until_on or line.held_on,
            claimed=claimed,
            credited=credited,
        )
    return msg(
        "%(day)s %(kind)s %(claimed)s 学时，计入%(subject)s %(credited)s 学时。",
        day=line.held_on,
        kind=KIND_LABELS[line.kind],
        claimed=claimed,
        subject=SUBJECT_LABELS[_subject_of(line)],
        credited=credited,
    )


def _subject_of(line: Line) -> Subject:
    return Subject.PUBLIC if line.public_halves else Subject.PROFESSIONAL


def cuts_of(judged: Sequence[Judged], year: int, policy: YearPolicy) -> list[list[Text]]:
    """For each activity one sentence a limit, with what the limit was counted over."""
    return [[_cut(name, one, judged, year, policy) for name in one.limits] for one in judged]


def _cut(
    name: str, one: Judged, everything: Sequence[Judged], year: int, policy: YearPolicy
) -> Text:
    first, last = policy.online_window(year)
    values: dict[str, Any] = {
        "year": year,
        "day": one.on,
        "credited": hours_text(one.credited),
        "first": first,
        "last": last,
        "months": policy.absence.more_than_months,
        "days": policy.absence.days_of_month,
        "ref": _authority(name, one.kind, policy).ref,
    }
    if name in CAPS:
        kinds, cap = CAPS[name], _cap_halves(name, policy)
        values |= {
            "cap": hours_text(cap),
            "total": hours_text(_total(name, kinds, one, everything)),
        }
    sentence = SENTENCES["overlap" if name == "duplicate" and one.kind in PERIODS else name]
    return Text(sentence.msgid, values)


def _total(name: str, kinds: Collection[str], one: Judged, everything: Sequence[Judged]) -> int:
    """What the cap was counted over: everything of its kinds (that day) not excluded before."""
    return sum(
        other.claimed
        for other in everything
        if other.kind in kinds
        and set(other.limits) <= set(CAPS)
        and (name != "daily_cap" or other.on == one.on)
    )


def _cap_halves(name: str, policy: YearPolicy) -> int:
    caps = {
        "daily_cap": policy.day_pool.halves,
        "self_study_cap": policy.self_study.halves,
        "works_cap": policy.works.year_halves,
    }
    return caps[name]


def _authority(name: str, kind: Kind, policy: YearPolicy) -> Clause:
    clauses = {
        "daily_cap": policy.day_pool.clause,
        "not_filed": policy.filing.clause,
        "outside_year": policy.requirement.clause,
    }
    return clauses.get(name) or clause_of(kind, policy)
