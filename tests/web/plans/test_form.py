"""The filing form: drafts, submission in time and too late, and nothing typed ever lost."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ce_bases.plans.models import Plan, PlanRevision
from ce_bases.plans.queries import open_revision
from ce_bases.plans.workflow import PlanState
from ce_bases.web import extensions
from tests.conftest import NOON_1_JUNE, FrozenClock
from tests.factories.plans import drafted_plan, filed_plan, return_plan, submitted_plan
from tests.factories.world import World
from tests.web.client import PageClient
from tests.web.plans.forms import filled_form, problems, row, typed

NEW = "/filing/plans/new"


def plans(_session: Session) -> list[Plan]:
    """The plans as they are now, read without holding a lock."""
    reading = extensions.session()
    reading.rollback()
    reading.expire_all()
    return list(reading.scalars(select(Plan).order_by(Plan.id)))


def test_an_empty_form_explains_itself(client: PageClient, world: World) -> None:
    client.log_in("clerk")

    page = client.get(NEW)

    assert page.status_code == 200
    assert "任城区人力资源和社会保障局" in page.text
    assert "培训应在开班 10 日前报送备案" in page.text
    assert "面向全市" not in page.text, "a county base cannot choose the city"


def test_submitting_in_time_leads_to_the_receipt(
    client: PageClient, world: World, session: Session, clock: FrozenClock
) -> None:
    clock.set(datetime(2022, 6, 10, 15, 59, 59, tzinfo=UTC))
    client.log_in("clerk")

    answer = client.post(NEW, data={**filled_form(world), "do": "submit"})

    (plan,) = plans(session)
    assert plan.state is PlanState.SUBMITTED
    assert answer.location == f"/filing/plans/{plan.id}/receipt"
    receipt = client.get(answer.location).text
    for fact in ("2022年6月10日 23:59:59", "0537-6588233", "10 天", "2022年6月10日 星期五"):
        assert fact in receipt


def test_a_second_late_is_refused_and_everything_typed_is_still_there(
    client: PageClient, world: World, session: Session, clock: FrozenClock
) -> None:
    clock.set(datetime(2022, 6, 10, 16, 0, 0, tzinfo=UTC))
    client.log_in("clerk")
    sent = filled_form(world)

    answer = client.post(NEW, data={**sent, "do": "submit"})

    assert answer.status_code == 422
    for words in ("应于开班10日前", "二(二)3", "6月10日", "6月21日", "没有丢失"):
        assert words in answer.text
    again = typed(answer.text)
    assert {name: again[name] for name in sent} == sent
    assert plans(session) == []


def test_a_draft_needs_only_a_title(client: PageClient, world: World, session: Session) -> None:
    client.log_in("clerk")

    answer = client.post(NEW, data={"title": "待定的班", "do": "save"})

    (plan,) = plans(session)
    assert answer.location == f"/filing/plans/{plan.id}/edit"
    assert "草稿已保存" in client.get(answer.location).text


def test_a_form_sent_twice_makes_one_draft(
    client: PageClient, world: World, session: Session
) -> None:
    client.log_in("clerk")
    key = typed(client.get(NEW).text)["idempotency_key"]
    sent = {**filled_form(world), "idempotency_key": key, "do": "save"}

    answers = [client.post(NEW, data=sent).location for _ in range(2)]

    assert answers[0] == answers[1]
    assert len(plans(session)) == 1


def test_a_saved_draft_comes_back_as_it_was(
    client: PageClient, world: World, session: Session
) -> None:
    client.log_in("clerk")
    extra = row(
        world,
        1,
        held_on="2022-06-21",
        starts_at="14:00",
        ends_at="17:30",
        halves="3.5",
        break_minutes="20",
    )
    sent = filled_form(world, fee_cents="350.50", fee_item="资料费", fee_basis="文件", **extra)
    address = client.post(NEW, data={**sent, "do": "save"}).location

    again = typed(client.get(address).text)

    assert {name: again[name] for name in sent} == sent


def test_rows_are_added_and_removed_without_script(client: PageClient, world: World) -> None:
    client.log_in("clerk")
    sent = filled_form(world, outline="第一行\r\n第二行")

    more = client.post(NEW, data={**sent, "do": "add"})
    two = typed(more.text)
    two["sessions-1-topic"] = "第二个课题"
    one = typed(client.post(NEW, data={**two, "do": "remove-0"}).text)

    assert (two["sessions-1-venue_id"], two["sessions-1-held_on"]) == (str(world.venue_id), "")
    assert one["sessions-0-topic"] == "第二个课题"
    assert "sessions-1-topic" not in one
    assert one["outline"].split() == ["第一行", "第二行"]


def test_a_new_row_that_only_repeats_the_last_ones_room_is_blank(
    client: PageClient, world: World, session: Session
) -> None:
    client.log_in("clerk")
    added = typed(client.post(NEW, data={**filled_form(world), "do": "add"}).text)

    saved = client.post(NEW, data={**added, "do": "save"})
    touched = client.post(NEW, data={**added, "sessions-1-break_minutes": "5", "do": "save"})

    assert saved.status_code == 302
    assert len(open_revision(plans(session)[0]).entries) == 1
    assert touched.status_code == 422


@pytest.mark.parametrize(
    "wish", ["remove-99", "remove-x", "remove-²", "", "drop table", "add-" * 50]
)
def test_wishes_nobody_can_have_change_nothing(
    client: PageClient, world: World, session: Session, wish: str
) -> None:
    client.log_in("clerk")
    sent = filled_form(world)

    again = typed(client.post(NEW, data={**sent, "do": wish}).text)

    assert {name: again[name] for name in sent} == sent
    assert plans(session) == []


def test_the_first_day_typed_shows_its_window(client: PageClient, world: World) -> None:
    client.log_in("clerk")

    page = client.post(NEW, data={**filled_form(world), "do": "add"})

    assert "6月10日 周五 24:00 前报送，还有 9 天" in page.text


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"sessions-0-held_on": "2022-02-30"}, "没有这一天，请按 2022-06-20 的样子填写。"),
        ({"sessions-0-held_on": "0001-01-01"}, "年份超出了范围，请检查。"),
        ({"sessions-0-held_on": "９９９９-12-31"}, "年份超出了范围，请检查。"),
        ({"sessions-0-held_on": ""}, "请填写日期。"),
        ({"sessions-0-starts_at": "25:00"}, "没有这个时间，请按 09:00 的样子填写。"),
        ({"sessions-0-ends_at": "09:00"}, "结束时间应晚于开始时间。"),
        ({"sessions-0-halves": "4.5"}, "这段时间最多 4 学时（每学时 45 分钟，扣除休息）。"),
        ({"sessions-0-halves": "3.3"}, "学时以 0.5 为一级，如 3.5。"),
        ({"sessions-0-halves": "NaN"}, "请填写数字，如 4 或 3.5。"),
        ({"sessions-0-break_minutes": "-5"}, "请填写整数。"),
        ({"sessions-0-break_minutes": "180"}, "扣除休息后没有上课时间了。"),
        ({"sessions-0-lecturer_id": "abc"}, "请从列表中选择。"),
        ({"title": "长" * 10_000}, "最多 120 个字。"),
        ({"title": ""}, "请填写培训班名称。"),
        ({"planned_number": "1e9"}, "请填写整数。"),
        ({"planned_number": "0"}, "请填写 1 到 100000 之间的数。"),
        ({"fee_cents": "-1"}, "请填写金额，如 350 或 350.50；免费请填 0。"),
        ({"fee_cents": "Infinity"}, "请填写金额，如 350 或 350.50；免费请填 0。"),
        ({"enrol_closes_at": "明天"}, "没有这一天，请按 2022-06-20 的样子填写。"),
        ({"subject": "neither"}, "请从列表中选择。"),
        ({"reach": "world"}, "请从列表中选择。"),
    ],
)
@pytest.mark.parametrize("wish", ["save", "submit"])
def test_what_cannot_be_is_named_and_kept(
    client: PageClient,
    world: World,
    session: Session,
    changes: dict[str, str],
    expected: str,
    wish: str,
) -> None:
    client.log_in("clerk")
    sent = filled_form(world, **changes)

    answer = client.post(NEW, data={**sent, "do": wish})

    assert answer.status_code == 422
    assert problems(answer.text) == dict.fromkeys(changes, expected)
    again = typed(answer.text)
    texts = {
        n: v for n, v in sent.items() if n not in {"subject", "reach", "sessions-0-lecturer_id"}
    }
    assert {name: again[name] for name in texts} == texts
    assert plans(session) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"reach": "city"},
            {
                "reach": "面向范围超出了规定：县级单位面向本县，行业主管部门面向本行业、本单位、本区域，市级以上基地方可面向全市（二(二)3）。"
            },
        ),
        (
            {"planned_number": "61"},
            {"sessions-0-venue_id": "第一教室 只能容纳 60 人，少于计划人数。"},
        ),
        (
            {"aims": "", "contact_phone": " "},
            {"aims": "请填写培训目标。", "contact_phone": "请填写联系电话。"},
        ),
        (
            {"fee_cents": "100"},
            {"fee_item": "收费的，请填写收费项目。", "fee_basis": "收费的，请填写收费依据。"},
        ),
        ({"sessions-0-lecturer_id": "999999"}, {"sessions-0-lecturer_id": "请选择或填写授课人。"}),
        (
            {"sessions-0-venue_id": "99999999999999999999"},
            {"sessions-0-venue_id": "请选择或填写培训地点。"},
        ),
        ({"form": "live"}, {"live_address": "远程和直播培训请填写学习或直播地址。"}),
    ],
)
def test_what_keeps_a_plan_from_being_submitted_can_still_be_a_draft(
    client: PageClient,
    world: World,
    session: Session,
    changes: dict[str, str],
    expected: dict[str, str],
) -> None:
    client.log_in("clerk")
    sent = filled_form(world, **changes)

    answer = client.post(NEW, data={**sent, "do": "submit"})

    assert answer.status_code == 422
    assert problems(answer.text) == expected
    assert plans(session) == []
    assert client.post(NEW, data={**sent, "do": "save"}).status_code == 302


def test_overlapping_and_crowded_sessions_are_named_in_the_order_of_time(
    client: PageClient, world: World
) -> None:
    client.log_in("clerk")
    first = row(world, 1, starts_at="08:00", ends_at="12:00", halves="5")
    sent = filled_form(
        world,
        **{
            "sessions-0-starts_at": "11:00",
            "sessions-0-ends_at": "15:00",
            "sessions-0-halves": "5",
        },
        **first,
    )

    answer = client.post(NEW, data={**sent, "do": "submit"})

    assert problems(answer.text) == {
        "sessions-1-starts_at": "与第 1 个课次时间重叠。",
        "sessions-1-halves": "6月20日 周一 共 10 学时，超过每天 8 学时（二(二)4(1)）。",
    }
    assert typed(answer.text)["sessions-0-starts_at"] == "08:00"


def test_html_and_control_characters_are_shown_as_text(
    client: PageClient, world: World, session: Session
) -> None:
    client.log_in("clerk")
    hostile = '<script>alert(1)</script>\x00\x0b\u202e班 & "名"'
    sent = filled_form(world, title=hostile, **{"sessions-0-topic": hostile})

    address = client.post(NEW, data={**sent, "do": "submit"}).location

    for page in (address, address.removesuffix("/receipt"), "/filing", "/filing/plans"):
        text = client.get(page).text
        assert "<script>alert(1)" not in text
    assert open_revision(plans(session)[0]).title == '<script>alert(1)</script> 班 & "名"'


def test_hostile_row_names_are_ignored(client: PageClient, world: World) -> None:
    client.log_in("clerk")
    names = (
        "sessions-²-topic",
        "sessions-99999999999-topic",
        "sessions--topic",
        "sessions-0-nothing",
        "sessions",
    )

    answer = client.post(
        NEW, data={**filled_form(world), **dict.fromkeys(names, "x"), "do": "save"}
    )

    assert answer.status_code == 302


def test_days_and_times_may_be_typed_in_other_spellings(
    client: PageClient, world: World, session: Session
) -> None:
    client.log_in("clerk")
    spelled = {
        "sessions-0-held_on": "２０２２年6月20日",
        "sessions-0-starts_at": "９：00",
        "sessions-0-ends_at": "1200",
        "sessions-0-halves": "３.５",
    }

    client.post(NEW, data={**filled_form(world, **spelled), "do": "save"})

    entry = open_revision(plans(session)[0]).entries[0]
    assert (str(entry.held_on), str(entry.starts_at), str(entry.ends_at), entry.halves) == (
        "2022-06-20",
        "09:00:00",
        "12:00:00",
        7,
    )


def test_hours_left_out_are_those_the_minutes_carry(
    client: PageClient, world: World, session: Session
) -> None:
    client.log_in("clerk")
    blank = {"sessions-0-halves": "", "sessions-0-break_minutes": "15"}

    client.post(NEW, data={**filled_form(world, **blank), "do": "save"})

    assert open_revision(plans(session)[0]).entries[0].halves == 7


def edit_page(client: PageClient, plan: Plan) -> dict[str, str]:
    return typed(client.get(f"/filing/plans/{plan.id}/edit").text)


def test_an_older_page_is_told_who_was_quicker_and_keeps_what_was_typed(
    client: PageClient, world: World, session: Session
) -> None:
    plan = drafted_plan(session, world, now=NOON_1_JUNE)
    session.commit()
    client.log_in("clerk")
    mine, theirs = edit_page(client, plan), edit_page(client, plan)
    client.log_in("clerk2")
    client.post(f"/filing/plans/{plan.id}/edit", data={**theirs, "title": "同事的", "do": "save"})
    client.log_in("clerk")

    answer = client.post(
        f"/filing/plans/{plan.id}/edit", data={**mine, "title": "我的", "do": "save"}
    )

    assert answer.status_code == 409
    assert "用户clerk2 已于 6月1日 周三 12:00 改动了这份计划" in answer.text
    assert typed(answer.text)["title"] == "我的"
    assert open_revision(plans(session)[0]).title == "同事的"


def test_two_clerks_submitting_one_plan_get_one_submission(
    client: PageClient, world: World, session: Session
) -> None:
    plan = drafted_plan(session, world, now=NOON_1_JUNE)
    session.commit()
    client.log_in("clerk")
    mine = edit_page(client, plan)
    client.log_in("clerk2")
    theirs = edit_page(client, plan)
    first = client.post(f"/filing/plans/{plan.id}/edit", data={**theirs, "do": "submit"})
    client.log_in("clerk")

    second = client.post(f"/filing/plans/{plan.id}/edit", data={**mine, "do": "submit"})

    assert (first.status_code, second.status_code) == (302, 409)
    assert typed(second.text)["title"] == mine["title"]
    session.rollback()
    assert session.query(PlanRevision).count() == 1


def test_a_submitted_plan_has_no_form(client: PageClient, world: World, session: Session) -> None:
    plan = submitted_plan(session, world, now=NOON_1_JUNE)
    session.commit()
    client.log_in("clerk")

    page = client.get(f"/filing/plans/{plan.id}/edit")

    assert page.status_code == 409
    assert "已报送" in page.text


def test_a_new_plan_from_an_old_one_needs_new_days(
    client: PageClient, world: World, session: Session
) -> None:
    plan = filed_plan(session, world, now=NOON_1_JUNE)
    session.commit()
    client.log_in("clerk")

    copied = typed(client.get(f"{NEW}?from={plan.id}").text)

    assert copied["title"] == "装配式建筑专题培训班"
    assert (copied["sessions-0-topic"], copied["sessions-0-starts_at"]) == (
        "装配式建筑施工技术",
        "09:00",
    )
    assert (copied["sessions-0-held_on"], copied["sessions-0-uid"], copied["enrol_closes_at"]) == (
        "",
        "",
        "",
    )


@pytest.mark.parametrize("source", ["0", "999", "99999999999999999999"])
def test_nothing_is_copied_from_what_is_not_ones_own(
    client: PageClient, world: World, session: Session, source: str
) -> None:
    plan = drafted_plan(session, world, now=NOON_1_JUNE)
    session.commit()
    client.log_in("stranger")

    assert client.get(f"{NEW}?from={source}").status_code in {200, 404}
    assert client.get(f"{NEW}?from={plan.id}").status_code == 404


def test_strangers_and_other_roles(client: PageClient, world: World, session: Session) -> None:
    plan = drafted_plan(session, world, now=NOON_1_JUNE)
    session.commit()
    addresses = [f"/filing/plans/{plan.id}{rest}" for rest in ("/edit", "", "/withdraw", "/cancel")]
    client.log_in("stranger")
    assert [client.get(a).status_code for a in addresses] == [404] * 4
    assert client.post(addresses[0], data=filled_form(world)).status_code == 404
    client.log_in("learner")
    assert [client.get(a).status_code for a in [*addresses, NEW, "/filing", "/filing/plans"]] == [
        403
    ] * 7
    client.log_out()
    assert client.get(NEW).location == "/login?next=/filing/plans/new"


def test_the_window_as_data(client: PageClient, world: World) -> None:
    client.log_in("clerk")

    found = client.get("/filing/window.json?opening=2022-06-20").json
    late = client.get("/filing/window.json?opening=2022-06-05").json
    bad = client.get("/filing/window.json?opening=2022-02-30")

    assert found == {
        "opening": "2022-06-20",
        "last_filing_day": "2022-06-10",
        "days_ahead": 19,
        "in_time": True,
        "earliest_opening": "2022-06-11",
        "clause": "二(二)3",
        "kind": "done",
        "title": "6月10日 周五 24:00 前报送，还有 9 天",
        "advice": "6月20日 周一 开班，今天报送即提前 19 天。",
    }
    assert late is not None
    assert (late["in_time"], late["kind"], late["earliest_opening"]) == (
        False,
        "refused",
        "2022-06-11",
    )
    assert bad.status_code == 422
    assert bad.json == {"problem": "没有这一天，请按 2022-06-20 的样子填写。"}


def test_a_returned_plan_shows_why_and_can_be_submitted_again(
    client: PageClient, world: World, session: Session, clock: FrozenClock
) -> None:
    plan = submitted_plan(session, world, now=NOON_1_JUNE)
    return_plan(session, world, plan, reason="请补充<收费>依据", now=NOON_1_JUNE)
    session.commit()
    client.log_in("clerk")
    page = client.get(f"/filing/plans/{plan.id}/edit")
    assert "请补充&lt;收费&gt;依据" in page.text
    sent: dict[str, Any] = {**typed(page.text), "do": "submit"}

    answer = client.post(f"/filing/plans/{plan.id}/edit", data=sent)

    assert answer.location == f"/filing/plans/{plan.id}/receipt"
    assert plans(session)[0].state is PlanState.SUBMITTED
