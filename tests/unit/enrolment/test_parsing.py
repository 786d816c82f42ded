"""Tables of people, as they come out of spreadsheets, chat messages and forms."""

import pytest

from ce_bases.enrolment.parsing import Row, read_text, spreadsheet_damage
from ce_bases.people.service import Stated

ZHANG = Stated("张三", "370811198502140016", "济宁一院", "工程师")


@pytest.mark.parametrize(
    "text",
    [
        "张三\t370811198502140016\t济宁一院\t工程师",
        "张三,370811198502140016,济宁一院,工程师",
        "张三，370811198502140016，济宁一院，工程师",
        "张三;370811198502140016;济宁一院;工程师",
        "张三 370811198502140016 济宁一院 工程师",
        "1\t张三\t370811198502140016\t济宁一院\t工程师",
        "１、\t张 三\t'３７０８１１ １９８５０２１４ ００１６\t 济宁一院 \t工程师\t备注",
        '张三\t370811198502140016\t"济宁一院"\t工程师',
        "\ufeff张三\t370811198502140016\t济宁一院\t工程师\r\n",
    ],
)
def test_one_person_however_the_cells_are_parted(text: str) -> None:
    assert read_text(text) == [Row(1, ZHANG)]


@pytest.mark.parametrize(
    "text",
    [
        "姓名\t身份证号\t单位\t职务\n张三\t370811198502140016\t济宁一院\t工程师",
        "序号\t工作单位\t姓　名\t职 称\t身份证号码（必填）\n7\t济宁一院\t张三\t工程师\t370811198502140016",
        "name,id number,unit,title\n张三,370811198502140016,济宁一院,工程师",
    ],
)
def test_a_row_of_headings_says_which_column_is_which(text: str) -> None:
    assert read_text(text) == [Row(2, ZHANG)]


def test_post_and_title_columns_are_joined() -> None:
    text = "姓名\t身份证号\t职务\t职称\n张三\t370811198502140016\t主任\t主任医师"
    assert read_text(text)[0].person == Stated("张三", "370811198502140016", "", "主任、主任医师")


def test_blank_rows_are_dropped_and_lines_keep_their_numbers() -> None:
    text = "\n\t\t\n张三\t370811198502140016\n   \n李四\t370811198502140024\n\n"
    assert [(row.line, row.person.name) for row in read_text(text)] == [(3, "张三"), (5, "李四")]


def test_a_cell_with_a_line_break_is_one_cell() -> None:
    text = '张三\t370811198502140016\t"济宁\n一院"\n李四\t370811198502140024'
    assert [(r.line, r.person.unit_name) for r in read_text(text)] == [(1, "济宁 一院"), (3, "")]


def test_a_lone_quotation_mark_swallows_nothing() -> None:
    text = '"张三\t370811198502140016\n李四\t370811198502140024'
    assert [row.person.number for row in read_text(text)] == [
        "370811198502140016",
        "370811198502140024",
    ]


def test_html_and_formulas_stay_text() -> None:
    row = read_text('<script>alert(1)</script>\t=HYPERLINK("x")\t@SUM(1)')[0]
    assert row.person == Stated("<script>alert(1)</script>", '=HYPERLINK("X")', "@SUM(1)", "")


@pytest.mark.parametrize("text", ["", "\n\n", "\t\t\t", "姓名\t身份证号"])
def test_nothing_is_no_rows(text: str) -> None:
    assert read_text(text) == []


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("3.70811E+17", "科学记数"),
        ("3.70811198502140E+17", "科学记数"),
        ("4E17", "科学记数"),
        ("370811198502140000", "末三位是 000"),
        ("370811198502140000.0", "末三位是 000"),
        ("370811198502140016", None),
        ("X", None),
    ],
)
def test_what_a_spreadsheet_did_to_a_number_is_recognised(number: str, words: str | None) -> None:
    found = spreadsheet_damage(number)
    assert found is None if words is None else words in str(found)


def test_a_title_and_notes_above_the_headings_are_no_people() -> None:
    text = "2022 年培训名单\n\n请核对\t\t\n姓名\t身份证号\t单位\n张三\t370811198502140016\t济宁一院"
    assert [(row.line, row.person.name) for row in read_text(text)] == [(5, "张三")]


def test_headings_far_down_are_a_row_like_any_other() -> None:
    people = "\n".join(f"张三\t37081119850214{n:04d}" for n in range(7))
    assert [row.line for row in read_text(f"{people}\n姓名\t身份证号")] == [*range(1, 9)]
