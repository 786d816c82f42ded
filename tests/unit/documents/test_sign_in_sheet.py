"""Sign-in sheets read back: head, names, page breaks, signatures, QR — rules §5."""

import io
import re

import pytest
import zxingcpp
from PIL import Image
from pypdf import PdfReader

from ce_bases.documents.render import render_png
from ce_bases.documents.shapes import SheetRow, SignInSheet
from ce_bases.documents.sign_in_sheet import (
    TEMPLATE,
    sign_in_sheet_data,
    sign_in_sheet_pdf,
)
from tests.unit.documents.samples import NOW, RARE, URL, make_rows, make_sheet, pages_of


def printed(*sheets: SignInSheet) -> list[str]:
    return pages_of(sign_in_sheet_pdf(sheets, produced_at=NOW))


@pytest.mark.parametrize(
    ("count", "sign_out", "pages"),
    [(0, True, 1), (12, True, 1), (13, True, 2), (60, True, 4), (13, False, 1)],
)
def test_every_page_carries_head_columns_and_its_number(
    count: int, sign_out: bool, pages: int
) -> None:
    found = printed(make_sheet(count, sign_out=sign_out))

    assert len(found) == pages
    for number, page in enumerate(found, start=1):
        for part in (
            *("培训签到表", "装配式建筑专题培训班", "2022-370811-0007", "任城建筑继续教育基地"),
            *("2022年6月20日周一上午09:00–12:00", "节点构造", "王高工", "第一教室"),
            *(f"应到：{count}人", "实到：人", "未到：人", "序号", "后四位", "职务/职称", "备注"),
            f"第{number}页/共{pages}页",
        ):
            assert part in page, (number, part)
        assert ("签退" in page) == sign_out


def test_all_names_are_in_the_text_in_order_with_their_last_four() -> None:
    text = "".join(printed(make_sheet(40)))

    assert re.findall("济宁市第一建筑公司工程师(....)", text) == [f"{i:04d}" for i in range(40)]
    assert [name for name in RARE if text.count(name) < 40 // len(RARE)] == []


@pytest.mark.parametrize(
    ("count", "blank_lines"), [(2, 0), (14, 0), (15, 0), (16, 0), (17, 0), (15, 2), (16, 2)]
)
def test_the_signatures_never_stand_alone(count: int, blank_lines: int) -> None:
    found = printed(make_sheet(count, blank_lines=blank_lines))

    numbers = [int(n) for n in re.findall("济宁市第一建筑公司工程师(....)", found[-1])]
    blanks = blanks_on(found[-1], count)
    assert "班主任（签字）" in found[-1]
    assert "办班单位（盖章）" in found[-1]
    assert len(numbers) + blanks >= 2
    assert all("班主任" not in page for page in found[:-1])


def blanks_on(page: str, named: int) -> int:
    """How many numbered lines without a name end the table of a page that has names, or none."""
    table = re.split("班主任|名册截至", page.rsplit("时间", 1)[-1])[0]
    after = re.split("工程师....", table)[-1]
    numbers = [str(number) for number in range(named + 1, named + 60)]
    runs = (numbers[start:end] for start in range(40) for end in range(start, start + 20))
    return max(len(run) for run in runs if "".join(run) == after)


@pytest.mark.parametrize(("least", "count"), [(0, 5), (2, 5), (9, 12)])
def test_there_are_at_least_the_asked_blank_lines_and_none_when_none_are_asked(
    least: int, count: int
) -> None:
    found = printed(make_sheet(count, blank_lines=least))

    total = sum(blanks_on(page, count) for page in found if page)
    assert total >= least
    assert (total == 0) == (least == 0)


def test_counts_are_printed_once_they_are_known() -> None:
    (page,) = printed(make_sheet(3, present=2, absent=1))

    assert "应到：3人实到：2人未到：1人" in page


def test_recorded_times_and_remarks_are_printed() -> None:
    row = SheetRow("王工", "单位", "职务", "451X", "08:52", "12:03", "补签")

    (page,) = printed(make_sheet(0, rows=(row,)))

    assert "王工单位职务451X08:5212:03补签" in page


def test_no_full_number_reaches_the_sheet() -> None:
    row = SheetRow("王工", "单位13812345678", "110101199003074514", remarks="电话138 1234 5678")

    (page,) = printed(make_sheet(0, rows=(row,)))

    assert re.findall(r"1381234|199003", page) == []
    assert page.count("尾号5678") == 2


def test_text_is_never_markup() -> None:
    sheet = make_sheet(0, title="#evil[1] *x* $y$ \x00\u202e", rows=(SheetRow("@ref<l>\\ //"),))

    (page,) = printed(sheet)

    assert "#evil[1]*x*$y$" in page
    assert "@ref<l>\\//" in page


def test_the_longest_texts_neither_leave_the_page_nor_lose_the_foot() -> None:
    long = "长" * 10_000
    row = SheetRow(long, long, "x" * 10_000, "0001", remarks=long)
    sheet = make_sheet(
        0,
        title=long,
        topic="y" * 10_000,
        venue=long,
        organiser=long,
        lecturer=long,
        rows=(row,) * 3,
    )

    found = printed(sheet)

    assert len(found) <= 3
    assert all("长…" in page for page in found)
    assert "班主任" in found[-1]


def test_a_session_without_an_address_has_no_code() -> None:
    (page,) = printed(make_sheet(1, session_url=""))

    assert "张𬭎" in page


def test_the_same_data_gives_the_same_bytes() -> None:
    first, second = (sign_in_sheet_pdf([make_sheet(3)], produced_at=NOW) for _ in range(2))

    assert first == second


def test_several_sessions_are_one_file_with_bookmarks_and_own_page_numbers() -> None:
    sheets = [make_sheet(20), make_sheet(1, half_day="下午", sign_out=False)]

    pdf = sign_in_sheet_pdf(sheets, produced_at=NOW)

    reader = PdfReader(io.BytesIO(pdf))
    marks = [(mark.title, reader.get_destination_page_number(mark)) for mark in reader.outline]
    assert marks == [
        ("2022年6月20日 周一 上午 节点构造", 0),
        ("2022年6月20日 周一 下午 节点构造", 2),
    ]
    numbers = [re.findall("第.页/共.页", page) for page in pages_of(pdf)]
    assert numbers == [["第1页/共2页"], ["第2页/共2页"], ["第1页/共1页"]]


def test_no_sheet_is_an_error() -> None:
    with pytest.raises(ValueError, match="no sheet"):
        sign_in_sheet_pdf([], produced_at=NOW)


def test_the_code_on_every_page_is_read_from_a_scan_of_150_dpi() -> None:
    address = f"{URL}?{'x' * 60}"
    data = sign_in_sheet_data([make_sheet(0, rows=make_rows(15), session_url=address)])

    pages = render_png(TEMPLATE, data, produced_at=NOW, ppi=150)

    found = [zxingcpp.read_barcodes(Image.open(io.BytesIO(page)).convert("L")) for page in pages]
    assert [[code.text for code in codes] for codes in found] == [[address]] * 2
