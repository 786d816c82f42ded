"""The 2022 Jining notice, clause by clause, as data. Every setting stands beside its reason."""

from ce_bases.policy.citations import Clause
from ce_bases.policy.shapes import (
    AttendanceRule,
    ByMonths,
    Cap,
    ChangeRule,
    ConflictRule,
    FilingRule,
    FlagRule,
    LiveRule,
    Works,
    YearlyRequirement,
    YearPolicy,
)

NOTICE = "济宁市人力资源和社会保障局关于做好2022年度专业技术人员继续教育有关工作的通知"


def _clause(ref: str, text: str) -> Clause:
    return Clause(NOTICE, ref, text)


REQUIREMENT = _clause(
    "一(二)",
    "专业技术人员应按规定参加继续教育，每年累计应不少于 90 学时，"
    "其中公需课不少于 30 学时，专业课不少于 60 学时。",
)
PUBLIC = _clause(
    "二(二)2",
    "公需科目由市人力资源社会保障局统一组织。学员可通过“平台”的“公需科目培训”免费参加线上培训，"
    "也可参加“公益课堂”线下或直播讲座。……学员报名参加“公益课堂”学习的，须在开班时签到，"
    "学习结束后由组织单位统一申报学时计入“平台”。……本年度公需科目培训时间：2022年5月1日—12月31日。",
)
FILING = _clause(
    "二(二)3",
    "各行业主管部门(单位)可组织针对本行业(单位)、本区域的培训，市级以上继续教育基地可开展面向全市的"
    "培训活动。各行业主管部门(单位)和各级继续教育基地举办的培训，应于开班10日前报同级人力资源社会保障"
    "部门备案，未备案的一般不予认定学时。",
)
TRAINING = _clause(
    "二(二)4(1)",
    "培训进修类，由人力资源社会保障部门、行业主管部门举办、批准，或经人力资源社会保障部门备案，"
    "包括各类脱产、半脱产继续教育培训、进修、研修、专题讲座、学术交流、出国学习、远程教育及其他相关"
    "继续教育实践活动，按实际学时登记，不超过8学时/天。",
)
SELF_STUDY = _clause(
    "二(二)4(2)",
    "自学类，包括专业技术人员个人自学、单位统一安排自学、自学考试、在职学历教育，由用人单位建立学习"
    "档案并确定具体学时，每年累计不超过40学时。用人单位未建立学习档案的不予登记。",
)
WORKS = _clause(
    "二(二)4(3)",
    "科研成果、论文著作等可折算学时。成果类，包括科研成果奖励、专利或用人单位认可的其他重要成果等。"
    "论文著作类，包括公开发表的学术、技术论文、学术会议交流论文、出版著作、译著等。"
    "每项（篇、本）计10学时，折算学时每年累计不超过30学时。",
)
EXPERT = _clause(
    "二(二)4(4)",
    "参加专家服务基层、职称评审、人事考试阅卷、职业技能等级评价、重大人才项目评审等活动的受邀专家，"
    "按实际工作时间认定，每天不超过8学时，往返和休息时间除外。",
)
POSTING = _clause(
    "二(二)4(5)",
    "参加各级党委、政府组织的援派，以及到基层参加支教、支农、支医、扶贫等工作的专业技术人员，援派期间"
    "每年可按公需科目 30 学时、专业科目 60 学时认定。不足一年的，按月份比例计算。",
)
EXAM = _clause(
    "二(二)4(6)",
    "参加全国专业技术类职业资格考试，以及行业公认的国际注册类考试，以考试通过的资格证书为依据，"
    "认定 16 学时。",
)
COMPETITION = _clause(
    "二(二)4(7)",
    "参加由行业主管部门组织、人力资源社会保障部门认可的技能竞赛、技术比武、行业性比赛活动或其他种类的"
    "学习，可分别抵扣 30（国家级）、20（省级）、10（市级）、5（县级）学时的专业科目或 5（国家级）、"
    "4（省级）、3（市级）、3（县级）学时的公需科目，国家、省另有规定的从其规定。",
)
ABSENCE = _clause(
    "二(二)4(8)",
    "有下列情况之一的，经本人所在单位批准，并提交相关证明材料，可按实际在岗时间折算并认定学时：因公派，"
    "年度内在境外工作超过 6 个月的；因受伤、患重病，年度内请病假超过 6 个月的；女职工休产假的。",
)

