"""The roster's pages: typed, pasted, checked, taken off; and who is not let in."""

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ce_bases.enrolment.models import Enrolment, Place
from ce_bases.people.models import Person
from tests.conftest import NOON_1_JUNE
from tests.factories.plans import filed_plan
from tests.factories.rosters import enrol
from tests.factories.world import World, resident_id
from tests.web.client import PageClient


@pytest.fixture
def plan_id(session: Session, world: World) -> int:
    plan = filed_plan(session, world, now=NOON_1_JUNE, planned_number=4)
    session.commit()
    return plan.id


@pytest.fixture
def count(session: Session) -> Callable[[], int]:
    def counted() -> int:
        query = select(func.count()).select_from(Enrolment)
        found = session.scalar(query.where(Enrolment.place == Place.ENROLLED)) or 0
        session.rollback()  # on SQLite an open transaction keeps every writer out
        return found

    return counted


def key_of(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the form that posts to `action`."""
    form = BeautifulSoup(page, "html.parser").find("form", action=action)
    assert form is not None, action
    return {f["name"]: f.get("value", "") for f in form.find_all("input", type="hidden")}


def test_a_typed_person_is_added_once(
    client: PageClient, plan_id: int, count: Callable[[], int]
) -> None:
    client.log_in("clerk")
    url = f"/filing/plans/{plan_id}/roster"
    page = client.get(url)
    typed = {
        **key_of(page.text, url),
        "name": "吕 布",
        "number": f" {resident_id(700).lower()} ",
        "unit_name": "温侯府",
        "post": "中郎将",
    }
    for _ in range(2):
        answer = client.post(url, data=typed)
        assert (answer.status_code, count()) == (302, 1)
    shown = client.get(url).text
    assert all(words in shown for words in ("吕布", "温侯府", resident_id(700)[-4:]))
    assert resident_id(700) not in shown


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("370811850214001", "15 位旧身份证号"),
        (resident_id(1)[:-1] + ("1" if resident_id(1)[-1] != "1" else "2"), "校验位不符"),
        ("３７０８", "应为 18 位"),
        ("3.70811E+17", "科学记数"),
    ],
)
def test_a_wrong_number_is_explained_and_nothing_typed_is_lost(
    client: PageClient, plan_id: int, count: Callable[[], int], number: str, words: str
) -> None:
    client.log_in("clerk")
    url = f"/filing/plans/{plan_id}/roster"
    typed = {**key_of(client.get(url).text, url), "name": "吕布", "number": number}
    answer = client.post(url, data=typed)
    assert (answer.status_code, count()) == (422, 0)
    assert words in answer.text
    assert 'value="吕布"' in answer.text


PASTED = (
    "姓名\t身份证号\t单位\n吕布\t{0}\t温侯府\n\n<b>董卓</b>\t{1}\t\n吕布\t{0}\t\n貂蝉\t{2}\t司徒府"
)


def pasted() -> str:
    return PASTED.format(*map(resident_id, (700, 701, 702)))


def test_a_pasted_table_is_shown_first_and_written_when_confirmed(
    client: PageClient, plan_id: int, count: Callable[[], int]
) -> None:
    client.log_in("clerk")
    check, import_ = (f"/filing/plans/{plan_id}/roster/{x}" for x in ("paste", "import"))
    fields = key_of(client.get(check).text, check)
    preview = client.post(check, data={**fields, "text": pasted()})
    assert (preview.status_code, count()) == (200, 0)
    assert "新增 2 人，已在名单 0 人，重复 1 行，有误 1 行。" in preview.text
    assert "&lt;b&gt;董卓&lt;/b&gt;" in preview.text
    confirmed = key_of(preview.text, import_)
    assert confirmed["text"].splitlines() == pasted().splitlines()
    for _ in range(2):
        assert client.post(import_, data=confirmed).status_code == 302
        assert count() == 2
    assert (
        "已录入 2 人；有误的 1 行没有录入。" in client.get(f"/filing/plans/{plan_id}/roster").text
    )


def test_too_many_for_the_seats_is_refused_whole(
    client: PageClient, plan_id: int, count: Callable[[], int]
) -> None:
    client.log_in("clerk")
    url = f"/filing/plans/{plan_id}/roster/import"
    check = f"/filing/plans/{plan_id}/roster/paste"
    text = "\n".join(f"甲\t{resident_id(n)}" for n in range(700, 705))
    fields = key_of(client.get(check).text, check)
    preview = client.post(check, data={**fields, "text": text})
    assert "会超出 1 人" in preview.text
    answer = client.post(url, data={**fields, "text": text})
    assert (answer.status_code, count()) == (422, 0)
    assert text.splitlines()[0] in answer.text


@pytest.mark.parametrize(
    "text",
    ["", "   ", "\x00\x00", '"' * 501, "\t" * 5000, "甲\t" + "1" * 20_000, "\n".join("甲" * 2100)],
)
def test_no_text_breaks_the_page(
    client: PageClient, plan_id: int, count: Callable[[], int], text: str
) -> None:
    client.log_in("clerk")
    url = f"/filing/plans/{plan_id}/roster/paste"
    fields = key_of(client.get(url).text, url)
    answer = client.post(url, data={**fields, "text": text})
    assert answer.status_code in {200, 422}
    assert count() == 0


def test_taking_somebody_off_is_asked_first(
    client: PageClient, session: Session, world: World, plan_id: int, count: Callable[[], int]
) -> None:
    from ce_bases.plans.models import Plan

    enrol(session, session.get_one(Plan, plan_id), world.person_ids[:2], now=NOON_1_JUNE)
    row = session.scalars(select(Enrolment).order_by(Enrolment.id)).first()
    assert row is not None
    url = f"/filing/plans/{plan_id}/roster/{row.id}/remove"
    name = session.get_one(Person, row.person_id).name
    session.commit()
    client.log_in("clerk")
    asked = client.get(url)
    assert (f"把 {name} 移出名单？" in asked.text, count()) == (True, 2)
    assert client.post(url, data=key_of(asked.text, url)).status_code == 302
    assert count() == 1
    assert client.get(url).status_code == 404


def test_search_sort_and_pages(
    client: PageClient, session: Session, world: World, plan_id: int
) -> None:
    from ce_bases.plans.models import Plan

    enrol(session, session.get_one(Plan, plan_id), world.person_ids, now=NOON_1_JUNE)
    people = [session.get_one(Person, i) for i in world.person_ids]
    names, last4 = [p.name for p in people], people[0].id_last4
    session.commit()
    client.log_in("clerk")
    url = f"/filing/plans/{plan_id}/roster"
    assert all(name in client.get(f"{url}?sort=unit&page=9").text for name in names)
    by_four = client.get(url, query_string={"q": last4}).text
    assert names[0] in by_four
    assert "没有符合" in client.get(f"{url}?q=%25").text
    assert "没有符合" in client.get(f"{url}?q=<script>").text


PATHS = ("roster", "roster/paste")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("username", "paste_status", "roster_status"),
    [
        ("stranger", 404, 404),
        ("other_officer", 404, 404),
        ("officer", 404, 200),
        ("lecturer", 403, 200),
        ("learner", 403, 404),
        ("unit_hr", 403, 403),
        ("admin", 403, 403),
    ],
)
def test_who_is_not_let_in(
    client: PageClient,
    plan_id: int,
    path: str,
    username: str,
    paste_status: int,
    roster_status: int,
) -> None:
    client.log_in(username)
    expected = roster_status if path == "roster" else paste_status
    assert client.get(f"/filing/plans/{plan_id}/{path}").status_code == expected


@pytest.mark.parametrize(
    ("username", "status"), [("stranger", 404), ("officer", 404), ("lecturer", 403)]
)
def test_nobody_else_writes(
    client: PageClient, plan_id: int, count: Callable[[], int], username: str, status: int
) -> None:
    client.log_in(username)
    data = {"name": "吕布", "number": resident_id(700), "text": pasted()}
    data["idempotency_key"] = "5f0c8ab8-5a0c-4a55-9a8d-0b8f6a3b4a11"
    for path in ("roster", "roster/paste", "roster/import", "roster/1/remove"):
        assert client.post(f"/filing/plans/{plan_id}/{path}", data=data).status_code == status
    assert count() == 0


def test_an_officer_reads_without_writing(client: PageClient, plan_id: int) -> None:
    client.log_in("officer")
    page = client.get(f"/filing/plans/{plan_id}/roster").text
    assert "录入学员" not in page
