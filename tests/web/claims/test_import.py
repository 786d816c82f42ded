"""A unit's spreadsheet: template, check with row errors, all or none, as things are on entry."""

import io
import json
from typing import Any

import pytest
from bs4 import BeautifulSoup

from ce_bases.claims.importing import COLUMNS, template
from ce_bases.claims.workflow import ClaimState
from ce_bases.core.spreadsheets import Sheet, write_book
from ce_bases.credits.models import Kind
from tests.factories.world import World, resident_id
from tests.web.claims.conftest import Make, all_claims, key
from tests.web.client import PageClient

PAPER = {
    "name": "用户learner",
    "id_number": resident_id(1),
    "kind": "论文著作",
    "title": "装配式节点抗震性能研究",
    "organiser": "建筑结构学报",
    "number": "ISSN 1000-6869 2022(3):12",
    "held_on": "2022/3/1",
}
STUDY = {
    "name": "学员3",
    "id_number": resident_id(3),
    "kind": "自学",
    "title": "建筑信息模型教程",
    "held_on": "2022-05-01",
    "halves": "12.5",
    "archive_number": "ZX-9",
}
POST = {
    "name": "学员4",
    "id_number": resident_id(4).lower(),
    "kind": "援派、支教、支农、支医、扶贫",
    "title": "驻村帮扶",
    "organiser": "区委组织部",
    "held_on": "2022年1月1日",
    "until_on": "2022.5.31",
}


def sheet(*rows: dict[str, str]) -> bytes:
    cells = [[row.get(column.key, "") for column in COLUMNS] for row in rows]
    return write_book([Sheet("学时申报", COLUMNS, cells)])


def upload(client: PageClient, data: bytes, name: str = "申报.xlsx") -> Any:
    return client.post("/unit/claims/import", data=key(sheet=(io.BytesIO(data), name)))


def confirm_of(html: str) -> str:
    field = BeautifulSoup(html, "html.parser").select_one("input[name=rows_json]")
    assert field is not None
    return str(field["value"])


def test_a_checked_sheet_enters_as_sent_and_confirmed(client: PageClient, world: World) -> None:
    client.log_in("unit_hr")
    page = upload(client, sheet(PAPER, STUDY, POST))
    assert page.status_code == 200
    assert "3 行都没有问题，还没有导入" in page.text
    assert all_claims() == []
    form = key(rows_json=confirm_of(page.text))

    answer = client.post("/unit/claims/import/enter", data=form)
    again = client.post("/unit/claims/import/enter", data=form)

    assert answer.location == again.location == "/unit/claims?state=with_bureau"
    claims = all_claims()
    hr = world["unit_hr"].account_id
    assert [(c.kind, c.state, c.confirmed_by, c.imported_by) for c in claims] == [
        (kind, ClaimState.WITH_BUREAU, hr, hr)
        for kind in (Kind.PUBLICATION, Kind.SELF_STUDY, Kind.POSTING)
    ]
    assert (claims[1].halves, claims[1].archive_number) == (25, "ZX-9")
    assert [c.bureau_code for c in claims] == ["370811"] * 3
    client.log_in("officer")
    assert "没有附证明材料" in client.get("/desk/claims").text
    client.log_in("learner")
    assert "单位已确认您的学时申报" in client.get("/inbox").text


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({**PAPER, "name": "别人"}, "与本单位登记的人员对不上"),
        ({**PAPER, "id_number": resident_id(77)}, "与本单位登记的人员对不上"),
        ({**PAPER, "id_number": "x"}, "与本单位登记的人员对不上"),
        ({**PAPER, "kind": "公益课堂"}, "类别不在可以申报的类别之内"),
        ({**PAPER, "held_on": "去年"}, "“日期”看不懂：去年"),
        ({**PAPER, "held_on": "2022-06-02"}, "还没有到这一天"),
        ({**PAPER, "number": ""}, "请填写证书、刊物或成果上的编号。"),
        ({**PAPER, "minutes": "30"}, "这类申报没有“实际工作分钟数”这一项。"),
        ({**STUDY, "archive_number": ""}, "请填写学习档案编号"),
        ({**STUDY, "halves": "3.3"}, "“学时”看不懂：3.3"),
        ({**PAPER, "archive_number": "1"}, "学习档案编号只用于自学"),
        ({**POST, "until_on": "2021-12-31"}, "结束日期不能早于开始日期。"),
    ],
)
def test_one_wrong_row_keeps_all_out(
    client: PageClient, world: World, row: dict[str, str], words: str
) -> None:
    client.log_in("unit_hr")

    page = upload(client, sheet(POST if row["kind"] != POST["kind"] else STUDY, row))

    assert "有 1 行不能导入，一项也没有写入" in page.text
    assert words in page.text
    assert "rows_json" not in page.text
    forged = json.dumps([[2, POST], [3, row]], ensure_ascii=False)
    entered = client.post("/unit/claims/import/enter", data=key(rows_json=forged))
    assert entered.status_code == 422
    assert all_claims() == []


def test_the_same_thing_in_one_sheet_or_claimed_before(
    client: PageClient, world: World, make: Make
) -> None:
    client.log_in("unit_hr")
    twice = upload(client, sheet(PAPER, {**PAPER, "number": "issn1000-6869 2022 3 12"}))
    assert "与第 2 行是同一项内容" in twice.text
    page = upload(client, sheet(PAPER))
    form = key(rows_json=confirm_of(page.text))
    make("sent")

    late = client.post("/unit/claims/import/enter", data=form)

    assert late.status_code == 422
    assert "已经申报过同一项内容" in late.text
    assert len(all_claims()) == 1


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04junk", b"name,number\n", template()])
def test_hostile_or_empty_sheets(client: PageClient, world: World, data: bytes) -> None:
    client.log_in("unit_hr")

    page = upload(client, data)

    assert page.status_code == 422
    assert "field__error" in page.text


@pytest.mark.parametrize(
    "text",
    [
        *("", "x", "{}", "[]", "[[1]]", "[[1,2]]", '[["x",{}]]', "[" * 5000, "null"),
        *("[[Infinity,{}]]", "[[1e999,{}]]", '[[1,{"name":"\\ud800","id_number":"\\ud800"}]]'),
    ],
)
def test_hostile_confirmations(client: PageClient, world: World, text: str) -> None:
    client.log_in("unit_hr")
    assert client.post("/unit/claims/import/enter", data=key(rows_json=text)).status_code == 422
    assert all_claims() == []


def test_the_template_is_read_back_and_only_units_get_it(client: PageClient, world: World) -> None:
    client.log_in("unit_hr")
    answer = client.get("/unit/claims/import.xlsx")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    for name, status in (("officer", 404), ("learner", 403), ("clerk", 403)):
        client.log_in(name)
        assert client.get("/unit/claims/import").status_code == status
        assert client.get("/unit/claims/import.xlsx").status_code == status
        sent = client.post("/unit/claims/import/enter", data=key(rows_json="[]"))
        assert sent.status_code == status
