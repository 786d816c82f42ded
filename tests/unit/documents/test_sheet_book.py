"""Sign-in sheets as a workbook, read back by another library; large ones set apart."""

import io
import re

import pytest
import zxingcpp
from PIL import Image
from python_calamine import CalamineWorkbook

from ce_bases.documents import sign_in_sheet
from ce_bases.documents.apart import render_pdf_apart
from ce_bases.documents.render import render_png
from ce_bases.documents.shapes import SheetRow
from ce_bases.documents.sheet_book import sign_in_book
from ce_bases.documents.sign_in_sheet import TEMPLATE, sign_in_sheet_data, sign_in_sheet_pdf
from tests.unit.documents.samples import NOW, RARE, URL, make_sheet, pages_of


def read(data: bytes) -> dict[str, list[list[str]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_one_tab_a_session_with_every_name_and_blank_lines() -> None:
    book = read(sign_in_book([make_sheet(9), make_sheet(2, half_day="下午", sign_out=False)]))

    assert list(book) == ["1 2022年6月20日上午", "2 2022年6月20日下午"]
    first, second = book.values()
    head = [row[0] for row in first[:5]]
    assert head[0] == "培训签到表 装配式建筑专题培训班"
    assert "2022-370811-0007" in head[1]
    assert head[4] == "应到：9 人 实到：____ 人 未到：____ 人"
    assert first[5] == [
        *("序号", "姓名", "单位", "职务/职称", "身份证后四位"),
        *("签到签名", "签到时间", "签退签名", "签退时间", "备注"),
    ]
    assert [row[1] for row in first[6:]] == [*(RARE[i % len(RARE)] for i in range(9)), "", ""]
    assert [row[0] for row in first[6:]] == [str(number) for number in range(1, 12)]
    assert len(second[5]) == 8


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(1)", "\tx", "https://x.example", "a\x0bb"]
)
def test_a_text_stays_a_text(text: str) -> None:
    row = SheetRow(text, text, text, "0001", remarks=text)

    rows = next(iter(read(sign_in_book([make_sheet(0, rows=(row,), title=text)])).values()))

    plain = text.replace("\x0b", " ").strip()
    assert rows[6][1] == plain
    assert rows[6][9] == plain


def test_no_full_number_reaches_the_book() -> None:
    row = SheetRow("王工", "单位13812345678", "110101199003074514", remarks="138 1234 5678")

    rows = next(iter(read(sign_in_book([make_sheet(0, rows=(row,))])).values()))

    assert re.findall(r"1381234|199003", str(rows)) == []


def test_strange_tab_names_and_no_sheet() -> None:
    sheets = [make_sheet(1, date_text="[a]:*?/'" * 9), make_sheet(1, date_text="")]
    assert list(read(sign_in_book(sheets))) == ["1 aaaaaaaaa上午", "2 上午"]
    with pytest.raises(ValueError, match="no sheet"):
        sign_in_book([])


def test_set_apart_it_is_the_same_file() -> None:
    data = sign_in_sheet_data([make_sheet(20)])

    apart = render_pdf_apart(TEMPLATE, data, produced_at=NOW)

    assert apart == sign_in_sheet_pdf([make_sheet(20)], produced_at=NOW)


def test_what_cannot_be_set_apart_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="was not set"):
        render_pdf_apart("../secret.typ", {}, produced_at=NOW)


def test_a_large_hall_is_set_apart_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Above the bound another process sets it: every name once, the head on every page."""
    count = sign_in_sheet.APART_FROM + 1
    monkeypatch.setattr(sign_in_sheet, "render_pdf", None)

    pages = pages_of(sign_in_sheet_pdf([make_sheet(count)], produced_at=NOW))

    numbers = re.findall("济宁市第一建筑公司工程师(....)", "".join(pages))
    assert numbers == [f"{i:04d}" for i in range(count)]
    assert all("2022-370811-0007" in page and f"共{len(pages)}页" in page for page in pages)
    assert ["班主任" in page for page in pages] == [False] * (len(pages) - 1) + [True]


@pytest.mark.parametrize("noise", [False, True], ids=["clean", "skewed and grey"])
def test_the_code_is_read_from_a_scan_of_every_page(noise: bool) -> None:
    pages = render_png(TEMPLATE, sign_in_sheet_data([make_sheet(30)]), produced_at=NOW, ppi=150)

    for page in pages:
        scan = Image.open(io.BytesIO(page)).convert("L")
        if noise:
            scan = scan.rotate(2.5, expand=True, fillcolor=235).point(lambda v: 60 + v * 2 // 3)
        assert [code.text for code in zxingcpp.read_barcodes(scan)] == [URL]
