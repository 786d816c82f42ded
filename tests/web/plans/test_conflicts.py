"""Clashes on the filing form: beside the row, seen before sending, refused when they block."""

from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ce_bases.audit.models import AuditEntry
from ce_bases.organisers.models import Lecturer
from ce_bases.plans.models import Plan
from ce_bases.plans.workflow import PlanState
from ce_bases.web.extensions import make_write_session
from tests.conftest import NOON_1_JUNE as NOW
from tests.factories.hours import held_plan_elsewhere
from tests.factories.plans import drafted_plan, filed_plan
from tests.factories.world import World
from tests.web.client import PageClient
from tests.web.plans.forms import filled_form, problems, row, typed

NEW = "/filing/plans/new"
ASK = "/filing/conflicts.json"
WHAT = "09:00–12:00 已经安排了“先定的班”的“装配式建筑施工技术”。"


def beside_rows(html: str) -> list[list[str]]:
    """What each row says it collides with."""
    page = BeautifulSoup(html, "html.parser")
    return [
        [" ".join(item.get_text(" ", strip=True).split()) for item in fieldset.select("li")]
        for fieldset in page.select("#sessions [data-row]")
    ]


def states() -> list[PlanState]:
    with make_write_session() as session:
        return list(session.scalars(select(Plan.state).order_by(Plan.id)))


@pytest.fixture
def first(session: Session, world: World) -> int:
    plan = filed_plan(session, world, now=NOW, title="先定的班")
    session.commit()
    return plan.id


def test_a_saved_draft_shows_its_clashes_and_where_they_are(
    client: PageClient, world: World, first: int
) -> None:
    client.log_in("clerk")
    second = row(world, 1, held_on="2022-06-21")

    saved = client.post(NEW, data={**filled_form(world), **second, "do": "save"})
    page = client.get(saved.location).text

    assert beside_rows(page) == [
        [
            f"不能报送： 授课人用户lecturer在 {WHAT} 查看这份计划",
            f"不能报送： 第一教室在 {WHAT} 查看这份计划",
        ],
        [],
    ]
    assert f'href="/filing/plans/{first}"' in page


def test_what_blocks_is_refused_at_its_fields_and_nothing_is_kept(
    client: PageClient, world: World, first: int
) -> None:
    client.log_in("clerk")
    sent = filled_form(world)

    answer = client.post(NEW, data={**sent, "do": "submit"})

    assert answer.status_code == 422
    assert problems(answer.text) == {
        "sessions-0-lecturer_id": f"授课人用户lecturer在 {WHAT}",
        "sessions-0-venue_id": f"第一教室在 {WHAT}",
    }
    assert beside_rows(answer.text) == [[]], "not said twice"
    again = typed(answer.text)
    assert {name: again[name] for name in sent} == sent
    assert states() == [PlanState.FILED]


def test_a_warning_is_seen_before_it_is_sent_and_then_does_not_hold_up(
    client: PageClient, session: Session, world: World
) -> None:
    drafted_plan(session, world, now=NOW, title="先定的班")
    session.commit()
    client.log_in("clerk")

    first_answer = client.post(NEW, data={**filled_form(world), "do": "submit"})

    assert first_answer.status_code == 422
    assert "还没有报送" in first_answer.text
    assert f"请留意： 第一教室在 {WHAT}".replace("“先", "草稿“先") in str(
        beside_rows(first_answer.text)
    )
    assert states() == [PlanState.DRAFT]

    second_answer = client.post(NEW, data={**typed(first_answer.text), "do": "submit"})

    assert second_answer.status_code == 302, second_answer.text
    assert states() == [PlanState.DRAFT, PlanState.SUBMITTED]


def test_a_warning_that_came_up_meanwhile_is_shown_first(
    client: PageClient, session: Session, world: World
) -> None:
    drafted_plan(session, world, now=NOW)
    session.commit()
    client.log_in("clerk")
    page = typed(client.post(NEW, data={**filled_form(world), "do": "submit"}).text)
    drafted_plan(session, world, now=NOW, title="刚写的班")
    session.commit()

    answer = client.post(NEW, data={**page, "do": "submit"})

    assert answer.status_code == 422
    assert "刚写的班" in answer.text
    assert states() == [PlanState.DRAFT, PlanState.DRAFT]


