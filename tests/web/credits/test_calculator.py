"""The public calculator: everything in the address, nothing needs script."""

import json
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from bs4 import BeautifulSoup

from ce_bases.credits import calculator
from ce_bases.credits.models import Kind
from ce_bases.policy.estimate import estimate
from tests.factories.world import World
from tests.web.client import PageClient
from tests.web.credits.reading import words


def address(*rows: dict[str, str], **more: str) -> str:
    query = [(f"a{n}-{k}", v) for n, row in enumerate(rows, 1) for k, v in row.items()]
    return "/hours?" + urlencode([("year", "2022"), *query, *more.items()])


TRAINING = {
    "kind": "training",
    "subject": "professional",
    "date": "2022-06-20",
    "starts_at": "09:00",
    "hours": "4",
    "filed": "yes",
}
EXPERT = {
    "kind": "expert_service",
    "subject": "professional",
    "date": "2022-06-20",
    "starts_at": "14:00",
    "minutes": "300",
}


def test_the_empty_page_asks_what_was_done(client: PageClient) -> None:
    page = client.get("/hours")

    assert page.status_code == 200
    assert page.text.count('name="add"') == len(Kind)
    assert "看一个例子" in page.text
    assert "Set-Cookie" not in page.headers


def test_a_shared_address_shows_what_counts_and_why(client: PageClient) -> None:
    text = words(client.get(address(TRAINING, EXPERT)))

    assert "8学时上限：6月20日周一当天共参加10.5学时，只计8学时，其中这一条计4学时" in text
    assert "全部计入，依据二(二)4(1)。" in text
    assert "8/60学时" in text


def test_adding_and_removing_keep_what_was_typed(client: PageClient) -> None:
    added = client.get(address(TRAINING, add="posting"))

    where = urlsplit(added.headers["Location"])
    assert (added.status_code, where.path, where.fragment) == (302, "/hours", "a2")
    assert parse_qsl(where.query) == [
        ("year", "2022"),
        *((f"a1-{name}", value) for name, value in TRAINING.items()),
        ("a2-kind", "posting"),
    ]
    page = client.get(f"/hours?{where.query}")
    assert 'id="a2-from"' in page.text
    assert "field--invalid" not in page.text

    removed = client.get(address(TRAINING, EXPERT, remove="1"))
    rest = parse_qsl(urlsplit(removed.headers["Location"]).query)
    assert dict(rest)["a1-kind"] == "expert_service"
    assert len(rest) == len(EXPERT) + 1


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"date": "2022-02-30"}, "请填写日期"),
        ({"date": ""}, "请填写日期"),
        ({"hours": "3.3"}, "请填写学时"),
        ({"hours": "-1"}, "请填写学时"),
        ({"hours": "NaN"}, "请填写学时"),
        ({"hours": "9" * 90}, "请填写学时"),
        ({"starts_at": "25:00"}, "请填写开始时间"),
        ({"subject": "both"}, "请选择计入公需科目还是专业科目"),
    ],
)
def test_what_cannot_be_read_is_said_beside_the_field(
    client: PageClient, changes: dict[str, str], problem: str
) -> None:
    page = client.get(address(TRAINING | changes, EXPERT))

    (field,) = changes
    assert page.status_code == 200
    assert problem in page.text
    assert f'id="a1-{field}-error"' in page.text
    assert "6.5/60学时" in words(page)
    assert "有1项没有填完整，没有计入" in words(page)


@pytest.mark.parametrize(
    "query",
    [
        "year=x&a1-kind=nothing&a2-kind=training&a2-kind=posting",
        "year=99999&a999-kind=exam&a1-=&a-kind=&add=nothing&remove=77",
        "a1-kind=absence&a1-reason=%3Cscript%3E&a1-from=2022-01-01&a1-to=2021-01-01",
        "a1-kind=exam&a1-date=2022-05-05&a1-key=%01%1b%27%22%3E",
    ],
)
def test_strange_addresses_are_answered_calmly(client: PageClient, query: str) -> None:
    page = client.get(f"/hours?{query}")

    assert page.status_code == 200
    assert "<script>" not in page.text


def test_only_so_many_activities_are_taken_and_the_page_says_so(client: PageClient) -> None:
    page = client.get(address(*[TRAINING] * 100))

    assert page.text.count("<legend>") == calculator.MOST
    assert 'name="add"' not in page.text
    assert "最多算40项，后面的60项没有计入" in words(page)
    full = client.get(address(*[TRAINING] * calculator.MOST))
    assert "没有计入" not in words(full)
    assert "不能再添加" in words(full)


def test_everything_that_is_wrong_with_a_row_is_said_at_once(client: PageClient) -> None:
    wrong = {"subject": "x", "date": "2022-02-30", "starts_at": "9", "hours": "3.3"}
    page = client.get(address(TRAINING | wrong))

    for name in wrong:
        assert f'id="a1-{name}-error"' in page.text
    assert "有1项没有填完整" in words(page)
    backwards = {"kind": "absence", "reason": "x", "from": "x", "to": "2021-01-01"}
    page = client.get(address(backwards))
    for name in ("reason", "from"):
        assert f'id="a1-{name}-error"' in page.text


def test_the_shared_address_is_short_and_opens_the_same_page(client: PageClient) -> None:
    page = client.get(address(TRAINING, EXPERT, junk="1", **{"a7-kind": "nothing"}))

    shown = BeautifulSoup(page.text, "html.parser").select_one("#address")
    assert shown is not None
    shared = urlsplit(str(shown["value"]))
    assert (shared.netloc, shared.path) == ("localhost", "/hours")
    assert parse_qsl(shared.query) == parse_qsl(urlsplit(address(TRAINING, EXPERT)).query)
    assert "8/60学时" in words(client.get(f"/hours?{shared.query}"))


def test_a_message_for_the_reader_waits_for_a_page_of_their_own(
    client: PageClient, world: World
) -> None:
    """What caches keep says nothing to one reader."""
    client.log_in("learner")
    with client.session_transaction() as cookie:
        cookie["_flashes"] = [("done", "只给您看")]

    assert "只给您看" not in client.get(address(TRAINING)).text
    assert "只给您看" in client.get("/me").text


def test_addresses_read_back(client: PageClient) -> None:
    query = [(f"a1-{name}", value) for name, value in TRAINING.items()]

    rows = calculator.read_rows(query)

    assert calculator.to_query(2022, rows) == [("year", "2022"), *query]


def test_the_page_and_the_estimate_agree(client: PageClient) -> None:
    sheet = calculator.calculate(
        2022,
        calculator.read_rows(
            (f"a{n}-{k}", v) for n, row in enumerate((TRAINING, EXPERT), 1) for k, v in row.items()
        ),
    )

    typed = [
        {"id": "001", **TRAINING, "hours": 4, "filed": True},
        {"id": "002", **EXPERT, "minutes": 300},
    ]
    assert sheet.result == estimate({"year": 2022, "activities": typed})
    json.dumps(sheet.result)