POLICY = YearPolicy(
    year=2022,
    version="2022.1",
    notice=NOTICE,
    # The notice prints no figure; the national statistics form and several provinces say 45,
    # and 8 × 45 minutes is two half-days of three hours.
    minutes_per_hour=45,
    requirement=YearlyRequirement(180, 60, 120, REQUIREMENT),
    filing=FilingRule(
        lead_days=10,
        # The notice says 日, not 工作日, and filing is online every day.
        count="calendar",
        # 10日前 with the submission day counted up to 24:00.
        boundary="inclusive",
        # A plan returned through no fault of its own must not lose its date.
        return_grace_days=3,
        clause=FILING,
    ),
    # One pool over training, lectures and expert service: a day has one person in it.
    day_pool=Cap(16, TRAINING),
    self_study=Cap(80, SELF_STUDY),
    # The notice names no share for co-authors: each gets the full ten.
    works=Works(each_halves=20, year_halves=60, coauthors="full", clause=WORKS),
    # 30 and 60 a year by months: 2.5 and 5 a month; half a month counts as a month.
    posting=ByMonths(5, 10, 15, 0, (), POSTING),
    # “超过 6 个月”: more than six counted months; maternity leave has no minimum.
    absence=ByMonths(5, 10, 15, 6, ("abroad", "illness"), ABSENCE),
    exam=Cap(32, EXAM),
    competition_professional={"national": 60, "province": 40, "city": 20, "county": 10},
    competition_public={"national": 10, "province": 8, "city": 6, "county": 6},
    competition_clause=COMPETITION,
    training_clause=TRAINING,
    expert_clause=EXPERT,
    public_clause=PUBLIC,
    # Carried forward to later years until a notice says otherwise.
    online_from=(5, 1),
    online_to=(12, 31),
    attendance=AttendanceRule(
        opens_before_start=30,
        closes_after_start=15,
        out_opens_before_end=15,
        out_closes_after_end=30,
        # A half-day of three hours and more is long enough to slip away from.
        sign_out_from_halves=6,
        undo_minutes=15,
        make_up_hours=48,
        # Typing a sheet in is entering by hand after the class, as a make-up is.
        paper_hours=48,
        # A substitute comes early to set up and stays to count heads.
        lent_around_minutes=60,
        by_hand_share=0.2,
        confirm_within_workdays=10,
        object_within_workdays=10,
        code_step_seconds=20,
        grant_minutes=10,
        clause=PUBLIC,
    ),
    flags=FlagRule(
        # Looking at a face before each tap takes two seconds and more; one a second for a
        # quarter of a minute is a list ticked off without looking up.
        burst_taps=15,
        burst_seconds=15,
    ),
    # The windows are those of every sign-in: a third of each holds one prompt, so that whoever
    # is there from the start until the end meets at least one of either kind.
    live=LiveRule(prompts_a_window=3, open_minutes=3),
    conflicts=ConflictRule(
        # The base knows its own lecturers: a clash there is a slip of the pen.
        lecturer_same_organiser="block",
        # Two people can share a name and a base cannot see the other's plans: only a warning.
        lecturer_elsewhere="warn",
        venue="block",
        travel="warn",
        travel_minutes=30,
        # Which of the two classes to attend is the learner's choice.
        learner="warn",
        capacity="block",
    ),
    changes=ChangeRule(
        # The ten days protect those who plan by the calendar: what takes time from them, or
        # makes the class another one, is filed again.
        opens_earlier="refile",
        session_added="refile",
        hours_up="refile",
        subject="refile",
        scope_wider="refile",
        county="refile",
        delivery="refile",
        fee_up="refile",
        # What the class is called and how it is described touches nobody's rights.
        wording="free",
        # Everything else the bureau must know of, and need not agree to.
        other="notice",
        # A session that was held is a fact: only a correction with evidence touches it.
        held="locked",
        wording_fields=frozenset({"title", "aims", "outline", "materials"}),
        remote_forms=frozenset({"distance", "live"}),
        clause=FILING,
    ),
    public_required_topics=(
        "习近平新时代中国特色社会主义思想",
        "党的十九大和十九届历次全会精神",
        "黄河流域生态保护和高质量发展",
        "我省八大发展战略、十大创新",
        "专业技术人员职业道德和能力建设",
    ),
    public_elective_topics=(
        "疫情防控",
        "传统文化",
        "法律知识",
        "信息化及网络安全",
        "电子商务",
        "知识产权",
        "人才国际化",
        "人文素养",
        "安全生产",
        "质量强市",
        "乡村振兴",
        "内外贸一体化",
    ),
)
