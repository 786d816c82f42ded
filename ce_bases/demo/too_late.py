"""Two classes that are too late to be filed: for one an exception is asked for, for one not yet."""

from datetime import time, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from ce_bases.core.actors import Actor
from ce_bases.core.clock import business_date
from ce_bases.demo.setting import Setting
from ce_bases.organisers.models import Organiser
from ce_bases.plans import exceptions, service
from ce_bases.plans.details import PlanDetails, SessionDetails
from ce_bases.plans.models import Form, Plan, Reach, Subject

EXPLANATION = (
    "昨日接到县级应急指挥部通知，须在汛期前完成急救骨干培训，来不及提前十日报送，恳请同意一次例外。"
)


def draft_late_classes(session: Session, setting: Setting, clerk: Actor) -> None:
    """Through the real services; both are streamed, so that they take nobody's room."""
    asked = _draft(session, setting, clerk, "汛期急救技能直播培训班", days=5)
    exceptions.ask_exception(session, asked, EXPLANATION, actor=clerk, now=setting.now)
    _draft(session, setting, clerk, "传染病防控新规直播培训班", days=6)
    session.flush()


def _draft(session: Session, setting: Setting, clerk: Actor, title: str, *, days: int) -> Plan:
    organiser = session.get_one(Organiser, clerk.organiser_id)
    details = _details(title, organiser, setting, days=days)
    plan = service.draft_plan(session, organiser, details, actor=clerk, now=setting.now)
    for entry in plan.revisions[-1].entries:
        # The same in every loading, like everything else of the demo.
        entry.session.uid = UUID(int=setting.rng.getrandbits(128)).hex
    session.flush()
    return plan


def _details(title: str, organiser: Organiser, setting: Setting, *, days: int) -> PlanDetails:
    row = SessionDetails(
        held_on=business_date(setting.now) + timedelta(days=days),
        starts_at=time(19, 0),
        ends_at=time(21, 15),
        halves=6,
        topic=title.removesuffix("直播培训班"),
        lecturer_name=next(setting.names),
        lecturer_unit="济宁市急救中心",
        lecturer_title="副主任医师",
    )
    return PlanDetails(
        title=title,
        subject=Subject.PROFESSIONAL,
        series="卫生",
        form=Form.LIVE,
        reach=Reach.COUNTY,
        audience="全区卫生专业技术人员",
        planned_number=120,
        live_address="https://live.example.cn/emergency",
        aims="掌握最新规定和处置流程。",
        outline="政策要点、案例分析、答疑。",
        assessment="在线测试",
        contact_name="培训科",
        contact_phone=organiser.phone,
        enrol_how="电话报名",
        sessions=(row,),
    )
