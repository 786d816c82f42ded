"""Changing a filed plan, page by page: begin, write, look at the difference, send, take back."""

from datetime import date, time, timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.core.clock import moment_at
from ce_bases.plans.models import Plan, PlanRevision, PublishedSession
from ce_bases.web import extensions
from tests.conftest import NOON_1_JUNE, FrozenClock
from tests.factories.plans import (
    return_plan,
    submitted_plan,
    two_filed_sessions,
)
from tests.factories.world import World
from tests.web.client import PageClient
from tests.web.plans.forms import problems, typed
from tests.web.reading import main

STRANGERS = ("stranger", "city_clerk")


@pytest.fixture
def filed(session: Session, world: World) -> Plan:
    return two_filed_sessions(session, world, now=NOON_1_JUNE - timedelta(days=1))


def reading() -> Session:
    found = extensions.session()
    found.rollback()
    found.expire_all()
    return found


def standings(plan: Plan) -> list[tuple[int, str]]:
    rows = reading().execute(
        select(PlanRevision.number, PlanRevision.standing)
        .where(PlanRevision.plan_id == plan.id)
        .order_by(PlanRevision.number)
    )
    return [(number, standing.value) for number, standing in rows]


def version_on(html: str) -> str:
    field = BeautifulSoup(html, "html.parser").select_one('input[name="version"]')
    assert field is not None
    return str(field["value"])


def begun(client: PageClient, plan: Plan, **edits: str) -> str:
    """The change's page after `edits` in the form."""
    client.log_in("clerk")
    answer = client.post(f"/filing/plans/{plan.id}/change/begin")
    assert answer.status_code == 302
    values = typed(client.get(answer.location).text) | edits
    answer = client.post(f"/filing/plans/{plan.id}/edit", data={**values, "do": "review"})
    assert (answer.status_code, answer.location) == (302, f"/filing/plans/{plan.id}/change")
    return client.get(answer.location).text


def sent(client: PageClient, plan: Plan, html: str, verb: str = "send"):
    data = {"version": version_on(html)}
    return client.post(f"/filing/plans/{plan.id}/change/{verb}", data=data)


AFTERNOON = {"sessions-1-starts_at": "14:00", "sessions-1-ends_at": "17:00"}


def test_the_plan_page_offers_a_change_and_the_form_shows_what_is_on_file(
    client: PageClient, filed: Plan
) -> None:
    client.log_in("clerk")
    page = BeautifulSoup(client.get(f"/filing/plans/{filed.id}").text, "html.parser")

    assert page.select_one('form[action$="/change/begin"] button') is not None
    client.post(f"/filing/plans/{filed.id}/change/begin")
    values = typed(client.get(f"/filing/plans/{filed.id}/edit").text)

    assert (values["title"], values["sessions-1-topic"]) == ("装配式建筑专题培训班", "第二课")
    assert standings(filed) == [(1, "in_force"), (2, "working")]
    again = BeautifulSoup(client.get(f"/filing/plans/{filed.id}").text, "html.parser")
    assert again.select_one('form[action$="/change/begin"]') is None
    assert again.select_one('a[href$="/change"]') is not None


def test_before_sending_the_page_says_what_changes_and_what_follows(
    client: PageClient, filed: Plan
) -> None:
    words = main(begun(client, filed, **AFTERNOON))

    assert "这次变更报送后立即生效" in words
    assert "应于开班10日前" in words  # the clause
    assert "6月27日 周一 第二课 09:00 14:00 告知后生效" in words
    assert standings(filed) == [(1, "in_force"), (2, "working")]


def test_a_notice_changes_calendar_and_public_history_and_tells_the_bureau(
    client: PageClient, filed: Plan, clock: FrozenClock
) -> None:
    clock.set(moment_at(date(2022, 6, 3), time(10)))
    answer = sent(client, filed, begun(client, filed, **AFTERNOON))

    assert (answer.status_code, answer.location) == (302, f"/filing/plans/{filed.id}")
    assert standings(filed) == [(1, "past"), (2, "in_force")]
    rows = reading().scalars(select(PublishedSession).order_by(PublishedSession.held_on)).all()
    assert [(row.starts_at, row.sequence) for row in rows] == [(time(9), 1), (time(14), 1)]
    assert ["SEQUENCE:1" in row.vevent for row in rows] == [True, True]
    public = main(client.get("/plans/2022-370811-0001").text)
    assert "6月27日 周一 第二课：开始时间由 09:00 改为 14:00" in public
    assert "变更生效" in public
    own = main(client.get(f"/filing/plans/{filed.id}").text)
    assert "变更记录" in own
    client.log_in("officer")
    assert "已备案的培训有变更" in main(client.get("/inbox").text)
    assert "与原备案内容相比" in main(client.get(f"/desk/plans/{filed.id}").text)
    assert "变更" not in main(client.get("/desk").text)


