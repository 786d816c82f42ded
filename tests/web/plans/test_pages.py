"""A base's home, its list, the plan's page, the receipt, withdrawing and cancelling."""

from datetime import UTC, date, datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy.orm import Session

from ce_bases.audit.queries import history_of
from ce_bases.plans import service
from ce_bases.plans.models import Plan, PublishedSession
from ce_bases.plans.workflow import PlanState
from ce_bases.web import extensions
from tests.conftest import NOON_1_JUNE, FrozenClock
from tests.factories.hours import enrol
from tests.factories.plans import (
    drafted_plan,
    filed_plan,
    make_session_details,
    return_plan,
    submitted_plan,
)
from tests.factories.world import World
from tests.web.client import PageClient
from tests.web.reading import fresh

EARLIER = NOON_1_JUNE - timedelta(days=40)


def words(html: str, selector: str = "main") -> str:
    found = BeautifulSoup(html, "html.parser").select_one(selector)
    assert found is not None
    return found.get_text(" ", strip=True)


@pytest.fixture
def plans(session: Session, world: World) -> dict[str, Plan]:
    """One plan for each thing a clerk's day may hold."""

    def on(day: date, topic: str = "课题") -> object:
        return make_session_details(world, on=day, topic=topic)

    today = date(2022, 6, 1)
    made = {
        "draft": drafted_plan(
            session, world, on(date(2022, 6, 14)), title="草稿班", now=NOON_1_JUNE
        ),
        "returned": submitted_plan(
            session, world, on(date(2022, 6, 25)), title="退回班", now=NOON_1_JUNE
        ),
        "submitted": submitted_plan(
            session, world, on(date(2022, 6, 26)), title="受理班", now=NOON_1_JUNE
        ),
        "filed": filed_plan(
            session,
            world,
            on(today + timedelta(days=3), "三天后的课"),
            title="待开班",
            now=EARLIER,
            enrol_closes_at=EARLIER,
        ),
        "under_way": filed_plan(
            session,
            world,
            on(today, "今天的课"),
            title="进行班",
            now=EARLIER,
            enrol_closes_at=EARLIER,
        ),
        "ended": filed_plan(
            session,
            world,
            on(date(2022, 5, 27)),
            title="结束班",
            now=EARLIER,
            enrol_closes_at=EARLIER,
        ),
    }
    returned = made["returned"]
    return_plan(session, world, returned, now=NOON_1_JUNE)
    session.commit()
    return made


def test_home_lists_what_must_be_done_most_urgent_first(
    client: PageClient, plans: dict[str, Plan]
) -> None:
    client.log_in("clerk")

    html = client.get("/filing").text

    page = BeautifulSoup(html, "html.parser")
    counts = {a["href"].split("=")[1]: a.select_one("b").text for a in page.select("a.stat")}
    assert counts == {
        "draft": "1",
        "returned": "1",
        "submitted": "1",
        "filed": "1",
        "under_way": "1",
        "to_confirm": "1",
    }
    todo, week = page.select("main table")
    assert [row.get_text(" ", strip=True) for row in todo.select("tbody th")] == [
        "草稿班",
        "退回班",
        "结束班",
    ]
    assert "6月4日 周六 还有 3 天" in words(html, "table")
    assert [row.get_text(" ", strip=True) for row in week.select("tbody th")] == [
        "今天的课 进行班",
        "三天后的课 待开班",
    ]


def test_an_empty_home_offers_the_first_step(client: PageClient, world: World) -> None:
    client.log_in("clerk")

    assert "眼下没有要办的事" in client.get("/filing").text


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", {"草稿班", "退回班", "受理班", "待开班", "进行班", "结束班"}),
        ("?state=draft", {"草稿班"}),
        ("?state=filed", {"待开班"}),
        ("?state=under_way", {"进行班"}),
        ("?state=to_confirm", {"结束班"}),
        (
            "?state=nonsense&sort=nonsense&page=x",
            {"草稿班", "退回班", "受理班", "待开班", "进行班", "结束班"},
        ),
        ("?q=今天", {"进行班"}),
        ("?q=2022-370811-0003", {"结束班"}),
        ("?q=%25", set()),
        ("?q=班 退", {"退回班"}),
        ("?state=credited", set()),
    ],
)
def test_the_list_is_filtered_by_its_address(
    client: PageClient, plans: dict[str, Plan], query: str, titles: set[str]
) -> None:
    client.log_in("clerk")

    page = BeautifulSoup(client.get(f"/filing/plans{query}").text, "html.parser")

    assert {row.get_text(strip=True) for row in page.select("tbody th")} == titles


def test_the_list_sorts_and_says_who_has_each_plan(
    client: PageClient, plans: dict[str, Plan]
) -> None:
    client.log_in("clerk")

    html = client.get("/filing/plans?sort=opens").text

    page = BeautifulSoup(html, "html.parser")
    assert [r.get_text(strip=True) for r in page.select("tbody th")] == [
        "结束班",
        "进行班",
        "待开班",
        "草稿班",
        "退回班",
        "受理班",
    ]
    assert "任城区人力资源和社会保障局 · 待受理 自 6月1日 周三 12:00" in words(html, "table")


def test_a_list_of_another_base_is_empty(client: PageClient, plans: dict[str, Plan]) -> None:
    client.log_in("stranger")

    assert "这里会列出本单位所有的培训计划" in client.get("/filing/plans").text


def test_the_plan_page_tells_where_it_is_and_what_happened(
    client: PageClient, plans: dict[str, Plan]
) -> None:
    client.log_in("clerk")

    text = words(client.get(f"/filing/plans/{plans['returned'].id}").text)

    for part in (
        "退回补正",
        "待补正后重新报送",
        "请补充",
        "6月4日 周六 24:00 前补正",
        "修改并报送",
        "撤回",
        "用户officer",
    ):
        assert part in text
    assert "取消办班" not in text


