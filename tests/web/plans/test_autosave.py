"""Drafts that save themselves: nothing typed is lost, nobody's newer version is written over."""

from datetime import date, time
from typing import Any

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from ce_bases.audit.models import AuditEntry
from ce_bases.plans import service
from ce_bases.plans.details import PlanDetails, details_of
from ce_bases.plans.models import CourseSession, Plan
from ce_bases.plans.queries import open_revision
from ce_bases.plans.workflow import PlanState
from ce_bases.web.extensions import make_write_session, session
from tests.conftest import NOON_1_JUNE as NOW
from tests.conftest import FrozenClock
from tests.factories.plans import drafted_plan, make_details, submitted_plan
from tests.factories.world import World
from tests.web.client import PageClient
from tests.web.plans.forms import filled_form, row, typed

NEW = "/filing/plans/new/autosave"
KEY = "6f1f2b8c-8a55-4a70-9d0e-0d8f7f1f1a11"


@pytest.fixture
def draft_id(world: World) -> int:
    with make_write_session() as db:
        plan = drafted_plan(db, world, now=NOW)
        db.commit()
        return plan.id


def send(client: PageClient, plan_id: int, fields: dict[str, Any]) -> TestResponse:
    return client.post(f"/filing/plans/{plan_id}/autosave", data=fields)


def opened(client: PageClient, plan_id: int) -> dict[str, str]:
    """What the edit page's form would send."""
    return typed(client.get(f"/filing/plans/{plan_id}/edit").text)


def stored(plan_id: int) -> PlanDetails:
    session().rollback()
    session().expire_all()
    revision = open_revision(session().get_one(Plan, plan_id))
    assert revision is not None
    return details_of(revision)


def test_what_is_typed_is_kept_and_the_form_can_be_saved_after(
    client: PageClient, world: World, draft_id: int, clock: FrozenClock
) -> None:
    client.log_in("clerk")
    form = opened(client, draft_id)
    clock.forward(minutes=52)

    answer = send(client, draft_id, {**form, "title": "改了名的班"})

    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["message"] == "已自动保存 12:52"
    assert answer.json["problems"] == []
    before = stored(draft_id)
    assert before.title == "改了名的班"
    assert answer.json["uids"] == {"0": before.sessions[0].uid}
    assert answer.json["version"] == int(form["version"]) + 1

    saved = client.post(
        f"/filing/plans/{draft_id}/edit",
        data={**form, "title": "再改", "version": answer.json["version"], "do": "save"},
    )
    assert saved.status_code == 302
    assert stored(draft_id).title == "再改"


def test_nothing_new_changes_nothing(client: PageClient, world: World, draft_id: int) -> None:
    client.log_in("clerk")
    form = opened(client, draft_id)
    lines = select(func.count()).select_from(AuditEntry)
    before = session().scalar(lines)

    answers = [send(client, draft_id, form) for _ in range(2)]

    assert {answer.json["version"] for answer in answers if answer.json} == {int(form["version"])}
    session().rollback()
    assert session().scalar(lines) == before


def test_a_colleague_s_newer_version_is_never_written_over(
    client: PageClient, world: World, draft_id: int, clock: FrozenClock
) -> None:
    client.log_in("clerk")
    form = opened(client, draft_id)
    clock.forward(minutes=1)
    with make_write_session() as db:
        plan = db.get_one(Plan, draft_id)
        details = make_details(world, title="同事的版本")
        service.save_draft(
            db, plan, details, expected_version=plan.version, actor=world["clerk2"], now=clock()
        )
        db.commit()
    newest = stored(draft_id)

    answer = send(client, draft_id, {**form, "title": "我的版本"})

    assert answer.status_code == 409
    assert answer.json is not None
    assert "用户clerk2" in answer.json["message"]
    assert answer.json["latest"] == f"/filing/plans/{draft_id}"
    assert stored(draft_id) == newest


def test_a_submitted_plan_is_left_alone(client: PageClient, world: World, draft_id: int) -> None:
    client.log_in("clerk")
    form = opened(client, draft_id)
    with make_write_session() as db:
        service.submit_plan(db, db.get_one(Plan, draft_id), actor=world["clerk2"], now=NOW)
        db.commit()

    answer = send(client, draft_id, {**form, "title": "迟到的改动"})

    assert answer.status_code == 409
    session().rollback()
    plan = session().get_one(Plan, draft_id)
    assert plan.state is PlanState.SUBMITTED
    assert [revision.title for revision in plan.revisions] == ["装配式建筑专题培训班"]


def test_rows_no_draft_can_hold_are_named_and_stay_as_they_were(
    client: PageClient, world: World, draft_id: int
) -> None:
    client.log_in("clerk")
    form = opened(client, draft_id)
    before = stored(draft_id)
    half = {
        **form,
        "title": "新名字",
        "sessions-0-ends_at": "08:00",
        **row(world, 1, held_on="2022-06-21", topic="新的一次课"),
        **row(world, 2, held_on="2022-06-22", starts_at="", topic="还没写完"),
    }

    answer = send(client, draft_id, half)

    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["problems"] == [
        "第 1 个课次：结束时间应晚于开始时间。",
        "第 3 个课次：请填写开始时间。",
    ]
    after = stored(draft_id)
    assert after.title == "新名字"
    assert after.sessions[0] == before.sessions[0]
    assert [s.topic for s in after.sessions[1:]] == ["新的一次课"]
    assert answer.json["uids"] == {"1": after.sessions[1].uid}


