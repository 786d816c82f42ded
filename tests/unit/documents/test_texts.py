"""What is taken out of texts before they reach paper."""

import pytest

from ce_bases.documents.shapes import SheetRow
from ce_bases.documents.texts import clipped, tidied, without_numbers


def test_control_and_direction_characters_are_dropped_and_blanks_joined() -> None:
    given = {"a": ["x\x00y\u202ez\ud800", ("1\n\t 2\u2028", 3, None)], "b": " \ufeff "}

    assert tidied(given) == {"a": ["xyz", ["1 2", 3, None]], "b": ""}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("电话13812345678", "电话尾号5678"),
        ("138 1234 5678 转", "尾号5678 转"),
        ("110101199003074514", "尾号4514"),
        ("11010119900307451x。", "尾号451x。"),
        ("110101900307451", "尾号7451"),
        ("2022-370811-0007", "2022-370811-0007"),
        ("0537-2345678", "0537-2345678"),
        ("1381234567", "1381234567"),
    ],
)
def test_resident_ids_and_mobile_numbers_are_cut(text: str, shown: str) -> None:
    assert without_numbers(text) == shown


@pytest.mark.parametrize(("text", "shown"), [("一二三", "一二三"), ("一二三四", "一二…")])
def test_a_long_text_ends_in_an_ellipsis(text: str, shown: str) -> None:
    assert clipped(text, 3) == shown


def test_a_row_takes_no_more_of_an_id_than_four_characters() -> None:
    assert SheetRow("王工", id_last4="451X").id_last4 == "451X"
    with pytest.raises(ValueError, match="four characters"):
        SheetRow("王工", id_last4="7451X")
