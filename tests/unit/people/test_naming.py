"""Names as people type them."""

import pytest

from ce_bases.people.naming import clean_cell, name_problem, normal_name


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("张三", "张三"),
        ("  张　三 ", "张三"),
        ("欧 阳 修", "欧阳修"),
        ("买买提•艾力", "买买提·艾力"),
        ("John  Smith", "John Smith"),
        ("张\u200b三\u202e", "张三"),
        ("张\x00三", "张三"),
    ],
)
def test_a_name_is_compared_and_kept_in_one_form(typed: str, expected: str) -> None:
    assert normal_name(typed) == expected
    assert name_problem(expected) is None


@pytest.mark.parametrize("name", ["", "张3", "<b>张三</b>", "=1+1", "张三;", "王" * 61, "\ue000"])
def test_what_is_no_name_is_refused(name: str) -> None:
    assert name_problem(normal_name(name)) is not None


def test_a_cell_is_one_line_without_control_marks() -> None:
    assert clean_cell("\ufeff 济宁\t一院\r\n东区\x07 ") == "济宁 一院 东区"