def test_a_filed_plan_shows_its_number_and_the_way_to_its_roster(
    client: PageClient, plans: dict[str, Plan]
) -> None:
    client.log_in("clerk2")

    text = words(client.get(f"/filing/plans/{plans['under_way'].id}").text)

    for part in ("2022-370811-0002", "进行中", "正在办班", "学员名单", "取消办班"):
        assert part in text
    assert "修改并报送" not in text


def test_an_officer_reads_what_was_submitted_never_what_is_being_written(
    client: PageClient, world: World, session: Session, plans: dict[str, Plan]
) -> None:
    client.log_in("clerk")
    from tests.web.plans.forms import typed

    address = f"/filing/plans/{plans['returned'].id}"
    form = typed(client.get(f"{address}/edit").text)
    client.post(f"{address}/edit", data={**form, "title": "还没写完", "do": "save"})
    client.log_in("officer")

    page = client.get(address)

    assert page.status_code == 200
    assert "还没写完" not in page.text
    assert "修改草稿" not in page.text
    assert client.get(f"/filing/plans/{plans['draft'].id}").status_code == 404
    client.log_in("other_officer")
    assert client.get(address).status_code == 404


def test_the_receipt_on_the_page_and_on_paper(client: PageClient, plans: dict[str, Plan]) -> None:
    client.log_in("clerk")
    plan = plans["submitted"]

    page = client.get(f"/filing/plans/{plan.id}/receipt")
    paper = client.get(f"/filing/plans/{plan.id}/receipt.pdf")

    digest = fresh(plan).revisions[-1].content_hash
    for part in ("2022年6月1日 12:00:00", "25 天", "0537-6588233", digest, "不等于已经备案"):
        assert part in words(page.text)
    assert (paper.mimetype, paper.data[:5]) == ("application/pdf", b"%PDF-")


def test_a_draft_has_no_receipt(client: PageClient, plans: dict[str, Plan]) -> None:
    client.log_in("clerk")

    for rest in ("receipt", "receipt.pdf"):
        assert client.get(f"/filing/plans/{plans['draft'].id}/{rest}").status_code == 404


def test_a_kept_first_submission_is_on_the_receipt(
    client: PageClient, world: World, session: Session, plans: dict[str, Plan], clock: FrozenClock
) -> None:
    clock.set(datetime(2022, 6, 4, 15, 59, 59, tzinfo=UTC))
    service.submit_plan(session, plans["returned"], actor=world["clerk"], now=clock())
    session.commit()
    client.log_in("clerk")

    text = words(client.get(f"/filing/plans/{plans['returned'].id}/receipt").text)

    assert "收到时间 2022年6月4日 23:59:59 按首次报送计 2022年6月1日 12:00:00" in text
    assert "24 天" in text


def test_withdrawing_is_asked_first(client: PageClient, plans: dict[str, Plan]) -> None:
    client.log_in("clerk")
    address = f"/filing/plans/{plans['submitted'].id}/withdraw"

    asked = client.get(address)
    done = client.post(address, data={"reason": "场地有变"})

    assert "首次报送时间随之失效" in asked.text
    assert done.location == f"/filing/plans/{plans['submitted'].id}"
    assert fresh(plans["submitted"]).state is PlanState.WITHDRAWN
    assert client.get(address).status_code == 409


def test_cancelling_names_what_is_lost_and_wants_a_reason(
    client: PageClient, session: Session, plans: dict[str, Plan]
) -> None:
    client.log_in("clerk")
    plan = plans["filed"]
    address = f"/filing/plans/{plan.id}/cancel"

    asked = client.get(address)
    refused = client.post(address, data={"reason": "   "})
    done = client.post(address, data={"reason": "讲师生病"})

    assert "1 次课、4 学时全部取消" in asked.text
    assert refused.status_code == 422
    assert "请写明理由" in refused.text
    assert done.status_code == 302
    assert fresh(plan).state is PlanState.CANCELLED
    assert "讲师生病" in client.get(f"/filing/plans/{plan.id}").text
    published = extensions.session().get_one(
        PublishedSession, fresh(plan).revisions[0].entries[0].session_id
    )
    assert published.is_cancelled
    lines = history_of(extensions.session(), "plan", plan.id)
    assert (lines[-1].action, lines[-1].reason, lines[-1].before, lines[-1].after) == (
        "plan_cancel",
        "讲师生病",
        {"state": "filed"},
        {"state": "cancelled"},
    )


def test_cancelling_names_the_people_on_the_roster(
    client: PageClient, world: World, session: Session, plans: dict[str, Plan]
) -> None:
    enrol(session, plans["filed"], world.person_ids[:3], now=NOON_1_JUNE)
    session.commit()
    client.log_in("clerk")

    assert "名单上的 3 人" in client.get(f"/filing/plans/{plans['filed'].id}/cancel").text


@pytest.mark.parametrize(("state", "verb"), [("draft", "cancel"), ("filed", "withdraw")])
def test_what_the_state_does_not_allow_is_a_conflict(
    client: PageClient, plans: dict[str, Plan], state: str, verb: str
) -> None:
    client.log_in("clerk")
    address = f"/filing/plans/{plans[state].id}/{verb}"

    assert [
        client.get(address).status_code,
        client.post(address, data={"reason": "x"}).status_code,
    ] == [409, 409]
    assert fresh(plans[state]).state is PlanState(state)


def test_ids_no_database_can_hold_are_not_found(client: PageClient, world: World) -> None:
    client.log_in("clerk")

    assert client.get("/filing/plans/99999999999999999999").status_code == 404
