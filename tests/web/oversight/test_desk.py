"""The officer's morning: the queue, one filing after another, and everything of the county."""

from dataclasses import replace
from datetime import date

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.audit.models import AuditEntry
from ce_bases.plans import service
from ce_bases.plans.details import PlanDetails
from ce_bases.plans.models import Plan
from ce_bases.web.extensions import make_write_session
from tests.conftest import NOON_1_JUNE as NOW
from tests.conftest import FrozenClock
from tests.factories.plans import drafted_plan, make_details, make_session_details
from tests.factories.world import World
from tests.web.client import PageClient
from tests.web.oversight.conftest import Decide, Submit, stored


def rows(page: str) -> list[str]:
    """The first cells of the page's table: what is listed, in order."""
    return [
        a.get_text(strip=True)
        for a in BeautifulSoup(page, "html.parser").select("td.table__main a")
    ]


def _save(session: Session, plan: Plan, details: PlanDetails, world: World) -> None:
    version, clerk = plan.version, world["clerk"]
    service.save_draft(session, plan, details, expected_version=version, actor=clerk, now=NOW)


def test_the_queue_shows_what_opens_soonest_first_with_its_age(
    client: PageClient, submit: Submit, clock: FrozenClock
) -> None:
    submit(date(2022, 6, 28), title="后开的班")
    submit(date(2022, 6, 15), title="先开的班")
    clock.forward(days=2)
    client.log_in("officer")

    page = client.get("/desk")

    assert rows(page.text) == ["先开的班", "后开的班"]
    assert "还有 12 天" in page.text
    assert "已等 2 天" in page.text


def test_an_empty_desk_says_what_will_be_here(client: PageClient, world: World) -> None:
    client.log_in("officer")

    assert "没有待受理的备案" in client.get("/desk").text
    assert client.get("/desk/next").location == "/desk"


def test_a_case_shows_everything_and_the_checks_already_done(
    client: PageClient, submit: Submit
) -> None:
    plan_id = submit()
    client.log_in("officer")

    text = BeautifulSoup(client.get(f"/desk/plans/{plan_id}").text, "html.parser").get_text()

    for words in (
        "提前 19 天报送",
        "必填内容齐全",
        "符合同级范围规定",
        "每天不超 8 学时",
        "与其他已报送的培训不冲突",
        "任城建筑继续教育基地",
        "装配式建筑施工技术",
        "高级工程师",
        "6月20日 周一",
        "免费",
        "结业测试",
        "0537-2200000",
    ):
        assert words in text, words


def test_filing_gives_the_number_and_opens_the_next_case(
    client: PageClient, submit: Submit, decide: Decide
) -> None:
    first, second, third = submit(date(2022, 6, 15)), submit(date(2022, 6, 18)), submit()
    client.log_in("officer")

    answer = decide(second, "file")

    assert (answer.status_code, answer.location) == (302, f"/desk/next?after={second}")
    assert client.get(answer.location).location == f"/desk/plans/{third}"
    assert stored(second).filing_number == "2022-370811-0001"
    page = client.get(f"/desk/plans/{third}")
    assert "已予以备案" in page.text
    # At the end of the queue comes its beginning: what was put aside.
    assert client.get(decide(third, "file").location).location == f"/desk/plans/{first}"
    assert client.get(decide(first, "file").location).location == "/desk"


def test_a_return_tells_the_clerk_what_to_correct(
    client: PageClient, submit: Submit, decide: Decide, world: World
) -> None:
    plan_id = submit()
    client.log_in("officer")

    answer = decide(plan_id, "return", common=["1", "4"], reason="请把地点写到门牌号。")

    assert answer.status_code == 302
    assert stored(plan_id).state == "returned"
    with make_write_session() as session:
        act = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert act is not None
        assert (act.action, act.account_id, act.before, act.after["state"], act.reason) == (
            "plan_return",
            world["officer"].account_id,
            {"state": "submitted"},
            "returned",
            "授课人信息不完整，请补充单位和职称。\n培训地点不明确，请补充详细地址。\n请把地点写到门牌号。",
        )


@pytest.mark.parametrize("decision", ["return", "refuse"])
def test_against_without_a_reason_is_asked_again_and_nothing_changes(
    client: PageClient, submit: Submit, decide: Decide, decision: str
) -> None:
    plan_id = submit()
    client.log_in("officer")

    answer = decide(plan_id, decision, reason=" \n ")

    assert answer.status_code == 422
    assert "请写明理由" in answer.text
    assert stored(plan_id).state == "submitted"