def test_a_refile_waits_on_the_desk_and_the_officer_sees_the_difference(
    client: PageClient, filed: Plan
) -> None:
    html = begun(client, filed, subject="public")
    assert "这次变更要重新报送备案" in main(html)

    answer = sent(client, filed, html)

    assert answer.location == f"/filing/plans/{filed.id}/receipt"
    assert "有一次变更等待受理" in main(client.get(f"/filing/plans/{filed.id}").text)
    client.log_in("officer")
    assert f"/desk/plans/{filed.id}" in client.get("/desk").text
    item = client.get(f"/desk/plans/{filed.id}").text
    assert "科目 专业科目 公需科目 重新报送" in main(item)
    data = {"version": version_on(item), "decision": "file"}
    client.post(f"/desk/plans/{filed.id}/decision", data=data)
    assert standings(filed) == [(1, "past"), (2, "in_force")]
    public = main(client.get("/plans/2022-370811-0001").text)
    assert "科目由 专业科目 改为 公需科目" in public


def test_too_late_for_a_refile_the_page_says_so_and_offers_no_sending(
    client: PageClient, filed: Plan, clock: FrozenClock
) -> None:
    clock.set(moment_at(date(2022, 6, 11), time(9)))
    html = begun(client, filed, subject="public")

    page = BeautifulSoup(html, "html.parser")
    buttons = [b.text for b in page.select('form[action$="/change/send"] button')]
    assert "已过报送期限" in main(html)
    assert buttons == []
    assert sent(client, filed, html).status_code == 422
    assert standings(filed) == [(1, "in_force"), (2, "working")]


def test_a_held_session_is_refused_beside_its_row(
    client: PageClient, filed: Plan, clock: FrozenClock
) -> None:
    clock.set(moment_at(date(2022, 6, 20), time(10)))
    client.log_in("clerk")
    client.post(f"/filing/plans/{filed.id}/change/begin")
    values = typed(client.get(f"/filing/plans/{filed.id}/edit").text)

    answer = client.post(
        f"/filing/plans/{filed.id}/edit",
        data={**values, "sessions-0-topic": "别的", "do": "review"},
    )

    assert answer.status_code == 422
    assert problems(answer.text) == {"sessions-0-held_on": "这个课次已经举行，不能再修改。"}


def test_a_held_session_is_not_saved_by_itself_either(
    client: PageClient, filed: Plan, clock: FrozenClock
) -> None:
    clock.set(moment_at(date(2022, 6, 20), time(10)))
    client.log_in("clerk")
    client.post(f"/filing/plans/{filed.id}/change/begin")
    values = typed(client.get(f"/filing/plans/{filed.id}/edit").text)

    answer = client.post(
        f"/filing/plans/{filed.id}/autosave", data={**values, "sessions-0-topic": "别的"}
    )

    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["problems"] == ["这个课次已经举行，不能再修改。"]


def test_dropped_it_is_gone_and_taken_back_it_can_be_written_on(
    client: PageClient, filed: Plan
) -> None:
    html = begun(client, filed, subject="public")
    sent(client, filed, html)
    page = client.get(f"/filing/plans/{filed.id}").text

    answer = sent(client, filed, page, "recall")

    assert answer.location == f"/filing/plans/{filed.id}/edit"
    assert typed(client.get(answer.location).text)["subject"] == "public"
    html = client.get(f"/filing/plans/{filed.id}/change").text
    assert sent(client, filed, html, "drop").status_code == 302
    assert standings(filed) == [(1, "in_force"), (2, "past")]


def test_sent_twice_it_is_sent_once_and_an_old_page_is_told(
    client: PageClient, filed: Plan
) -> None:
    html = begun(client, filed, **AFTERNOON)
    assert sent(client, filed, html).status_code == 302

    again = sent(client, filed, html)

    assert again.status_code == 409
    assert "用户clerk" in main(again.text)
    assert client.get(f"/filing/plans/{filed.id}/change").status_code == 409


@pytest.mark.parametrize("version", ["", "x", "99999999999", "-1"])
def test_a_mangled_version_sends_nothing(client: PageClient, filed: Plan, version: str) -> None:
    begun(client, filed, **AFTERNOON)

    for verb in ("send", "drop", "recall"):
        answer = client.post(f"/filing/plans/{filed.id}/change/{verb}", data={"version": version})
        assert answer.status_code == 409
    assert standings(filed) == [(1, "in_force"), (2, "working")]