def test_fields_with_nonsense_keep_what_was_stored(
    client: PageClient, world: World, draft_id: int
) -> None:
    client.log_in("clerk")
    form = opened(client, draft_id)

    answer = send(
        client,
        draft_id,
        {**form, "planned_number": "很多", "title": "", "aims": "长" * 4001, "audience": "新对象"},
    )

    assert answer.status_code == 200
    assert answer.json is not None
    labels = [problem.split("：")[0] for problem in answer.json["problems"]]
    assert labels == ["培训班名称", "计划人数", "培训目标"]
    after = stored(draft_id)
    assert (after.planned_number, after.title, after.audience) == (
        50,
        "装配式建筑专题培训班",
        "新对象",
    )
    assert after.aims == "掌握装配式建筑设计与施工要点。"


def test_a_new_plan_becomes_one_draft(client: PageClient, world: World) -> None:
    client.log_in("clerk")
    form = filled_form(world, idempotency_key=KEY)

    first = client.post(NEW, data=form)
    # The answer was lost; by now more has been typed.
    again = client.post(NEW, data={**form, "title": "写得更多"})

    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json is not None
    assert again.json is not None
    [plan] = session().scalars(select(Plan)).all()
    assert first.json["edit"] == again.json["edit"] == f"/filing/plans/{plan.id}/edit"
    assert stored(plan.id).title == "写得更多"
    later = client.post(
        first.json["autosave"], data={**form, "title": "第三版", "version": again.json["version"]}
    )
    assert later.status_code == 200
    assert stored(plan.id).title == "第三版"
    assert len(session().scalars(select(Plan)).all()) == 1


def test_a_row_keeps_its_session_from_save_to_save(client: PageClient, world: World) -> None:
    client.log_in("clerk")
    form = filled_form(world, idempotency_key=KEY)
    first = client.post(NEW, data=form).json
    assert first is not None
    uid = first["uids"]["0"]

    second = client.post(
        first["autosave"],
        data={
            **form,
            **row(world, 0, held_on="2022-06-23"),
            **row(world, 1, held_on="2022-06-22"),
            "version": first["version"],
            "sessions-0-uid": uid,
        },
    ).json

    assert second is not None
    assert second["uids"]["0"] == uid
    plan = session().scalars(select(Plan)).one()
    days = {s.uid: s.held_on for s in stored(plan.id).sessions}
    assert days == {uid: date(2022, 6, 23), second["uids"]["1"]: date(2022, 6, 22)}
    assert session().scalar(select(func.count()).select_from(CourseSession)) == 2


def test_without_a_name_nothing_is_made_yet(client: PageClient, world: World) -> None:
    client.log_in("clerk")

    answer = client.post(NEW, data={"audience": "全体", "idempotency_key": KEY})

    assert answer.status_code == 422
    assert answer.json == {"message": "填写培训班名称后开始自动保存。", "problems": []}
    assert session().scalars(select(Plan)).all() == []


def test_a_half_typed_new_plan_is_kept(client: PageClient, world: World) -> None:
    client.log_in("clerk")

    answer = client.post(
        NEW, data={"title": "只有名字", "sessions-0-topic": "只有课题", "idempotency_key": "x"}
    )

    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["problems"] == ["第 1 个课次：请填写日期。"]
    plan = session().scalars(select(Plan)).one()
    assert stored(plan.id) == PlanDetails(title="只有名字")


def test_a_returned_plan_saves_itself_too(client: PageClient, world: World) -> None:
    with make_write_session() as db:
        plan = submitted_plan(db, world, now=NOW)
        service.return_plan(
            db, plan, "请补充", expected_version=plan.version, actor=world["officer"], now=NOW
        )
        db.commit()
        plan_id = plan.id
    client.log_in("clerk")

    answer = send(client, plan_id, {**opened(client, plan_id), "remarks": "已补充"})

    assert answer.status_code == 200
    assert stored(plan_id).remarks == "已补充"


def test_a_stranger_finds_nothing(client: PageClient, world: World, draft_id: int) -> None:
    client.log_in("clerk")
    form = opened(client, draft_id)
    client.log_in("stranger")

    assert send(client, draft_id, {**form, "title": "抢走"}).status_code == 404
    assert send(client, 987654, form).status_code == 404
    assert stored(draft_id).title == "装配式建筑专题培训班"
    client.log_in("officer")
    assert send(client, draft_id, form).status_code == 403
    client.log_out()
    assert send(client, draft_id, form).status_code == 401


@pytest.mark.parametrize("version", ["", "0", "-1", "x", str(2**40)])
def test_without_the_right_version_nothing_is_written(
    client: PageClient, world: World, draft_id: int, version: str
) -> None:
    client.log_in("clerk")
    form = opened(client, draft_id)

    answer = send(client, draft_id, {**form, "title": "无版本", "version": version})

    assert answer.status_code == 409
    assert stored(draft_id).title == "装配式建筑专题培训班"


def test_the_form_page_offers_it(client: PageClient, world: World, draft_id: int) -> None:
    client.log_in("clerk")

    assert f'data-autosave="{NEW}"' in client.get("/filing/plans/new").text
    page = client.get(f"/filing/plans/{draft_id}/edit").text
    assert f'data-autosave="/filing/plans/{draft_id}/autosave"' in page
    assert time(12) == stored(draft_id).sessions[0].ends_at