def test_what_was_typed_stays_when_the_reason_is_too_long(
    client: PageClient, submit: Submit, decide: Decide
) -> None:
    plan_id = submit()
    client.log_in("officer")

    answer = decide(plan_id, "return", common=["0"], reason="<b>长</b>" * 200)

    assert answer.status_code == 422
    assert "最多 800 个字" in answer.text
    assert "&lt;b&gt;长&lt;/b&gt;" in answer.text
    form = BeautifulSoup(answer.text, "html.parser")
    assert [box["value"] for box in form.select("input[name=common][checked]")] == ["0"]


@pytest.mark.parametrize(
    "data",
    [{"decision": "approve"}, {"decision": ""}, {"version": "x"}, {"version": "9" * 30}],
)
def test_a_tampered_form_is_refused_in_words(
    client: PageClient, submit: Submit, decide: Decide, data: dict[str, str]
) -> None:
    plan_id = submit()
    client.log_in("officer")

    answer = decide(plan_id, **{"decision": "file", **data})

    assert answer.status_code == 422
    assert "页面不完整" in answer.text
    assert stored(plan_id).state == "submitted"


def test_the_second_officer_learns_who_was_quicker_and_when(
    client: PageClient, submit: Submit, decide: Decide
) -> None:
    plan_id = submit()
    client.log_in("officer")
    seen = stored(plan_id).version
    decide(plan_id, "file")
    client.log_in("officer2")

    answer = decide(plan_id, "return", version=seen, reason="请补正。")

    assert answer.status_code == 409
    assert "用户officer 已于 6月1日 周三 12:00 处理过这份计划：予以备案" in answer.text
    assert stored(plan_id).state == "filed"


def test_a_decision_on_an_older_page_is_refused(
    client: PageClient, submit: Submit, decide: Decide, world: World
) -> None:
    plan_id = submit()
    seen = stored(plan_id).version
    with make_write_session() as session:
        plan = session.get_one(Plan, plan_id)
        service.return_plan(
            session, plan, "请补正。", expected_version=seen, actor=world["officer2"], now=NOW
        )
        service.submit_plan(session, plan, actor=world["clerk"], now=NOW)
        session.commit()
    client.log_in("officer")

    answer = decide(plan_id, "file", version=seen)

    assert answer.status_code == 409
    assert "用户clerk" in answer.text
    assert stored(plan_id).state == "submitted"


def test_a_form_sent_twice_decides_once(client: PageClient, submit: Submit, decide: Decide) -> None:
    plan_id = submit()
    client.log_in("officer")
    seen = stored(plan_id).version
    key = {"version": seen, "idempotency_key": "5b7c86a0-9f8d-4c12-9f0e-3b1a5f1f0d11"}

    first, second = decide(plan_id, "file", **key), decide(plan_id, "file", **key)

    assert (first.status_code, first.location) == (second.status_code, second.location)
    with make_write_session() as session:
        acts = session.scalars(select(AuditEntry.action)).all()
    assert acts.count("plan_file") == 1


def test_a_resubmission_shows_what_changed(
    client: PageClient, submit: Submit, decide: Decide, world: World
) -> None:
    plan_id = submit()
    client.log_in("officer")
    decide(plan_id, "return", reason="请补正。")
    with make_write_session() as session:
        plan = session.get_one(Plan, plan_id)
        revision = plan.revisions[-1]
        uid = revision.entries[0].session.uid
        row = replace(make_session_details(world, topic="装配式<b>建筑</b>"), uid=uid)
        details = make_details(world, row, planned_number=40)
        _save(session, plan, details, world)
        service.submit_plan(session, plan, actor=world["clerk"], now=NOW)
        session.commit()

    page = BeautifulSoup(client.get(f"/desk/plans/{plan_id}").text, "html.parser")

    changed = [
        (tr.select_one("del").get_text(strip=True), tr.select_one("ins").get_text(strip=True))
        for tr in page.select("tr")
        if tr.select_one("del")
    ]
    line = "6月20日 周一 09:00–12:00 · {} · 用户lecturer 济宁市规划设计院 高级工程师 · 第一教室 任城区建设路 8 号 · 4 学时"
    assert changed == [
        ("50", "40"),
        ("6月20日 周一 08:00", "6月18日 周六 17:00"),
        (line.format("装配式建筑施工技术"), line.format("装配式<b>建筑</b>")),
    ]
    assert "第 2 次报送" in page.get_text()


def test_what_a_clerk_is_still_writing_stays_the_clerks(
    client: PageClient, submit: Submit, decide: Decide, world: World
) -> None:
    plan_id = submit(title="报来的名称")
    client.log_in("officer")
    decide(plan_id, "return", reason="请补正。")
    with make_write_session() as session:
        plan = session.get_one(Plan, plan_id)
        details = make_details(world, title="还没写完的名称")
        _save(session, plan, details, world)
        withdrawn = drafted_plan(session, world, title="没报过就撤回的", now=NOW)
        service.withdraw_plan(session, withdrawn, actor=world["clerk"], now=NOW)
        session.commit()

    listed = client.get("/desk/plans").text
    case = client.get(f"/desk/plans/{plan_id}").text

    assert rows(listed) == ["报来的名称"]
    assert "还没写完的名称" not in case
    assert "请补正。" in case
    assert client.get(f"/desk/plans/{withdrawn.id}").status_code == 404