@pytest.mark.parametrize("username", STRANGERS)
def test_another_base_finds_nothing(client: PageClient, filed: Plan, username: str) -> None:
    begun(client, filed, **AFTERNOON)
    client.log_in(username)

    assert client.get(f"/filing/plans/{filed.id}/change").status_code == 404
    assert client.get(f"/filing/plans/{filed.id}/grace.json").status_code == 404
    for verb in ("begin", "send", "drop", "recall"):
        answer = client.post(f"/filing/plans/{filed.id}/change/{verb}", data={"version": "1"})
        assert answer.status_code == 404
    assert standings(filed) == [(1, "in_force"), (2, "working")]


def test_the_bureau_never_sees_what_is_being_written(client: PageClient, filed: Plan) -> None:
    begun(client, filed, title="还没报送的名称")

    client.log_in("officer")

    for page in (f"/desk/plans/{filed.id}", f"/filing/plans/{filed.id}", "/desk/plans"):
        assert "还没报送的名称" not in client.get(page).text
    assert "还没报送的名称" not in client.get("/plans/2022-370811-0001").text


def test_the_bases_lists_show_what_is_on_file_and_home_what_is_to_send(
    client: PageClient, filed: Plan
) -> None:
    begun(client, filed, title="还没报送的名称")

    assert "装配式建筑专题培训班" in client.get("/filing/plans").text
    assert "还没报送的名称" not in client.get("/filing/plans").text
    assert "变更核对后报送" in main(client.get("/filing").text)


# --- returned for correction ------------------------------------------------------------------


@pytest.fixture
def returned(session: Session, world: World) -> Plan:
    plan = submitted_plan(session, world, now=NOON_1_JUNE)
    return_plan(session, world, plan, now=NOON_1_JUNE)
    session.commit()
    return plan


def grace(client: PageClient, plan: Plan, query: str) -> tuple[bool, list[str]]:
    answer = client.get(f"/filing/plans/{plan.id}/grace.json?{query}").json
    assert answer is not None
    return answer["is_kept"], answer["reasons"]


def test_the_form_says_which_case_sending_would_be(client: PageClient, returned: Plan) -> None:
    client.log_in("clerk")

    words = main(client.get(f"/filing/plans/{returned.id}/edit").text)

    assert "现在报送，仍按首次报送（6月1日 周三）计算期限。" in words


def test_and_says_it_again_of_what_was_typed(client: PageClient, returned: Plan) -> None:
    client.log_in("clerk")
    values = typed(client.get(f"/filing/plans/{returned.id}/edit").text)

    changed = {"sessions-0-held_on": "2022-06-19", "title": "", "do": "save"}
    words = main(client.post(f"/filing/plans/{returned.id}/edit", data=values | changed).text)

    assert "按新报送重新核对期限" in words
    assert "开班日期由 6月20日 周一 提前到 6月19日 周日" in words


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("opening=2022-06-20&hours=4&subject=professional&reach=county", (True, [])),
        ("", (True, [])),
        ("hours=4.5", (False, ["学时由 4 增加到 4.5"])),
        ("hours=3.5", (True, [])),
        ("subject=public", (False, ["科目改变了"])),
        ("reach=city", (False, ["面向范围扩大了"])),
        ("reach=unit", (True, [])),
        (
            "opening=2022-06-19&reach=city",
            (False, ["开班日期由 6月20日 周一 提前到 6月19日 周日", "面向范围扩大了"]),
        ),
    ],
)
def test_each_extension_is_named(
    client: PageClient, returned: Plan, query: str, expected: tuple[bool, list[str]]
) -> None:
    client.log_in("clerk")

    assert grace(client, returned, query) == expected


@pytest.mark.parametrize(("day", "kept"), [(4, True), (5, False)])
def test_the_grace_ends_three_days_after_the_return(
    client: PageClient, returned: Plan, clock: FrozenClock, day: int, kept: bool
) -> None:
    clock.set(moment_at(date(2022, 6, day), time(12)))
    client.log_in("clerk")

    assert grace(client, returned, "")[0] is kept


@pytest.mark.parametrize(
    "query",
    [
        "hours=x",
        "hours=nan",
        "hours=inf",
        "hours=-1",
        "hours=1e9",
        "opening=x",
        "subject=x",
        "reach=x",
    ],
)
def test_strange_words_are_no_answer(client: PageClient, returned: Plan, query: str) -> None:
    client.log_in("clerk")

    assert client.get(f"/filing/plans/{returned.id}/grace.json?{query}").status_code == 404


def test_without_a_return_there_is_no_grace(client: PageClient, filed: Plan) -> None:
    client.log_in("clerk")

    assert client.get(f"/filing/plans/{filed.id}/grace.json").status_code == 404
    assert standings(filed) == [(1, "in_force")]
