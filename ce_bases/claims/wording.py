"""The words of the claim's pages: what people call what they did, and what a kind asks of them."""

from collections.abc import Mapping, Sequence

from ce_bases.bureaus.directory import BY_CODE
from ce_bases.claims.models import Claim
from ce_bases.claims.preview import Room
from ce_bases.claims.workflow import ClaimState
from ce_bases.core.text import Text, msg
from ce_bases.credits.explain import hours_text
from ce_bases.credits.models import Kind
from ce_bases.policy.shapes import YearPolicy

#: Each kind in the words of who did it, with what belongs there.
CHOICES: Sequence[tuple[Kind, Text, Text]] = (
    (Kind.PUBLICATION, msg("我发表了论文，或出版了书"), msg("期刊论文、会议论文、专著、译著")),
    (Kind.ACHIEVEMENT, msg("我获了奖，或有了专利、成果"), msg("科技奖励、专利、经认定的科研成果")),
    (Kind.EXAM, msg("我考取了职业资格证书"), msg("全国专业技术类资格、行业公认的国际注册")),
    (Kind.COMPETITION, msg("我参加了技能竞赛"), msg("技能竞赛、技术比武、行业比赛")),
    (
        Kind.TRAINING,
        msg("我在别处参加了培训、进修"),
        msg("人社或行业主管部门举办、批准的班；本网站签到的班会自动计入，不用申报"),
    ),
    (Kind.SELF_STUDY, msg("我自学了专业知识"), msg("用人单位建有学习档案的自学")),
    (
        Kind.EXPERT_SERVICE,
        msg("我做了专家服务、评审或阅卷"),
        msg("服务基层、职称评审、考试阅卷、技能鉴定、人才项目评审"),
    ),
    (
        Kind.POSTING,
        msg("我被派出援建，或到基层帮扶"),
        msg("援派、支教、支农、支医、扶贫"),
    ),
    (Kind.ABSENCE, msg("我长期不在岗"), msg("因公派出境外、伤病超过 6 个月，或休产假")),
)
CHOSEN: Mapping[Kind, Text] = {kind: words for kind, words, _example in CHOICES}

#: What a field is called where the kind has a better word for it.
_NAMES: Mapping[Kind, Mapping[str, Text]] = {
    Kind.PUBLICATION: {
        "title": msg("论文或著作的题目"),
        "organiser": msg("刊物或出版社"),
        "number": msg("刊号和期号、DOI 或书号"),
        "held_on": msg("发表或出版日期"),
    },
    Kind.ACHIEVEMENT: {
        "title": msg("奖项、专利或成果的名称"),
        "organiser": msg("授予单位"),
        "number": msg("证书号或专利号"),
        "held_on": msg("证书上的日期"),
    },
    Kind.TRAINING: {
        "title": msg("培训班名称"),
        "organiser": msg("举办单位"),
        "held_on": msg("上课日期（一天报一项）"),
        "halves": msg("这一天的学时"),
    },
    Kind.SELF_STUDY: {
        "title": msg("学习内容"),
        "held_on": msg("学完的日期"),
        "halves": msg("自学学时（以单位认定为准）"),
    },
    Kind.EXPERT_SERVICE: {
        "title": msg("服务或评审的内容"),
        "organiser": msg("组织单位"),
        "held_on": msg("工作日期（一天报一项）"),
        "minutes": msg("实际工作分钟数，不含往返和休息"),
    },
    Kind.EXAM: {
        "title": msg("证书名称"),
        "number": msg("证书编号"),
        "held_on": msg("证书批准日期"),
    },
    Kind.COMPETITION: {
        "title": msg("竞赛名称（写全称，含第几届）"),
        "organiser": msg("主办单位"),
        "held_on": msg("获奖日期"),
    },
    Kind.POSTING: {
        "title": msg("去了哪里，做什么工作"),
        "organiser": msg("派出单位"),
        "held_on": msg("开始日期"),
        "until_on": msg("结束日期"),
    },
    Kind.ABSENCE: {"held_on": msg("开始日期"), "until_on": msg("结束日期")},
}


def field_name(kind: Kind, name: str, otherwise: Text) -> Text:
    """What `name` is called on the form of `kind`."""
    return _NAMES[kind].get(name, otherwise)


def limit_of(kind: Kind, policy: YearPolicy, room: Room | None, year: int) -> Text:
    """What the notice gives for `kind`, and what is left of its yearly limit."""
    if room is None:
        return _fixed_limit(kind, policy)
    values = {
        "year": year,
        "left": hours_text(room.left),
        "cap": hours_text(room.cap),
        "used": hours_text(room.used),
        "ref": room.clause.ref,
    }
    if kind is Kind.SELF_STUDY:
        return msg(
            "%(year)s 年自学还可计 %(left)s 学时（每年最多 %(cap)s，已计 %(used)s），"
            "依据 %(ref)s。",
            **values,
        )
    return msg(
        "%(year)s 年成果、论文还可计 %(left)s 学时（每年最多 %(cap)s，已计 %(used)s；"
        "每项 %(each)s 学时），依据 %(ref)s。",
        each=hours_text(policy.works.each_halves),
        **values,
    )


def _fixed_limit(kind: Kind, policy: YearPolicy) -> Text:
    if kind is Kind.EXAM:
        return msg(
            "每个证书计专业科目 %(hours)s 学时，一个证书只计一次，依据 %(ref)s。",
            hours=hours_text(policy.exam.halves),
            ref=policy.exam.clause.ref,
        )
    if kind is Kind.COMPETITION:
        table = policy.competition_professional
        other = policy.competition_public
        figures = {name: hours_text(table[name]) for name in table}
        figures |= {f"{name}_public": hours_text(other[name]) for name in other}
        return msg(
            "国家、省、市、县级各计专业科目 %(national)s、%(province)s、%(city)s、%(county)s 学时，"
            "或公需科目 %(national_public)s、%(province_public)s、%(city_public)s、"
            "%(county_public)s 学时，只能选一种，依据 %(ref)s。",
            ref=policy.competition_clause.ref,
            **figures,
        )
    if kind in (Kind.POSTING, Kind.ABSENCE):
        rule = policy.posting if kind is Kind.POSTING else policy.absence
        return msg(
            "每满一个月计公需 %(public)s、专业 %(professional)s 学时（满 %(days)s 天算一个月），"
            "依据 %(ref)s。",
            public=hours_text(rule.public_halves_a_month),
            professional=hours_text(rule.professional_halves_a_month),
            days=rule.days_of_month,
            ref=rule.clause.ref,
        )
    return msg(
        "培训、公益课堂和专家服务合在一起，每天最多计 %(cap)s 学时，依据 %(ref)s。",
        cap=hours_text(policy.day_pool.halves),
        ref=policy.day_pool.clause.ref,
    )


def holder_of(claim: Claim) -> Text | None:
    """Who must act now; None at an end."""
    if claim.state in (ClaimState.DRAFT, ClaimState.RETURNED):
        return msg("您本人")
    if claim.state is ClaimState.WITH_UNIT and claim.unit is not None:
        return msg("用人单位：%(name)s", name=claim.unit.name)
    if claim.state is ClaimState.WITH_BUREAU and claim.bureau_code is not None:
        return msg("人社部门：%(name)s", name=BY_CODE[claim.bureau_code].name)
    return None