def test_a_room_or_a_lecturer_taken_twice_is_shown(client: PageClient, submit: Submit) -> None:
    submit(title="先报的班")
    plan_id = submit(title="后报的班")
    client.log_in("officer")

    page = client.get(f"/desk/plans/{plan_id}").text

    assert "第一教室 同一时间另有“先报的班”" in page
    assert "请看" in page


def test_another_bureaus_case_is_not_there(
    client: PageClient, submit: Submit, decide: Decide
) -> None:
    plan_id = submit()
    client.log_in("other_officer")

    missing = client.get("/desk/plans/987654")
    foreign = client.get(f"/desk/plans/{plan_id}")

    assert foreign.status_code == missing.status_code == 404
    assert decide(plan_id, "file").status_code == 404
    assert rows(client.get("/desk").text) == rows(client.get("/desk/plans").text) == []
    assert client.get(f"/desk/next?after={plan_id}").location == "/desk"
    assert stored(plan_id).state == "submitted"


def test_the_city_reads_every_county_and_decides_only_its_own(
    client: PageClient, submit: Submit, decide: Decide
) -> None:
    plan_id = submit(title="县级的班")
    client.log_in("city_officer")

    assert rows(client.get("/desk").text) == []
    assert rows(client.get("/desk/plans").text) == ["县级的班"]
    assert rows(client.get("/desk/plans?bureau=370811").text) == ["县级的班"]
    assert rows(client.get("/desk/plans?bureau=370881").text) == []
    case = client.get(f"/desk/plans/{plan_id}").text
    assert "由受理机关处理" in case
    assert "予以备案" not in BeautifulSoup(case, "html.parser").select_one("main").get_text()
    assert decide(plan_id, "file").status_code == 404


@pytest.mark.parametrize("username", ["clerk", "lecturer", "learner", "unit_hr", "admin"])
def test_the_desk_is_for_officers(client: PageClient, submit: Submit, username: str) -> None:
    plan_id = submit()
    client.log_in(username)

    for address in ("/desk", "/desk/plans", f"/desk/plans/{plan_id}", "/desk/next"):
        assert client.get(address).status_code == 403, address


def test_whoever_is_not_logged_in_is_asked_to(client: PageClient, submit: Submit) -> None:
    plan_id = submit()

    answer = client.get(f"/desk/plans/{plan_id}")

    assert answer.location == f"/login?next=/desk/plans/{plan_id}"


def test_the_list_filters_sorts_and_keeps_both_in_the_address(
    client: PageClient, submit: Submit, decide: Decide
) -> None:
    filed = submit(date(2022, 6, 28), title="乙班 100%")
    submit(date(2022, 6, 15), title="甲班")
    client.log_in("officer")
    decide(filed, "file")

    assert rows(client.get("/desk/plans?sort=opens").text) == ["甲班", "乙班 100%"]
    assert rows(client.get("/desk/plans?state=filed").text) == ["乙班 100%"]
    assert rows(client.get("/desk/plans?state=submitted&q=乙班").text) == []
    assert rows(client.get("/desk/plans?q=100%25").text) == ["乙班 100%"]
    assert rows(client.get("/desk/plans?q=任城建筑+甲").text) == ["甲班"]
    page = BeautifulSoup(client.get("/desk/plans?sort=opens&q=班").text, "html.parser")
    chips = [str(a["href"]) for a in page.select(".chips a")]
    assert "/desk/plans?sort=opens&q=%E7%8F%AD&state=filed" in chips


@pytest.mark.parametrize(
    "query",
    ["state=zzz", "sort=zzz", "page=-1", "page=x", "bureau=zzz", "q=%01%25_\\'\"", "page=1e9"],
)
def test_strange_values_in_the_address_are_no_error(
    client: PageClient, submit: Submit, query: str
) -> None:
    submit()
    client.log_in("officer")

    assert client.get(f"/desk/plans?{query}").status_code == 200
    assert client.get("/desk/next?after=zzz").status_code == 302


def test_hostile_words_stay_words(client: PageClient, submit: Submit) -> None:
    hostile = '"><script>alert(1)</script>{{7*7}}'
    plan_id = submit(title=hostile, aims=hostile, remarks=hostile)
    client.log_in("officer")

    for address in ("/desk", "/desk/plans", f"/desk/plans/{plan_id}"):
        page = client.get(address).text
        assert "<script>alert" not in page
        assert "{{7*7}}" in page