def ask(client: PageClient, data: dict[str, Any], query: str = "") -> Any:
    answer = client.post(ASK + query, data=data)
    assert answer.status_code == 200
    return answer.get_json()


def test_the_script_is_told_the_same_and_nothing_is_written(
    client: PageClient, world: World, first: int
) -> None:
    client.log_in("clerk")
    half = {"sessions-1-held_on": "2022-06-20", "sessions-2-starts_at": "x"}

    answer = ask(client, {**filled_form(world), **half})

    assert answer == {
        "conflicts": [
            {
                "row": 0,
                "field": f"sessions-0-{name}_id",
                "severity": "block",
                "text": f"{who}在 {WHAT}",
                "url": f"/filing/plans/{first}",
            }
            for name, who in (("lecturer", "授课人用户lecturer"), ("venue", "第一教室"))
        ],
        "warnings": 0,
        "seen": "",
    }
    assert ask(client, {}) == {"conflicts": [], "warnings": 0, "seen": ""}
    assert states() == [PlanState.FILED]


def test_what_the_script_showed_counts_as_seen(
    client: PageClient, session: Session, world: World
) -> None:
    drafted_plan(session, world, now=NOW)
    session.commit()
    client.log_in("clerk")
    sent = filled_form(world)

    seen = ask(client, sent)["seen"]
    answer = client.post(NEW, data={**sent, "seen": seen, "do": "submit"})

    assert answer.status_code == 302
    assert states() == [PlanState.DRAFT, PlanState.SUBMITTED]


def test_the_plan_being_changed_does_not_collide_with_itself(
    client: PageClient, session: Session, world: World
) -> None:
    plan = drafted_plan(session, world, now=NOW)
    session.commit()
    client.log_in("clerk")

    assert ask(client, filled_form(world), f"?plan={plan.id}")["conflicts"] == []
    assert ask(client, filled_form(world))["warnings"] == 2


def test_of_another_base_not_even_the_name_is_told(
    client: PageClient, session: Session, world: World
) -> None:
    for lecturer_id in (world.lecturer_id, world.other_lecturer_id):
        session.get_one(Lecturer, lecturer_id).identity_index = "f" * 64
    held_plan_elsewhere(session, world, people=[], now=NOW)
    session.commit()
    client.log_in("clerk")

    page = client.post(NEW, data={**filled_form(world), "do": "submit"}).text

    assert "授课人用户lecturer在 09:00–12:00 另有安排（不在本单位）。" in page
    for word in ("曲阜教师", "报告厅", "静轩路", "孔讲师"):
        assert word not in page


@pytest.mark.parametrize("lecturer", ["999999", "2147483648", "-1", "x"])
def test_somebody_elses_lecturer_says_nothing(
    client: PageClient, session: Session, world: World, lecturer: str
) -> None:
    held_plan_elsewhere(session, world, people=[], now=NOW)
    session.commit()
    client.log_in("clerk")

    for sent in (lecturer, str(world.other_lecturer_id)):
        changes = {"sessions-0-lecturer_id": sent, "sessions-0-venue_id": str(world.other_venue_id)}
        assert ask(client, {**filled_form(world), **changes})["conflicts"] == []


def test_strangers_and_other_roles_get_nothing(
    client: PageClient, session: Session, world: World, first: int
) -> None:
    client.log_in("stranger")
    assert client.post(f"{ASK}?plan={first}").status_code == 404
    assert client.post(f"{ASK}?plan=99999999999").status_code == 404
    client.log_in("officer")
    assert client.post(ASK, data=filled_form(world)).status_code == 403
    client.log_out()
    assert client.post(ASK).status_code in {302, 401}


def test_a_refused_submission_leaves_no_line_in_the_record(
    client: PageClient, session: Session, world: World, first: int
) -> None:
    before = session.scalar(select(func.count()).select_from(AuditEntry))
    session.rollback()
    client.log_in("clerk")

    client.post(NEW, data={**filled_form(world), "do": "submit"})

    with make_write_session() as later:
        assert later.scalar(select(func.count()).select_from(AuditEntry)) == before
